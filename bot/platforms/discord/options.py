"""The keys of an account on Discord, and what they may hold.  May import: model, net.options, messages, pydantic.

`owner` is a key of every account; it stands here too, because here its value has a form.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from bot.model import Secret
from bot.net.options import Span
from bot.platforms.discord.messages import number_of

SERVER = "https://discord.com/api/v10"
"""Version 10 of the interface, whose intents and codes are the ones that are spoken here."""


def _address(value: object) -> object:
    """An address with a path, without a slash at its end."""
    try:
        parts = urlsplit(value.strip()) if isinstance(value, str) else urlsplit("")
        good = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        good = False
    if not good or "@" in parts.netloc or parts.query or parts.fragment:
        raise ValueError(f'must be the address of the interface, like "{SERVER}"')
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}"


def _channel(value: object) -> object:
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    if not number_of(text):
        raise ValueError("must be a channel's id, a long number: right-click it with the developer mode on")
    return text


def _owner(value: object) -> object:
    """People are known by their ids alone: names can be changed, and taken by others."""
    if value is not None and not (isinstance(value, str) and number_of(value)):
        how = "switch Developer Mode on, right-click your own name, Copy User ID"
        raise ValueError(f'must be your user id, like "80351110224678912": {how}')
    return value


class Options(BaseModel):
    """The keys of such an account, besides those that every account has."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)
    token: Secret = Field(description="The bot's token, by reference only.")
    channel: Annotated[
        str, BeforeValidator(_channel), WithJsonSchema({"type": ["string", "integer"], "pattern": "^[0-9]{1,20}$"})
    ] = Field(description="The id of the channel that it posts into.")
    owner: Annotated[
        str | None, BeforeValidator(_owner), WithJsonSchema({"type": "string", "pattern": "^[0-9]{1,20}$"})
    ] = Field(default=None, description="Your own user id, compared exactly; your word is a command.")
    embeds: bool = Field(default=True, description="Whether Discord may show a preview of a link.")
    poll: Span = Field(default=timedelta(seconds=60), description="How often mentions are asked for, at least.")
    server: Annotated[
        str, BeforeValidator(_address), WithJsonSchema({"type": "string", "pattern": "^https?://[^@?#]+$"})
    ] = Field(default=SERVER, description="The address of the interface.")
