from __future__ import annotations

import base64
import gzip
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core import polling
from bot.errors import FeedError, FeedGone, FeedRefused, FeedUnreachable, FeedUnreadable
from bot.feeds.fetch import CAP, DATED, fetch, fingerprint, fresh_for, gunzip
from bot.model import Feed, FeedState, Fetched, ParsedFeed, Secret
from bot.net import Client
from bot.ports import Reply
from tests.servers.feedserver import FeedServer
from tests.servers.fixtures import START, Hands

RSS = b"<rss version='2.0'><channel><title>T</title></channel></rss>"
MODIFIED = "Sat, 21 Nov 2026 09:00:00 GMT"
EMPTY = ParsedFeed(entries=())


async def poll(client: Client, state: FeedState, now: datetime, **wishes: object) -> tuple[Fetched, FeedState]:
    """One poll and what follows from it, as the story does it."""
    feed = replace(Feed(url=state.url), **wishes)  # type: ignore[arg-type]
    fetched = await fetch(client, feed, state, now)
    return fetched, polling.after_success(state, fetched, EMPTY if fetched.body else None, feed, now, 0.0)


async def test_the_first_poll_asks_without_conditions_and_names_feed_types(client: Client, server: FeedServer) -> None:
    """Nothing is known yet: the document comes whole, with its type, charset and hash."""
    url = server.put("/feed", RSS, content_type="Application/RSS+XML; charset=ISO-8859-1")
    fetched, _ = await poll(client, FeedState(url=url), START)
    assert fetched.body is not None
    assert (fetched.body.url, fetched.body.content) == (url, RSS)
    assert (fetched.body.content_type, fetched.body.charset) == ("application/rss+xml", "iso-8859-1")
    assert fetched.body_hash is not None
    assert len(fetched.body_hash) == 32
    sent = server.seen[0].headers
    assert not {"If-None-Match", "If-Modified-Since"} & set(sent)
    assert all(
        kind in sent["Accept"] for kind in ("application/rss+xml", "application/atom+xml", "application/feed+json")
    )


@pytest.mark.parametrize(
    ("etag", "modified"),
    [
        ('"abc"', MODIFIED),
        ('W/"abc"', None),
        ("unquoted", None),
        ('"ü, 例 ;"', None),
        (None, MODIFIED),
        (None, "yesterday"),
        (None, "2026-11-21T09:00:00Z"),
        ('""', "0"),
    ],
)
async def test_n3_validators_are_sent_back_to_the_letter(
    client: Client, server: FeedServer, etag: str | None, modified: str | None
) -> None:
    """N3: whatever a server calls them, both come back as they were, and a 304 means unchanged."""
    url = server.put("/feed", RSS, etag=etag, last_modified=modified)
    _, state = await poll(client, FeedState(url=url), START)
    fetched, after = await poll(client, state, START + timedelta(hours=1))
    assert server.seen[1].headers.get("If-None-Match") == etag
    assert server.seen[1].headers.get("If-Modified-Since") == modified
    assert fetched.body is None
    assert fetched.body_hash == state.body_hash
    assert (after.etag, after.last_modified, after.validators_at) == (etag, modified, START)


async def test_n3_validators_are_replaced_together(client: Client, server: FeedServer) -> None:
    """N3: a new document without an ETag leaves none of the old one behind."""
    url = server.put("/feed", RSS, etag='"1"', last_modified=MODIFIED)
    _, state = await poll(client, FeedState(url=url), START)
    server.put("/feed", RSS + b"<!-- 2 -->", last_modified="Sun, 22 Nov 2026 13:00:00 GMT")
    fetched, state = await poll(client, state, START + timedelta(hours=1))
    assert fetched.body is not None
    assert (state.etag, state.last_modified) == (None, "Sun, 22 Nov 2026 13:00:00 GMT")
    await poll(client, state, START + timedelta(hours=2))
    assert "If-None-Match" not in server.seen[2].headers


async def test_a_304_may_renew_a_validator(client: Client, server: FeedServer) -> None:
    """RFC 9111: what a 304 says of the stored document counts; what it doesn't repeat stays."""
    url = server.put("/feed", RSS, etag='"1"', last_modified=MODIFIED)
    _, state = await poll(client, FeedState(url=url), START)
    server.put("/feed", status=304, etag='"1b"')
    _, state = await poll(client, state, START + timedelta(hours=1))
    assert (state.etag, state.last_modified) == ('"1b"', MODIFIED)


async def test_n3_a_server_that_says_304_for_ever_is_found_out(client: Client, server: FeedServer) -> None:
    """N3: after eight days the validators are left out once, so the document that a lying 304 kept from us comes."""
    url = server.put("/feed", RSS, etag='"1"')
    _, state = await poll(client, FeedState(url=url), START)
    server.put("/feed", RSS + b"<!-- new -->", etag='"1"')
    fetched, state = await poll(client, state, START + timedelta(days=7, hours=23))
    assert fetched.body is None
    fetched, state = await poll(client, state, START + timedelta(days=8))
    assert "If-None-Match" not in server.seen[2].headers
    assert fetched.body is not None
    assert not fetched.validated
    assert state.validators_at == START + timedelta(days=8)


async def test_the_same_bytes_are_unchanged_without_validators(client: Client, server: FeedServer) -> None:
    """A server that always sends everything costs no parsing while nothing changes."""
    url = server.put("/feed", RSS)
    _, state = await poll(client, FeedState(url=url), START)
    fetched, state = await poll(client, state, START + timedelta(hours=1))
    assert fetched.body is None
    server.put("/feed", RSS + b" ")
    fetched, _ = await poll(client, state, START + timedelta(hours=2))
    assert fetched.body is not None


ITEM = "<item><guid>1</guid><title>T</title><pubDate>Sat, 21 Nov 2026 09:00:00 GMT</pubDate></item>"
BUILT = f"<rss version='2.0'><channel><title>A</title><lastBuildDate>{{}}</lastBuildDate><ttl>60</ttl>{ITEM}</channel></rss>"


async def test_a_document_that_is_only_built_anew_is_unchanged(client: Client, server: FeedServer) -> None:
    """A site that writes the time of each build brings nothing new by it; its new validators are kept."""
    url = server.put("/feed", BUILT.format("Sat, 21 Nov 2026 09:00:00 GMT").encode(), etag='"1"')
    _, state = await poll(client, FeedState(url=url), START)
    server.put("/feed", BUILT.format("Sat, 21 Nov 2026 10:00:00 GMT").encode() + b"<!-- in 7 ms -->", etag='"2"')
    fetched, state = await poll(client, state, START + timedelta(hours=1))
    assert fetched.body is None
    assert state.etag == '"2"'


ATOM = "<feed><title>A</title><updated>{}</updated><entry><id>1</id><updated>{}</updated></entry></feed>"


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (BUILT.format("1"), BUILT.format("2"), True),
        (BUILT.format(" <![CDATA[ 1 ]]>"), BUILT.format(" <![CDATA[ 2 ]]>"), True),
        (BUILT.format("1"), BUILT.format("1").replace("<ttl>60", "<ttl>90"), False),
        (BUILT.format("1"), BUILT.format("1").replace("09:00:00", "09:00:01"), False),
        (BUILT.format("1"), BUILT.format("1").replace("</channel>", f"{ITEM}</channel>"), False),
        (BUILT.format("1"), BUILT.format("1").replace("<title>A", "<!-- b --><title>A"), True),
        (BUILT.format("1"), BUILT.format("1").replace("<title>T", "<!-- b --><title>T"), False),
        (BUILT.format("1"), BUILT.format("1").replace("</rss>", ""), False),
        (ATOM.format("1", "1"), ATOM.format("2", "1"), True),
        (ATOM.format("1", "1"), ATOM.format("1", "2"), False),
        (
            "<rss><channel><pubDate>1</pubDate></channel></rss>",
            "<rss><channel><pubDate>2</pubDate></channel></rss>",
            False,
        ),
        ('{"items": [{"id": "1"}]}', '{"items": [{"id": "2"}]}', False),
        (
            f"<rss>{' ' * DATED}<pubDate>1</pubDate>{ITEM}</rss>",
            f"<rss>{' ' * DATED}<pubDate>2</pubDate>{ITEM}</rss>",
            False,
        ),
    ],
)
def test_only_dates_and_comments_around_the_items_may_change(one: str, other: str, same: bool) -> None:
    """Whatever stands in an item counts, and so does all else of the head; where no item is seen, everything does."""
    assert (fingerprint(one.encode()) == fingerprint(other.encode())) is same


@given(
    st.lists(
        st.sampled_from([b"<!--", b"-->", b"<updated>", b"</updated>", b"<item", b"</item", b"<entry", b"-", b"x"])
    )
)
def test_the_fingerprint_stays_or_tells_a_change(pieces: list[bytes]) -> None:
    """Any bytes have one, the same each time, and another one with an item more."""
    content = b"".join(pieces)
    assert fingerprint(content) == fingerprint(content)
    assert fingerprint(content) != fingerprint(content + b"<item>new</item>")


@pytest.mark.parametrize("etag", ["x" * 1001, "a\tb"])
async def test_a_validator_that_cannot_be_kept_is_not_sent(client: Client, server: FeedServer, etag: str) -> None:
    """Too long, or not printable: better none than another one."""
    url = server.put("/feed", RSS, etag=etag)
    _, state = await poll(client, FeedState(url=url), START)
    assert state.etag is None


async def test_an_unasked_304_is_a_failure(client: Client, server: FeedServer) -> None:
    """A 304 to a question without conditions says nothing."""
    url = server.put("/feed", status=304)
    with pytest.raises(FeedUnreachable, match="304"):
        await poll(client, FeedState(url=url), START)


@pytest.mark.parametrize(
    ("links", "hub", "topic"),
    [
        (['<https://hub.example/>; rel="hub"', '<https://a.example/feed>; rel="self"'], "https://hub.example/", "https://a.example/feed"),
        (['<https://a.example/feed>;rel=self , </hub>; title="x, y"; REL = "other Hub"'], "/hub", "https://a.example/feed"),
        (['<https://a.example/wp-json/>; rel="https://api.w.org/"', "<javascript:x>; rel=hub", "hub"], None, None),
        (["<" * 20_000], None, None),
    ],
)  # fmt: skip
async def test_a_hub_may_be_named_by_the_answer(
    client: Client, server: FeedServer, links: list[str], hub: str | None, topic: str | None
) -> None:
    """WebSub's other place, in the header `Link`; relative addresses are the server's."""
    url = server.put("/feed", RSS, headers=[("Link", one[:4_000]) for one in links])
    fetched, _ = await poll(client, FeedState(url=url), START)
    assert fetched.hub == (server.url(hub) if hub and hub.startswith("/") else hub)
    assert fetched.topic == topic


async def test_a_feeds_secrets_are_sent(client: Client, server: FeedServer) -> None:
    """Headers, password and cookie of `feeds.toml` reach the feed."""
    url = server.put("/feed", RSS)
    await poll(
        client,
        FeedState(url=url),
        START,
        headers=(("X-Key", Secret("key")),),
        auth=Secret("ann:secret"),
        cookie=Secret("a=b"),
    )
    sent = server.seen[0].headers
    assert (sent["X-Key"], sent["Cookie"]) == ("key", "a=b")
    assert sent["Authorization"] == "Basic " + base64.b64encode(b"ann:secret").decode()


@pytest.mark.parametrize(
    "missing",
    [
        {"auth": Secret("")},
        {"cookie": Secret("")},
        {"proxy": Secret("")},
        {"headers": (("X-Lang", Secret("de")), ("X-Key", Secret("")))},
    ],
)
async def test_a_feed_whose_secrets_are_missing_is_not_asked(
    client: Client, server: FeedServer, missing: dict[str, object]
) -> None:
    """A command may run without them; the server would only say no, and the owner would look for the mistake there."""
    url = server.put("/feed", RSS)
    with pytest.raises(FeedRefused, match="refers to is not there; `starfish check` says which"):
        await poll(client, FeedState(url=url), START, **missing)
    assert server.hits() == 0


async def test_a_moved_feed_is_asked_at_its_new_address(client: Client, server: FeedServer) -> None:
    """Once an address was believed, the old one is left alone."""
    server.put("/new", RSS)
    url = server.redirect("/old", "/new", 301)
    state = FeedState(url=url)
    for days in (0, 1, 2):
        fetched, state = await poll(client, state, START + timedelta(days=days))
        assert fetched.moved_to == server.url("/new")
    assert (state.address, state.moved_count) == (server.url("/new"), 0)
    await poll(client, state, START + timedelta(days=3))
    assert (server.hits("/old"), server.hits("/new")) == (3, 4)


async def test_a_moved_feeds_secrets_stay_where_the_owner_gave_them(client: Client, server: FeedServer) -> None:
    """Another host that a feed has moved to gets none: nobody can redirect a password to themselves by patience."""
    url = server.put("/old", RSS)
    secrets = {"headers": (("X-Key", Secret("key")),), "auth": Secret("ann:secret"), "cookie": Secret("a=b")}
    async with FeedServer(host="127.0.0.2") as other:
        moved = FeedState(url=url, address=other.put("/new", RSS))
        await poll(client, moved, START, **secrets)
        assert not {"X-Key", "Authorization", "Cookie"} & other.seen[0].headers.keys()
    await poll(client, FeedState(url=url, address=server.put("/new", RSS)), START, **secrets)
    assert server.seen[-1].headers["X-Key"] == "key"


async def test_n1_a_failing_server_keeps_the_state(client: Client, server: FeedServer) -> None:
    """N1: 500, 502, 503: what was known stays known, the wait doubles, and the next success continues conditionally."""
    url = server.put("/feed", RSS, etag='"1"')
    _, state = await poll(client, FeedState(url=url), START)
    now = START
    waits = []
    for status in (500, 502, 503, 504):
        server.put("/feed", status=status)
        now += timedelta(hours=1)
        with pytest.raises(FeedUnreachable) as told:
            await poll(client, state, now)
        state = polling.after_failure(state, told.value, Feed(url=url), now, 0.0)
        assert state.next_at is not None
        waits.append((state.next_at - now) / timedelta(minutes=1))
    assert waits == [15, 30, 60, 120]
    assert (state.etag, state.first_ok, state.errors) == ('"1"', START, 4)
    server.put("/feed", RSS, etag='"1"')
    fetched, state = await poll(client, state, now)
    assert fetched.body is None
    assert (state.errors, state.error, state.error_since) == (0, None, None)


async def test_n4_a_gone_feed_is_muted_at_the_second_sighting(client: Client, server: FeedServer) -> None:
    """N4: one 410 may be a slip; two mute the feed, and the owner is told."""
    url = server.put("/feed", status=410)
    state = FeedState(url=url)
    for days in (0, 1):
        assert state.muted is None
        with pytest.raises(FeedGone) as told:
            await poll(client, state, START + timedelta(days=days))
        state = polling.after_failure(state, told.value, Feed(url=url), START + timedelta(days=days), 0.0)
    assert state.muted
    assert "gone" in (polling.notice(state, START) or "")


async def test_n2_the_whole_host_is_spared(client: Client, server: FeedServer, clock: Hands) -> None:
    """N2: one feed's 429 keeps the polls of its neighbours from going out, and none of them comes early."""
    limited = server.put("/limited", status=429, headers=(("Retry-After", "7200"),))
    states = [FeedState(url=limited), *(FeedState(url=server.put(f"/{number}", RSS)) for number in range(5))]
    for state in states:
        with pytest.raises(FeedUnreachable) as told:
            await poll(client, state, clock())
        after = polling.after_failure(state, told.value, Feed(url=state.url), clock(), 0.0)
        assert after.next_at == START + timedelta(hours=2)
    assert server.hits() == 1


# --------------------------------------------------------------------------- packed documents


async def test_a_stored_gzip_is_unpacked(client: Client, server: FeedServer) -> None:
    """A .gz that is served as it lies there is a feed all the same, in several members too."""
    url = server.put("/feed.xml.gz", gzip.compress(RSS[:20]) + gzip.compress(RSS[20:]), content_type="application/gzip")
    fetched, _ = await poll(client, FeedState(url=url), START)
    assert fetched.body is not None
    assert fetched.body.content == RSS


@pytest.mark.parametrize(
    ("packed", "failure"),
    [
        (gzip.compress(bytes(CAP + 1)), FeedRefused),
        (gzip.compress(bytes(CAP // 2 + 1)) * 2, FeedRefused),
        (gzip.compress(RSS)[:-12], FeedUnreadable),
        (b"\x1f\x8b" + b"\xff" * 50, FeedUnreadable),
        (b"\x1f\x8b", FeedUnreadable),
    ],
    ids=["large", "large in two", "cut", "broken", "empty"],  # a gzip holds the time, so its bytes name no test
)
async def test_n8_a_stored_bomb_is_refused(
    client: Client, server: FeedServer, packed: bytes, failure: type[FeedError]
) -> None:
    """N8: what unpacks to more than the cap, in one member or many, is refused; what is broken is unreadable."""
    with pytest.raises(failure):
        await poll(client, FeedState(url=server.put("/feed", packed)), START)


async def test_n8_a_gzip_within_a_gzip_is_unpacked_once(client: Client, server: FeedServer) -> None:
    """N8: nesting ends at the second layer: what comes out then is no feed, and the parser says so."""
    inner = gzip.compress(RSS)
    fetched, _ = await poll(client, FeedState(url=server.put("/feed", gzip.compress(inner))), START)
    assert fetched.body is not None
    assert fetched.body.content == inner


@given(st.binary(max_size=200), st.integers(0, 200))
def test_any_gzip_unpacks_or_is_named(content: bytes, cut: int) -> None:
    """Whole ones give their content, cut ones a named failure, trailing garbage is ignored."""
    packed = gzip.compress(content)
    assert gunzip(packed + b"garbage", "http://example.com/") == content
    with pytest.raises(FeedUnreadable):
        gunzip(b"\x1f\x8b" + packed[2 : cut % len(packed)], "http://example.com/")


# --------------------------------------------------------------------------- freshness


@pytest.mark.parametrize(
    ("headers", "minutes"),
    [
        ({"cache-control": "max-age=3600"}, 60),
        ({"cache-control": "public, MAX-AGE = 3600, must-revalidate"}, 60),
        ({"cache-control": 'max-age="600"'}, 10),
        ({"cache-control": "max-age=3600", "age": "600"}, 50),
        ({"cache-control": "max-age=600", "expires": "Sun, 22 Nov 2026 14:00:00 GMT"}, 10),
        ({"expires": "Sun, 22 Nov 2026 13:00:00 GMT", "date": "Sun, 22 Nov 2026 12:30:00 GMT"}, 30),
        ({"expires": "Sun, 22 Nov 2026 13:00:00 GMT"}, 60),
        ({"cache-control": "max-age=9999999999"}, 9_999_999_999 / 60),
        ({"cache-control": "s-maxage=600"}, None),
        ({"cache-control": "max-age=0"}, None),
        ({"cache-control": "max-age=600, no-cache"}, None),
        ({"cache-control": "no-store"}, None),
        ({"cache-control": "max-age=soon"}, None),
        ({"cache-control": "max-age=600", "age": "700"}, None),
        ({"expires": "0"}, None),
        ({"expires": "-1"}, None),
        ({"expires": "Sun, 22 Nov 2026 11:00:00 GMT"}, None),
        ({}, None),
    ],
)
def test_how_long_an_answer_is_fresh(headers: dict[str, str], minutes: float | None) -> None:
    """max-age, else Expires minus Date, both minus Age; nothing where the answer mustn't be kept."""
    fresh = fresh_for(Reply(status=200, headers=headers, body=b"", url=""), START)
    assert fresh == (None if minutes is None else timedelta(minutes=minutes))


@given(st.dictionaries(st.sampled_from(["cache-control", "expires", "date", "age"]), st.text(max_size=40)))
def test_no_header_breaks_freshness(headers: dict[str, str]) -> None:
    """Whatever a server writes there, it is a span or nothing."""
    fresh = fresh_for(Reply(status=200, headers=headers, body=b"", url=""), START)
    assert fresh is None or fresh > timedelta(0)


async def test_a_304_is_fresh_by_its_own_word(client: Client, server: FeedServer) -> None:
    """max-age counts on a 304 as on a 200: the next poll waits for it."""
    url = server.put("/feed", RSS, etag='"1"', headers=(("Cache-Control", "max-age=43200"),))
    _, state = await poll(client, FeedState(url=url), START)
    assert state.next_at == START + timedelta(hours=12)
    now = START + timedelta(hours=12)
    fetched, state = await poll(client, state, now)
    assert fetched.body is None
    assert state.next_at == now + timedelta(hours=12)
