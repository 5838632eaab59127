"""M5 and M6 of the fault battery: rules and mentions made to hurt, and rules that are wrong."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from bot.core.rules import Engine, RuleErrors, check_rule
from bot.errors import ConfigError
from bot.model import Mention, Rule
from tests.servers.fixtures import START, Hands
from tests.servers.small_bot import RULES, read_config, small_bot, write_config

ATTACKS = [
    "thanks" * 300 + "!",
    "a" * 2_000,
    "about " * 400,
    "* " * 1_000,
    "{" * 1_000,
    "(" * 2_000,
    " ".join(["please", "now", "about", "then"] * 100),
    "字" * 2_000,
    "\u0301" * 2_000,
]


def said(text: str) -> Mention:
    """Somebody's words."""
    return Mention(account="a", remote_id="1", author="@ann", text=text, at=START)


@pytest.mark.parametrize("text", ATTACKS)
def test_m5_no_text_makes_a_phrase_slow(text: str) -> None:
    """Phrases with many gaps are walked through once: every attack ends, in an answer."""
    rules = [Rule(id="open", when=("* about * please * now", "{a} b {c} d {e} f"), reply=("ok",))]
    engine = Engine.build(rules)
    assert engine.match(said(text)).rule


async def test_m5_a_mention_of_a_megabyte_is_answered(tmp_path: Path) -> None:
    """Its beginning is read, its answer is short, and the next one is answered as ever."""
    async with small_bot(write_config(tmp_path / "config"), Hands()) as bot:
        assert await bot.talk("hello " + "x" * 1_000_000) != ""
        assert await bot.talk("hello") == "Hello ann, nice to meet you."


def test_m5_ten_thousand_patterns_are_one_index() -> None:
    """A rule of ten thousand phrases looks at those alone that share the mention's rarest word."""
    rule = Rule(
        id="many", when=tuple(f"word{number} [please] about {{topic}}" for number in range(10_000)), reply=("ok",)
    )
    engine = Engine.build([rule])
    assert engine.match(said("word7777 about rain")).values == {"topic": "rain"}
    assert engine.match(said("word10000 about rain")).rule != "many"


def test_m5_an_expression_that_backtracks_is_refused() -> None:
    """Where RE2 is absent every expression is refused with a sentence; where it is there, only what isn't RE2's."""
    (wrong,) = check_rule(Rule(id="x", regex=(r"(a+)+\1$",), reply=("ok",)))
    assert wrong.startswith("regex")


@pytest.mark.parametrize(
    ("rule", "sentence"),
    [
        ('when = ["hi"]\nreply = "Hi {nmae}."', "{nmae} is not a name that a reply can use; did you mean “name”?"),
        ('when = ["hi"]\nreply = "Hi {name."', "has a brace that is not closed"),
        ('when = ["hi"]\nreply = "Hi {name.__class__}."', "is not a name that a reply can use"),
        ('when = ["hi (there"]\nreply = "Hi."', "when:"),
        ('reply = "Hi."', "it can never match"),
        ('when = ["hi"]\nreply = ""', "empty"),
        ('when = ["hi"]\nreply = "x"\ndo = "approve"', 'add: from = "owner"'),
    ],
)
def test_m6_a_wrong_rule_is_refused_at_load_with_its_line(tmp_path: Path, rule: str, sentence: str) -> None:
    """File, line and a sentence; the bot doesn't start with it."""
    folder = write_config(tmp_path / "config", rules=f'[[rules]]\nid = "x"\n{rule}\n')
    with pytest.raises(ConfigError) as caught:
        read_config(folder)
    (problem,) = caught.value.problems
    assert sentence in problem.what
    assert "rules.toml:" in problem.where


async def test_m6_an_empty_result_is_said_in_words(tmp_path: Path) -> None:
    """An action that finds nothing says the rule's `else`; a rule without one is honest in its place, never empty."""
    rules = RULES.replace('else = "Nothing about {topic} yet."\n', "")
    async with small_bot(write_config(tmp_path / "config"), Hands()) as bot:
        assert await bot.talk("latest on zithers") == "Nothing about zithers yet."
    async with small_bot(write_config(tmp_path / "bare", rules=rules), Hands()) as bot:
        assert await bot.talk("latest on zithers") == "I have nothing to say to that yet, ann."
        bot.later(minutes=1)
        assert await bot.talk("why", about=999) != ""


async def test_m6_names_that_end_up_empty_leave_an_answer(tmp_path: Path) -> None:
    """Someone whose name is nothing but signs is still answered."""
    async with small_bot(write_config(tmp_path / "config"), Hands()) as bot:
        assert "nice to meet you" in await bot.talk("hello", "@@@@")


def test_m6_rules_that_do_not_fit_together_are_all_named() -> None:
    """Two of one id, and one after a rule that isn't there: both problems at once."""
    rules = [
        Rule(id="a", when=("x",), reply=("y",)),
        Rule(id="a", when=("z",), reply=("y",), cooldown=timedelta(minutes=1)),
        Rule(id="b", when=("x",), reply=("y",), follows=("gone",)),
    ]
    with pytest.raises(RuleErrors) as caught:
        Engine.build(rules)
    assert [sentence for _, _, sentence in caught.value.problems] == [
        "another rule has the same id",
        "after: there is no rule “gone”",
    ]
