"""Rules on trial: whether their tests are true, and what a new rule would take from others.  Pure; may import: model, reply.

Everything is asked of the engine itself, so a test proves what a mention would really be answered.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bot.core.reply import render
from bot.model import Match, Mention, Rule, RuleTest

if TYPE_CHECKING:
    from bot.core.rules import Engine

_ANY_DAY = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A rule's test that isn't true: what was said, and who answers it now."""

    rule: str
    test: RuleTest
    reason: str
    line: int | None = None  # where its rule begins in the file


def failures(engine: Engine) -> list[Failure]:
    """Run every rule's own tests; empty: all are true."""
    found = []
    for rule in engine.rules:
        for test in rule.tests:
            got = _ask(engine, test.say, rule, test.by)
            if reason := _wrong(engine.rule(got.rule), test, got):
                found.append(Failure(rule=rule.id, test=test, reason=reason, line=rule.line))
    return found


def stolen(now: Engine, then: Engine, new: Sequence[Rule]) -> list[tuple[str, str, str]]:
    """What new rules take from others once `now` becomes `then`: (what is said, who answers it now, who would)."""
    taken = []
    names = {rule.id for rule in new}
    for owner in (*now.rules, *new):
        for say, by, expected in _sayings(owner):
            match = _ask(now, say, owner, by)
            guessed = match.stage == "phrase" and match.score < 1  # who says it better may have it
            unknown = guessed or match.stage in {"fallback", "search", "ask"}
            if match.rule in names or (unknown and match.rule != expected):  # a true test must stay true
                continue
            if (thief := _ask(then, say, owner, by).rule) in names:
                taken.append((say, match.rule, thief))
    return list(dict.fromkeys(taken))


def rehearsal(say: str, rule: Rule, by: str) -> Mention:
    """A mention in the situation that a rule is for."""
    return Mention(
        account=rule.accounts[0] if rule.accounts else "",
        remote_id="test",
        author="@somebody",
        text=say,
        at=_ANY_DAY,
        about=1 if rule.about else None,
        owner=by == "owner",
    )


def _ask(engine: Engine, say: str, rule: Rule, by: str) -> Match:
    return engine.match(rehearsal(say, rule, by), after=rule.after)


def _wrong(rule: Rule, test: RuleTest, got: Match) -> str:
    """Why a test isn't true, in a clause; empty: it is.  `rule` is the one that answers."""
    if got.stage == "ask":
        return f"only “did you mean” is asked, of {got.rule} (score {got.score:.2f})"
    if got.rule != test.expect:
        return f"{got.rule} answers it (stage {got.stage})"
    for name, wanted in test.captures.items():
        if got.values.get(name, "").casefold() != wanted.casefold():
            return f"{{{name}}} is “{got.values.get(name, '')}”, not “{wanted}”"
    said = [render(reply, got.values) for reply in (*rule.reply, *rule.otherwise)]
    if test.contains is not None and not any(test.contains.casefold() in reply.casefold() for reply in said):
        return f"no reply of {got.rule} contains “{test.contains}”"
    return ""


def _sayings(rule: Rule) -> Iterator[tuple[str, str, str | None]]:
    """What a rule is certainly meant for, who says it, and the rule that a test of it expects."""
    for test in rule.tests:
        yield test.say, test.by, test.expect
    for phrase in rule.when:
        if not any(sign in phrase for sign in "*{}()[]|"):
            yield phrase, rule.by or "anybody", None
    for sentence in rule.like:
        yield sentence, rule.by or "anybody", None
