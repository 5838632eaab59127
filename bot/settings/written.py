"""Values as TOML text, the way a person would write them.

May import: model, fields (spans), tomlkit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import tomlkit

from bot.model import Rule, RuleTest
from bot.settings.fields import span_text

LONGEST_LIST = 90  # characters of a list that stays on one line


def rule_keys(rule: Rule) -> dict[str, Any]:
    """A rule as the keys of its table, without what is default, in the order people read them."""
    keys: dict[str, Any] = {
        "id": rule.id,
        "when": _shortest(rule.when),
        "like": _shortest(rule.like),
        "regex": _shortest(rule.regex),
        "about": rule.about,
        "after": _shortest(rule.follows),
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
    lines = [f"[[{name}]]", *(f"{key_text(key)} = {value_text(value)}" for key, value in keys.items())]
    return "\n".join(lines) + "\n"


def value_text(value: Any) -> str:  # noqa: ANN401 -- whatever TOML holds
    """A value on one line; a list too long for that has one item a line."""
    if isinstance(value, Mapping):
        pairs = ", ".join(f"{key_text(key)} = {value_text(part)}" for key, part in value.items())
        return f"{{ {pairs} }}" if pairs else "{}"
    if isinstance(value, (list, tuple)):
        parts = [value_text(part) for part in value]
        if len(parts) > 1 and sum(map(len, parts)) > LONGEST_LIST:
            return "[\n" + "".join(f"    {part},\n" for part in parts) + "]"
        return f"[{', '.join(parts)}]"
    return str(tomlkit.item(value).as_string())


def key_text(key: str) -> str:
    """A key, in quotes where it needs them."""
    return str(tomlkit.key(key).as_string())
