from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.core.digest import DigestItem
from bot.core.limits import LIMITS
from bot.core.occasions import digest_posts, is_quote_slot, quote_key, quote_post
from bot.core.text import fits
from bot.model import Account, Slot

AT = datetime(2026, 11, 22, 9, tzinfo=UTC)
QUOTES = [f"Line number {number} about listening." for number in range(20)]


def slot(number: int = 0) -> Slot:
    return Slot(account="timeline", identity=f"wall:{AT + timedelta(hours=number):%Y-%m-%dT%H:%M}", at=AT)


def account(quotes: float) -> Account:
    return Account(name="timeline", platform="local", quotes=quotes)


def test_the_share_of_quote_slots_is_about_what_the_owner_wrote() -> None:
    """A quarter of a thousand slots, give or take, and the same ones every time."""
    drawn = [is_quote_slot(account(0.25), slot(number)) for number in range(1000)]
    assert 200 <= sum(drawn) <= 300
    assert drawn == [is_quote_slot(account(0.25), slot(number)) for number in range(1000)]


def test_without_a_share_no_slot_is_a_quotes() -> None:
    """The default is articles only."""
    assert not any(is_quote_slot(account(0.0), slot(number)) for number in range(100))


def test_no_line_comes_twice_within_a_year() -> None:
    """Twenty lines fill twenty slots, and then there is none left."""
    used: set[str] = set()
    said = []
    for number in range(21):
        post = quote_post(QUOTES, used, slot(number), account(1.0), LIMITS["local"])
        if post is None:
            break
        said.append(post.text)
        used.add(post.dedupe_key)
    assert sorted(said) == sorted(QUOTES)


def test_a_line_that_was_reworded_by_spaces_or_case_is_the_same() -> None:
    """Tidying the file doesn't bring a line back."""
    used = {quote_key("Listen  first.", slot()), "example.com/a", "reply:7"}
    assert quote_post(["listen first."], used, slot(1), account(1.0), LIMITS["local"]) is None


def test_a_lines_key_is_the_same_for_ever() -> None:
    """It is stored, so no release may change it: known here by heart."""
    assert quote_key("Listen  first.", slot()) == "quote:1fd98cf8cb627c3d:2026-11"


def test_a_line_that_does_not_fit_is_passed_over() -> None:
    """Better none than half of one."""
    assert quote_post(["word " * 100], set(), slot(), account(1.0), LIMITS["local"]) is None


def items(count: int, size: int = 60) -> list[DigestItem]:
    return [
        DigestItem(text=("Rain fell, and " * (size // 15)) + "it went on.", link=f"https://example.org/{number}")
        for number in range(count)
    ]


def test_a_short_digest_is_one_post_with_every_link() -> None:
    """Five finds fit a Mastodon post."""
    posts = digest_posts(items(5, 30), slot(), account(0.0), LIMITS["mastodon"])
    assert len(posts) == 1
    assert all(f"https://example.org/{number}" in posts[0].text for number in range(5))


def test_a_long_digest_is_a_thread_whose_parts_have_keys_of_their_own() -> None:
    """What doesn't fit one post becomes one a find, each fitting, each key different."""
    posts = digest_posts(items(5, 200), slot(), account(0.0), LIMITS["local"])
    assert len(posts) == 5
    assert [post.dedupe_key for post in posts] == [f"slot:{slot().identity}#{part}" for part in range(1, 6)]
    assert {post.account for post in posts} == {"timeline"}


def test_a_digest_holds_the_five_best_at_most() -> None:
    """However many finds there are."""
    posts = digest_posts(items(8, 200), slot(), account(0.0), LIMITS["local"])
    assert [post.text.rpartition("/")[2] for post in posts] == list("01234")


def test_they_are_seen_by_whom_the_account_speaks_to() -> None:
    """A one-liner and each part of a digest have the account's visibility and language, as every other post."""
    quiet = replace(account(1.0), visibility="unlisted", language="de")
    line = quote_post(QUOTES, set(), slot(), quiet, LIMITS["mastodon"])
    assert line is not None
    for post in (line, *digest_posts(items(5, 600), slot(), quiet, LIMITS["mastodon"])):
        assert (post.visibility, post.language) == ("unlisted", "de")


@given(count=st.integers(1, 8), size=st.integers(10, 600), platform=st.sampled_from(sorted(LIMITS)))
def test_every_part_of_a_digest_fits(count: int, size: int, platform: str) -> None:
    """Whatever the finds and the platform."""
    for post in digest_posts(items(count, size), slot(), account(0.0), LIMITS[platform]):
        assert fits(post.text, LIMITS[platform])
