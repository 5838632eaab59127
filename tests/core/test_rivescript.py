from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.rivescript import read
from bot.core.rules import Engine
from bot.model import Mention, Rule

BRAIN = r"""
! version = 2.0
// people write their own words for it
! array instruments = drum flute harp
! sub what's = what is

+ hello [bot]
- Hello, <id>!{weight=3}
- Good to see you.

+ my instrument is the (@instruments)
- A fine choice. ^ not a continuation
^ Play it often.

+ my name is *
- Nice to meet you, <star>.

+ what is your name
- I am <bot name>.

+ tell me a riddle
- What has keys and opens no door?

+ *
% what has keys and opens no door
- <star>? No, a piano.

+ who are you
@ what is your name

+ [*] (bass|bassoon) [*]{weight=20}
- Low notes!
"""


def mention(text: str) -> Mention:
    return Mention(account="timeline", remote_id="1", author="@ann", text=text, at=datetime(2026, 1, 1, tzinfo=UTC))


def by_id(rules: list[Rule]) -> dict[str, Rule]:
    return {rule.id: rule for rule in rules}


def test_a_brain_is_read_into_rules_that_answer() -> None:
    """Triggers, alternatives, arrays, substitutions, redirects and weights become rules of ours, with nothing left."""
    rules, problems = read(BRAIN)
    assert problems == []
    engine = Engine.build(rules)
    for say, rule in (
        ("Hello bot!", "hello-bot"),
        ("my instrument is the harp", "my-instrument-is-the"),
        ("What's your name?", "what-is-your-name"),
        ("who are you", "who-are-you"),
        ("do you like the bassoon much", "bass-bassoon-weight-20"),
    ):
        assert engine.match(mention(say)).rule == rule, say
    assert engine.match(mention("my name is Ann Lee")).values == {"star1": "Ann Lee"}
    found = by_id(rules)
    assert found["hello-bot"].reply == ("Hello, {name}!",) * 3 + ("Good to see you.",)
    assert found["my-name-is"].reply == ("Nice to meet you, {star1}.",)
    assert found["who-are-you"].reply == found["what-is-your-name"].reply == ("I am {bot.name}.",)
    assert found["bass-bassoon-weight-20"].priority == 20


def test_stars_are_counted_as_their_writer_did() -> None:
    """What stands in (round) brackets is a star of its own, what stands in [square] ones or is a bare array is none."""
    brain = "! array ink_pot = red|blue\n+ [my *] @ink_pot pen (is|was) # [or _] _\n- It <bot name> <star2>, <star3>?"
    (rule,), problems = read(brain)
    assert rule.when == ("[my *] (red|blue) pen (is|was) {star2} [or *] {star3}",)
    assert rule.reply == ("It {bot.name} {star2}, {star3}?",)
    assert [sentence.endswith("are read as any words") for _, sentence in problems] == [True]


def test_continued_lines_are_joined() -> None:
    """A line that begins with ^ goes on with the one before."""
    rules, _ = read("+ hi\n- One,\n  ^ two,\n\n  ^ three.")
    assert rules[0].reply == ("One, two, three.",)


def test_what_the_bot_said_before_is_a_condition() -> None:
    """A % line holds only in answer to the rule whose reply it names."""
    engine = Engine.build(read(BRAIN)[0])
    assert engine.match(mention("a door"), after="tell-me-a-riddle").values == {"star1": "a door"}
    assert engine.match(mention("a door")).rule == "fallback"


@pytest.mark.parametrize(
    ("brain", "line", "reason"),
    [
        ("! var mood = good\n", 1, "only arrays and substitutions"),
        ("+ a\n* <get x> == y => z\n- b", 2, "not part of what is read"),
        ("> topic sad\n+ a\n- b\n< topic", 1, "left out, whole"),
        ("+ a\n- {random}b|c{/random}", 2, "{random} in a reply"),
        ("+ a\n- <set x=y>b", 2, "<set x=y> in a reply"),
        ("+ a\n- brace } here", 2, "a lone brace"),
        ("+ hi (@missing)\n- b", 1, "no array @missing"),
        ("+ hi <bot name>\n- b", 1, "<bot name> in a trigger"),
        ("+ a\n- you said <star2>", 1, "no such star"),
        ("+ i (like|love) *\n- why do you <star1> it?", 1, "<star1> is one of (like|love)"),
        ("! array ink = red|blue\n+ my (@ink) pen\n- <star>!", 2, "<star1> is one of (@ink)"),
        ("+ a", 1, "no reply"),
        ("+ a\n@ b", 1, "leads to no trigger"),
        ("+ a\n@ b\n+ b\n@ a", 1, "leads to no trigger"),
        ("+ a\n% nobody said that\n- b", 1, "nothing here says"),
        ("+ (a\n- b", 1, "never closed"),
        ("+ i am # years old\n- <star> is fine", 1, "read as any words"),
        ("nonsense", 1, "not part of what is read"),
        ("- an orphan", 1, "not part of what is read"),
    ],
)
def test_what_is_not_understood_is_listed_with_its_line(brain: str, line: int, reason: str) -> None:
    """Nothing is dropped in silence: each line that is not read is named, with why."""
    _, problems = read(brain)
    assert any(number == line and reason in sentence for number, sentence in problems), problems


def test_what_follows_a_trigger_that_is_left_out_is_left_out_too() -> None:
    """A chain of % lines breaks where its beginning does, and each break is listed."""
    rules, problems = read("+ (a\n- one\n+ b\n% one\n- two\n+ c\n% two\n- three\n+ d\n- four")
    assert [rule.id for rule in rules] == ["d"]
    assert [line for line, _ in problems] == [1, 3, 6]


def test_a_trigger_that_matches_anything_is_a_fallback() -> None:
    """A lone star without <star> in its replies takes every message, one without words too."""
    engine = Engine.build(read("+ *\n- Go on.")[0])
    assert engine.match(mention("")).rule == "anything"
    assert engine.rule("anything").reply == ("Go on.",)


def test_two_triggers_of_the_same_words_get_two_ids() -> None:
    """Ids come from the first words, and are numbered where those are the same."""
    rules, _ = read("+ tell me a short story now\n- a\n+ tell me a short story please\n- b")
    assert [rule.id for rule in rules] == ["tell-me-a-short", "tell-me-a-short-nr-2"]


LINES = st.lists(
    st.tuples(st.sampled_from(["+", "-", "%", "@", "!", "^", ">", "<", "*", "//", "/*", ""]), st.text(max_size=20)),
    max_size=12,
)


@given(LINES)
def test_any_file_is_read_or_listed_and_what_is_read_can_be_used(lines: list[tuple[str, str]]) -> None:
    """Whatever a file holds, reading never fails, and the rules that come out build an engine."""
    rules, problems = read("\n".join(f"{sign} {text}" for sign, text in lines))
    Engine.build(rules)
    assert all(number >= 1 and sentence for number, sentence in problems)
