from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot.model import RuleTest
from bot.store import Store
from tests.store.given import NOW, later, rule


def names(store: Store) -> list[str]:
    """The rules that count, in their order."""
    return [each.id for each in store.rules.all()]


def test_the_file_is_taken_over_as_a_whole(store: Store) -> None:
    """In its order, every field kept; what left the file is gone; the same file again changes nothing."""
    full = rule(
        "full",
        like=("hello there",),
        otherwise=("Nothing.",),
        do="search",
        about="my_post",
        by="owner",
        accounts=("fedi",),
        priority=3,
        max_words=9,
        cooldown=timedelta(minutes=5),
        tests=(RuleTest(say="hi", expect="full", captures={"a": "b"}),),
        line=12,
    )
    store.rules.sync_file([full, rule("b"), rule("c")], now=NOW)
    assert names(store) == ["full", "b", "c"]
    assert store.rules.all()[0] == full
    store.rules.sync_file([rule("c"), full], now=later(1))
    assert names(store) == ["c", "full"]
    before = store.connection.raw.total_changes
    store.rules.sync_file([rule("c"), full], now=later(2))
    assert store.connection.raw.total_changes == before


def test_taught_rules_stay_behind_the_file(store: Store) -> None:
    """In the order in which they were taught, with their origin."""
    store.rules.add(rule("tape", origin="chat"), "@ann", now=NOW)
    store.rules.add(rule("reel", origin="web"), "owner", now=NOW)
    store.rules.sync_file([rule("a")], now=NOW)
    store.rules.sync_file([rule("b")], now=NOW)
    assert names(store) == ["b", "tape", "reel"]
    assert [each.origin for each in store.rules.all()] == ["file", "chat", "web"]
    assert [each.order for each in store.rules.all()] == [0, 1, 2]


def test_a_taught_rule_in_the_files_way_is_shadowed(store: Store) -> None:
    """The file's rule counts; the taught one comes back when the file lets it go."""
    store.rules.add(rule("a", reply=("Taught.",), origin="cli"), "owner", now=NOW)
    store.rules.sync_file([rule("a", reply=("Filed.",))], now=NOW)
    assert [each.reply for each in store.rules.all()] == [("Filed.",)]
    store.rules.sync_file([], now=NOW)
    assert [each.reply for each in store.rules.all()] == [("Taught.",)]


def test_teaching_again_replaces_in_place(store: Store) -> None:
    """The same name keeps its place among the taught ones."""
    for name in ("a", "b"):
        store.rules.add(rule(name, origin="cli"), "owner", now=NOW)
    store.rules.add(rule("a", reply=("New.",), origin="cli"), "owner", now=later(1))
    assert names(store) == ["a", "b"]
    assert store.rules.all()[0].reply == ("New.",)


def test_only_taught_rules_are_removed_here(store: Store) -> None:
    """A rule of the file is removed in the file."""
    store.rules.sync_file([rule("a")], now=NOW)
    store.rules.add(rule("b", origin="cli"), "owner", now=NOW)
    assert not store.rules.remove("a", "owner", now=NOW)
    assert store.rules.remove("b", "owner", now=NOW)
    assert not store.rules.remove("b", "owner", now=NOW)
    assert names(store) == ["a"]


def test_a_rules_history_tells_who_and_when(store: Store) -> None:
    """Every addition, change and removal, of the file and of the taught ones; moving within the file is none."""
    store.rules.sync_file([rule("a"), rule("b")], now=NOW)
    store.rules.sync_file([rule("b"), rule("a", line=7)], now=later(1))
    store.rules.sync_file([rule("a", reply=("New.",))], now=later(2))
    store.rules.add(rule("b", origin="chat"), "@ann", now=later(3))
    store.rules.remove("b", "@bo", now=later(4))
    assert [(each.what, each.who, each.at) for each in store.rules.history("a")] == [
        ("added", "file", NOW),
        ("changed", "file", later(2)),
    ]
    assert [(each.what, each.who) for each in store.rules.history("b")] == [
        ("added", "file"),
        ("removed", "file"),
        ("added", "@ann"),
        ("removed", "@bo"),
    ]
    assert store.rules.history("a")[1].rule == replace(rule("a"), reply=("New.",))
