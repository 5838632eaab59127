"""Values as TOML text, the way a person would write them.

May import: model, describe (spans), tomlkit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import tomlkit
from tomlkit.items import Array, InlineTable, Item

from bot.model import Rule, RuleTest
from bot.settings.describe import span_text


def rule_keys(rule: Rule) -> dict[str, Any]:
    """A rule as the keys of its table, without what is default, in the order people read them."""
    keys: dict[str, Any] = {
        "id": rule.id,
        "when": _shortest(rule.when),
        "like": _shortest(rule.like),
        "regex": _shortest(rule.regex),
        "about": rule.about,
        "after": rule.after,
        "from": rule.by,
        "accounts": list(rule.accounts),
        "priority": rule.priority or None,
        "max_words": rule.max_words,
        "cooldown": span_text(rule.cooldown) if rule.cooldown else None,
        "do": rule.do,
        "reply": _shortest(rule.reply),
        "else": _shortest(rule.otherwise),
        "tests": [_test_keys(test) for test in rule.tests],
    }
    return {key: value for key, value in keys.items() if value not in (None, [])}


def _test_keys(test: RuleTest) -> dict[str, Any]:
    keys: dict[str, Any] = {"say": test.say, "expect": test.expect}
    if test.by != "anybody":
        keys["from"] = test.by
    if test.captures:
        keys["with"] = dict(test.captures)
    if test.contains is not None:
        keys["contains"] = test.contains
    return keys


def _shortest(texts: Sequence[str]) -> str | list[str]:
    return texts[0] if len(texts) == 1 else list(texts)


def table_text(name: str, keys: Mapping[str, Any]) -> str:
    """`[[name]]` and its keys, each on a line of its own."""
    lines = [f"[[{name}]]"]
    lines += [f"{tomlkit.key(key).as_string()} = {value_of(value).as_string()}" for key, value in keys.items()]
    return "\n".join(lines) + "\n"


def value_of(value: Any) -> Item:  # noqa: ANN401 -- whatever TOML holds
    """A value as tomlkit writes it: tables inline, long lists one item a line."""
    if isinstance(value, Mapping):
        return inline(value)
    if isinstance(value, (list, tuple)):
        array: Array = tomlkit.array()
        for part in value:
            array.append(value_of(part))
        width = len(array.as_string())
        array.multiline(len(value) > 1 and width > 90)
        return array
    item: Item = tomlkit.item(value)
    return item


def inline(keys: Mapping[str, Any]) -> InlineTable:
    """`{ a = 1, b = 2 }`."""
    table = tomlkit.inline_table()
    for key, value in keys.items():
        table.append(key, value_of(value))
    return table
