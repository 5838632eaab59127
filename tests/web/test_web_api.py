from __future__ import annotations

import asyncio
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.web import serve
from tests.web.browser import Answer, Browser
from tests.web.fake_bot import FakeBot


async def test_a_mention_is_taken_with_its_timeline_id(browser: Browser, bot: FakeBot) -> None:
    """202 and the id under which the mention stands on the timeline; everything reaches the bot as it was said."""
    answer = await browser.send_json(
        "/api/mentions", {"id": "k1", "from": "@ann", "text": "hello", "in_reply_to": 7, "more": [1]}
    )
    assert (answer.status, answer.json()) == (202, {"id": 1})
    assert bot.heard == [("@ann", "hello", "k1", 7, False)]
    assert answer.headers["Content-Type"].startswith("application/json")


async def test_the_same_key_is_the_same_mention(browser: Browser, bot: FakeBot) -> None:
    """A repeated key gives the first id again; of another person it is another mention."""
    first = await browser.send_json("/api/mentions", {"id": "k", "from": "@ann", "text": "hello"})
    again = await browser.send_json("/api/mentions", {"id": "k", "from": "@ann", "text": "hello"})
    other = await browser.send_json("/api/mentions", {"id": "k", "from": "@bo", "text": "hello"})
    assert first.json() == again.json() != other.json()
    assert len(bot.heard) == 2


async def test_the_timeline_is_oldest_first_and_pages_by_id(browser: Browser, bot: FakeBot) -> None:
    """Without `after` the newest items come, with it those that follow it; both oldest first."""
    for number in range(120):
        await bot.say("post", "starfish", f"post {number}")

    def ids(answer: Answer) -> list[int]:
        return [item["id"] for item in answer.json()["items"]]

    assert ids(await browser.get("/api/timeline")) == list(range(71, 121))
    assert ids(await browser.get("/api/timeline?limit=2")) == [119, 120]
    assert ids(await browser.get("/api/timeline?after=0&limit=3")) == [1, 2, 3]
    assert ids(await browser.get("/api/timeline?after=118&limit=1000")) == [119, 120]
    assert ids(await browser.get("/api/timeline?after=120")) == []


async def test_an_item_has_the_designed_shape(browser: Browser, bot: FakeBot) -> None:
    """Optional keys are absent, not null; ids are integers; times are ISO 8601 in UTC."""
    await bot.say("post", "starfish", "Look: https://example.com/a", url="https://example.com/a")
    await bot.receive("@ann", "wow 🐙", None, 1, False)
    assert (await browser.get("/api/timeline")).json() == {
        "items": [
            {
                "id": 1,
                "kind": "post",
                "from": "starfish",
                "text": "Look: https://example.com/a",
                "url": "https://example.com/a",
                "created_at": "2026-11-22T12:00:00.000Z",
            },
            {
                "id": 2,
                "kind": "mention",
                "from": "@ann",
                "text": "wow 🐙",
                "in_reply_to": 1,
                "created_at": "2026-11-22T12:00:00.000Z",
            },
            {
                "id": 3,
                "kind": "reply",
                "from": "starfish",
                "text": "You said: wow 🐙",
                "in_reply_to": 2,
                "created_at": "2026-11-22T12:00:00.000Z",
            },
        ]
    }


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=1001", "limit=x", "limit=", "limit=-1", "limit=1.5", "limit=٣", "after=-1", "after=1e3",
              "after=99999999999999999999", "after=%00", "after=9223372036854775808"],
)  # fmt: skip
async def test_a_bad_query_is_400_with_words(browser: Browser, query: str) -> None:
    """What can't be a limit or an id is refused, with the name of what was wrong."""
    answer = await browser.get(f"/api/timeline?{query}")
    assert answer.status == 400
    assert query.partition("=")[0] in answer.json()["error"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"[]", 400),
        (b'"hello"', 400),
        (b"\xff\xfe", 400),
        (b"[" * 60_000, 400),
        (b"9" * 60_000, 400),
        (b'{"from":"@ann","text":NaN}', 400),
        (b'{"text":"hello"}', 400),
        (b'{"from":"@ann"}', 400),
        (b'{"from":"","text":"hello"}', 400),
        (b'{"from":"  ","text":"hello"}', 400),
        (b'{"from":"a\\nb","text":"hello"}', 400),
        (b'{"from":"a\\u0000","text":"hello"}', 400),
        (b'{"from":"\\ud800","text":"hello"}', 400),
        (b'{"from":12,"text":"hello"}', 400),
        (json.dumps({"from": "a" * 101, "text": "hello"}).encode(), 400),
        (b'{"from":"@ann","text":""}', 400),
        (b'{"from":"@ann","text":"\\u0000\\u0007 \\n"}', 400),
        (b'{"from":"@ann","text":["hello"]}', 400),
        (b'{"from":"@ann","text":null}', 400),
        (b'{"from":"@ann","text":"hello","id":""}', 400),
        (b'{"from":"@ann","text":"hello","id":true}', 400),
        (b'{"from":"@ann","text":"hello","id":"a\\u0001"}', 400),
        (b'{"from":"@ann","text":"hello","in_reply_to":"1"}', 400),
        (b'{"from":"@ann","text":"hello","in_reply_to":true}', 400),
        (b'{"from":"@ann","text":"hello","in_reply_to":0}', 400),
        (b'{"from":"@ann","text":"hello","in_reply_to":9223372036854775808}', 400),
        (b'{"from":"@ann","text":"refuse me"}', 400),
        (json.dumps({"from": "@ann", "text": "x" * 10_001}).encode(), 413),
        (json.dumps({"from": "@ann", "text": "x" * 1_000_000}).encode(), 413),
    ],
)
async def test_a_bad_mention_is_refused_in_words(browser: Browser, bot: FakeBot, body: bytes, status: int) -> None:
    """Whatever is wrong with a mention, the answer is a 4xx with a sentence, and nothing is stored."""
    answer = await browser.send("/api/mentions", body, "application/json")
    assert answer.status == status
    assert isinstance(answer.json()["error"], str)
    assert bot.heard == []


async def test_odd_but_honest_mentions_are_taken(browser: Browser, bot: FakeBot) -> None:
    """Control characters go, and overrides of direction; line breaks and any script stay, halves of characters show."""
    text = "a\u0000b\r\nשלום\u200f \ud83d 👩‍👩‍👧 \u0085\u202ex"
    answer = await browser.send_json("/api/mentions", {"from": " @ann ", "text": text, "id": 12, "in_reply_to": None})
    assert answer.status == 202
    assert bot.heard == [("@ann", "ab\nשלום\u200f \ufffd 👩‍👩‍👧 x", "12", None, False)]


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "x"]
)
async def test_another_content_type_is_415(browser: Browser, content_type: str) -> None:
    """Only JSON is read: a form of another site can't be mistaken for it."""
    answer = await browser.send("/api/mentions", b'{"from":"@ann","text":"hello"}', content_type)
    assert (answer.status, list(answer.json())) == (415, ["error"])


async def test_a_packed_body_is_415(browser: Browser) -> None:
    """Nothing is unpacked: a bomb stays a small file."""
    answer = await browser.send("/api/mentions", b"\x1f\x8b", "application/json", Content_Encoding="gzip")
    assert answer.status == 415


async def test_a_chunked_body_is_bounded_too(browser: Browser, bot: FakeBot) -> None:
    """A body without a length is read no further than the cap."""
    chunk = b"10000\r\n" + b" " * 65536 + b"\r\n"
    answer = await browser.raw(
        b"POST /api/mentions HTTP/1.1\r\nHost: %b\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n"
        b"Connection: close\r\n\r\n" % browser.host.encode() + chunk * 3 + b"0\r\n\r\n"
    )
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert bot.heard == []


async def test_unknown_addresses_and_methods_are_told_in_json(browser: Browser) -> None:
    """Below /api/ every failure is JSON, also 404 and 405."""
    missing = await browser.get("/api/nothing")
    assert (missing.status, list(missing.json())) == (404, ["error"])
    wrong = await browser.send_json("/api/timeline", {})
    assert (wrong.status, list(wrong.json()), wrong.headers["Allow"]) == (405, ["error"], "GET,HEAD")


async def test_a_broken_store_is_503_not_500(browser: Browser, bot: FakeBot) -> None:
    """A full disk is said without its details, with a time to come back."""
    bot.break_down()
    for answer in (
        await browser.get("/api/timeline"),
        await browser.send_json("/api/mentions", {"from": "@ann", "text": "hello"}),
    ):
        assert (answer.status, answer.headers["Retry-After"]) == (503, "5")
        assert "disk" not in answer.text


async def test_our_own_mistake_is_500_without_a_word_of_it(
    browser: Browser, bot: FakeBot, caplog: pytest.LogCaptureFixture
) -> None:
    """A bug shows in the log, never to the one who asked."""
    bot.failing = ZeroDivisionError("secret detail")
    answer = await browser.get("/api/timeline")
    assert answer.status == 500
    assert "secret" not in answer.text
    assert "secret detail" in caplog.text


async def test_health_says_ok_or_503(browser: Browser, bot: FakeBot) -> None:
    """200 while the status is ok, else 503; a store that can't be asked counts as not ok."""
    healthy = await browser.get("/healthz")
    assert (healthy.status, healthy.json()) == (200, {"status": "ok", "feeds": 3})
    bot.health = {"status": "starting"}
    assert (await browser.get("/healthz")).status == 503
    bot.break_down()
    ill = await browser.get("/healthz")
    assert (ill.status, ill.json()["status"]) == (503, "error")


async def test_metrics_are_prometheus_text(browser: Browser) -> None:
    """The text is passed on with the type that Prometheus expects."""
    answer = await browser.get("/metrics")
    assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    assert "starfish_posts 3" in answer.text


# ---------------------------------------------------------------------- live


async def test_events_bring_new_items_as_they_come(browser: Browser, bot: FakeBot) -> None:
    """A stream starts now, and brings each later item once, with its id."""
    await bot.say("post", "starfish", "old news")
    async with browser.stream() as stream:
        assert stream.response.headers["Content-Type"].startswith("text/event-stream")
        assert (await stream.line()).startswith("retry:")
        await bot.receive("@ann", "line one\nline two", None, None, False)
        first, second = await stream.item(), await stream.item()
    assert (first[0], first[1]["text"], first[1]["kind"]) == (2, "line one\nline two", "mention")
    assert (second[0], second[1]["in_reply_to"]) == (3, 2)


@pytest.mark.parametrize("headers", [{"Last_Event_ID": "1"}, {}])
async def test_events_resume_after_the_last_one_seen(browser: Browser, bot: FakeBot, headers: dict[str, str]) -> None:
    """`Last-Event-ID` (or `?after=` at the first connection) brings what was missed, then what comes."""
    for number in range(3):
        await bot.say("post", "starfish", f"post {number}")
    async with browser.stream("/api/events" if headers else "/api/events?after=1", **headers) as stream:
        assert [(await stream.item())[0], (await stream.item())[0]] == [2, 3]
        await bot.say("post", "starfish", "another")
        assert (await stream.item())[0] == 4


async def test_a_far_behind_stream_gets_everything_in_order(browser: Browser, bot: FakeBot) -> None:
    """Also what is no longer in memory comes, from the store, without a gap."""
    for number in range(2500):
        await bot.say("post", "starfish", f"post {number}")
    async with browser.stream(Last_Event_ID="0") as stream:
        assert [(await stream.item())[0] for _ in range(2500)] == list(range(1, 2501))


async def test_an_id_from_the_future_means_from_now(browser: Browser, bot: FakeBot) -> None:
    """A page that outlived a restored database still sees what comes."""
    await bot.say("post", "starfish", "one")
    async with browser.stream(Last_Event_ID="5000") as stream:
        await stream.line()
        await bot.say("post", "starfish", "two")
        assert (await stream.item())[0] == 2


async def test_a_bad_last_event_id_is_400(browser: Browser) -> None:
    """An id that is no number is refused like any other."""
    assert (await browser.get("/api/events", Last_Event_ID="abc")).status == 400


async def test_a_silent_stream_says_still_here(bot: FakeBot) -> None:
    """Comments keep proxies and readers from giving up on a quiet stream."""
    async with serve(bot.parts(heartbeat=0.01), "127.0.0.1", 0) as serving, Browser(serving.url).stream() as stream:
        await stream.line()
        assert await stream.line() == ": still here"


async def test_streams_are_counted_and_seats_come_back(bot: FakeBot) -> None:
    """One stream too many is 503 with a time to come back; a reader that left frees its seat."""
    async with serve(bot.parts(heartbeat=0.01, streams=1), "127.0.0.1", 0) as serving:
        browser = Browser(serving.url)
        async with browser.stream() as stream:
            await stream.line()
            refused = await browser.get("/api/events")
            assert (refused.status, refused.headers["Retry-After"]) == (503, "10")
        async with asyncio.timeout(10):
            while True:
                async with browser.stream() as stream:
                    if stream.response.status == 200:
                        break


async def test_a_refused_stream_frees_its_connection(bot: FakeBot) -> None:
    """However many ask for one, those who get none leave the room of a connection to the readers of the page."""
    async with serve(bot.parts(streams=0), "127.0.0.1", 0) as serving:
        browser = Browser(serving.url)
        answer = await browser.raw(f"GET /api/events HTTP/1.1\r\nHost: {browser.host}\r\n\r\n".encode())
    assert answer.startswith(b"HTTP/1.1 503 ")
    assert b"Retry-After: 10" in answer


async def test_streams_end_when_the_server_stops(bot: FakeBot) -> None:
    """Stopping doesn't wait for those who listen."""
    async with serve(bot.parts(), "127.0.0.1", 0) as serving:
        opened = Browser(serving.url).stream()
        stream = await opened.__aenter__()
        await stream.line()
    with pytest.raises((EOFError, ConnectionError)):
        await stream.line()
    await opened.__aexit__(None, None, None)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    body=st.one_of(
        st.binary(max_size=200),
        st.recursive(
            st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text()),
            lambda inner: st.dictionaries(st.sampled_from(["from", "text", "id", "in_reply_to"]), inner),
            max_leaves=6,
        ).map(lambda value: json.dumps(value).encode()),
    )
)
def test_no_body_is_ever_a_500(body: bytes) -> None:
    """Any bytes are taken (202) or refused (4xx)."""

    async def ask() -> int:
        async with serve(FakeBot().parts(), "127.0.0.1", 0) as serving:
            return (await Browser(serving.url).send("/api/mentions", body, "application/json")).status

    assert asyncio.run(ask()) in (202, 400, 413)
