from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from yarl import URL

from bot.errors import FeedError, FeedGone, FeedRefused, FeedUnreachable
from bot.net.answers import asks_for_rest, has_use, judge, moves, phrase, span, target
from bot.ports import Reply

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
HERE = URL("https://example.com/dir/feed?token=CANARY")


def reply(status: int, **headers: str) -> Reply:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(status=status, headers=named, body=b"", url=str(HERE))


@pytest.mark.parametrize(
    ("status", "use"), [(199, False), (200, True), (204, True), (299, True), (300, False), (304, False), (404, False)]
)
def test_only_what_succeeded_is_worth_reading(status: int, use: bool) -> None:
    """2xx and nothing else."""
    assert has_use(status) is use


@given(st.integers(100, 999))
@example(304)
@example(410)
@example(200)
def test_every_status_is_an_answer_or_a_named_failure(status: int) -> None:
    """2xx and 304 pass, 410 is gone, everything else may be tried again; the address is told without its secret."""
    if has_use(status) or status == 304:
        judge(HERE, reply(status), "feed", NOW)
        return
    with pytest.raises(FeedGone if status == 410 else FeedUnreachable) as told:
        judge(HERE, reply(status), "feed", NOW)
    assert f"answered {phrase(status)}" in str(told.value)
    assert "CANARY" not in str(told.value)


def test_a_wait_that_a_failure_names_is_kept() -> None:
    """Retry-After of any failure counts for this address; a 403 waits four hours by itself; a 401 says what is missing."""
    with pytest.raises(FeedUnreachable) as told:
        judge(HERE, reply(500, retry_after="120"), "page", NOW)
    assert (told.value.after, told.value.host_wide) == (timedelta(minutes=2), False)
    with pytest.raises(FeedUnreachable) as told:
        judge(HERE, reply(403), "page", NOW)
    assert told.value.after == timedelta(hours=4)
    with pytest.raises(FeedUnreachable, match="login"):
        judge(HERE, reply(401), "feed", NOW)


def test_only_429_and_a_503_with_a_span_hold_the_host() -> None:
    """A plain 503 is one address's failure: several feeds of a host don't pay for a broken one."""
    assert asks_for_rest(reply(429))
    assert asks_for_rest(reply(503, retry_after="garbage"))
    assert not asks_for_rest(reply(503))
    assert not asks_for_rest(reply(500, retry_after="60"))
    assert not asks_for_rest(reply(200, retry_after="60"))


@pytest.mark.parametrize(
    ("location", "there"),
    [
        ("/a", "https://example.com/a"),
        ("b", "https://example.com/dir/b"),
        ("//other.example/c#part", "https://other.example/c"),
        (" http://example.com/d ", "http://example.com/d"),
        ("?x=1", "https://example.com/dir/feed?x=1"),
        ("/ü x", "https://example.com/%C3%BC%20x"),
    ],
)
def test_where_a_redirect_leads(location: str, there: str) -> None:
    """Relative or absolute, with what people put into it."""
    assert str(target(HERE, reply(301, location=location))) == there


@pytest.mark.parametrize("location", ["ftp://x/", "javascript:alert(1)", "http://u:p@x/", "http://[", "http://"])
def test_where_a_redirect_may_not_lead(location: str) -> None:
    """What may not be asked for may not be redirected to."""
    with pytest.raises(FeedRefused):
        target(HERE, reply(302, location=location))


@given(st.text(max_size=50))
def test_any_location_is_a_web_address_or_a_named_failure(location: str) -> None:
    """Nothing foreign breaks the reading of a redirect."""
    try:
        there = target(HERE, reply(301, location=location))
    except FeedError:
        return
    assert there.scheme in {"http", "https"}
    assert there.host


def test_a_move_is_permanent_and_not_to_a_weaker_scheme() -> None:
    """From https to http is followed, but no stored address ever becomes plain by it."""
    plain, secure = URL("http://example.com/"), URL("https://example.com/")
    assert moves(plain, reply(301), secure)
    assert moves(secure, reply(308), URL("https://other.example/"))
    assert moves(plain, reply(301), URL("http://other.example/"))
    assert not moves(secure, reply(301), plain)
    assert not moves(plain, reply(302), secure)


def test_spans_and_statuses_in_words() -> None:
    """As the messages say them."""
    assert [span(timedelta(minutes=minutes)) for minutes in (0, 1, 119, 120, 240, 1440)] == [
        "1 min", "1 min", "119 min", "2 h", "4 h", "24 h",
    ]  # fmt: skip
    assert (phrase(404), phrase(799)) == ("404 Not Found", "799")
