"""What only Discord has when it is spoken to: limits that are minded, channels that are closed, histories that are hidden."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from bot.errors import ConfigError, NeedsLogin, Rejected, RetryLater, TooLong, Unsure
from bot.model import Post, Receipt, Secret
from bot.net import Client
from bot.platforms.discord.options import SERVER, Options
from bot.platforms.discord.wire import REFUSALS, WINDOW
from bot.ports import Deleter, Doctor, Listener, Preparing, Publisher
from bot.prove.discord_world import BOT, GUILD, HOME, SEND, VIEW, Message
from bot.settings import load
from tests.platforms.contract import CANARY, Stage
from tests.platforms.stages import discord_stage
from tests.servers.fixtures import Hands
from tests.servers.wire import wire
from tests.settings.config_folder import CONTACT, write


@pytest.fixture
async def stage(make_client: Callable[..., Client], clock: Hands) -> AsyncIterator[Stage]:
    """One bot in one channel."""
    async with discord_stage(make_client, clock) as stage:
        yield stage


def answer(body: str, status: int = 200, head: str = "") -> bytes:
    """An answer, byte for byte."""
    return f"HTTP/1.1 {status} X\r\nContent-Length: {len(body)}\r\n{head}\r\n{body}".encode()


# --------------------------------------------------------------------------- options


def test_it_keeps_all_the_ports(stage: Stage) -> None:
    """It speaks, listens, takes back, prepares itself and can be examined."""
    account = stage.open()
    assert all(isinstance(account, port) for port in (Publisher, Listener, Deleter, Preparing, Doctor))


@pytest.mark.parametrize("channel", [int(HOME), HOME])
def test_a_channel_may_be_written_as_a_number(channel: object) -> None:
    """Both are the same id; unless told otherwise Discord itself is asked."""
    options = Options(token=Secret("t"), channel=channel)  # type: ignore[arg-type]
    assert (options.channel, options.server) == (HOME, SERVER)


@pytest.mark.parametrize("channel", ["#general", "", "0", "12a", "-5", 0, True, None, [], 1.5, "9" * 25])
def test_a_channel_by_name_is_a_mistake(channel: object) -> None:
    """Only an id can be posted to."""
    with pytest.raises(ValidationError):
        Options(token=Secret("t"), channel=channel)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "server", ["discord.com", "ftp://x", "https://u:p@x/api", "https://x/api?q", "https://", 5, "https://x:0/"]
)
def test_an_address_must_be_one(server: object) -> None:
    """Neither another scheme nor a password nor a query."""
    with pytest.raises(ValidationError):
        Options(token=Secret("t"), channel=HOME, server=server)  # type: ignore[arg-type]


def test_the_owner_writes_it_in_toml(tmp_path: Path) -> None:
    """An account's block as people write it; a channel by name is a mistake with a line, and shows no secret."""
    block = '[[accounts]]\nname = "chat"\nplatform = "discord"\ntoken = { env = "T" }\nchannel = %s\n'

    def read(channel: str) -> Any:
        folder = write(tmp_path, starfish=f"[net]\n{CONTACT}{block % channel}")
        return load(folder, {"discord": Options}, env={"T": CANARY})

    (made,) = read(f'{HOME}\nembeds = false\npoll = "5m"\nowner = "{BOT}"').accounts
    assert made.owner == BOT
    assert (made.options.channel, made.options.embeds, made.options.poll) == (HOME, False, timedelta(minutes=5))
    assert CANARY not in repr(made)
    with pytest.raises(ConfigError, match="channel") as told:
        read('"#general"')
    assert CANARY not in str(told.value)
    for owner in ('"@ann"', '"ann#1234"', '""'):
        with pytest.raises(ConfigError, match="user id"):
            read(f"{HOME}\nowner = {owner}")


# --------------------------------------------------------------------------- what is sent


async def test_a_post_is_sent_as_the_owner_wishes(stage: Stage) -> None:
    """With a nonce that holds, telling nobody; previews only where they are wanted."""
    await stage.open().publish(stage.post())
    await stage.open_with(embeds=False).publish(stage.post(key="db-2-0"))
    first, second = (asked.json for asked in stage.server.asked if asked.method == "POST")
    assert set(first) == {"content", "nonce", "enforce_nonce", "allowed_mentions"}
    assert "flags" not in first
    assert second["flags"] == 4
    assert stage.server.pinged() == []
    assert stage.server.asked[-1].headers["User-Agent"].startswith("DiscordBot (")


async def test_a_post_has_an_address_once_the_server_is_known(stage: Stage) -> None:
    """Found again, it has the same; a reply has that of where it is."""
    account = stage.open()
    await account.prepare()
    receipt = await account.publish(stage.post())
    assert receipt.url == f"https://discord.com/channels/{GUILD}/{HOME}/{receipt.remote_id}"
    assert (await account.find(stage.post())).url == receipt.url
    said = stage.server.say("@ann", "hello", direct=True)
    context = {"channel": said.channel, "guild": "@me"}
    reply = await account.publish(stage.post("Hi", None, key="k2", reply_to=said.id, reply_context=context))
    assert reply.url == f"https://discord.com/channels/@me/{said.channel}/{reply.remote_id}"


async def test_what_is_made_harmless_still_fits(stage: Stage) -> None:
    """Invisible joiners count: what has no room for them is shortened first."""
    account, hostile = stage.open(), "<@1>" * 500
    with pytest.raises(TooLong) as told:
        await account.publish(stage.post(hostile, None))
    assert told.value.limit == 1500
    await account.publish(stage.post(hostile[:1500], None))
    assert len(stage.said()[0]) == 1500 + 375


async def test_a_server_that_counts_otherwise_is_told_shorter_words(stage: Stage) -> None:
    """Its refusal of the length is no refusal of the post; any other is."""
    for code, failure in (("BASE_TYPE_MAX_LENGTH", TooLong), ("BASE_TYPE_BAD_LENGTH", TooLong), ("ODD", Rejected)):
        errors = f'{{"code": 50035, "errors": {{"content": {{"_errors": [{{"code": "{code}"}}, 5]}}}}}}'
        async with wire([answer(errors, 400)]) as place:
            with pytest.raises(failure):
                await stage.open(place.url.rstrip("/")).publish(stage.post())


@pytest.mark.parametrize(
    "body", ["[]", "{", '{"errors": []}', '{"errors": {"content": []}}', '{"errors": {"content": {"_errors": 5}}}']
)
async def test_a_hostile_refusal_is_a_refusal(stage: Stage, body: str) -> None:
    """Whatever its body holds."""
    async with wire([answer(body, 400)]) as place:
        with pytest.raises(Rejected):
            await stage.open(place.url.rstrip("/")).publish(stage.post())


@pytest.mark.parametrize("id_", ['"../x"', '"0"', "null", "[]", '"1e5"', "true"])
async def test_an_answer_without_an_id_is_doubt(stage: Stage, id_: str) -> None:
    """A yes must name what is there."""
    async with wire([answer(f'{{"id": {id_}}}')]) as place:
        with pytest.raises(Unsure):
            await stage.open(place.url.rstrip("/")).publish(stage.post())


async def test_a_reply_to_what_is_gone_is_said_all_the_same(stage: Stage) -> None:
    """It is found too, although it answers nothing any more."""
    said = stage.server.say("@ann", "hello")
    stage.server.remove(said)
    reply = stage.post("Hi Ann", None, reply_to=said.id, reply_to_author=said.author)
    receipt = await stage.open().publish(reply)
    assert stage.server.kept[0].reply_to is None
    assert (await stage.open().find(reply)).remote_id == receipt.remote_id


# --------------------------------------------------------------------------- closed doors


@pytest.mark.parametrize("may", [0, VIEW])
async def test_a_channel_of_ours_that_is_closed_pauses_the_account(stage: Stage, may: int) -> None:
    """Posts wait until somebody lets the bot in, and none is thrown away."""
    stage.server.may = may
    with pytest.raises(NeedsLogin) as told:
        await stage.open().publish(stage.post())
    assert told.value.advice("acc") == "Give it View Channel, Send Messages and Read Message History there"


async def test_a_channel_that_is_gone_pauses_the_account(stage: Stage) -> None:
    """So does one that takes no words."""
    with pytest.raises(NeedsLogin, match="404"):
        await stage.open_with(channel="77").publish(stage.post())
    async with wire([answer('{"code": 50008, "message": "Cannot send messages in a non-text channel"}', 400)]) as place:
        with pytest.raises(NeedsLogin, match="non-text"):
            await stage.open(f"{place.url}x").publish(stage.post())


async def test_a_lost_login_is_told_when_a_post_is_looked_for(stage: Stage) -> None:
    """The account is paused then: a look that can't succeed isn't made again and again."""
    account = stage.open()
    await account.prepare()
    stage.server.token = "another"
    with pytest.raises(NeedsLogin):
        await account.find(stage.post())


async def test_another_channel_that_is_closed_costs_one_answer(stage: Stage) -> None:
    """Somebody spoke where the bot may not: that answer fails, all others go on."""
    said = stage.server.say("@ann", "hello", direct=True)
    stage.server.missing = {f"/api/v10/channels/{said.channel}/messages"}
    reply = stage.post("Hi", None, reply_to=said.id, reply_context={"channel": said.channel})
    with pytest.raises(Rejected, match="403"):
        await stage.open().publish(reply)
    with pytest.raises(Unsure):
        await stage.open().find(reply)


async def test_a_hostile_place_is_not_gone_to(stage: Stage) -> None:
    """A channel is a number, or our own."""
    said = stage.server.say("@ann", "hello")
    await stage.open().publish(stage.post("Hi", None, reply_to=said.id, reply_context={"channel": "../../users/@me"}))
    assert stage.server.kept[0].channel == HOME


# --------------------------------------------------------------------------- limits


async def test_a_limit_that_is_used_up_is_not_run_into(stage: Stage) -> None:
    """The last post says that it was the last: the next waits for its time without a request, other routes go on."""
    stage.server.limit, account = 2, stage.open()
    for number in range(2):
        await account.publish(stage.post(key=f"db-{number}-0", text=f"Post {number}", link=None))
    with pytest.raises(RetryLater) as told:
        await account.publish(stage.post(key="db-3-0"))
    assert told.value.after == timedelta(seconds=5)
    assert stage.server.requests == 2
    assert await account.find(stage.post(key="db-3-0")) is None
    stage.clock.now += timedelta(seconds=5)
    await account.publish(stage.post(key="db-3-0"))


async def test_a_clock_that_is_set_back_locks_nobody_out(stage: Stage) -> None:
    """A wait that began in the future is forgotten."""
    stage.server.limit, account = 1, stage.open()
    await account.publish(stage.post())
    stage.clock.now -= timedelta(days=1)
    stage.server.limit = 5
    await account.publish(stage.post(key="db-2-0", text="Again", link=None))


@pytest.mark.parametrize(("scope", "others_wait"), [("global", True), ("user", False), ("shared", False)])
async def test_a_global_limit_holds_everything(stage: Stage, scope: str, others_wait: bool) -> None:
    """A route's own limit holds that route alone."""
    account = stage.open()
    stage.server.limited = [scope]
    with pytest.raises(RetryLater) as told:
        await account.publish(stage.post())
    assert told.value.after is not None
    before = len(stage.server.asked)
    if others_wait:
        with pytest.raises(RetryLater):
            await account.find(stage.post())
    else:
        assert await account.find(stage.post()) is None
    with pytest.raises(RetryLater):
        await account.publish(stage.post())
    assert (len(stage.server.asked) == before) == others_wait
    stage.clock.now += timedelta(seconds=3)
    await account.publish(stage.post())


async def test_refusals_without_end_are_ended(stage: Stage) -> None:
    """10,000 in ten minutes would ban our address: long before that nothing is asked any more."""
    account, stage.server.token = stage.open(), "another"
    wire_ = account._wire
    for _ in range(REFUSALS - 1):
        wire_._refused.append(stage.clock())
    with pytest.raises(NeedsLogin):
        await account.publish(stage.post())
    asked = len(stage.server.asked)
    with pytest.raises(RetryLater) as told:
        await account.publish(stage.post())
    assert told.value.after == WINDOW
    assert len(stage.server.asked) == asked
    stage.clock.now += WINDOW + timedelta(seconds=1)
    stage.server.token = CANARY
    await account.publish(stage.post())


# --------------------------------------------------------------------------- looking


async def test_a_long_history_is_read_to_its_end(stage: Stage) -> None:
    """However many spoke since, the post is found, and its absence is proven."""
    account = stage.open()
    await account.publish(stage.post())
    for number in range(250):
        stage.server.say("@ann", f"chat {number}", named=False)
    assert (await stage.open().find(stage.post())) is not None
    assert await stage.open().find(stage.post("Never said", None, key="db-2-0")) is None
    assert sum("after" in asked.query for asked in stage.server.asked) == 5


async def test_a_hidden_history_proves_nothing(stage: Stage) -> None:
    """Without the permission to read it a channel looks empty: that is doubt, with what to do."""
    await stage.open().publish(stage.post())
    stage.server.may = VIEW | SEND
    with pytest.raises(Unsure, match="Read Message History"):
        await stage.open().find(stage.post())


async def test_an_empty_channel_proves_absence(stage: Stage) -> None:
    """Nobody ever spoke there; where that isn't told, it is doubt."""
    assert await stage.open().find(stage.post()) is None
    async with wire([answer("[]")]) as place:
        with pytest.raises(Unsure):
            await stage.open(place.url.rstrip("/")).find(stage.post())


async def test_two_clocks_that_differ_are_reconciled(stage: Stage) -> None:
    """A server that is hours behind or ahead of us: the post is still found."""
    for hours in (-7, 7):
        stage.server.clock = lambda hours=hours: stage.clock.ticks() + hours * 3600
        key = f"db-{hours}-0"
        await stage.open().publish(stage.post(f"At {hours}", None, key=key))
        assert await stage.open().find(stage.post(f"At {hours}", None, key=key)) is not None


async def test_old_words_are_not_taken_for_new_ones(stage: Stage) -> None:
    """The same greeting of yesterday is another post, also after a restart."""
    await stage.open().publish(stage.post("Good morning!", None))
    stage.clock.now += timedelta(days=1)
    assert await stage.open().find(stage.post("Good morning!", None, key="db-2-0")) is None


async def test_what_others_say_is_never_ours(stage: Stage) -> None:
    """Somebody repeats a post to the letter."""
    stage.server.keep(Message(author=stage.server.person("@ann"), text=stage.post().text))
    assert await stage.open().find(stage.post()) is None


async def test_a_time_nobody_knows_or_that_lies_ahead(stage: Stage) -> None:
    """The first is doubt; for the second a day is looked through."""
    with pytest.raises(Unsure):
        await stage.open().find(Post(account="acc", text="x", dedupe_key="k"))
    receipt = await stage.open().publish(stage.post())
    late = stage.post()
    stage.clock.now -= timedelta(hours=2)
    stage.server.clock = lambda: stage.clock.ticks() + 7200
    assert (await stage.open().find(late)).remote_id == receipt.remote_id


async def test_a_channel_that_answers_the_same_page_for_ever_is_doubt(stage: Stage) -> None:
    """A server that ignores where to read on can't prove anything."""
    page = '[{"id": "5", "author": {"id": "6"}}]'
    async with wire([answer(page)]) as place:
        account = stage.open(place.url.rstrip("/"))
        account._wire._me = BOT
        with pytest.raises(Unsure, match="completely"):
            async with asyncio.timeout(20):
                await account.find(stage.post())


async def test_a_nonce_is_kept_for_as_long_as_we_believe(stage: Stage) -> None:
    """Within the promised time the same key is the same post; later it would be another, so it is looked for first."""
    account = stage.open()
    window = account.limits.idempotent_for
    assert window is not None
    first = await account.publish(stage.post())
    stage.clock.now += window - timedelta(seconds=1)
    assert (await account.publish(stage.post())).remote_id == first.remote_id
    stage.clock.now += timedelta(minutes=5)
    await account.publish(stage.post())
    assert len(stage.said()) == 2


async def test_a_nonce_is_believed_where_it_is_told(stage: Stage) -> None:
    """Then words that were changed on the way don't matter."""
    stage.server.shows_nonces = True
    receipt = await stage.open().publish(stage.post())
    stage.server.edit(stage.server.kept[0], "something else")
    assert (await stage.open().find(stage.post())).remote_id == receipt.remote_id


# --------------------------------------------------------------------------- taking back


async def test_a_post_can_be_taken_back(stage: Stage) -> None:
    """Also where it answered somebody in private; one that is gone is fine, one without a number is refused."""
    account = stage.open()
    receipt = await account.publish(stage.post())
    said = stage.server.say("@ann", "hello", direct=True)
    context = {"channel": said.channel, "guild": "@me"}
    reply = await account.publish(stage.post("Hi", None, key="k2", reply_to=said.id, reply_context=context))
    for one in (receipt, receipt, reply):
        await account.delete(one)
    assert stage.server.kept == []
    with pytest.raises(Rejected):
        await account.delete(Receipt(remote_id=""))
    stage.server.token = "another"
    with pytest.raises(NeedsLogin):
        await account.delete(receipt)
