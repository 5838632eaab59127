"""The keys of an account on Matrix, as the owner writes them.  May import: model, net.options, events."""

from __future__ import annotations

import hashlib
import re
from datetime import timedelta
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from bot.model import Secret
from bot.net import options
from bot.platforms.matrix.events import person

LONGEST_POLL = timedelta(minutes=5)
"""Nobody between us and the server holds a silent connection for longer."""


def _person(value: str) -> str:
    if not person(value):
        raise ValueError('must be a full id, like "@bot:example.org"')
    return value


def _room(value: str) -> str:
    if not re.fullmatch(r"![\x21-\x7e]{1,254}|#[^\s:]{1,254}:[^\s]{1,254}", value):
        raise ValueError('must be a room\'s id or address, like "!abc:example.org" or "#news:example.org"')
    return value


RoomName = Annotated[str, AfterValidator(_room)]


def device_for(room: str) -> str:
    """The device of an account that posts into a room.

    Two accounts of one user, each on one device, would log each other out in turn; so there is one for each room.
    """
    return f"STARFISH-{hashlib.blake2b(room.encode(), digest_size=4).hexdigest().upper()}"


class Options(BaseModel):
    """The keys of such an account, besides those that every account has."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)
    server: options.Server = Field(description="The homeserver's address.")
    user: Annotated[str, AfterValidator(_person)] = Field(description="The account's full id, like @bot:example.org.")
    room: RoomName = Field(description="Where posts go: the room's id or address.")
    token: Secret | None = Field(default=None, description="The account's access token, by reference; or a password.")
    password: Secret | None = Field(default=None, description="The account's password, by reference; or a token.")
    device: str | None = Field(
        default=None,
        pattern=r"^[A-Za-z0-9._-]{1,100}$",
        description="The device that a login by password is: none other may use it, and it should never change.",
    )
    rooms: tuple[RoomName, ...] = Field(default=(), description="Further rooms to listen in, entered on invitation.")
    poll: options.Span = Field(
        default=timedelta(seconds=30), le=LONGEST_POLL, description="How long one question for mentions waits."
    )

    @model_validator(mode="after")
    def _one_way_in(self) -> Self:
        if (self.token is None) == (self.password is None):
            raise ValueError("needs either a token or a password, by reference")
        return self

    @property
    def own_device(self) -> str:
        """The device that we are: the same at each start, and another for each room that the same user posts into."""
        return self.device or device_for(self.room)
