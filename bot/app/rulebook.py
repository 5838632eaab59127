"""What the owner does with rules outside of the running bot: list, test, group, teach, export.  May import: all but cli."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from bot.app.build import ground, stories
from bot.app.installed import platforms, utc_now
from bot.app.teach import answer_once, teach, tried
from bot.core.builtin import complete
from bot.core.grouping import grouped
from bot.core.rivescript import read
from bot.core.rule_trials import rehearsal, stolen, talks
from bot.core.rules import Engine, check_rule
from bot.errors import UsageError
from bot.model import Mention, Rule
from bot.settings import Settings
from bot.store import Store, open_store
from bot.store.guard import has_begun

GROUPED = 500
"""How many unanswered mentions are grouped: each is compared with each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownRule:
    """A rule and its use."""

    rule: Rule
    used: int = 0
    last_used: datetime | None = None

    def matches(self) -> str:
        """What it matches, in one line."""
        return " · ".join((*self.rule.when, *(f"~ {one}" for one in self.rule.like), *self.rule.regex))[:100]

    def as_json(self) -> dict[str, Any]:
        """For a program."""
        return {
            "id": self.rule.id,
            "origin": self.rule.origin,
            "when": list(self.rule.when),
            "like": list(self.rule.like),
            "regex": list(self.rule.regex),
            "reply": list(self.rule.reply),
            "do": self.rule.do,
            "used": self.used,
            "last_used": self.last_used.isoformat() if self.last_used else None,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Tested:
    """One rule test and what came of it."""

    say: str
    expect: str
    rule: str
    stage: str
    runner_up: str
    failure: str

    def as_json(self) -> dict[str, Any]:
        """For a program."""
        return {
            "say": self.say,
            "expect": self.expect,
            "rule": self.rule,
            "stage": self.stage,
            "runner_up": self.runner_up or None,
            "ok": not self.failure,
            "failure": self.failure or None,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Mentions that ask the same thing."""

    mentions: tuple[Mention, ...]
    reason: str
    nearest: str | None
    score: float

    @property
    def number(self) -> int:
        """The first mention's: what `teach` takes."""
        return self.mentions[0].id

    @property
    def count(self) -> int:
        """How many asked."""
        return len(self.mentions)

    def as_json(self) -> dict[str, Any]:
        """For a program."""
        return {
            "number": self.number,
            "count": self.count,
            "reason": self.reason,
            "nearest": {"rule": self.nearest, "score": round(self.score, 4)} if self.nearest else None,
            "mentions": [
                {"id": one.id, "from": one.author, "text": one.text, "at": one.at.isoformat()} for one in self.mentions
            ],
        }


def rules_in_force(settings: Settings) -> tuple[Sequence[Rule], dict[str, tuple[int, datetime]]]:
    """The files' rules and those taught since, with their use."""
    if not has_begun(settings.bot.database):
        return settings.rules, {}
    with open_store(settings.bot.database, mode="read", now=utc_now()) as store:
        ids = {rule.id for rule in settings.rules}
        learnt = [rule for rule in store.rules.all() if rule.origin != "file" and rule.id not in ids]
        usage = {name: (used.count, used.last_at) for name, used in store.rules.usage().items()}
    return [*settings.rules, *learnt], usage


def known_rules(settings: Settings) -> list[KnownRule]:
    """Every rule in force, the built-in ones too."""
    found, usage = rules_in_force(settings)
    engine = Engine.build(found, name=settings.bot.name)
    known = []
    for rule in engine.rules:
        count, last = usage.get(rule.id, (0, None))
        known.append(KnownRule(rule=rule, used=count, last_used=last))
    return known


def taught(settings: Settings) -> list[Rule]:
    """What was taught while running; a rule of the file that was taught further words stands there as a whole."""
    found = rules_in_force(settings)[0]
    added = {rule.adds_to for rule in found if rule.adds_to is not None}
    whole = [rule for rule in complete(found) if rule.id in added and rule.origin == "file"]
    own = {rule.id for rule in whole}
    learnt = [rule for rule in complete(found) if rule.origin not in ("file", "built-in") and rule.id not in own]
    return [*whole, *learnt]


def checked(rule: Rule, settings: Settings) -> Rule:
    """Check a new rule against all others.

    :raises UsageError: it is wrong, its name is taken, it would take mentions from another rule, or break a test
    """
    found, _ = rules_in_force(settings)
    if any(one.id == rule.id for one in found):
        raise UsageError(f"there is a rule {rule.id!r} already; remove it first, or take another name")
    tried(rule, Engine.build(found, name=settings.bot.name))
    return rule


def read_brain(file: Path, settings: Settings) -> tuple[list[Rule], list[tuple[int, str]], list[str]]:
    """Read a RiveScript file: the rules to add, what was not understood (line, sentence), and what can't be added.

    :raises UsageError: it can't be read, or holds nothing that we understand
    """
    try:
        found, problems = read(file.read_bytes().decode("utf-8", "replace"))
    except OSError as error:
        raise UsageError(f"{file} can't be read: {error.strerror}") from None
    present, _ = rules_in_force(settings)
    taken = {rule.id for rule in present}
    fit: list[Rule] = []
    left: list[str] = []
    for rule in found:
        if wrong := check_rule(rule):
            left.append(f"the rule {rule.id!r} can't be one of ours: {wrong[0]}")
        elif rule.id in taken:
            left.append(f"there is a rule {rule.id!r} already, so this one was left out")
        else:
            fit.append(rule)
    fit = _taking_nothing(fit, present, settings.bot.name, left)
    if not fit and not left:
        raise UsageError(
            f"{file} holds nothing that we understand"
            + (f"; line {problems[0][0]}: {problems[0][1]}" if problems else "")
        )
    return fit, problems, left


def _taking_nothing(fit: list[Rule], present: Sequence[Rule], name: str, left: list[str]) -> list[Rule]:
    """Those of new rules that take nothing from the present ones; the others, and what should follow them, are told in `left`."""
    now = Engine.build(present, name=name)
    while True:
        known = {rule.id for rule in (*now.rules, *fit)}
        why = {one.id: "follows one that was left out" for one in fit if not known.issuperset(one.follows)}
        if not why:
            taken = stolen(now, Engine.build([*present, *fit], name=name), fit)
            why = {thief: f"would take “{said}” from the rule {winner!r}" for said, winner, thief in reversed(taken)}
        if not why:
            return fit
        left += [f"the rule {rule!r} {reason}, so it was left out" for rule, reason in why.items()]
        fit = [rule for rule in fit if rule.id not in why]


def run_tests(settings: Settings) -> list[Tested]:
    """Run every rule's own tests."""
    found, _ = rules_in_force(settings)
    engine = Engine.build(found, name=settings.bot.name)
    failures = {(one.rule, one.test.say, one.test.by): one.reason for one in engine.check()}
    results = []
    for rule in engine.rules:
        for one in rule.tests:
            ranking = engine.explain(rehearsal(one.say, rule, one.by), after=talks(rule)[0])
            others = [match.rule for match in ranking if match.rule != ranking[0].rule]
            results.append(
                Tested(
                    say=one.say,
                    expect=one.expect,
                    rule=ranking[0].rule,
                    stage=ranking[0].stage,
                    runner_up=others[0] if others else "",
                    failure=failures.get((rule.id, one.say, one.by), ""),
                )
            )
    return results


def groups(store: Store, settings: Settings) -> list[Group]:
    """Group the unanswered mentions by likeness, the largest group first."""
    rows = store.mentions.unanswered(GROUPED)
    found = []
    for places in grouped([row.mention.text for row in rows], name=settings.bot.name):
        best = max((rows[place] for place in places), key=lambda row: row.score)
        found.append(
            Group(
                mentions=tuple(rows[place].mention for place in places),
                reason=best.reason,
                nearest=best.rule,
                score=best.score,
            )
        )
    return sorted(found, key=lambda one: (-one.count, one.number))


async def teach_now(
    number: int | None, when: str | None, reply: str, rule_id: str | None, settings: Settings, store: Store
) -> list[str]:
    """Teach from the command line, beside a running bot or without one; gives what to tell the owner."""
    mention = store.mentions.get(number) if number is not None else None
    if number is not None and mention is None:
        raise UsageError(f"there is no mention {number}; see: starfish rules unanswered")
    async with ground(settings, store) as on:
        built = await stories(settings, on, platforms(), look_only=True)
        if not when and await answer_once(number, reply, built, on):
            return [f"{number} will be answered with that; such words have their rule, so nothing was stored"]
        rule, answered = await teach(when, reply, mention=number, who="cli", stories=built, on=on, rule_id=rule_id)
    lines = [f"stored the rule {rule.id!r}"]
    if answered:
        lines.append(f"{answered} waiting mention{'s' if answered != 1 else ''} will be answered")
    return lines
