"""What only the Mastodon API has: limits that are learnt, answers that mislead, posts that are read back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from bot.errors import ConfigError, DeliveryError, NeedsLogin, Rejected, RetryLater, TooLong, Unsure
from bot.model import Mention, Secret
from bot.net import Client
from bot.net.grants import Session, digest
from bot.platforms.mastodon.options import Options
from bot.platforms.mastodon.statuses import is_post
from bot.ports import Deleter, Doctor, Listener, Preparing, Publisher
from bot.prove.mastodon_server import MastodonServer
from bot.prove.mastodon_world import Dialect, Status
from bot.settings import load
from tests.platforms.contract import CANARY, Stage
from tests.platforms.stages import mastodon_stage
from tests.servers.fixtures import Hands
from tests.servers.wire import wire
from tests.settings.config_folder import CONTACT, write

TOKEN = Secret(CANARY)


@pytest.fixture
async def stage(make_client: Callable[..., Client], clock: Hands) -> AsyncIterator[Stage]:
    """An account on a server of the dialect "mastodon"."""
    async with mastodon_stage(make_client, clock, MastodonServer(), stream=False) as stage:
        yield stage


# --------------------------------------------------------------------------- limits


def test_it_keeps_all_the_ports(stage: Stage) -> None:
    """It speaks, listens, takes back, prepares itself and can be examined."""
    account = stage.open()
    assert all(isinstance(account, port) for port in (Publisher, Listener, Deleter, Preparing, Doctor))


async def test_mastodon_is_believed(stage: Stage) -> None:
    """Its length, its cost of a link, its keys."""
    stage.server.max_characters = 2000
    account = stage.open()
    await account.prepare()
    limits = account.limits
    assert (limits.max_length, limits.unit, limits.link_cost) == (2000, "graphemes", 23)
    assert (limits.idempotent_for, limits.searchable) == (timedelta(minutes=50), True)


async def test_others_are_believed_their_length_alone(stage: Stage) -> None:
    """GoToSocial advertises a cost of links that it doesn't keep to, and takes keys without a look at them."""
    stage.server.dialect, stage.server.max_characters = "gotosocial", 5000
    account = stage.open()
    await account.prepare()
    limits = account.limits
    assert (limits.max_length, limits.unit, limits.link_cost, limits.idempotent_for) == (5000, "characters", None, None)


@pytest.mark.parametrize(
    ("missing", "length", "cost"),
    [
        ({"/api/v2/instance"}, 700, 23),
        ({"/api/v2/instance", "/api/v1/instance"}, 500, 23),
        ({"/nodeinfo/2.0"}, 700, None),
        ({"/.well-known/nodeinfo"}, 700, 23),
        ({"/api/v2/instance", "/api/v1/instance", "/.well-known/nodeinfo", "/nodeinfo/2.0"}, 500, None),
    ],
)
async def test_what_a_server_has_not_got_is_no_failure(
    stage: Stage, missing: set[str], length: int, cost: int | None
) -> None:
    """v2, else v1, else the defaults; without a name of the software links count in full."""
    stage.server.max_characters, stage.server.missing = 700, missing
    account = stage.open()
    await account.prepare()
    assert (account.limits.max_length, account.limits.link_cost) == (length, cost)


async def test_before_it_is_prepared_the_careful_limits_hold(stage: Stage) -> None:
    """Where preparing fails, 500 characters with links in full are what every server takes."""
    account = stage.open("http://127.0.0.1:1")
    with pytest.raises(RetryLater):
        await account.prepare()
    assert (account.limits.max_length, account.limits.unit, account.limits.link_cost) == (500, "characters", None)


async def test_a_content_warning_counts(stage: Stage) -> None:
    """It stands before every post, so posts are shorter by it."""
    account = stage.open_with(content_warning="tides")
    await account.prepare()
    assert account.limits.max_length == 495
    await account.publish(stage.post("x" * 495, None))
    assert stage.server.kept[0].spoiler == "tides"


# --------------------------------------------------------------------------- what is sent


async def test_a_post_is_sent_as_the_account_wishes(stage: Stage) -> None:
    """Key, language and visibility; nothing is said of what is not known."""
    await stage.open().publish(stage.post(language="pt-BR", visibility="unlisted"))
    sent = next(asked for asked in stage.server.asked if asked.method == "POST")
    assert sent.json == {"status": stage.post().text, "language": "pt", "visibility": "unlisted"}
    assert sent.headers["Idempotency-Key"] == "db-1-0"
    await stage.open().publish(stage.post(language="neither", key=""))
    sent = stage.server.asked[-1]
    assert set(sent.json) == {"status"}
    assert "Idempotency-Key" not in sent.headers


async def test_a_post_that_names_no_visibility_has_the_accounts(stage: Stage) -> None:
    """As the owner wrote it; what the post names itself counts more."""
    stage.visibility = "unlisted"
    await stage.open().publish(stage.post())
    await stage.open().publish(stage.post(visibility="private", key="db-2-0"))
    assert [asked.json["visibility"] for asked in stage.server.asked if asked.method == "POST"] == [
        "unlisted",
        "private",
    ]


async def test_what_does_not_fit_is_said_before_it_is_sent(stage: Stage) -> None:
    """Snac hangs up on texts that are too long: so the server isn't even asked; the asker's name and the warning count."""
    with pytest.raises(TooLong) as told:
        await stage.open().publish(stage.post("x" * 501, None))
    assert told.value.limit == 500
    reply = {"reply_to": "1", "reply_to_author": "@ann@far.example", "reply_context": {"spoiler": "tides"}}
    with pytest.raises(TooLong) as told:
        await stage.open().publish(stage.post("x" * 490, None, **reply))
    assert told.value.limit == 500 - len("@ann@far.example ") - len("tides")
    assert stage.server.requests == 0


async def test_a_server_that_breaks_its_promise_is_told_shorter_words(stage: Stage) -> None:
    """It says that links cost 23, and counts them in full: certainly not accepted, and how long it may be."""
    account = stage.open()
    await account.prepare()
    stage.server.dialect = "gotosocial"
    link = f"https://example.org/{'x' * 300}"
    with pytest.raises(TooLong) as told:
        await account.publish(stage.post(f"{'word ' * 60}{link}", link))
    assert told.value.limit == 500
    assert stage.said() == []


async def test_a_limit_that_was_lowered_meanwhile_is_learnt(stage: Stage) -> None:
    """The refusal says how long a post may be now, and the next one isn't even sent; the warning still counts."""
    account = stage.open_with(content_warning="tides")
    await account.prepare()
    stage.server.max_characters = 150
    for _ in range(2):
        with pytest.raises(TooLong) as told:
            await account.publish(stage.post("x" * 495, None))
        assert told.value.limit == 145
    assert (account.limits.max_length, stage.server.requests) == (145, 1)


async def test_a_token_of_another_account_is_noticed(stage: Stage) -> None:
    """Nothing is sent as somebody else, nor looked for among their posts; with the old one's token all goes on."""
    await stage.open().prepare()
    stage.server.own = "ann"  # whose token it is now
    account = stage.open()
    await account.prepare()
    for asked in (account.publish(stage.post()), account.find(stage.post()), anext(account.mentions("0"))):
        with pytest.raises(NeedsLogin, match="another one's") as told:
            await asked
        assert "starfish accounts add" in told.value.told("acc")
    ((_, what),) = await account.examine()
    assert "another one's" in what
    assert stage.server.requests == 0
    stage.server.own = "bot"
    account = stage.open()
    await account.prepare()
    await account.publish(stage.post())
    assert len(stage.said()) == 1


# --------------------------------------------------------------------------- answers that mislead


@pytest.mark.parametrize("of_reply", [False, True])
async def test_snac_says_422_to_a_bad_token(stage: Stage, of_reply: bool) -> None:
    """What looks like a refused post is a refused login, when reading too."""
    stage.server.bad_token, stage.server.token = 422, "another"
    more = {"reply_to": "1", "reply_to_author": "@ann"} if of_reply else {}
    with pytest.raises(NeedsLogin):
        await stage.open().publish(stage.post(**more))
    with pytest.raises(NeedsLogin):
        await stage.open().find(stage.post(**more))


async def test_a_post_that_is_not_valid_is_refused_for_good(stage: Stage) -> None:
    """422 with a good token: the post, not the login."""
    with pytest.raises(Rejected, match="422"):
        await stage.open().publish(stage.post(visibility="everybody"))


async def test_a_reply_that_somebody_bars_pauses_nobody(stage: Stage) -> None:
    """403 to a reply may be its author's wish: other people are still answered, unless the token may not write at all."""
    said = stage.server.say("@ann", "hello")
    stage.server.troubles.script(["403"])
    with pytest.raises(Rejected, match="reply"):
        await stage.open().publish(stage.post("Hi", None, reply_to=said.id, reply_to_author="@ann"))
    scope = b'{"error": "This action is outside the authorized scopes"}'
    head = b"HTTP/1.1 403 Forbidden\r\nContent-Length: %d\r\n\r\n" % len(scope)
    async with wire([head + scope]) as place:
        with pytest.raises(NeedsLogin):
            await stage.open(place.url).publish(stage.post("Hi", None, reply_to=said.id, reply_to_author="@ann"))


async def test_a_refusal_that_cannot_be_understood_waits(stage: Stage) -> None:
    """422, and then the server doesn't say whether it knows us: certainly not accepted, so it may be tried again."""
    async with wire([b"HTTP/1.1 422 No\r\nContent-Length: 2\r\n\r\n{}"]) as place:
        account = stage.open(place.url)
        with pytest.raises(NeedsLogin):
            await account.publish(stage.post())
    stage.server.missing = {"/api/v1/accounts/verify_credentials"}
    with pytest.raises(RetryLater):
        await stage.open().publish(stage.post(visibility="everybody"))


async def test_a_mention_that_is_gone_is_not_answered(stage: Stage) -> None:
    """M4: 404 is final, and a reply to it is looked for in our own list alone."""
    gone = stage.post("Hi", None, reply_to="gone", reply_to_author="@ann")
    with pytest.raises(Rejected):
        await stage.open().publish(gone)
    assert await stage.open().find(gone) is None


# --------------------------------------------------------------------------- reading back


def fill(stage: Stage, count: int, *, before: timedelta = timedelta(0)) -> None:
    """Let the account have said much."""
    now = stage.clock.now
    stage.clock.now -= before
    for number in range(count):
        stage.server.keep(Status(account="bot", text=f"Post {number}"))
    stage.clock.now = now


async def test_a_post_is_found_behind_many_others(stage: Stage) -> None:
    """Pages are read until they are older than the post could be, and no further."""
    fill(stage, 100, before=timedelta(days=1))
    post = stage.post()
    receipt = await stage.open().publish(post)
    stage.clock.now += timedelta(minutes=1)
    fill(stage, 130)
    stage.server.asked.clear()
    found = await stage.open().find(post)
    assert found is not None
    assert found.remote_id == receipt.remote_id
    pages = [asked for asked in stage.server.asked if asked.path.endswith("/statuses")]
    assert len(pages) == 4
    assert await stage.open().find(stage.post("Else https://example.org/else", "https://example.org/else")) is None


async def test_more_than_can_be_read_is_doubt(stage: Stage) -> None:
    """Absence is only proven by a complete reading."""
    post = stage.post()
    fill(stage, 2100)
    with pytest.raises(Unsure, match="completely"):
        await stage.open().find(post)


@pytest.mark.parametrize(("count", "proven"), [(39, True), (41, False)])
async def test_a_server_without_pages_is_believed_what_fits_on_one(stage: Stage, count: int, proven: bool) -> None:
    """One that ignores `max_id` gives the same page again: less than a full one was all there is."""
    stage.server.pages = False
    fill(stage, count)
    if proven:
        assert await stage.open().find(stage.post()) is None
    else:
        with pytest.raises(Unsure):
            await stage.open().find(stage.post())


async def test_a_reading_that_lags_shows_it_later(stage: Stage) -> None:
    """C13: right after posting it is not there yet; once the settle time is over it is."""
    stage.server.lag = lambda: 30.0
    post = stage.post()
    await stage.open().publish(post)
    assert await stage.open().find(post) is None
    stage.clock.now += timedelta(seconds=120)
    assert await stage.open().find(post) is not None


async def test_a_direct_reply_is_found_beside_the_mention(stage: Stage) -> None:
    """Some servers leave direct messages out of every list of an account's posts."""
    stage.server.hides_direct = True
    said = stage.server.say("@ann", "hello", visibility="direct")
    post = stage.post("Hi Ann!", None, reply_to=said.id, reply_to_author="@ann", visibility="direct")
    assert await stage.open().find(post) is None
    await stage.open().publish(post)
    assert await stage.open().find(post) is not None


async def test_a_reply_is_found_though_the_mention_was_deleted(stage: Stage) -> None:
    """It has no parent any more, and no context: its words are what is left."""
    said = stage.server.say("@ann", "hello")
    post = stage.post("Hi Ann!", None, reply_to=said.id, reply_to_author="@ann", visibility="public")
    await stage.open().publish(post)
    (kept,) = stage.server.kept
    stage.server.statuses = [replace(kept, reply_to=None)]
    assert await stage.open().find(post) is not None


async def test_a_boost_is_no_post_of_ours(stage: Stage) -> None:
    """Somebody else's post with the same link, boosted by the owner by hand, stands in our list too."""
    shown = stage.server.shown(stage.server.keep(Status(account="bot", text=stage.post().text)))
    assert is_post(shown, stage.post())
    assert not is_post({**shown, "reblog": shown}, stage.post())


@pytest.mark.parametrize(
    ("answer", "failure"),
    [
        (b"HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n", Unsure),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n<html>", Unsure),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]", Unsure),
        (b"HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n", Unsure),
        (b"HTTP/1.1 302 No\r\nLocation: /\r\nContent-Length: 0\r\n\r\n", Unsure),
        (b"HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n", NeedsLogin),
        (b"HTTP/1.1 429 No\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n", RetryLater),
    ],
)
async def test_what_cannot_be_read_proves_nothing(stage: Stage, answer: bytes, failure: type[DeliveryError]) -> None:
    """Whatever keeps us from looking, it never becomes "it is not there"."""
    async with wire([answer]) as place:
        with pytest.raises(failure):
            await stage.open(place.url).find(stage.post())


async def test_without_a_time_nothing_is_proven(stage: Stage) -> None:
    """Nobody knows how far back to look."""
    with pytest.raises(Unsure):
        await stage.open().find(replace(stage.post(), sent_at=None))


# --------------------------------------------------------------------------- hearing


async def heard(stage: Stage, cursor: str | None, count: int) -> list[tuple[str, Mention]]:
    """The first mentions after a cursor."""
    async with asyncio.timeout(20), aclosing(stage.open().mentions(cursor)) as mentions:
        return [await anext(mentions) for _ in range(count)]


async def test_other_events_are_no_mentions(stage: Stage) -> None:
    """Boosts and favourites, from a server that ignores what was asked for: the cursor goes over them."""
    said = [stage.server.say("@ann", "hello")]
    for _ in range(45):
        stage.server.notify("favourite", stage.server.shown(said[0]))
    said.append(stage.server.say("@ann", "hello again"))
    for note in stage.server.notes:
        note["type"], note["kind"] = "mention", note["type"]  # it says yes to every filter
        note["status"] = {**note["status"], "id": "" if note["kind"] == "favourite" else note["status"]["id"]}
    assert [mention.remote_id for _, mention in await heard(stage, "0", 2)] == [one.id for one in said]


async def test_a_server_that_gives_more_than_was_asked_for_is_read_from_the_cursor_on(stage: Stage) -> None:
    """What was read already is not read again, as far as one page tells."""
    said = [stage.server.say("@ann", f"hello {number}") for number in range(4)]
    (cursor, _), *_ = await heard(stage, "0", 4)
    stage.server.redelivers = True
    assert [mention.remote_id for _, mention in await heard(stage, cursor, 3)] == [one.id for one in said[1:]]


async def test_a_conversation_that_cannot_be_read_is_still_answered(stage: Stage) -> None:
    """Its thread is what is known: the post that was answered."""
    first = stage.server.say("@ann", "hello")
    second = stage.server.say("@ann", "and?", reply_to=first.id)
    stage.server.missing = {f"/api/v1/statuses/{second.id}/context"}
    (_, mention) = (await heard(stage, "0", 2))[1]
    assert mention.thread == mention.in_reply_to == first.id


async def test_the_beginning_is_kept_for_each_server(stage: Stage) -> None:
    """Where an account moves to another server, its old beginning says nothing, nor who it was there."""
    stage.server.say("@ann", "old")
    async with aclosing(stage.open().mentions(None)) as mentions:
        hearing = asyncio.ensure_future(anext(mentions))
        while len(stage.vault.kept) < 2:
            await asyncio.sleep(0.005)
        hearing.cancel()
        await asyncio.gather(hearing, return_exceptions=True)
    assert all((account, stage.server.url in place) == ("acc", True) for account, place in stage.vault.kept)


async def test_people_are_known_by_the_servers_own_name(stage: Stage) -> None:
    """Where the server's name can't be had, nobody is heard under a wrong one: it is tried again."""
    stage.server.say("@ann", "hello")
    with pytest.raises(RetryLater):
        await anext(stage.open("http://127.0.0.1:1").mentions("0"))
    ((_, mention),) = await heard(stage, "0", 1)
    assert mention.author == "@ann@social.example"


# --------------------------------------------------------------------------- what is taken back


@pytest.mark.parametrize("dialect", ["mastodon", "gotosocial"])
async def test_a_deleted_mention_is_told_of(stage: Stage, dialect: Dialect) -> None:
    """Over either stream it comes at once, with the cursor as it stands; other words that go are told of just so."""
    stage.server.dialect = dialect
    account = stage.open_with(stream=True, poll=timedelta(hours=1))
    async with asyncio.timeout(20), aclosing(account.mentions("0")) as mentions:
        said = stage.server.say("@ann", "hello")
        cursor, mention = await anext(mentions)
        hearing = asyncio.ensure_future(anext(mentions))
        while not stage.server.listeners:
            await asyncio.sleep(0.005)
        stage.server.take_back(said)
        after, gone = await hearing
    assert (after, gone.remote_id, gone.gone) == (cursor, mention.remote_id, True)
    assert (gone.account, gone.text, mention.gone) == ("acc", "", False)


async def test_server_sent_events_tell_of_it_too(stage: Stage) -> None:
    """Where there is no WebSocket: of a deletion the stream of events gives the bare id."""
    stage.server.missing = {"/api/v1/streaming"}
    account = stage.open_with(stream=True, poll=timedelta(hours=1))
    async with asyncio.timeout(20), aclosing(account.mentions("0")) as mentions:
        hearing = asyncio.ensure_future(anext(mentions))
        while not stage.server.listeners:
            await asyncio.sleep(0.005)
        said = stage.server.say("@ann", "hello")
        assert (await hearing)[1].remote_id == said.id
        hearing = asyncio.ensure_future(anext(mentions))
        stage.server.streams.tell(("update", "{}"))
        stage.server.take_back(said)
        assert (await hearing)[1] == Mention(
            account="acc", remote_id=said.id, author="", text="", at=stage.clock(), gone=True
        )


# --------------------------------------------------------------------------- taking back, and the set-up


async def test_a_post_is_taken_back(stage: Stage) -> None:
    """Once more is fine: what is gone already is gone; what has no id can't be."""
    receipt = await stage.open().publish(stage.post())
    await stage.open().delete(receipt)
    assert stage.said() == []
    await stage.open().delete(receipt)
    with pytest.raises(Rejected):
        await stage.open().delete(replace(receipt, remote_id=""))


async def test_ids_are_opaque(stage: Stage) -> None:
    """Whatever an id holds, it is one segment of a path."""
    receipt = await stage.open().publish(stage.post())
    await stage.open().delete(replace(receipt, remote_id="../accounts?x=%2F#"))
    assert stage.server.asked[-1].path == "/api/v1/statuses/../accounts?x=%2F#"
    assert stage.server.asked[-1].query == {}


async def test_a_good_account_is_well(stage: Stage) -> None:
    """Everything that can be looked at without sending."""
    found = await stage.open().examine()
    assert all(fine for fine, _ in found)
    assert "@bot@social.example" in found[0][1]
    assert "a link costs 23" in found[-1][1]
    assert stage.server.requests == 0


async def test_what_is_not_well_is_named(stage: Stage) -> None:
    """No bot flag, a wrong clock, a refused token, an unreachable server."""
    stage.server.is_bot = False
    stage.server.clock = lambda: stage.clock.ticks() - 600
    wrong = [what for fine, what in await stage.open().examine() if not fine]
    assert len(wrong) == 2
    assert "not marked as a bot" in wrong[0]
    assert "600 s behind" in wrong[1]
    stage.server.is_bot, stage.server.clock = True, stage.clock.ticks
    assert await wrong_of(stage) == []
    stage.server.token = "another"
    ((fine, what),) = await stage.open().examine()
    assert not fine
    assert "401" in what
    ((fine, _),) = await stage.open("http://127.0.0.1:1").examine()
    assert not fine


async def wrong_of(stage: Stage) -> list[str]:
    """What is not well."""
    return [what for fine, what in await stage.open().examine() if not fine]


@pytest.mark.parametrize(
    ("scopes", "wrong"),
    [
        ("read write follow", ""),
        ("read:accounts read:statuses read:notifications write:statuses", ""),
        (None, ""),
        ("read", "lacks write:statuses"),
        ("read:accounts write:media", "lacks read:notifications, read:statuses, write:statuses"),
    ],
)
async def test_rights_are_told_before_the_first_post_fails(stage: Stage, scopes: str | None, wrong: str) -> None:
    """By what the application asked for, whole scopes and single ones; a server that doesn't say is no mistake."""
    stage.server.scopes = scopes
    found = await wrong_of(stage)
    assert (wrong in found[0]) if wrong else (found == [])
    stage.server.by_hand = True
    assert await wrong_of(stage) == []
    stage.server.missing = {"/api/v1/apps/verify_credentials"}
    assert await wrong_of(stage) == []


@pytest.mark.parametrize(("seconds", "fine"), [(60, True), (-60, True), (61, False), (-61, False)])
async def test_clocks_may_differ_by_a_minute(stage: Stage, seconds: int, fine: bool) -> None:
    """Beyond it, the owner is told which way."""
    stage.server.clock = lambda: stage.clock.ticks() + seconds
    found = await wrong_of(stage)
    assert (found == []) == fine
    assert fine or ("ahead" if seconds > 0 else "behind") in found[0]


@pytest.mark.parametrize(("days", "words"), [(15, ""), (13, "ends on 2026-12-05"), (-1, "ended on 2026-11-21")])
async def test_the_end_of_a_token_is_told_before_it_comes(stage: Stage, days: int, words: str) -> None:
    """Two weeks ahead, where nobody can renew it, with what to do; most servers' tokens have no end."""
    until = stage.clock.now + timedelta(days=days)
    stage.vault.put("acc", "session", Session(access=TOKEN, refresh=None, until=until, root=digest(TOKEN)).packed())
    found = await wrong_of(stage)
    assert (words in found[0] and "starfish accounts renew acc" in found[0]) if words else (found == [])


async def test_the_end_of_another_token_is_nobodys_trouble(stage: Stage) -> None:
    """The owner has put a fresh one in its place since."""
    until = stage.clock.now - timedelta(days=1)
    stage.vault.put("acc", "session", Session(access=TOKEN, refresh=None, until=until, root="another").packed())
    assert await wrong_of(stage) == []


# --------------------------------------------------------------------------- the owner's keys


@pytest.mark.parametrize(
    ("wish", "complaint"),
    [
        ({"server": "social.example"}, "server's address alone"),
        ({"server": "https://social.example/@bot"}, "server's address alone"),
        ({"server": "https://ann:pw@social.example"}, "server's address alone"),
        ({"server": "ftp://social.example"}, "server's address alone"),
        ({"server": "https://["}, "server's address alone"),
        ({"server": 7}, "server's address alone"),
        ({"token": "plain"}, "instance of Secret"),
        ({"poll": "now"}, "must be a span"),
        ({"content_warning": "x" * 201}, "at most 200"),
        ({"owner": "ann"}, 'did you mean "@ann@social.example"'),
        ({"owner": "@ann"}, 'did you mean "@ann@social.example"'),
        ({"owner": "ann@far.example"}, 'did you mean "@ann@far.example"'),
        ({"owner": "@ann@"}, 'did you mean "@ann@social.example"'),
        ({"owner": "ann", "server": "nowhere"}, 'like "@ann@example.social"'),
        ({"owner": "@ann@far example"}, 'like "@ann@example.social"'),
        ({"owner": "https://social.example/@ann"}, 'like "@ann@example.social"'),
        ({"owner": ""}, 'like "@ann@example.social"'),
        ({"owner": 7}, 'like "@ann@example.social"'),
        ({"visibility": "everybody"}, "'public', 'unlisted', 'private' or 'direct'"),
    ],
)
def test_mistakes_are_named(wish: dict[str, Any], complaint: str) -> None:
    """Each in words that the owner understands."""
    with pytest.raises(ValidationError, match=complaint):
        Options(**{"server": "https://social.example", "token": Secret("x"), **wish})


def test_it_is_set_up_in_toml(tmp_path: Path) -> None:
    """As the design shows it; a slash at the end of the address is no mistake."""
    account = (
        '[[accounts]]\nname = "fedi"\nplatform = "mastodon"\nserver = "https://social.example/"\n'
        'token = { env = "T" }\nvisibility = "unlisted"\npoll = "1m"\nowner = "@ann@far.example"\n'
    )
    (made,) = load(
        write(tmp_path, starfish=f"[net]\n{CONTACT}{account}"), {"mastodon": Options}, env={"T": CANARY}
    ).accounts
    options = made.options
    assert isinstance(options, Options)
    assert (options.server, options.token, options.poll) == (
        "https://social.example",
        Secret(CANARY),
        timedelta(minutes=1),
    )
    assert (made.visibility, made.owner) == ("unlisted", "@ann@far.example")
    assert CANARY not in repr(made)


def test_a_wrong_id_of_the_owner_and_a_visibility_that_there_is_not_are_mistakes(tmp_path: Path) -> None:
    """`check` names both with what was probably meant: an id that never matches would make the owner a stranger."""
    account = (
        '[[accounts]]\nname = "fedi"\nplatform = "mastodon"\nserver = "https://social.example"\n'
        'token = { env = "T" }\nowner = "ann"\nvisibility = "pubic"\n'
    )
    with pytest.raises(ConfigError) as told:
        load(write(tmp_path, starfish=f"[net]\n{CONTACT}{account}"), {"mastodon": Options}, env={"T": CANARY})
    assert [problem.what for problem in told.value.problems] == [
        'owner must be your full id there; did you mean "@ann@social.example"?',
        'visibility "pubic" is unknown; did you mean "public"?',
    ]
