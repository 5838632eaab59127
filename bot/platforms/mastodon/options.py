"""The keys of an account with the Mastodon API, and what they may hold.  May import: model, net.options, pydantic.

`owner` and `visibility` are keys of every account; they stand here too, because here their values have a form.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo, WithJsonSchema

from bot.model import Secret
from bot.net import options

_FULL_ID = re.compile(r"@[\w.-]{1,100}@(?:[\w-]{1,63}\.)*[\w-]{1,63}(?::\d{1,5})?")


def _owner(value: object, info: ValidationInfo) -> object:
    """An id as mentions bear it: with the server's name also for the server's own people; compared exactly."""
    if value is None or (isinstance(value, str) and _FULL_ID.fullmatch(value)):
        return value
    bare = value.strip().strip("@") if isinstance(value, str) else ""
    name, at, host = bare.partition("@")
    better = f"@{name}@{host if at else urlsplit(str(info.data.get('server', ''))).netloc}"
    hint = f'; did you mean "{better}"?' if _FULL_ID.fullmatch(better) else ', like "@ann@example.social"'
    raise ValueError(f"must be your full id there{hint}")


Owner = Annotated[str | None, BeforeValidator(_owner), WithJsonSchema({"type": "string", "pattern": "^@[^@]+@[^@]+$"})]


class Options(BaseModel):
    """The keys of such an account, besides those that every account has."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)
    server: options.Server = Field(description="The server's address.")
    token: Secret = Field(description="The account's access token, by reference only.")
    owner: Owner = Field(
        default=None, description='Your own full id, "@ann@example.social", compared exactly; your word is a command.'
    )
    visibility: Literal["public", "unlisted", "private", "direct"] | None = Field(
        default=None, description="Who sees the posts; unset: as the account is set up there."
    )
    content_warning: str = Field(default="", max_length=200, description="Stands before each post.")
    poll: options.Span = Field(default=timedelta(seconds=30), description="How often mentions are asked for, at least.")
    stream: bool = Field(default=True, description="Whether the server may wake us as soon as somebody speaks to us.")
