from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.core.choose import MOST_TELLING, Lineup, Share, rank, told
from bot.model import Candidate

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def candidate(
    number: int,
    title: str = "A title",
    *,
    feed: str = "a",
    hours: float = 1,
    own: bool = False,
    note: str | None = None,
) -> Candidate:
    return Candidate(
        id=number,
        feed=feed,
        feed_title=feed,
        key=str(number),
        link=f"https://example.com/{number}",
        canonical=f"example.com/{number}",
        title=title,
        first_seen=NOW - timedelta(hours=hours),
        own=own,
        note=note,
    )


def shares(*feeds: str, own: bool = False) -> list[Share]:
    return [Share(feed=feed, own=own, at=NOW) for feed in feeds]


def order(*candidates: Candidate, interests: tuple[str, ...] = (), recent: list[Share] | None = None) -> list[int]:
    return [choice.candidate.id for choice in rank(candidates, interests=interests, recent=recent or [], now=NOW)]


def test_an_interest_outweighs_freshness() -> None:
    """What the owner cares about goes before what is merely newer."""
    assert order(
        candidate(1, hours=1), candidate(2, "Notes on granular synthesis", hours=40), interests=("synthesis",)
    ) == [2, 1]


def test_more_interests_weigh_more_and_in_the_title_most() -> None:
    """One in the text, one in the title, two in the title; a category counts as much as the text."""
    plain = "Heard in the rain"
    one = replace(candidate(1, plain), html="<p>All about tape.</p>")
    listed = replace(candidate(2, plain), categories=("Tape",))
    titled, both = candidate(3, "All about tape"), candidate(4, "All about tape and synthesis")
    choices = rank([one, listed, titled, both], interests=("tape", "synthesis"), recent=[], now=NOW)
    assert [choice.candidate.id for choice in choices] == [4, 3, 1, 2]
    assert [choice.why[0] for choice in choices] == [
        "it is about tape and synthesis (+2.00)",
        "it is about tape (+1.50)",
        *["it is about tape (+1.00)"] * 2,
    ]


def test_of_equals_the_older_one_goes_first_and_a_muted_one_last() -> None:
    """Nothing waits for ever behind its like; what the owner doesn't want is behind everything."""
    alike = [candidate(3), candidate(1), candidate(2)]
    assert order(*alike) == [1, 2, 3]
    muted = replace(candidate(0), html="<p>A giveaway</p>")
    assert order(muted, *alike, interests=("-giveaway",)) == [1, 2, 3, 0]
    lineup = Lineup([muted, *alike], interests=("-giveaway",), recent=[])
    assert [choice.candidate.id for choice in lineup.ranked(NOW)] == [1, 2, 3]


def test_a_date_that_lies_ahead_makes_nothing_fresher_than_new() -> None:
    """Who writes next year's date gains nothing by it."""
    ahead = replace(candidate(1), published=NOW + timedelta(days=300))
    (choice,) = rank([ahead], interests=(), recent=[], now=NOW)
    assert choice.why == ("it is less than an hour old (+1.00)",)


def test_what_tells_much_rises_and_what_tells_little_sinks() -> None:
    """By the same at most, however high or low the merit; a typical post stays where it is."""
    (plain,) = rank([candidate(1)], interests=(), recent=[], now=NOW)
    for merit, much, change in (
        (9.0, "much", MOST_TELLING),
        (0.2, "much", MOST_TELLING / 2),
        (0.1, "something", 0.0),
        (0.0, "little", -MOST_TELLING / 2),
        (-9.0, "little", -MOST_TELLING),
    ):
        choice = told(plain, merit)
        assert choice.why == (*plain.why, f"there is {much} to tell of it ({change:+.2f})")
        assert abs(choice.score - plain.score - change) < 0.001


def test_an_interest_is_a_word_not_a_piece_of_one() -> None:
    """`mixing` doesn't find remixing; a plural is found."""
    choices = rank(
        [candidate(1, "Remixing a classic"), candidate(2, "Two mixes compared")],
        interests=("mixing", "mix"),
        recent=[],
        now=NOW,
    )
    assert [choice.candidate.id for choice in choices] == [2, 1]
    assert "it is about mix" in choices[0].why[0]
    assert not any("about" in line for line in choices[1].why)


def test_a_muted_word_withholds_and_says_which() -> None:
    """A "-" interest keeps a candidate back, with the word that did it."""
    (choice,) = rank([candidate(1, "Giveaway: win a synth")], interests=("-giveaway",), recent=[], now=NOW)
    assert choice.muted == "giveaway"


def test_the_words_of_the_filters_are_said() -> None:
    """What let a candidate through stands among its reasons, and changes nothing about its place."""
    plain = candidate(1)
    (choice,) = rank([replace(plain, matched=("tape", "field recording"))], interests=(), recent=[], now=NOW)
    (other,) = rank([plain], interests=(), recent=[], now=NOW)
    assert choice.why == (*other.why, "your filters let it through for “tape” and “field recording”")
    assert choice.score == other.score


def test_newer_goes_first_where_all_are_alike() -> None:
    """Without interests, freshness decides."""
    assert order(candidate(1, hours=50), candidate(2, hours=2)) == [2, 1]


def test_no_two_in_a_row_from_one_feed_while_another_has_something() -> None:
    """The feed of the last post goes after the others."""
    assert order(candidate(1, feed="loud", hours=0), candidate(2, feed="quiet", hours=20), recent=shares("loud")) == [
        2,
        1,
    ]


def test_fairness_never_withholds_the_only_feed() -> None:
    """A feed that posted everything so far still posts when it is alone."""
    assert order(candidate(1, feed="loud"), recent=shares(*["loud"] * 20)) == [1]


def test_own_links_go_last_beyond_their_share() -> None:
    """After an own link among few posts, the next own one waits behind the others."""
    recent = [*shares("mine", own=True), *shares("b")]
    assert order(candidate(1, feed="mine", own=True, hours=0), candidate(2, feed="c", hours=60), recent=recent) == [
        2,
        1,
    ]


def test_one_post_in_five_may_be_the_owners_own() -> None:
    """Behind four posts of others an own one is like any other; behind three it still waits."""

    def reasons(recent: list[Share]) -> list[str]:
        (choice,) = rank([candidate(1, feed="mine", own=True)], interests=(), recent=recent, now=NOW)
        return [line for line in choice.why if "your own" in line]

    assert reasons(shares(*"abcd")) == []
    assert reasons(shares(*"abc")) == ["it is your own, and others come first (-3.00)"]
    assert reasons([*shares("mine", own=True), *shares(*"abcdefgh")]) == []
    assert reasons([*shares("mine", own=True), *shares(*"abcdefg")]) != []


def test_freshness_halves_every_two_days() -> None:
    """And what carries no date gets half of it, because it may be years old."""

    def freshness(hours: float, *, dated: bool) -> str:
        one = candidate(1, hours=hours)
        one = replace(one, published=one.first_seen) if dated else one
        (choice,) = rank([one], interests=(), recent=[], now=NOW)
        return choice.why[0]

    assert freshness(0, dated=True) == "it is less than an hour old (+1.00)"
    assert freshness(48, dated=True) == "it is 2 days old (+0.50)"
    assert freshness(96, dated=True) == "it is 4 days old (+0.25)"
    assert freshness(48, dated=False) == "it carries no date, and came 2 days ago (+0.25)"


def test_what_the_owner_found_goes_before_all() -> None:
    """A link given by hand is first, whatever its age."""
    found = candidate(3, hours=500, note="Worth your evening.")
    assert order(candidate(1, "synthesis"), found, interests=("synthesis",)) == [3, 1]


def test_the_score_is_the_sum_of_what_is_shown() -> None:
    """The reasons add up to the score, so that an owner can check it."""
    (choice,) = rank(
        [candidate(1, "Field recording in rain", feed="a")],
        interests=("field recording",),
        recent=shares("a", "b"),
        now=NOW,
    )
    shown = sum(float(line.rsplit("(", 1)[1].rstrip(")")) for line in choice.why)
    assert abs(shown - choice.score) < 0.03


@given(st.lists(st.tuples(st.sampled_from("abc"), st.floats(0, 500), st.booleans()), max_size=12), st.text(max_size=12))
def test_every_candidate_comes_out_once(rows: list[tuple[str, float, bool]], interest: str) -> None:
    """Ranking loses nobody and invents nobody, whatever the interests say."""
    candidates = [
        candidate(number, feed=feed, hours=hours, own=own) for number, (feed, hours, own) in enumerate(rows, 1)
    ]
    assert sorted(order(*candidates, interests=(interest,) if interest.strip("- ") else ())) == list(
        range(1, len(rows) + 1)
    )


def test_what_several_feeds_tell_and_what_has_substance_goes_first() -> None:
    """A story that others tell too, or whose feed carries its whole text, is worth more, and says so; three say enough."""
    told = [
        replace(candidate(number), sources=("b", "c", "d", "e", "f")[:count])
        for number, count in ((1, 0), (2, 3), (3, 5))
    ]
    first, second, last = rank(told, interests=(), recent=[], now=NOW)
    assert (first.candidate.id, second.candidate.id, last.candidate.id) == (2, 3, 1)
    assert first.score == second.score > last.score
    assert any(line.startswith("4 of your feeds tell this story") for line in first.why)
    full = replace(candidate(2), html="<p>words</p>" * 200)
    best, _ = rank([candidate(1), full], interests=(), recent=[], now=NOW)
    assert best.candidate == full
    assert any(line.startswith("the feed carries the text itself") for line in best.why)


def test_the_reasons_name_filters_and_spans() -> None:
    """What let it through stands among them, and ages are told in the unit that fits."""
    aged = [
        replace(candidate(number, hours=hours), published=NOW - timedelta(hours=hours))
        for number, hours in ((1, 0.5), (2, 1), (3, 5), (4, 72))
    ]
    whys = {choice.candidate.id: choice.why[0] for choice in rank(aged, interests=(), recent=[], now=NOW)}
    assert [whys[number].partition(" (")[0] for number in (1, 2, 3, 4)] == [
        "it is less than an hour old",
        "it is 1 hour old",
        "it is 5 hours old",
        "it is 3 days old",
    ]
    (choice,) = rank([replace(candidate(1), matched=("synth", "tape"))], interests=(), recent=[], now=NOW)
    assert choice.why[-1] == "your filters let it through for “synth” and “tape”"


def test_an_interest_in_a_script_without_spaces_is_found() -> None:
    """Where words are not parted, borders of words mean nothing."""
    assert order(candidate(1), candidate(2, "新しい音楽技術の話", hours=90), interests=("音楽",)) == [2, 1]


def test_what_carries_no_date_does_not_beat_today() -> None:
    """An undated entry may be years old: one of the same hour that says so goes first, and the reason is said."""
    dated = replace(candidate(2, feed="b"), published=NOW - timedelta(hours=2))
    choices = rank([candidate(1), dated], interests=(), recent=[], now=NOW)
    assert [choice.candidate.id for choice in choices] == [2, 1]
    assert "carries no date" in choices[1].why[0]


def test_a_lineup_counts_what_it_gave_before() -> None:
    """Slot after slot, feeds take turns though one has all the newest; what is dropped counts for nothing."""
    many = [candidate(number, hours=number, feed="a") for number in range(1, 5)]
    lineup = Lineup([*many, candidate(9, hours=30, feed="b")], interests=(), recent=[])
    given = []
    for slot in range(4):
        best = lineup.best(NOW + timedelta(hours=slot))
        assert best is not None
        if best.candidate.id == 1:
            lineup.dropped(best)
        else:
            given.append(best.candidate.id)
            lineup.taken(best, NOW + timedelta(hours=slot))
    assert given == [2, 9, 3]


@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 90), st.booleans()), max_size=12),
    st.lists(st.sampled_from("abc"), max_size=4),
)
def test_a_lineup_gives_each_candidate_once_and_begins_as_the_ranking(
    drawn: list[tuple[str, int, bool]], before: list[str]
) -> None:
    """All come, muted ones never; each is what ranking those left would put first."""
    every = [
        candidate(number, "A giveaway" if muted else "A title", feed=feed, hours=hours)
        for number, (feed, hours, muted) in enumerate(drawn)
    ]
    recent = shares(*before)
    lineup = Lineup(every, interests=("-giveaway",), recent=recent)
    left = list(every)
    while (best := lineup.best(NOW)) is not None:
        assert best == rank(left, interests=("-giveaway",), recent=recent, now=NOW)[0]
        left.remove(best.candidate)
        recent.append(Share(feed=best.candidate.feed, own=False, at=NOW))
        lineup.taken(best, NOW)
    assert all("giveaway" in one.title for one in left)
