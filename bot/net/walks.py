"""What a set-up walk works with, before there is an account.  May import: model, ports."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import UTC, datetime

from bot.model import Secret
from bot.ports import Http, Tools


class Fresh:
    """A vault for as long as a walk lasts; what is in it at the end is its caller's to store.  Keeps one account's."""

    def __init__(self, kept: Mapping[str, Secret] | None = None) -> None:
        self.kept = dict(kept or {})

    def get(self, account: str, name: str) -> Secret | None:  # noqa: ARG002 -- as `ports.Vault` says
        """What is kept under a name."""
        return self.kept.get(name)

    def put(self, account: str, name: str, value: Secret) -> None:  # noqa: ARG002 -- as `ports.Vault` says
        """Keep it, as long as the walk lasts."""
        self.kept[name] = value


def clock() -> datetime:
    """The time: a walk is with a person, here and now."""
    return datetime.now(UTC)


def walking(http: Http, vault: Fresh | None = None) -> Tools:
    """The tools of a walk."""
    return Tools(http=http, vault=vault or Fresh(), log=logging.getLogger("starfish.enrol"), now=clock)
