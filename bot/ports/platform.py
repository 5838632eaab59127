"""What a platform is: what it names, what it is given, and how an account on it is set up.

May import: model, the other doors, and the standard library.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

from bot.model import Account, Limits, Secret
from bot.ports.accounts import Publisher
from bot.ports.http import Http

if TYPE_CHECKING:
    import logging


class Clock(Protocol):
    """The time, passed in: aware, in UTC."""

    def __call__(self) -> datetime: ...


class Vault(Protocol):
    """Where platforms keep what they were handed at run time: sessions, refresh tokens."""

    def get(self, account: str, name: str) -> Secret | None:
        """The stored secret, or None."""
        ...

    def put(self, account: str, name: str, value: Secret) -> None:
        """Store it, durable on return."""
        ...


@dataclass(frozen=True, slots=True)
class Tools:
    """What a platform is given: nothing else."""

    http: Http
    vault: Vault
    log: logging.Logger
    now: Clock


class Asker(Protocol):
    """The owner at a terminal, as a platform's set-up walk speaks with them."""

    def say(self, text: str) -> None:
        """Tell them something: a paragraph, or an address to open."""
        ...

    def ask(self, question: str, *, secret: bool = False, default: str = "") -> str:
        """Ask for one line; `secret` is not shown while it is typed.  Never gives an empty one.

        :raises UsageError: nobody is there to answer, and there is no default
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolled:
    """What a set-up walk found out, tested with a call that only reads."""

    handle: str  # who the account is there, to be shown
    keys: Mapping[str, Any] = field(default_factory=dict)  # for the account's block, in plain words
    secrets: Mapping[str, Secret] = field(
        default_factory=dict
    )  # keys of the block that are kept in a file of their own
    session: Mapping[str, Secret] = field(default_factory=dict)  # for the vault: what the platform hands out and renews
    lasting: Mapping[str, Secret] = field(default_factory=dict)  # for the vault: who it is there; others are others


Enrol = Callable[[Mapping[str, str], Asker, Callable[[str], Http]], Awaitable[Enrolled]]
"""A set-up walk: what the owner gave already (keys as text), whom to ask for the rest, and how to reach an address.

It registers, logs in or tries a token, and raises a DeliveryError with a sentence where that fails.
"""


Costs = Callable[[Account, Vault | None, datetime], list[str]]
"""What the owner must know of the money that an account costs: sentences for `starfish check` (no vault: of the settings
alone) and `starfish status` (of what was spent so far)."""


Identity = Callable[[Any], str]
"""Who an account is there, by its options: the same for two blocks that are one account, empty where they don't tell.

It is compared and never shown, and holds no secret."""


@dataclass(frozen=True, slots=True)
class Platform:
    """What an entry point of the group `bot.platforms` names."""

    name: str
    Options: type[Any]  # a pydantic model of the account's own keys
    open: Callable[[Account, Any, Tools], Publisher]
    limits: Limits = Limits(max_length=500)  # as published; an account may learn better ones from its server
    enrol: Enrol | None = None  # the walk of `starfish accounts add`; without one, each key is asked for
    costs: Costs | None = None  # where it costs money
    identity: Identity | None = None  # where the settings alone tell who an account is
