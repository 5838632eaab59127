"""Two blocks of settings that are one account on their platform: one of them listens, and nobody is answered twice."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from bot import answer
from bot.app.accounts import examine
from bot.app.checking import examine as checked
from bot.app.ears import Ear, ear_of
from bot.errors import RetryLater
from bot.model import Mention, Post, Receipt
from bot.prove.mastodon_server import MastodonServer
from bot.prove.servers import serving
from tests.servers.fixtures import Hands, clock
from tests.servers.running_bot import running_bot
from tests.servers.small_bot import SmallBot, read_config, small_bot, write_config

__all__ = ["clock"]

SECRETS = {
    "GOOD": "good",
    "OTHER": "other",
    "TELEGRAM": "123456:abc",
    "DISCORD": "MTIzNDU2.abc.def",
    "PASSWORD": "pass",
}
BLOCKS = {
    "bluesky": 'handle = "bot.example.org"\npassword = { env = "PASSWORD" }',
    "discord": 'token = { env = "DISCORD" }\nchannel = "41771983423143937"',
    "mastodon": 'server = "https://social.example"\ntoken = { env = "GOOD" }',
    "matrix": 'server = "https://hs.example"\nuser = "@bot:hs.example"\nroom = "#news:hs.example"\ntoken = { env = "GOOD" }',
    "telegram": 'token = { env = "TELEGRAM" }\nchat = "@news"',
    "x": 'client_id = "app"\nrefresh_token = { env = "GOOD" }',
}


@pytest.fixture(autouse=True)
def secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    """The accounts' secrets, where their references look for them."""
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)


def block(name: str, platform: str, keys: str) -> str:
    return f'[[accounts]]\nname = "{name}"\nplatform = "{platform}"\n{keys}\n'


def fedi(name: str, url: str, token: str, more: str = "") -> str:
    return block(name, "mastodon", f'server = "{url}"\ntoken = {{ env = "{token}" }}\npoll = "1s"\n{more}')


async def until(true: Callable[[], bool]) -> None:
    """Wait for a process of its own."""
    async with asyncio.timeout(30):
        while not true():
            await asyncio.sleep(0.02)


async def ear(bot: SmallBot, name: str) -> Ear:
    return await ear_of(name, bot.stories, bot.on)


# --------------------------------------------------------------------------- what is said beforehand


@pytest.mark.parametrize("platform", sorted(BLOCKS))
def test_check_tells_of_two_blocks_that_are_one_account(tmp_path: Path, platform: str) -> None:
    """On every platform that people can speak to; and of one account alone nothing is said."""
    twice = block("one", platform, BLOCKS[platform]) + block("two", platform, BLOCKS[platform])
    said = "\n".join(checked(read_config(write_config(tmp_path / "twice", accounts=twice))).lines())
    assert f"two is the same account on {platform} as one, which alone listens: nobody is answered twice." in said
    once = write_config(tmp_path / "once", accounts=block("one", platform, BLOCKS[platform]))
    assert "the same account" not in "\n".join(checked(read_config(once)).lines())


def test_accounts_of_different_people_are_not_taken_for_one(tmp_path: Path) -> None:
    """Another user, another handle, another token; and a secret that is missing is nobody's."""
    accounts = [
        block("m1", "matrix", BLOCKS["matrix"]),
        block("m2", "matrix", BLOCKS["matrix"].replace("@bot:", "@other:")),
        block("b1", "bluesky", BLOCKS["bluesky"]),
        block("b2", "bluesky", BLOCKS["bluesky"].replace("bot.", "other.")),
        block("t1", "telegram", BLOCKS["telegram"]),
        block("t2", "telegram", BLOCKS["telegram"].replace("TELEGRAM", "MISSING") + "\ndry_run = true"),
        block("t3", "telegram", BLOCKS["telegram"].replace("TELEGRAM", "LACKING") + "\ndry_run = true"),
    ]
    found = checked(read_config(write_config(tmp_path / "config", accounts="".join(accounts))))
    assert not [sentence for sentence in found.manners if "the same account" in sentence]


# --------------------------------------------------------------------------- who listens


async def test_two_tokens_of_one_account_are_found_out_by_asking(tmp_path: Path, clock: Hands) -> None:
    """Only the server knows that they are one; its first block listens, and another server's account is none of them."""
    async with serving(MastodonServer(further={"other"})) as server, serving(MastodonServer()) as elsewhere:
        accounts = (
            fedi("one", server.url, "GOOD") + fedi("two", server.url, "OTHER") + fedi("far", elsewhere.url, "GOOD")
        )
        folder = write_config(tmp_path / "config", accounts=accounts)
        async with small_bot(folder, clock) as bot:
            assert {name: (await ear(bot, name)).first for name in ("one", "two", "far")} == {
                "one": "one",
                "two": "one",
                "far": "far",
            }
        found = [one.what for one in await examine(read_config(folder), None) if "same account" in one.what]
        assert found == ["two is the same account on mastodon as one, which alone listens: nobody is answered twice."]


async def test_a_rehearsal_listens_only_where_nobody_else_does(tmp_path: Path, clock: Hands) -> None:
    """What it would answer goes nowhere, so the account that answers in earnest has the ear."""
    async with serving(MastodonServer()) as server:
        accounts = fedi("one", server.url, "GOOD", "dry_run = true") + fedi("two", server.url, "GOOD")
        async with small_bot(write_config(tmp_path / "config", accounts=accounts), clock) as bot:
            assert (await ear(bot, "one")).first == (await ear(bot, "two")).first == "two"


async def test_who_is_locked_out_has_no_ear(tmp_path: Path, clock: Hands) -> None:
    """A token that is no good keeps nobody else from listening."""
    async with serving(MastodonServer(token="other")) as server:
        accounts = fedi("one", server.url, "GOOD") + fedi("two", server.url, "OTHER")
        async with small_bot(write_config(tmp_path / "config", accounts=accounts), clock) as bot:
            assert (await ear(bot, "two")).first == "two"


async def test_nobody_listens_before_it_is_known_who_should(tmp_path: Path, clock: Hands) -> None:
    """A server that is away may come back with either of them: it is asked again, as for anything else."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}"
        accounts = fedi("one", url, "GOOD") + fedi("two", url, "OTHER")
        async with small_bot(write_config(tmp_path / "config", accounts=accounts), clock) as bot:
            with pytest.raises(RetryLater):
                await ear(bot, "two")


# --------------------------------------------------------------------------- what is heard


async def test_what_one_of_them_received_the_other_leaves_alone(tmp_path: Path, clock: Hands) -> None:
    """When another block takes over, it goes on where the first one was, and what comes again is known."""
    async with serving(MastodonServer()) as server:
        accounts = fedi("one", server.url, "GOOD") + fedi("two", server.url, "GOOD")
        async with small_bot(write_config(tmp_path / "config", accounts=accounts), clock) as bot:
            said = Mention(account="one", remote_id="7", author="@ann@social.example", text="hello", at=clock())
            await answer.receive(said, bot.stories.answering, cursor="c7")
            two = await ear(bot, "two")
            assert await two.cursor() == "c7"
            assert await two.heard(replace(said, account="two")) is None
            fresh = replace(said, account="two", remote_id="8")
            assert await two.heard(fresh) == fresh
            gone = replace(said, account="two", gone=True)
            assert (taken := await two.heard(gone)) is not None
            assert taken.account == "one"  # who received it takes it back


async def test_an_account_that_moved_begins_anew(tmp_path: Path, clock: Hands) -> None:
    """A place in one server's stream means nothing on another, which would be deaf, or tell old tales."""
    async with serving(MastodonServer()) as server, serving(MastodonServer()) as other:
        folder = write_config(tmp_path / "config", accounts=fedi("one", server.url, "GOOD"))
        said = Mention(account="one", remote_id="7", author="@ann@social.example", text="hello", at=clock())
        async with small_bot(folder, clock) as bot:
            assert await (await ear(bot, "one")).cursor() is None
            await answer.receive(said, bot.stories.answering, cursor="c7")
            assert await (await ear(bot, "one")).cursor() == "c7"
        write_config(folder, accounts=fedi("one", other.url, "GOOD"))
        async with small_bot(folder, clock) as bot:
            for _ in range(2):  # also after a restart without a mention
                assert await (await ear(bot, "one")).cursor() is None
            await answer.receive(replace(said, remote_id="8"), bot.stories.answering, cursor="d8")
            assert await (await ear(bot, "one")).cursor() == "d8"


async def test_an_answer_to_a_post_of_the_other_block_is_about_that_post(tmp_path: Path, clock: Hands) -> None:
    """“Why?” beneath what the second block posted is heard by the first one, which knows what is meant."""
    async with serving(MastodonServer()) as server:
        accounts = fedi("one", server.url, "GOOD") + fedi("two", server.url, "GOOD")
        async with small_bot(write_config(tmp_path / "config", accounts=accounts), clock) as bot:
            post = Post(account="two", text="Read this.", dedupe_key="k")
            number = await bot.on.db(bot.on.store.outbox.put, post, "post", now=clock())
            assert number is not None
            await bot.deliver("two")
            (row,) = [row for row in await bot.outbox() if row.id == number]
            assert isinstance(row.receipt, Receipt)
            why = Mention(
                account="one",
                remote_id="9",
                author="@ann@social.example",
                text="why?",
                at=clock(),
                in_reply_to=row.receipt.remote_id,
            )
            heard = await (await ear(bot, "one")).heard(why)
            assert heard is not None
            assert heard.about == number


async def test_a_running_bot_answers_each_once_and_so_does_the_block_that_is_left(tmp_path: Path) -> None:
    """Two blocks, one account: one answer each; and one each when the first block is gone."""
    async with serving(MastodonServer()) as server:
        accounts = fedi("one", server.url, "GOOD") + fedi("two", server.url, "GOOD")
        folder = write_config(tmp_path / "config", accounts=accounts)
        async with running_bot(folder) as bot:
            await bot.start()
            await until(lambda: server.listened)
            first = server.say("@ann", "hello")
            await until(lambda: len(server.kept) == 1)
            assert await bot.stop() == 0
            write_config(folder, accounts=fedi("two", server.url, "GOOD"))
            server.asked.clear()
            await bot.start()
            await until(lambda: server.listened)
            second = server.say("@ann", "hi")
            await until(lambda: len(server.kept) == 2)
            assert await bot.stop() == 0
            assert [one.reply_to for one in server.kept] == [first.id, second.id]
