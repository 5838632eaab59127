from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.phrase_tree import Choice, Gap, Node, Word, leaves, parse
from bot.core.phrases import MOST_POSITIONS, Phrase, PhraseError
from bot.core.words import Words, clean


def captured(phrase: str, say: str) -> dict[str, str] | None:
    """What a phrase captures of a message, in the asker's own letters; None: it doesn't match."""
    words = Words(clean(say))
    hit = Phrase(phrase).match(words.exact)
    return None if hit is None else {name: words.written(*places) for name, places in hit.captures.items()}


@pytest.mark.parametrize(
    ("phrase", "yes", "no"),
    [
        ("hello", ["hello", "Hello!", "HELLO…"], ["hello there", "hell", "", "oh hello"]),
        ("hello *", ["hello", "hello there", "hello a b c"], ["oh hello", ""]),
        ("* hello", ["hello", "well hello"], ["hello there"]),
        ("* hello *", ["hello", "oh hello you", "a b hello"], ["help", ""]),
        (
            "* good morning *",
            ["good day good morning to you all", "good good morning", "good morning"],
            ["good day morning", "morning good day good"],
        ),
        ("good (morning|evening)", ["good morning", "Good evening."], ["good", "good night", "good morning evening"]),
        ("help [me] [please]", ["help", "help me", "help please", "help me please"], ["help please me"]),
        ("latest [about|on] {topic}", ["latest rust", "latest on rust"], ["latest", "latest "]),
        ("(a [very] big|one small) step", ["a big step", "a very big step", "one small step"], ["a small step"]),
        ("[a] [b]", ["a", "b", "a b", ""], ["b a", "c"]),
        ("*", ["", "anything at all"], []),
        ("{all}", ["x", "x y"], [""]),
        ("[" * 8 + "a" + "]" * 8, ["a", ""], ["b"]),
        ("opt-out", ["opt-out", "opt out"], ["optout"]),
        ("what's up", ["What’s up?", "what's up"], ["what up"]),
        ("c++", ["C++"], ["c"]),
        ("see https://example.org/a *", ["see https://example.org/a now"], ["see https://example.org/b"]),
    ],
)
def test_a_phrase_matches_whole_messages(phrase: str, yes: list[str], no: list[str]) -> None:
    """Each form of the language takes exactly the messages that it describes, from the first word to the last."""
    assert [say for say in yes if captured(phrase, say) is None] == []
    assert [say for say in no if captured(phrase, say) is not None] == []


@pytest.mark.parametrize(
    ("phrase", "say", "values"),
    [
        ("latest [about|on] {topic}", "latest about Rust and C++", {"topic": "Rust and C++"}),
        (
            "remind me {when} to {what}",
            "remind me tomorrow to go to the Shop",
            {"when": "tomorrow", "what": "go to the Shop"},
        ),
        ("{a} {b}", "one two three", {"a": "one", "b": "two three"}),
        ("(about {topic}|{topic} news)", "Synth news", {"topic": "Synth"}),
        ("(about {topic}|{topic} news)", "about Synths", {"topic": "Synths"}),
        ("[please] {what}", "please do it", {"what": "do it"}),
        ("what is [the] {thing} [please]", "what is the Time, please", {"thing": "Time"}),
        ("{who} said * about {topic}", "Ann said it all about bees", {"who": "Ann", "topic": "bees"}),
        ("[no] * no {what}", "No no way", {"what": "way"}),
        ("* {what}", "tell me a story", {"what": "tell me a story"}),
        ("{who} * {what}", "Ann likes old bees", {"who": "Ann", "what": "likes old bees"}),
        ("最新 {topic}", "最新東京2026", {"topic": "東京2026"}),
        ("add feed {url}", "add feed https://Example.org/Feed.xml?a=B", {"url": "https://Example.org/Feed.xml?a=B"}),
        ("block {who}", "block @troll@example.org", {"who": "@troll@example.org"}),
    ],
)
def test_captures_keep_the_letters_as_written(phrase: str, say: str, values: dict[str, str]) -> None:
    """A capture takes as few words as it can, fixed words go first, and case and signs stay as they were written."""
    assert captured(phrase, say) == values


@pytest.mark.parametrize(
    ("phrase", "sentence"),
    [
        ("(a", "never closed"),
        ("[a", "add ]"),
        ("(a [b", "add ]"),
        ("[a (b", "add )"),
        ("a)", "closes nothing"),
        ("(a]", "closes nothing"),
        ("a|b", "(this|that)"),
        ("(a|)", "one of the alternatives is empty"),
        ("()", "one of the alternatives is empty"),
        ("{Topic}", "small letters"),
        ("{}", "no name"),
        ("{", "stands alone"),
        ("x } y", "stands alone"),
        ("{x} and {x}", "captured twice"),
        ("!!!", "no words"),
        ("", "no words"),
        ("[" * 9 + "a" + "]" * 9, "nested too deeply"),
        ("a " * (MOST_POSITIONS + 1), "split it"),
        ("(a b) " * MOST_POSITIONS, "split it"),
    ],
)
def test_a_phrase_that_cannot_be_read_says_why(phrase: str, sentence: str) -> None:
    """Every mistake has a sentence that tells the owner what to write instead."""
    with pytest.raises(PhraseError, match=re.escape(sentence)):
        Phrase(phrase)


def test_fixed_words_are_counted_as_matched() -> None:
    """A hit tells how many of the message's words the phrase named: that is how specific it was."""
    phrase = Phrase("latest [about] {topic}")
    full, bare = phrase.match(["latest", "about", "x"]), phrase.match(["latest", "x"])
    assert full is not None
    assert bare is not None
    assert (full.fixed, bare.fixed, phrase.fixed) == (2, 1, 1)


def test_the_rarest_words_that_every_match_has_are_the_anchor() -> None:
    """The anchor is one word of every match, all alternatives of a choice together, or nothing."""
    counts = {"what": 900, "is": 800, "lufs": 1, "the": 500, "loud": 5, "quiet": 5}
    assert Phrase("what is lufs").anchor(counts) == ("lufs",)
    assert Phrase("what is (loud|quiet)").anchor(counts) == ("loud", "quiet")
    assert Phrase("[lufs] the *").anchor(counts) == ("the",)
    assert Phrase("[what] *").anchor(counts) is None


# --------------------------------------------------------------------------- the language, against its definition

WORDS = ("a", "b", "c")


@st.composite
def phrases(draw: st.DrawFn, depth: int = 2) -> str:
    """Any phrase over three words."""
    kinds = ["word", "word", "gap", "capture"] + (["choice", "optional"] if depth else [])
    parts = []
    for _ in range(draw(st.integers(1, 3))):
        kind = draw(st.sampled_from(kinds))
        if kind == "word":
            parts.append(draw(st.sampled_from(WORDS)))
        elif kind == "gap":
            parts.append("*")
        elif kind == "capture":
            parts.append("{capture}")
        else:
            inner = [draw(phrases(depth=depth - 1)) for _ in range(draw(st.integers(1, 2)))]
            parts.append(("({})" if kind == "choice" else "[{}]").format("|".join(inner)))
    return " ".join(parts)


def numbered(phrase: str) -> str:
    """The phrase with a name of its own for each capture."""
    number = itertools.count()
    pieces = phrase.split("{capture}")
    return "".join(piece + (f"{{c{next(number)}}}" if at < len(pieces) - 1 else "") for at, piece in enumerate(pieces))


def language(phrase: str, words: Sequence[str]) -> int | None:
    """The definition, by brute force: the most words that the phrase can name of these; None: they are none of its."""

    def ends(node: Node, start: int) -> set[tuple[int, int]]:
        """Where the node can end that begins at `start`, each with how many fixed words it has named by then."""
        if isinstance(node, Word):
            return {(start + 1, 1)} if start < len(words) and words[start] == node.text else set()
        if isinstance(node, Gap):
            return {(end, 0) for end in range(start + (1 if node.name else 0), len(words) + 1)}
        if isinstance(node, Choice):
            return set().union(*(ends(option, start) for option in node.options))
        here = {(start, 0)}
        for part in node.parts:
            here = {(end, named + more) for at, named in here for end, more in ends(part, at)}
        return here

    return max((named for end, named in ends(parse(phrase), 0) if end == len(words)), default=None)


@given(phrase=phrases().map(numbered), words=st.lists(st.sampled_from((*WORDS, "x")), max_size=6))
def test_matching_is_what_the_language_says(phrase: str, words: list[str]) -> None:
    """For any phrase and message, the walk finds the match that names the most words, and one only where there is one."""
    compiled = Phrase(phrase)
    hit = compiled.match(words)
    assert (hit and hit.fixed) == language(phrase, words)
    if hit is not None:
        assert compiled.fixed <= hit.fixed <= len(words)
        assert all(0 <= start < end <= len(words) for start, end in hit.captures.values())
        assert set(words) >= compiled.required
        assert all(run in f" {' '.join(words)} " for run in compiled.runs)


@st.composite
def rows(draw: st.DrawFn) -> str:
    """A phrase of words, gaps, captures and optional words, one after the other."""
    kinds = draw(st.lists(st.sampled_from(["word", "*", "{capture}", "{capture}", "[word]"]), min_size=2, max_size=4))
    return numbered(" ".join(kind.replace("word", draw(st.sampled_from(WORDS))) for kind in kinds))


def taken(phrase: str, words: Sequence[str]) -> list[tuple[int, list[int], dict[str, tuple[int, int]]]]:
    """All ways to match, by brute force: the fixed words, how much each gap takes, and what each capture gets."""
    ways: list[tuple[int, int, list[int], dict[str, tuple[int, int]]]] = [(0, 0, [], {})]
    for part in parse(phrase).parts:
        further = []
        for at, fixed, gaps, got in ways:
            if isinstance(part, Gap):
                for end in range(at + (1 if part.name else 0), len(words) + 1):
                    named = {part.name: (at, end)} if part.name else {}
                    further.append((end, fixed, [*gaps, end - at], {**got, **named}))
                continue
            if isinstance(part, Choice):
                further.append((at, fixed, gaps, got))
            word = part if isinstance(part, Word) else next(leaves(part))
            if at < len(words) and word == Word(words[at]):
                further.append((at + 1, fixed + 1, gaps, got))
        ways = further
    return [(fixed, gaps, got) for at, fixed, gaps, got in ways if at == len(words)]


@given(phrase=rows(), words=st.lists(st.sampled_from((*WORDS, "x")), min_size=1, max_size=6))
def test_gaps_take_as_few_words_as_they_can_each_before_the_next(phrase: str, words: list[str]) -> None:
    """Of the ways that name the most words, it is the one in which the first gap takes least, then the second one."""
    ways = taken(phrase, words)
    hit = Phrase(phrase).match(words)
    assert (hit is None) == (not ways)
    if hit is not None:
        fixed, _, got = min(ways, key=lambda way: (-way[0], way[1]))
        assert (hit.fixed, hit.captures) == (fixed, got)


@given(phrase=phrases().map(numbered), words=st.lists(st.sampled_from(WORDS), min_size=1, max_size=6))
def test_every_match_has_a_word_of_the_anchor(phrase: str, words: list[str]) -> None:
    """The index loses nothing: a phrase that matches is filed under one of the message's words, or under none."""
    compiled = Phrase(phrase)
    anchor = compiled.anchor({"a": 3, "b": 2, "c": 1})
    if compiled.match(words) is not None and anchor is not None:
        assert set(anchor) & set(words)


@given(st.text(max_size=60))
def test_any_text_is_a_phrase_or_a_mistake_with_a_sentence(text: str) -> None:
    """Whatever an owner writes is compiled or refused in words; nothing else is ever raised."""
    said = ""
    try:
        Phrase(text)
    except PhraseError as error:
        said = str(error)
    assert not said or len(said) > 20


def test_the_walk_is_linear_in_the_words() -> None:
    """Four times the words are four times the comparisons, also where every gap can take every word."""
    phrase = Phrase(" ".join(f"{{c{number}}} x" for number in range(20)) + " * end")
    looks = [comparisons(phrase, size) for size in (100, 200, 400)]
    assert looks[1] < 2.5 * looks[0]
    assert looks[2] < 2.5 * looks[1]


def comparisons(phrase: Phrase, size: int) -> int:
    """How many words are compared while a phrase fails to match a message of this many words."""
    looked = 0

    class Compared(str):
        __slots__ = ()

        def __eq__(self, other: object) -> bool:
            nonlocal looked
            looked += 1
            return str.__eq__(self, other) is True

        __hash__ = str.__hash__

    assert phrase.match([Compared("x") for _ in range(size)]) is None
    return looked
