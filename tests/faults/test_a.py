"""A1 and A2 of the fault battery: credentials that don't count any more, and limits on asking."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from bot.model import Secret
from tests.faults.rig import rig

CANARY = "good"  # the token of the proof's servers, which no log may show beside the word for it


@pytest.mark.parametrize("status", ["401", "403"])
async def test_a1_a_refused_token_pauses_that_account_alone(
    tmp_path: Path, status: str, caplog: pytest.LogCaptureFixture
) -> None:
    """One notice, nothing lost, nothing asked again until the owner acts; the other account goes on."""
    async with rig(tmp_path, "mastodon", "readable") as bot:
        for account in ("mastodon", "readable"):
            await bot.plan(account, "a")
            await bot.plan(account, "b")
        bot.servers["mastodon"].troubles.script([status])
        with caplog.at_level(logging.DEBUG):
            await bot.settle("mastodon")
            await bot.settle("readable")
        assert bot.states("mastodon") == ["planned", "planned"]
        assert bot.states("readable") == ["sent", "sent"]
        (said,) = bot.notices().values()
        assert "account is paused" in said
        assert "its 2 waiting posts wait" in said
        bot.wait(days=3)
        await bot.settle("mastodon")
        assert bot.servers["mastodon"].requests == 1, "a locked door isn't knocked at"
        assert f"Bearer {CANARY}" not in caplog.text


async def test_a1_new_credentials_let_it_in_again(tmp_path: Path) -> None:
    """After `starfish resume`, or a new start, what waited goes out in its order, each once; the notice is gone."""
    async with rig(tmp_path, "mastodon") as bot:
        await bot.plan("mastodon", "a")
        await bot.plan("mastodon", "b")
        bot.servers["mastodon"].troubles.script(["401"])
        await bot.settle("mastodon")
        assert await bot.on.db(bot.store.outbox.let_in, "mastodon")
        assert bot.notices() == {}
        await bot.settle("mastodon")
        assert bot.servers["mastodon"].there() == ["https://example.com/a", "https://example.com/b"]


async def test_a1_locked_out_while_in_doubt(tmp_path: Path) -> None:
    """Where the read-back is refused too, the doubtful post waits for the new token, and is found then."""
    async with rig(tmp_path, "mastodon") as bot:
        server = bot.servers["mastodon"]
        await bot.plan("mastodon", "a")
        server.troubles.script(["kept, 500"])
        await bot.deliver("mastodon")
        server.token = "another"
        await bot.settle("mastodon")
        assert bot.states("mastodon") == ["unknown"]
        assert list(bot.notices()) == ["account:mastodon"]
        server.token = CANARY
        await bot.on.db(bot.store.outbox.let_in, "mastodon")
        await bot.settle("mastodon")
        assert bot.states("mastodon") == ["sent"]
        assert len(server.there()) == 1


@pytest.mark.parametrize("dialect", ["429 seconds", "429 date", "429 iso", "429 unix", "429 body", "503 busy"])
async def test_a2_a_limit_is_kept_for_the_whole_account(tmp_path: Path, dialect: str) -> None:
    """However a server says when, nothing is asked of it before; then everything goes, in order, each once."""
    async with rig(tmp_path, "mastodon") as bot:
        server = bot.servers["mastodon"]
        await bot.plan("mastodon", "a")
        await bot.plan("mastodon", "b")
        server.troubles.script([dialect])
        await bot.deliver("mastodon")
        assert server.requests == 1
        assert bot.states("mastodon") == ["waiting", "planned"]
        assert await bot.deliver("mastodon") == 0
        assert server.requests == 1, "the second post doesn't try its luck"
        await bot.settle("mastodon")
        assert server.there() == ["https://example.com/a", "https://example.com/b"]


async def test_a2_what_a_platform_handed_out_outlives_a_crash(tmp_path: Path) -> None:
    """Sessions are kept in the vault, so a restart doesn't log in anew, and a login limit is never met by restarting."""
    async with rig(tmp_path, "local") as bot:
        bot.on.vault.put("fedi", "session", Secret("handed out"))
        for _ in range(3):
            await bot.again()
            assert bot.on.vault.get("fedi", "session") == Secret("handed out")
        secrets = tmp_path / "config" / "rig.db.secrets"
        assert secrets.stat().st_mode & 0o077 == 0


async def test_a2_trouble_that_lasts_is_told(tmp_path: Path) -> None:
    """A server that sends us away for hours is obeyed each time, and the owner learns of it; nothing is tried in silence."""
    async with rig(tmp_path, "readable") as bot:
        server = bot.servers["readable"]
        await bot.plan("readable", "a")
        server.troubles.script(["429 bare"] * 6)
        await bot.settle("readable")
        assert bot.states("readable") == ["sent"]
        assert server.requests == 7
        assert bot.notices() == {}, "once it is out, there is nothing to tell any more"


async def test_a2_a_server_that_fails_for_a_day(tmp_path: Path) -> None:
    """A post that a server fails on again and again is tried ever later, told, and held after a day; others go on."""
    async with rig(tmp_path, "readable") as bot:
        server = bot.servers["readable"]
        begun = bot.clock()
        await bot.plan("readable", "a")
        await bot.plan("readable", "b")
        server.troubles.script(["lost, 500"] * 60)
        told_at = 0
        for _ in range(200):
            await bot.deliver("readable")
            if bot.states("readable")[0] == "held":
                break
            told_at = told_at or server.requests * bool(bot.notices())
            bot.wait(minutes=10)
        assert told_at == 5
        assert 1 <= (bot.clock() - begun).days < 2
        assert 20 < server.requests < 40, "ever later, not every two minutes"
        server.troubles.scripted.clear()
        await bot.settle("readable")
        assert bot.states("readable") == ["held", "sent"]
