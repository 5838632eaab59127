"""The keys of a Telegram account.  May import: model, net.options, pydantic, wire."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from bot.model import Secret
from bot.net import options
from bot.platforms.telegram.wire import SERVER


def _chat(value: object) -> object:
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    if not isinstance(text, str) or not re.fullmatch(r"@[A-Za-z][A-Za-z0-9_]{3,31}|-?[1-9][0-9]{0,15}", text.strip()):
        raise ValueError("must be a channel's or group's public name like \"@mychannel\", or its number")
    return text.strip()


def _token(value: object) -> object:
    if isinstance(value, Secret) and not re.fullmatch("[A-Za-z0-9:_-]*", value.reveal()):
        raise ValueError("has characters in it that no token has; @BotFather shows it like 123456:ABC…")
    return value


def _held(value: timedelta) -> timedelta:
    if not timedelta(seconds=1) <= value <= timedelta(seconds=50):
        raise ValueError("must be 1s to 50s: the server holds the line no longer")
    return value


class Options(BaseModel):
    """The keys of such an account, besides those that every account has."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)
    token: Annotated[Secret, BeforeValidator(_token)] = Field(description="The bot's token, by reference only.")
    chat: Annotated[
        str, BeforeValidator(_chat), WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "integer"}]})
    ] = Field(description="The channel or group that is posted to: its @name or its number.")
    server: options.Server = Field(default=SERVER, description="The Bot API's address; another one where you run it.")
    preview: Literal["on", "off", "small", "large", "above"] = Field(
        default="on", description="How a post's link is shown: as the reader's app likes, not, small, large, or first."
    )
    silent: bool = Field(default=False, description="Whether posts arrive without a sound; answers always have theirs.")
    poll: Annotated[options.Span, AfterValidator(_held)] = Field(
        default=timedelta(seconds=50), description="How long the server holds the line until somebody speaks, to 50s."
    )

    def shown(self, link: str | None) -> dict[str, object]:
        """What a message asks for of its link's preview: type LinkPreviewOptions, under its name."""
        if self.preview == "off":
            return {"link_preview_options": {"is_disabled": True}}
        wish = {"small": "prefer_small_media", "large": "prefer_large_media", "above": "show_above_text"}.get(
            self.preview
        )
        wishes: dict[str, object] = {**({"url": link} if link else {}), **({wish: True} if wish else {})}
        return {"link_preview_options": wishes} if wishes else {}


def numbered(chat: str) -> int | str:
    """A chat as the API wants it: names are texts, numbers are numbers."""
    return chat if chat.startswith("@") else int(chat)
