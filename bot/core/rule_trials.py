"""Rules on trial: whether their tests are true, and what a new rule would take from others.  Pure; may import: model, reply.

Everything is asked of the engine itself, so a test proves what a mention would really be answered.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import product
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
            for last in talks(rule):
                got = engine.match(rehearsal(test.say, rule, test.by), after=last)
                if reason := _wrong(engine.rule(got.rule), test, got):
                    where = f"after {last}, " if len(rule.follows) > 1 else ""
                    found.append(Failure(rule=rule.id, test=test, reason=where + reason, line=rule.line))
                    break
    return found


def stolen(now: Engine, then: Engine, new: Sequence[Rule]) -> list[tuple[str, str, str]]:
    """What new rules take from others once `now` becomes `then`: (what is said, who answers it now, who would)."""
    taken = []
    names = {rule.id for rule in new}
    for owner in (*now.rules, *new):
        for (say, by, expected), last in product(_sayings(owner), talks(owner)):
            mention = rehearsal(say, owner, by)
            match = now.match(mention, after=last)
            guessed = match.stage == "phrase" and match.score < 1  # who says it better may have it
            unknown = guessed or match.stage in {"fallback", "search", "ask"}
            if match.rule in names or (unknown and match.rule != expected):  # a true test must stay true
                continue
            if (thief := then.match(mention, after=last).rule) in names:
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


def talks(rule: Rule) -> tuple[str | None, ...]:
    """The rules after whose answers a rule may be the next; None: it needs no talk before."""
    return rule.follows or (None,)


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
