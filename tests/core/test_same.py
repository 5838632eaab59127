"""The same story: texts, titles and hashes that are compared."""

from __future__ import annotations

import itertools
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.same import NEAR, Nearest, bare_text, near, simhash, title_key

STORY = (
    "A small group of sound artists has spent two winters recording the ice of a mountain lake. When the surface "
    "freezes and cracks, it rings like a plucked string, and microphones below it hear the pitch fall as the wave "
    "travels. The recordings are free to use, and the group asks only that people say where the ice was."
)


# --------------------------------------------------------------------------- bare_text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("", ""),
        ("plain  words\nhere", "plain words here"),
        ("<p>One</p><p>two &amp; three</p>", "One two & three"),
        ("<script>var a = '<p>no</p>';</script>yes<STYLE>p{}</STYLE> too", "yes too"),
        ("<script>never closed", "never closed"),
        ("a < b and c > d", "a < b and c > d"),
        ("&lt;b&gt; stays", "<b> stays"),
    ],
)
def test_the_words_of_html_remain(html: str, text: str) -> None:
    """Tags, scripts and styles go; words and resolved references stay, on one line."""
    assert bare_text(html) == text


def test_a_hundred_thousand_broken_tags_cost_no_time() -> None:
    """What never closes is read once."""
    assert bare_text("<script" * 100_000, limit=1_000_000)
    assert bare_text("<" * 500_000, limit=1_000_000)


# --------------------------------------------------------------------------- title_key


def test_a_title_is_folded_for_comparing() -> None:
    """Case, punctuation, quotes, dashes and width make no difference."""
    folded = "the ice that sings a field recording"
    assert title_key("The Ice That Sings: A Field Recording") == folded
    assert title_key("“The ice that sings” – a field-recording!") == folded
    assert title_key("ＴＨＥ ｉｃｅ that sings… a field recording") == folded
    assert title_key("Über die Straße nach Süden") == title_key("ÜBER DIE STRASSE NACH SÜDEN")


@pytest.mark.parametrize("title", ["", "Weekly links", "Episode 12", "a b c d", "今日", "!!! ???"])
def test_a_title_too_short_to_mean_anything_has_no_key(title: str) -> None:
    """Such titles are used for many stories."""
    assert title_key(title) == ""


@pytest.mark.parametrize(
    ("title", "means"),
    [
        ("four words of this", True),
        ("four words ofit", False),
        ("a b c defghijkl", False),
        ("recording glaciers today", False),
    ],
)
def test_four_words_of_sixteen_characters_mean_something(title: str, means: bool) -> None:
    """A word or a character less could be the title of many stories."""
    assert bool(title_key(title)) is means


def test_scripts_without_spaces_need_eight_characters() -> None:
    """A Chinese title is one word for a splitter, and a whole sentence for its reader."""
    assert title_key("湖面结冰时会像琴弦一样歌唱") == "湖面结冰时会像琴弦一样歌唱"
    assert title_key("湖面结冰时会像琴") == "湖面结冰时会像琴"
    assert title_key("湖面结冰时会像") == ""


# --------------------------------------------------------------------------- simhash


def test_a_reprint_is_near_and_another_story_is_not() -> None:
    """A few changed words move a few bits; another text moves half of them."""
    reprint = STORY.replace("two winters", "three winters").replace("free to use", "free for all")
    other = " ".join(reversed(STORY.split()))
    assert near(simhash(STORY), simhash(reprint))
    assert not near(simhash(STORY), simhash(other))


def test_a_simhash_is_the_same_for_ever() -> None:
    """It is stored, so no release may change it: 64 bits, unsigned, known here by heart."""
    assert simhash(STORY) == simhash(STORY.upper()) == simhash(f"{STORY}")
    assert 0 < simhash(STORY) < 2**64
    assert f"{simhash(STORY):016x}" == "0de23471da78fffd"
    assert [f"{simhash(' '.join(STORY.split()[:words])):016x}" for words in (23, 24, 25)] == [
        "0000000000000000",
        "2f847571d81bfde3",
        "2b8034715819e5e1",
    ]


def test_short_texts_are_near_nothing() -> None:
    """Below 24 words there is no hash, and no hash is near none."""
    assert simhash("only a few words") == 0
    assert not near(0, 0)
    assert not near(0, 1)


def test_chinese_is_hashed_by_characters() -> None:
    """Scripts without spaces have no words, so their characters serve."""
    text = "湖面结冰时会像琴弦一样歌唱录音可以自由使用他们只希望人们说明冰来自哪里"
    assert simhash(text) != 0
    assert near(simhash(text), simhash(text + "。"))


@given(st.lists(st.integers(0, 2**64 - 1), min_size=1, max_size=60), st.integers(0, 2**64 - 1), st.randoms())
def test_the_search_finds_what_a_loop_finds(hashes: list[int], wanted: int, rng: random.Random) -> None:
    """All lanes at once or one by one: the first near hash, or none."""
    if rng.random() < 0.7:
        wanted = rng.choice(hashes)
        for bit in rng.sample(range(64), rng.randrange(NEAR + 4)):
            wanted ^= 1 << bit
    named = list(enumerate(hashes))
    expected = next((name for name, other in named if near(wanted, other)), None)
    assert Nearest(named).to(wanted) == expected


def test_no_two_bits_hide_a_reprint() -> None:
    """Eleven bits, three in each quarter but one, are found by that quarter's two, whichever they are."""
    told = simhash(STORY)
    stories = Nearest([(7, told)])
    for quarter in range(4):
        elsewhere = sum(0b111 << 16 * other for other in range(4) if other != quarter)
        for one, other in itertools.combinations(range(16), 2):
            reprint = told ^ elsewhere ^ ((1 << one | 1 << other) << 16 * quarter)
            assert (told ^ reprint).bit_count() == NEAR
            assert stories.to(reprint) == 7


def test_nothing_is_near_among_nothing() -> None:
    """No candidates, no twin."""
    assert Nearest([]).to(5) is None
    assert Nearest([(1, 0)]).to(5) is None
    assert Nearest([(1, 5)]).to(0) is None
