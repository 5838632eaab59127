"""The keys of an account on X, and the login that they describe.  May import: model, errors, ports, net, this package."""

from __future__ import annotations

from datetime import timedelta
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from bot.model import Account, Secret
from bot.net import options
from bot.net.grants import App, Renewed, digest
from bot.platforms.x.login import Signed, office
from bot.platforms.x.oauth1 import Keys
from bot.ports import Tools

SERVER = "https://api.x.com"

_FOUR = ("consumer_key", "consumer_secret", "access_token", "access_secret")


class Options(BaseModel):
    """The keys of such an account, besides those that every account has."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)
    i_accept_costs: bool = Field(
        default=False, description="Whether X may charge you for what this bot posts and reads; it is silent before."
    )
    budget: float = Field(default=5.0, gt=0, le=100_000, description="US dollars a month; then it waits for the next.")
    client_id: str = Field(
        default="", max_length=200, pattern=r"^[\x21-\x39\x3b-\x7e]*$", description="OAuth 2.0: of your app."
    )
    client_secret: Secret | None = Field(default=None, description="OAuth 2.0: of your app, if it has one.")
    refresh_token: Secret | None = Field(
        default=None, description="OAuth 2.0: what the login begins with, by reference."
    )
    consumer_key: Secret | None = Field(default=None, description="OAuth 1.0a: the key of your app, by reference.")
    consumer_secret: Secret | None = Field(default=None, description="OAuth 1.0a: its secret, by reference.")
    access_token: Secret | None = Field(default=None, description="OAuth 1.0a: the account's token, by reference.")
    access_secret: Secret | None = Field(default=None, description="OAuth 1.0a: its secret, by reference.")
    server: options.Server = Field(default=SERVER, description="The interface's address.")
    poll: options.Span = Field(default=timedelta(minutes=15), description="How often mentions are asked for.")

    @model_validator(mode="after")
    def _one_login(self) -> Self:
        given = [name for name in _FOUR if getattr(self, name) is not None]
        if bool(given) == bool(self.client_id):
            raise ValueError(f"needs either client_id (OAuth 2.0), or {', '.join(_FOUR)} (OAuth 1.0a)")
        if given and len(given) < len(_FOUR):
            raise ValueError(
                f"has no {', '.join(name for name in _FOUR if name not in given)}, which OAuth 1.0a needs too"
            )
        return self


def login_of(account: Account, options: Options, tools: Tools) -> Signed | Renewed:
    """What lets the account's requests in."""
    o = options
    if o.consumer_key and o.consumer_secret and o.access_token and o.access_secret:
        keys = Keys(
            consumer_key=o.consumer_key,
            consumer_secret=o.consumer_secret,
            access_token=o.access_token,
            access_secret=o.access_secret,
        )
        return Signed(keys, tools.now)
    where = office(tools.http, o.server, App(client_id=o.client_id, client_secret=o.client_secret))
    given = o.refresh_token
    return Renewed(account.name, where, tools.vault, tools.now, root=digest(given), first=given)
