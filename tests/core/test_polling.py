from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.polling import (
    CEILING,
    FLOOR,
    JITTER,
    USUAL,
    adaptive,
    after_failure,
    after_success,
    notice,
    pace,
)
from bot.errors import FeedError, FeedGone, FeedRefused, FeedUnreachable, FeedUnreadable
from bot.model import Body, Entry, Feed, FeedState, Fetched, ParsedFeed

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)  # a Sunday
URL = "https://example.com/feed.xml"
FEED = Feed(url=URL)
STATE = FeedState(url=URL)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def fetched(**wishes: object) -> Fetched:
    """A 200 with validators, unless said otherwise."""
    plain = Fetched(body=Body(url=URL, content=b"x"), etag='"1"', last_modified="then", body_hash="h1")
    return replace(plain, **wishes)  # type: ignore[arg-type]


def unchanged(state: FeedState, **wishes: object) -> Fetched:
    """A 304, unless said otherwise."""
    plain = Fetched(body=None, etag=state.etag, last_modified=state.last_modified, body_hash=state.body_hash)
    return replace(plain, **wishes)  # type: ignore[arg-type]


def document(*ages: timedelta, **wishes: object) -> ParsedFeed:
    """A document with entries of these ages."""
    entries = tuple(Entry(key=str(number), published=NOW - age) for number, age in enumerate(ages))
    return replace(ParsedFeed(entries=entries), **wishes)  # type: ignore[arg-type]


def every(gap: timedelta, count: int = 20) -> ParsedFeed:
    """A document with an entry every `gap`, the last one a gap ago."""
    return document(*(gap * number for number in range(1, count + 1)))


def wait(state: FeedState, now: datetime = NOW) -> timedelta:
    """From now to the next poll."""
    assert state.next_at is not None
    return state.next_at - now


# --------------------------------------------------------------------------- when next


@pytest.mark.parametrize(
    ("gap", "expected"),
    [
        (timedelta(minutes=1), FLOOR),
        (2 * HOUR, FLOOR),
        (8 * HOUR, HOUR),
        (DAY, 3 * HOUR),
        (4 * DAY, 12 * HOUR),
        (30 * DAY, CEILING),
    ],
)
def test_the_pace_of_a_feed_sets_its_interval(gap: timedelta, expected: timedelta) -> None:
    """An eighth of the mean gap between entries, within 15 minutes and a day."""
    state = after_success(STATE, fetched(), every(gap), FEED, NOW, 0.0)
    assert wait(state) == expected


def test_a_feed_without_dates_is_asked_hourly_and_then_by_its_silence() -> None:
    """An unknown pace means an hour; silence makes it longer, news shorter again."""
    state = after_success(STATE, fetched(), document(), FEED, NOW, 0.0)
    assert wait(state) == USUAL
    later = NOW + 4 * DAY
    assert wait(after_success(state, unchanged(state), None, FEED, later, 0.0), later) == 12 * HOUR
    awake = replace(state, last_new=later - HOUR)
    assert wait(after_success(awake, unchanged(awake), None, FEED, later, 0.0), later) == USUAL


def test_a_feed_that_falls_silent_is_asked_more_seldom() -> None:
    """A stored pace fades: 304 for a month costs the server one request a day, not four an hour."""
    state = after_success(STATE, fetched(), every(HOUR), FEED, NOW, 0.0)
    for days, expected in ((0.1, FLOOR), (2, 2 * HOUR), (16, 16 * HOUR), (60, CEILING)):
        later = NOW + days * DAY
        assert wait(after_success(state, unchanged(state), None, FEED, later, 0.0), later) == expected


def test_the_servers_wishes_count_if_they_are_longer() -> None:
    """max-age or Expires (also of a 304) and ttl (also kept from the last document) hold the next poll back."""
    parsed = every(HOUR, 20)
    assert wait(after_success(STATE, fetched(fresh_for=5 * HOUR), parsed, FEED, NOW, 0.0)) == 5 * HOUR
    assert wait(after_success(STATE, fetched(fresh_for=timedelta(minutes=1)), parsed, FEED, NOW, 0.0)) == FLOOR
    state = after_success(STATE, fetched(), replace(parsed, ttl=6 * HOUR), FEED, NOW, 0.0)
    assert wait(state) == 6 * HOUR
    state = after_success(state, unchanged(state), None, FEED, NOW, 0.0)
    assert wait(state) == 6 * HOUR
    state = after_success(state, unchanged(state, fresh_for=8 * HOUR), None, FEED, NOW, 0.0)
    assert wait(state) == 8 * HOUR


def test_nobody_keeps_us_away_for_longer_than_a_day() -> None:
    """Years of max-age or ttl are believed for a day."""
    parsed = document(DAY, ttl=timedelta(days=365))
    assert wait(after_success(STATE, fetched(fresh_for=1000 * DAY), parsed, FEED, NOW, 0.0)) == CEILING


def test_the_owners_wish_replaces_the_pace_but_not_the_servers_wishes() -> None:
    """`every` may be longer or shorter than the pace; below the floor only where the caller lowers it."""
    slow, fast = Feed(url=URL, every=10 * HOUR), Feed(url=URL, every=timedelta(seconds=1))
    parsed = every(DAY)
    assert wait(after_success(STATE, fetched(), parsed, slow, NOW, 0.0)) == 10 * HOUR
    assert wait(after_success(STATE, fetched(), parsed, fast, NOW, 0.0)) == FLOOR
    assert wait(after_success(STATE, fetched(), parsed, fast, NOW, 0.0, floor=timedelta(0))) == timedelta(seconds=1)
    assert wait(after_success(STATE, fetched(fresh_for=HOUR), parsed, fast, NOW, 0.0, floor=timedelta(0))) == HOUR


@pytest.mark.parametrize(
    ("left", "expected"), [(10 * DAY, CEILING), (5 * HOUR, 5 * HOUR), (HOUR, 3 * HOUR), (-HOUR, 3 * HOUR)]
)
def test_a_feed_whose_news_a_hub_brings_is_asked_once_a_day(left: timedelta, expected: timedelta) -> None:
    """No later than at the end of the hub's promise, and never sooner than its own pace."""
    state = after_success(STATE, fetched(), every(DAY), FEED, NOW, 0.0, pushed_until=NOW + left)
    assert wait(state) == expected


def test_the_interval_counts_from_the_answer_not_from_the_start_of_the_wait() -> None:
    """A feed that waited ten minutes for its host's turn is asked again ten minutes later, not early."""
    late = after_success(STATE, fetched(at=NOW + timedelta(minutes=10)), every(DAY), FEED, NOW, 0.0)
    assert late.next_at is not None
    assert late.next_at - NOW >= 3 * HOUR + timedelta(minutes=10)
    assert late.last_ok == NOW + timedelta(minutes=10)


def test_hours_and_days_to_be_skipped_are_skipped() -> None:
    """The hours (GMT) and days of skipHours and skipDays push the poll to the next hour that suits, on a 304 as well."""
    parsed = replace(every(DAY), skip_hours=frozenset({15, 16}))
    state = after_success(STATE, fetched(), parsed, FEED, NOW, 0.0)
    assert state.next_at == NOW.replace(hour=17)
    state = after_success(state, unchanged(state), None, FEED, NOW, 0.0)
    assert state.next_at == NOW.replace(hour=17)
    sundays = replace(every(DAY), skip_days=frozenset({6}))
    assert after_success(STATE, fetched(), sundays, FEED, NOW, 0.0).next_at == datetime(2026, 11, 23, tzinfo=UTC)


@given(
    gaps=st.lists(st.timedeltas(timedelta(0), timedelta(days=9000)), max_size=5),
    ttl=st.none() | st.timedeltas(),
    fresh=st.none() | st.timedeltas(timedelta(seconds=1)),
    hours=st.frozensets(st.integers(-5, 30)),
    days=st.frozensets(st.integers(-2, 9)),
    wish=st.none() | st.timedeltas(timedelta(seconds=1), timedelta(days=400)),
    jitter=st.floats(0, 1),
    age=st.none() | st.timedeltas(timedelta(days=-9), timedelta(days=900)),
)
def test_the_next_poll_is_never_early_and_never_lost(
    gaps: list[timedelta],
    ttl: timedelta | None,
    fresh: timedelta | None,
    hours: frozenset[int],
    days: frozenset[int],
    wish: timedelta | None,
    jitter: float,
    age: timedelta | None,
) -> None:
    """Whatever feed, server and owner say: between the floor and a day plus a tenth, later with more jitter, stored."""
    parsed = replace(document(*gaps), ttl=ttl, skip_hours=hours, skip_days=days)
    state = replace(STATE, last_new=NOW - age if age is not None else None)
    feed = Feed(url=URL, every=wish)
    plain = after_success(state, fetched(fresh_for=fresh), parsed, feed, NOW, 0.0)
    shaken = after_success(state, fetched(fresh_for=fresh), parsed, feed, NOW, jitter)
    assert FLOOR <= wait(plain) <= CEILING
    assert wait(plain) <= wait(shaken) <= CEILING * (1 + JITTER)
    assert wait(plain) >= min(fresh or timedelta(0), CEILING)
    again = after_success(plain, unchanged(plain, fresh_for=fresh), None, feed, NOW, 0.0)
    assert again.next_at == plain.next_at or age is None


# --------------------------------------------------------------------------- what a success changes


def test_a_success_clears_the_errors_and_notes_the_first_sight() -> None:
    """Errors end with the first answer; the first sight is noted once, with what the document says of itself."""
    failing = replace(STATE, errors=7, error="x", error_since=NOW - DAY, gone_count=1)
    parsed = replace(document(DAY), title="A feed", hub="https://hub.example/", topic=URL)
    state = after_success(failing, fetched(), parsed, FEED, NOW, 0.0)
    assert (state.errors, state.error, state.error_since, state.gone_count) == (0, None, None, 0)
    assert (state.first_ok, state.last_ok) == (NOW, NOW)
    assert (state.title, state.hub, state.topic, state.per_day) == ("A feed", "https://hub.example/", URL, 1.0)
    state = after_success(state, unchanged(state), None, FEED, NOW + DAY, 0.0)
    assert (state.first_ok, state.last_ok, state.title) == (NOW, NOW + DAY, "A feed")
    state = after_success(state, fetched(), parsed, FEED, NOW + 2 * DAY, 0.0)
    assert (state.first_ok, state.last_ok) == (NOW, NOW + 2 * DAY)


def test_the_header_names_the_hub_before_the_document() -> None:
    """As the standard orders it; where only one of the two names it, that one counts."""
    parsed = replace(document(), hub="https://one.example/", topic="https://a.example/1")
    answer = replace(fetched(), hub="https://two.example/", topic="https://a.example/2")
    both = after_success(STATE, answer, parsed, FEED, NOW, 0.0)
    assert (both.hub, both.topic) == ("https://two.example/", "https://a.example/2")
    assert after_success(STATE, fetched(), parsed, FEED, NOW, 0.0).hub == "https://one.example/"
    assert after_success(STATE, answer, document(), FEED, NOW, 0.0).hub == "https://two.example/"


def test_a_title_once_known_stays() -> None:
    """A document that has lost its title takes nobody's name away; a new title replaces the old one."""
    state = after_success(STATE, fetched(), document(title="Tides"), FEED, NOW, 0.0)
    assert after_success(state, fetched(), document(title=""), FEED, NOW, 0.0).title == "Tides"
    assert after_success(state, fetched(), document(title="Ebb"), FEED, NOW, 0.0).title == "Ebb"


@pytest.mark.parametrize(("jitter", "share"), [(-1.0, 0.0), (0.0, 0.0), (0.5, 0.5), (1.0, 1.0), (9.0, 1.0)])
def test_jitter_adds_at_most_its_share(jitter: float, share: float) -> None:
    """Whatever chance is passed in, a poll is never early, and never later than by the share."""
    plain = wait(after_success(STATE, fetched(), document(), FEED, NOW, 0.0))
    state = after_success(STATE, fetched(), document(), FEED, NOW, jitter)
    assert wait(state) == plain * (1 + JITTER * share)


def test_validators_are_replaced_together_and_dated() -> None:
    """A new document brings both or takes both away; a 304 doesn't make old ones young."""
    state = after_success(STATE, fetched(), document(), FEED, NOW, 0.0)
    assert (state.etag, state.last_modified, state.validators_at, state.body_hash) == ('"1"', "then", NOW, "h1")
    state = after_success(state, unchanged(state), None, FEED, NOW + DAY, 0.0)
    assert state.validators_at == NOW
    new = fetched(etag='"2"', last_modified=None, body_hash="h2")
    state = after_success(state, new, document(), FEED, NOW + 2 * DAY, 0.0)
    assert (state.etag, state.last_modified, state.validators_at) == ('"2"', None, NOW + 2 * DAY)
    whole = unchanged(state, validated=False, etag='"3"')
    state = after_success(state, whole, None, FEED, NOW + 11 * DAY, 0.0)
    assert (state.etag, state.validators_at) == ('"3"', NOW + 11 * DAY)


# --------------------------------------------------------------------------- moves


def polled(state: FeedState, target: str | None, at: datetime) -> FeedState:
    return after_success(state, fetched(moved_to=target), document(), FEED, at, 0.0)


def test_a_permanent_redirect_is_believed_after_three_polls_over_two_days() -> None:
    """Neither three polls in an hour nor two over a week are enough."""
    state = STATE
    for hours in (0, 1, 2, 47):
        state = polled(state, "https://new.example/", NOW + hours * HOUR)
        assert state.address == ""
    state = polled(state, "https://new.example/", NOW + 48 * HOUR)
    assert (state.address, state.url) == ("https://new.example/", URL)
    state = polled(polled(STATE, "https://new.example/", NOW), "https://new.example/", NOW + 7 * DAY)
    assert state.address == ""


def test_the_third_equal_redirect_is_believed_once_two_days_have_passed() -> None:
    """Three are enough, and the count begins anew then."""
    state = polled(polled(STATE, "https://new.example/", NOW), "https://new.example/", NOW + DAY)
    state = polled(state, "https://new.example/", NOW + 2 * DAY)
    assert (state.address, state.moved_to, state.moved_count) == ("https://new.example/", None, 0)


def test_a_redirect_to_where_a_feed_is_read_anyway_is_none() -> None:
    """Nothing is counted, whether that is the owner's address or the one it has moved to."""
    assert polled(STATE, URL, NOW) == polled(STATE, None, NOW)
    moved = replace(STATE, address="https://new.example/")
    assert polled(moved, "https://new.example/", NOW) == polled(moved, None, NOW)
    assert polled(moved, URL, NOW).moved_to == URL  # it went back


def test_another_target_or_none_starts_the_count_anew() -> None:
    """A hotel's portal in between, or the feed itself, and nothing is believed."""
    for between in ("https://portal.example/", URL, None):
        state = polled(STATE, "https://new.example/", NOW)
        state = polled(state, "https://new.example/", NOW + DAY)
        state = polled(state, between, NOW + 2 * DAY)
        state = polled(state, "https://new.example/", NOW + 3 * DAY)
        assert (state.address, state.moved_count) == ("", 1)


def test_a_moved_feed_that_fails_for_days_is_looked_for_at_its_old_address() -> None:
    """The address that the owner wrote is the last word."""
    state = replace(STATE, address="https://new.example/")
    state = after_failure(state, FeedUnreachable("x"), FEED, NOW, 0.0)
    assert state.address == "https://new.example/"
    state = after_failure(state, FeedUnreachable("x"), FEED, NOW + 3 * DAY, 0.0)
    assert state.address == ""


def test_a_moved_feed_that_is_gone_is_looked_for_at_its_old_address() -> None:
    """At once: the second sighting, which mutes, must be of the address that the owner wrote."""
    state = after_failure(replace(STATE, address="https://new.example/"), FeedGone("410"), FEED, NOW, 0.0)
    assert (state.address, state.muted) == ("", None)


# --------------------------------------------------------------------------- failures


def test_errors_back_off_to_a_day_and_never_stop() -> None:
    """15 minutes, doubled each time, then once a day for ever."""
    state = STATE
    waits = []
    now = NOW
    for _ in range(40):
        state = after_failure(state, FeedUnreachable("no answer"), FEED, now, 0.0)
        waits.append(wait(state, now) / timedelta(minutes=15))
        now += wait(state, now)
    assert waits[:8] == [1, 2, 4, 8, 16, 32, 64, 96]
    assert set(waits[8:]) == {96}
    assert (state.errors, state.error, state.error_since, state.muted) == (40, "no answer", NOW, None)


def test_a_failure_keeps_what_was_known() -> None:
    """Validators, first sight, title and pace stay as they were."""
    before = after_success(STATE, fetched(), replace(every(DAY), title="A feed"), FEED, NOW, 0.0)
    for error in (FeedUnreadable("a login page"), FeedRefused("too large"), FeedUnreachable("500")):
        after = after_failure(before, error, FEED, NOW + HOUR, 0.0)
        kept = replace(after, next_at=None, errors=0, error=None, error_since=None)
        assert kept == replace(before, next_at=None)


@pytest.mark.parametrize(
    ("after", "expected"),
    [(None, 0.25), (HOUR, 1.0), (timedelta(seconds=5), 0.25), (30 * DAY, 24.0), (timedelta(0), 0.25)],
)
def test_a_servers_word_on_when_to_come_back_counts(after: timedelta | None, expected: float) -> None:
    """Retry-After, where it is longer than our own backoff, up to a day."""
    state = after_failure(STATE, FeedUnreachable("429", after, host_wide=True), FEED, NOW, 0.0)
    assert wait(state) / HOUR == expected


def test_the_owners_own_server_is_retried_at_the_owners_pace() -> None:
    """Where the floor is lowered, `every` is the first wait; elsewhere fifteen minutes stay the least."""
    fast = Feed(url=URL, every=timedelta(seconds=1))
    state = after_failure(STATE, FeedUnreachable("x"), fast, NOW, 0.0, floor=timedelta(0))
    assert wait(state) == timedelta(seconds=1)
    assert wait(after_failure(STATE, FeedUnreachable("x"), fast, NOW, 0.0)) == FLOOR
    slow = Feed(url=URL, every=10 * HOUR)
    assert wait(after_failure(STATE, FeedUnreachable("x"), slow, NOW, 0.0)) == FLOOR


def test_the_second_gone_mutes() -> None:
    """Other failures in between don't count, a success starts anew."""
    gone = FeedGone("410")
    once = after_failure(STATE, gone, FEED, NOW, 0.0)
    assert (once.muted, wait(once)) == (None, CEILING)
    between = after_failure(once, FeedUnreachable("500"), FEED, NOW, 0.0)
    assert after_failure(between, gone, FEED, NOW, 0.0).muted
    revived = after_success(once, fetched(), document(), FEED, NOW, 0.0)
    assert after_failure(revived, gone, FEED, NOW, 0.0).muted is None


def test_a_muted_feed_stays_muted_with_its_reason() -> None:
    """No failure lets it speak again, and none puts words into the owner's mouth."""
    muted = replace(STATE, muted="you muted it")
    for error in (FeedUnreachable("500"), FeedGone("410")):
        assert after_failure(muted, error, FEED, NOW, 0.0).muted == "you muted it"


@given(
    st.lists(
        st.sampled_from(
            [FeedError("x"), FeedGone("x"), FeedUnreadable("y" * 9000), FeedUnreachable("z", timedelta(days=99))]
        ),
        max_size=60,
    ),
    st.floats(0, 1),
)
def test_no_run_of_failures_stops_the_polling(errors: list[FeedError], jitter: float) -> None:
    """After any failures there is a next poll, between the floor and a day plus a tenth."""
    state = STATE
    for error in errors:
        state = after_failure(state, error, FEED, NOW, jitter)
        assert FLOOR <= wait(state) <= CEILING * (1 + JITTER)
        assert len(state.error or "") <= 500
    assert state.errors == len(errors)


# --------------------------------------------------------------------------- notices


def test_the_owner_hears_of_a_failing_feed_after_three_days() -> None:
    """Since when, why, and what to do; not before, and not after it works again."""
    state = after_failure(replace(STATE, title="A feed"), FeedUnreachable("404 Not Found"), FEED, NOW, 0.0)
    assert notice(state, NOW + timedelta(days=2, hours=23)) is None
    text = notice(state, NOW + 3 * DAY)
    assert text is not None
    assert "A feed could not be read for 3 days (404 Not Found)" in text
    assert notice(after_success(state, fetched(), document(), FEED, NOW + 4 * DAY, 0.0), NOW + 4 * DAY) is None


def test_the_owner_hears_of_gone_held_and_moved_feeds() -> None:
    """Each with its own sentence; the worst one first; a feed that the owner muted needs none."""
    gone = replace(STATE, gone_count=2, muted="it answered twice that it is gone for good")
    held = replace(STATE, held="38 of 40 known entries came back as new")
    moved = replace(STATE, address="https://new.example/feed?token=secret")
    assert "is gone" in (notice(gone, NOW) or "")
    assert "38 of 40" in (notice(held, NOW) or "")
    assert (notice(held, NOW) or "").endswith(f"starfish feeds release {STATE.url}")
    assert "moved to https://new.example/feed for good" in (notice(moved, NOW) or "")
    assert (notice(replace(moved, title="Tides"), NOW) or "").startswith("Tides has moved")
    assert f"in place of {URL}" in (notice(replace(moved, title="Tides"), NOW) or "")
    assert (notice(moved, NOW) or "").startswith(URL)
    assert notice(replace(STATE, muted="you muted it"), NOW) is None
    assert notice(STATE, NOW) is None


def test_no_notice_shows_a_token_of_an_address() -> None:
    """The query of an address may be a secret."""
    state = replace(STATE, url="https://example.com/feed?token=secret", errors=9, error="x", error_since=NOW - 9 * DAY)
    assert "secret" not in (notice(state, NOW) or "")
    held = replace(state, held="It came back.")
    assert (notice(held, NOW) or "").endswith(
        "It came back. Look at it; this lets it go on with what comes from then on: starfish feeds release URL"
    )


# --------------------------------------------------------------------------- pace


def test_the_pace_is_of_the_newest_twenty_dates() -> None:
    """Old archives, undated entries and dates from the future don't count."""
    assert pace(document(), NOW) is None
    assert pace(document(-DAY), NOW) is None
    assert pace(document(4 * DAY, 2 * DAY), NOW) == 0.5
    archive = document(*(DAY * number for number in range(1, 21)), *(timedelta(days=3000) for _ in range(50)))
    assert pace(archive, NOW) == 1.0
    assert pace(document(*[timedelta(0)] * 20), NOW) == 480
    updated = ParsedFeed(entries=(Entry(key="1", updated=NOW - DAY),))
    assert pace(updated, NOW) == 1.0


def test_a_feed_without_any_history_has_the_usual_interval() -> None:
    """Nothing known: an hour."""
    assert adaptive(STATE, NOW) == USUAL


@pytest.mark.parametrize(
    "url", ["https://example.com/\x1b[2J", "https://me:word@example.com/feed", "https://a.example/?t=1"]
)
def test_a_command_to_copy_names_no_address_that_hides_something(url: str) -> None:
    """Neither what a terminal would obey nor what may be a secret is offered to be copied."""
    assert (notice(replace(STATE, url=url, title="Tides", held="x"), NOW) or "").endswith("starfish feeds release URL")
