"""What a set-up walk works with: nothing of it outlives the walk, but what its caller stores."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from bot.model import Secret
from bot.net.walks import Fresh, clock, walking
from bot.ports import Vault


def test_a_walk_keeps_what_it_is_handed_for_its_caller() -> None:
    """A session that was renewed on the way is the one that is stored."""
    vault = Fresh({"session": Secret("one")})
    as_a_vault: Vault = vault
    as_a_vault.put("", "session", Secret("two"))
    assert as_a_vault.get("whoever", "session") == Secret("two")
    assert as_a_vault.get("", "else") is None
    assert vault.kept == {"session": Secret("two")}


def test_two_walks_know_nothing_of_each_other() -> None:
    """Each has a vault of its own unless it brings one, and the time is now, in UTC."""
    http: Any = object()
    one, other = walking(http), walking(http)
    one.vault.put("a", "b", Secret("c"))
    assert other.vault.get("a", "b") is None
    assert one.http is http
    assert one.now().utcoffset() == timedelta(0)
    assert clock() >= one.now() - timedelta(minutes=1)
