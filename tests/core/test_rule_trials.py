from __future__ import annotations

from typing import Any

import pytest

from bot.core.rules import Engine
from bot.model import Rule, RuleTest


def rule(rule_id: str, *when: str, **more: Any) -> Rule:
    return Rule(**{"id": rule_id, "when": when, "reply": ("Yes, {name}.",), **more})


def reasons(*rules: Rule) -> list[str]:
    return [failure.reason for failure in Engine.build(rules).check()]


def test_true_tests_pass() -> None:
    """What is said, by whom, what it captures and what the reply contains: all hold."""
    latest = rule(
        "latest",
        "latest about {topic}",
        reply=("{article.title}",),
        otherwise=("Nothing about “{topic}” yet.",),
        tests=(
            RuleTest(say="latest about Rust", expect="latest", captures={"topic": "rust"}),
            RuleTest(say="Latest about bees!", expect="latest", contains="nothing about “bees”"),
        ),
    )
    pause = rule(
        "pause",
        "pause {duration}",
        by="owner",
        tests=(RuleTest(say="pause 2h", by="owner", expect="pause"), RuleTest(say="pause 2h", expect="fallback")),
    )
    why = rule("why", "why", about="my_post", tests=(RuleTest(say="why?", expect="why"),))
    more = rule("more", "more", follows=("why",), accounts=("club",), tests=(RuleTest(say="more", expect="more"),))
    assert reasons(latest, pause, why, more) == []


@pytest.mark.parametrize(
    ("test", "reason"),
    [
        (RuleTest(say="goodbye all", expect="hello"), "fallback answers it (stage"),
        (RuleTest(say="hello Ann", expect="hello", captures={"who": "Bob"}), "{who} is “Ann”, not “Bob”"),
        (RuleTest(say="hello Ann", expect="hello", contains="no"), "no reply of hello contains “no”"),
        (RuleTest(say="stop", expect="hello"), "stop answers it (stage built-in)"),
    ],
)
def test_a_false_test_says_why(test: RuleTest, reason: str) -> None:
    """A failure names the rule that answers now, or the value that differs."""
    assert any(reason in told for told in reasons(rule("hello", "hello {who}", tests=(test,))))


def test_a_rule_is_tried_after_each_that_it_follows() -> None:
    """Another rule that answers after one of them fails the test, which names that one, and is found out as it is taught."""
    tests = (RuleTest(say="again", expect="again"),)
    rules = [rule("joke", "joke"), rule("poem", "poem"), rule("again", "again", follows=("joke", "poem"), tests=tests)]
    thief = rule("encore", "again", follows=("poem",), priority=1)
    assert reasons(*rules) == []
    assert reasons(*rules, thief) == ["after poem, encore answers it (stage phrase)"]
    assert Engine.build(rules).steals(thief) == [("again", "again")]


def test_a_mere_question_back_is_no_answer() -> None:
    """A test that only leads to “did you mean” fails, and says so with the score."""
    examples = ("there is a swarm of bees in my garden", "what do i do with a swarm")
    bees = rule("bees", like=examples, tests=(RuleTest(say="swarm season", expect="bees"),))
    assert any("did you mean" in told for told in reasons(bees))


def test_a_new_rule_that_takes_from_others_is_found_out() -> None:
    """Mentions that other rules answer, by test, phrase or example, are listed with the rule that loses them."""
    engine = Engine.build(
        [
            rule("quote", "quote", "inspire me"),
            rule("wasps", like=("how do I stop wasps", "get rid of wasps")),
            rule("tell", "tell *", tests=(RuleTest(say="tell me a story", expect="tell"),)),
        ]
    )
    assert engine.steals(rule("new", "quote", priority=1)) == [("quote", "quote")]
    assert ("tell me a story", "tell") in engine.steals(rule("new", "tell me {what}"))
    assert ("how do I stop wasps", "wasps") in engine.steals(rule("new", "how do I *"))
    assert engine.steals(rule("new", "stop", priority=9999)) == []
    assert engine.steals(rule("new", "something else entirely")) == []
    assert engine.steals(rule("quote", "quote", "inspire me", "another")) == []


def test_what_only_the_fallback_answered_is_not_stolen() -> None:
    """Teaching what nobody knew takes nothing from anybody."""
    engine = Engine.build([rule("hello", "hello")])
    assert engine.steals(rule("bees", "how do I feed bees", like=("feeding bees in winter",))) == []


def test_a_test_of_the_fallback_is_not_broken() -> None:
    """What its owner wrote down as unknown stays so until they change it."""
    engine = Engine.build([rule("last", "*", tests=(RuleTest(say="42", expect="last"),))])
    assert engine.steals(rule("answer", "42")) == [("42", "last")]


def test_a_thousand_rules_are_tried_by_their_tests() -> None:
    """Each of a thousand rules is found by its own test."""
    rules = [
        rule(f"r{n}", f"what is thing{n} *", tests=(RuleTest(say=f"what is thing{n} for", expect=f"r{n}"),))
        for n in range(1000)
    ]
    assert Engine.build(rules).check() == []
