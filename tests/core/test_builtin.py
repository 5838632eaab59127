from __future__ import annotations

from bot.core.builtin import AGREEMENTS, complete
from bot.core.rule_checks import check_rule
from bot.core.words import fold
from bot.model import Rule


def test_an_empty_file_gets_stop_start_and_a_fallback() -> None:
    """Every bot can be told to stop, and answers everybody."""
    rules = complete([])
    assert {rule.id: rule.do for rule in rules} == {"stop": "opt_out", "start": "opt_in", "fallback": "ask_owner"}
    assert [check_rule(rule) for rule in rules] == [[], [], []]
    assert all(rule.origin == "built-in" for rule in rules)


def test_a_rule_of_the_owners_rewords_but_does_not_replace() -> None:
    """The owner's reply is said, and the words that every bot understands lead to it too."""
    mine = Rule(id="basta", when=("basta",), reply=("Ciao.",), do="opt_out", line=7)
    found = next(rule for rule in complete([mine]) if rule.do == "opt_out")
    assert (found.id, found.reply, found.line) == ("basta", ("Ciao.",), 7)
    assert {"basta", "stop", "unsubscribe"} <= set(found.when)


def test_a_reply_may_be_left_to_the_bot() -> None:
    """A rule that only adds words for stopping gets the usual reply."""
    found = next(rule for rule in complete([Rule(id="x", when=("halt",), do="opt_out")]) if rule.do == "opt_out")
    assert "start" in found.reply[0]


def test_a_rule_for_some_is_no_rule_for_all() -> None:
    """A stop or a fallback under conditions leaves the general one in place."""
    some = [
        Rule(id="a", when=("halt",), do="opt_out", reply=("x",), accounts=("club",)),
        Rule(id="b", when=("*",), reply=("x",), by="owner"),
    ]
    assert {rule.id for rule in complete(some)} == {"a", "b", "stop", "start", "fallback"}


def test_a_taken_name_is_no_hindrance() -> None:
    """A rule of the owner's may be called stop and do something else."""
    rules = complete([Rule(id="stop", when=("halt the press",), reply=("x",))])
    assert {rule.id: rule.do for rule in rules}["built-in-stop"] == "opt_out"


def test_completing_twice_changes_nothing() -> None:
    """A completed list has everything already."""
    once = complete([Rule(id="basta", when=("basta",), reply=("Ciao.",), do="opt_out")])
    assert complete(once) == once


def test_agreements_are_written_as_they_are_compared() -> None:
    """Each is case-folded already."""
    assert all(word == word.casefold() for word in AGREEMENTS)
    assert {fold(word) for word in ("yes", "sí")} <= AGREEMENTS
