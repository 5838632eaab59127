"""Several finds told at once."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.core.compose import fit
from bot.core.digest import DigestItem, digest
from bot.core.text import fits
from bot.model import Limits

LOCAL = Limits(max_length=300, unit="graphemes")
MASTODON = Limits(max_length=500, link_cost=23)
OLD = Limits(max_length=140)
ALONE = Limits(max_length=140, threads=False)
ITEMS = [
    DigestItem(text=f"Find number {at} is here. More of it.", link=f"https://example.com/{at}", credit="Example")
    for at in range(1, 6)
]


def test_a_digest_is_one_post_where_it_fits() -> None:
    """Five finds with their links stand in one post where the platform has room."""
    (whole,) = digest(ITEMS, MASTODON)
    assert whole.text.count("https://") == 5
    assert "Find number 3 is here." in whole.text


def test_a_digest_is_a_thread_where_it_does_not_fit() -> None:
    """Elsewhere each find is a post of its own, numbered, the first with the heading."""
    drafts = digest(ITEMS, OLD)
    assert len(drafts) == 5
    assert drafts[0].text.startswith("Worth your time:\n1/5 ")
    assert [each.link for each in drafts] == [item.link for item in ITEMS]
    assert {each.credit for each in drafts} == {"Example"}
    assert all(fits(fit(each, OLD, account="a", dedupe_key="k").text, OLD) for each in drafts)


def test_a_digest_of_nothing_is_nothing() -> None:
    """Without finds there is no post."""
    assert digest([], LOCAL) == []


def test_without_threads_the_posts_are_not_numbered() -> None:
    """Where posts don't hang together, a number would mean nothing."""
    assert digest(ITEMS, ALONE)[1].text == "Find number 2 is here. More of it."


@pytest.mark.parametrize(
    ("languages", "account", "opens", "tagged"),
    [
        (["de", "de"], None, "Lesenswert:", "de"),
        (["de", "en"], None, "Worth your time:", None),
        (["en", "ja"], "fr", "À lire :", "fr"),
        (["ja", "ja"], None, "Worth your time:", "ja"),
        (["de", None], None, "Worth your time:", None),
    ],
)
def test_a_digest_opens_in_the_language_of_its_account_or_finds(
    languages: list[str | None], account: str | None, opens: str, tagged: str | None
) -> None:
    """The account's own, else the one that all finds share; what has several is tagged with none."""
    finds = [replace(item, language=language) for item, language in zip(ITEMS, languages, strict=False)]
    (whole,) = digest(finds, MASTODON, language=account)
    assert whole.text.startswith(f"{opens}\n\n• Find number 1")
    assert whole.language == tagged
    parts = digest(finds, replace(OLD, max_length=80), language=account)
    assert [each.language for each in parts] == [account or each for each in languages]


def test_the_first_sentence_of_a_quotation_is_closed() -> None:
    """An author's own words that are told in part keep both their marks."""
    (whole,) = digest([DigestItem(text="“I listened. It rained.”", link="https://example.com/")], LOCAL)
    assert "• “I listened.”\n" in whole.text


def test_what_a_find_says_pings_nobody() -> None:
    """Texts of finds are defused like any foreign text."""
    (whole,) = digest([DigestItem(text="Hi @ann. Bye.", link="https://example.com/")], LOCAL)
    assert "@" not in whole.text
