from __future__ import annotations

from typing import Any

import pytest

from bot.core.expressions import available
from bot.core.rule_checks import ACTIONS, check_rule, never_filled
from bot.model import Rule


def wrong(**more: Any) -> list[str]:
    return check_rule(Rule(**{"id": "r", "when": ("hello {who}",), "reply": ("Hi {who}, {name}.",), **more}))


def test_a_good_rule_has_nothing_wrong() -> None:
    """Captures and the fixed names may be used, with one reply or several, with or without an `else`."""
    assert wrong() == []
    assert wrong(like=("hello you",), otherwise=("No {topic}, {owner}.",), do="search", max_words=4) == []


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"when": ()}, "never match"),
        ({"when": ("(a",)}, "when: “(a”: a ( is never closed"),
        ({"do": "serch"}, "“serch” is nothing a rule can do; did you mean “search”?"),
        ({"do": "dance"}, "there are: search, latest"),
        ({"reply": ()}, "no reply"),
        ({"reply": ("ok", "  ")}, "one of its replies is empty"),
        ({"reply": ("Hi {nmae}",)}, "{nmae} is not a name that a reply can use; did you mean “name”?"),
        ({"reply": ("Hi {whom}",)}, "did you mean “who”?"),
        ({"reply": ("x",), "otherwise": ("{article.titel}",)}, "did you mean “article.title”?"),
        ({"reply": ("{name.__class__}",)}, "is not a name"),
        ({"reply": ("{}",)}, "is not a name"),
        ({"reply": ("Hi {name",)}, "brace that is not closed"),
        ({"like": ("!!!",)}, "has no words"),
        ({"max_words": 0}, "at least 1"),
        ({"when": ("stop *",), "do": "opt_out"}, "whole messages only"),
        ({"when": ("start {x}",), "do": "opt_in"}, "whole messages only"),
    ],
)
def test_each_mistake_has_its_sentence(more: dict[str, Any], sentence: str) -> None:
    """What is wrong with a rule is said once, with what to write instead (M6)."""
    told = wrong(**more)
    assert len([one for one in told if sentence in one]) == 1, told


def test_all_mistakes_are_told_at_once() -> None:
    """A rule with four mistakes gets four sentences."""
    assert len(wrong(when=("(a", "b|c"), do="x", reply=("{y}",))) == 4


def test_one_mistake_is_told_once() -> None:
    """A phrase that can't be read captures what it says: the reply that names it is right."""
    (told,) = wrong(when=("feed {who} or {who}",), reply=("Who is {who}?",))
    assert "captured twice" in told


@pytest.mark.parametrize(
    ("more", "names"),
    [
        ({}, ["article.url", "quote"]),
        ({"do": "search"}, ["quote"]),
        ({"do": "quote", "when": ("who wrote {quote}",)}, ["article.url"]),
    ],
)
def test_names_that_stay_empty_are_known(more: dict[str, Any], names: list[str]) -> None:
    """What only an action knows, and this rule has another one or none."""
    reply = "{name}: {article.url} {quote} {quote}"
    found = never_filled(Rule(**{"id": "r", "when": ("hi",), "reply": (reply,), **more}), reply)
    assert [name for name, _ in found] == names


def test_a_capture_of_any_phrase_may_be_used_by_any_reply() -> None:
    """One phrase without the capture does not forbid it: its place then stays empty."""
    assert wrong(when=("latest", "latest {topic}", "news on {thing}"), reply=("About {topic} {thing}.",)) == []


def test_actions_are_a_closed_list() -> None:
    """The actions that the design names are there, each once."""
    named = "search latest similar why source follow unfollow remind opt_out opt_in ask_owner pause resume teach quote"
    assert set(named.split()) <= set(ACTIONS)
    assert len(set(ACTIONS)) == len(ACTIONS)


@pytest.mark.skipif(available(), reason="RE2 is installed here")
def test_without_re2_an_expression_is_refused_with_what_to_do() -> None:
    """Python's own engine is never used for a rule's pattern: the extra is named instead."""
    assert any('pip install "starfish-bot[regex]"' in one for one in wrong(when=(), regex=("a+",), reply=("x",)))
