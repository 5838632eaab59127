from __future__ import annotations

import sqlite3
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.search import indexable, phrases, spaced_cjk, topic_of

TITLES = (
    "C++ for audio plugins",
    "C for beginners",
    "A C# synthesizer",
    "Porting to .NET",
    "Web audio with Node.js",
    "図書館の音を録音する",
    "京東の決算",
    "Field recording in the café",
    "Rust, the language of synths",
)


@pytest.fixture(scope="module")
def archive() -> Iterator[sqlite3.Connection]:
    """A full-text index as the store has one."""
    raw = sqlite3.connect(":memory:")
    raw.execute("CREATE VIRTUAL TABLE archive USING fts5 (title, tokenize = 'unicode61 remove_diacritics 2')")
    raw.executemany("INSERT INTO archive (title) VALUES (?)", [(indexable(title),) for title in TITLES])
    yield raw
    raw.close()


def found(archive: sqlite3.Connection, query: str) -> list[str]:
    rows = archive.execute("SELECT rowid FROM archive WHERE archive MATCH ? ORDER BY rowid", (query,))
    return [TITLES[row[0] - 1] for row in rows]


@pytest.mark.parametrize(
    ("asked", "titles"),
    [
        ("c++", ["C++ for audio plugins"]),
        ("C#", ["A C# synthesizer"]),
        (".net", ["Porting to .NET"]),
        ("node.js", ["Web audio with Node.js"]),
        ("node", ["Web audio with Node.js"]),
        ("図書館", ["図書館の音を録音する"]),
        ("図書", ["図書館の音を録音する"]),
        ("館", ["図書館の音を録音する"]),
        ("東京", []),
        ("cafe", ["Field recording in the café"]),
        ("what do you know about rust?", ["Rust, the language of synths"]),
        ("the", ["Field recording in the café", "Rust, the language of synths"]),
    ],
)
def test_words_of_any_kind_are_found(archive: sqlite3.Connection, asked: str, titles: list[str]) -> None:
    """Names with signs, scripts without spaces, accents, and questions with filler find what they mean."""
    assert found(archive, " AND ".join(phrases(asked))) == titles


@pytest.mark.parametrize("asked", ["", "   ", "!?", "…", "👍", "@ann", '"', "*", "(", "\x00"])
def test_without_words_there_is_no_query(asked: str) -> None:
    """Nothing to look for is no query, not an error."""
    assert phrases(asked) == []


HOSTILE = (
    *("AND", "OR", "NOT", "NEAR(", "NEAR(a b, 2)", "(rust", "rust)", "^rust", "rust*", "title:rust", "-rust", "+rust"),
    *(
        '"rust',
        'ru"st',
        "'; DROP TABLE archive;--",
        "{rust}",
        "a AND",
        "a OR OR b",
        "node.js",
        "don't",
        "what?",
        "\\",
        "½²",
    ),
    *(
        "\u0301",
        "a\u0301\u0301",
        "ก็",
        "ـ",
        "\ud800",
        "x\x00y",
        "rust NEAR/3 go",
        "col : x",
        "[a]",
        "~a",
        "$1",
        "%",
        "_",
        "a" * 5000,
    ),
)


@pytest.mark.parametrize("asked", HOSTILE)
def test_no_text_breaks_a_query_or_is_an_operator(archive: sqlite3.Connection, asked: str) -> None:
    """Whatever is asked, SQLite takes the query, and looks for words only."""
    words = phrases(asked)
    assert len(words) <= 8
    if words:
        found(archive, " AND ".join(words))


@given(st.text(max_size=80) | st.text(alphabet="\"*^():+-{}'ANDORNEAR c#.té東 ", max_size=40))
def test_any_text_is_a_query_that_runs(asked: str) -> None:
    """No text at all makes SQLite raise."""
    raw = sqlite3.connect(":memory:")
    raw.execute("CREATE VIRTUAL TABLE archive USING fts5 (title, tokenize = 'unicode61 remove_diacritics 2')")
    if words := phrases(asked):
        raw.execute("SELECT rowid FROM archive WHERE archive MATCH ?", (" OR ".join(words),)).fetchall()
    raw.close()


def test_letters_of_unspaced_scripts_are_parted() -> None:
    """Each becomes a word of its own; everything else stays as it is."""
    assert spaced_cjk("録音 and 東京FM").split() == ["録", "音", "and", "東", "京", "FM"]
    assert spaced_cjk("plain text") == "plain text"


@pytest.mark.parametrize(
    "text",
    [
        "granular synthesis",
        "Rust",
        "@starfish modular synths",
        "the moog ladder filter",
        "field recording in winter",
        "C++",
        "東京の音",
        "кормушка для птиц",
        "synths & sequencers",
    ],
)
def test_a_few_telling_words_are_a_topic(text: str) -> None:
    """One to five words that name something are worth a look into the archive."""
    assert topic_of(text) is not None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello",
        "thank you",
        "good bot",
        "why",
        "what is this",
        "how are you",
        "is it any good?",
        "I love this",
        "of the",
        "https://example.org",
        "@ann",
        "👍",
        "42",
        "a",
        "the",
        "nice find!",
        "please tell me all about your favourite kind of reverb",
        "really?",
        "granular synthesis for whom?",
    ],
)
def test_greetings_questions_and_judgements_are_no_topic(text: str) -> None:
    """Whatever asks, greets or judges is not looked up."""
    assert topic_of(text) is None


@pytest.mark.parametrize(("text", "topic"), [("Reverb?", "Reverb"), ("tape loops ??", "tape loops")])
def test_a_word_or_two_with_a_question_mark_are_a_topic(text: str, topic: str) -> None:
    """Who asks "reverb?" wants to know what there is on reverb, and the sign is no part of it."""
    assert topic_of(text) == topic


def test_words_like_off_are_not_looked_for() -> None:
    """A word that stands in every other text brings nothing that was meant."""
    assert phrases("taking time off") == ['"taking"', '"time"']


@given(st.text(max_size=100))
def test_a_topic_is_made_of_the_texts_own_words(text: str) -> None:
    """Any text is a topic or not; if it is, it was said so."""
    topic = topic_of(text)
    assert topic is None or (topic.strip() and len(topic) <= 2_000)
