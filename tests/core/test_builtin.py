from __future__ import annotations

from bot.core.builtin import AGREEMENTS, complete
from bot.core.rule_checks import OWNERS, check_rule
from bot.core.words import fold
from bot.model import Rule, RuleTest


def test_an_empty_file_gets_stop_start_and_a_fallback() -> None:
    """Every bot can be told to stop, and answers everybody."""
    rules = complete([])
    everybodys = {rule.id: rule.do for rule in rules if rule.by is None}
    assert everybodys == {"stop": "opt_out", "start": "opt_in", "fallback": "ask_owner"}
    assert not any(check_rule(rule) for rule in rules)
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
    found = {rule.id for rule in complete(some) if rule.do not in OWNERS}
    assert found == {"a", "b", "stop", "start", "fallback"}


def test_every_owner_has_the_orders() -> None:
    """Whatever the file says, each order is there, for the owner alone; a rule of their own takes its place."""
    orders = {rule.do: rule for rule in complete([]) if rule.do in OWNERS}
    assert set(orders) == set(OWNERS)
    assert all(rule.by == "owner" for rule in orders.values())
    mine = Rule(id="weiter", when=("weiter",), reply=("{list}",), do="skip", by="owner")
    assert [rule.id for rule in complete([mine]) if rule.do == "skip"] == ["weiter"]


def test_an_order_is_for_the_owner_alone() -> None:
    """A rule that lets anybody give one is refused with what to add."""
    (wrong,) = check_rule(Rule(id="x", when=("go",), reply=("{list}",), do="approve"))
    assert 'from = "owner"' in wrong


def test_what_was_taught_for_a_rule_is_one_more_way_to_say_it() -> None:
    """Its words and its test join those of the rule, each once; without that rule it is nothing."""
    test = RuleTest(say="wasp trouble", expect="wasps", captures={})
    more = Rule(id="wasps+1", like=("wasp trouble", "wasps"), adds_to="wasps", tests=(test,), origin="chat")
    wasps = Rule(id="wasps", like=("wasps",), reply=("Trap them.",))
    found = next(rule for rule in complete([wasps, more, more]) if rule.id == "wasps")
    assert (found.like, found.reply, found.tests) == (("wasps", "wasp trouble"), ("Trap them.",), (test,))
    assert complete([more]) == complete([])


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
