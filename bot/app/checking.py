"""What `starfish check` says: counts, rule tests, and bad manners.  May import: all but cli."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bot.app.ears import warnings
from bot.app.installed import platforms, utc_now
from bot.core.limits import LIMITS
from bot.core.reply import render
from bot.core.rules import Engine, Failure
from bot.core.text import measure
from bot.model import Account
from bot.ports import Vault
from bot.settings import Settings
from bot.settings.reading import shown_path

POLITE_PER_DAY = 24
"""More posts a day than this are a lot for any timeline: instances ask news bots for few (toot.wales, botsin.space)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What was found in a config without mistakes."""

    settings: Settings
    tests: int
    failures: tuple[Failure, ...]
    manners: tuple[str, ...]
    costs: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether every rule test is true."""
        return not self.failures

    def lines(self) -> list[str]:
        """The findings for a person."""
        settings = self.settings
        lines = [f"{warning}" for warning in settings.warnings]
        lines += [f"manners: {sentence}" for sentence in self.manners]
        lines += [f"costs: {sentence}" for sentence in self.costs]
        file = shown_path(settings.folder / "rules.toml")
        lines += [f"{file}:{one.line}: rule {one.rule!r}: “{one.test.say}”: {one.reason}" for one in self.failures]
        passed = self.tests - len(self.failures)
        had = [
            f"{len(things)} {name}{'s' if len(things) != 1 else ''}"
            for name, things in (
                ("account", settings.accounts),
                ("feed", settings.feeds),
                ("rule", settings.rules),
                ("quote", settings.quotes),
            )
        ]
        lines.append(f"{', '.join(had)}; {passed} of {self.tests} rule tests pass.")
        failed = (
            "1 rule test fails: mend it"
            if len(self.failures) == 1
            else f"{len(self.failures)} rule tests fail: mend them"
        )
        lines.append("No mistakes." if self.ok else f"{failed} before you start.")
        return lines

    def as_json(self) -> dict[str, Any]:
        """The findings for a program."""
        return {
            "ok": self.ok,
            "mistakes": [],
            "warnings": [{"where": one.where, "what": one.what} for one in self.settings.warnings],
            "manners": list(self.manners),
            "costs": list(self.costs),
            "tests": {
                "run": self.tests,
                "failed": [{"rule": one.rule, "say": one.test.say, "reason": one.reason} for one in self.failures],
            },
        }


def examine(settings: Settings) -> Findings:
    """Look over a config that was read without mistakes.

    :raises RuleErrors: the rules don't fit together
    """
    engine = Engine.build(settings.rules, name=settings.bot.name)
    return Findings(
        settings=settings,
        tests=sum(len(rule.tests) for rule in settings.rules),
        failures=tuple(engine.check()),
        manners=(
            *(sentence for account in settings.accounts for sentence in _manners(account)),
            *_too_long(settings),
            *warnings(settings.accounts, platforms()),
        ),
        costs=tuple(f"{account.name}: {said}." for account in settings.accounts for said in costs_of(account, None)),
    )


def costs_of(account: Account, vault: Vault | None) -> list[str]:
    """What an account costs, where its platform takes money; without a vault, by its settings alone."""
    platform = platforms().get(account.platform)
    return [] if platform is None or platform.costs is None else platform.costs(account, vault, utc_now())


def _too_long(settings: Settings) -> Iterator[str]:
    """Answers that lose their end where they are said, whatever the names in them become."""
    for rule in settings.rules:
        replies = [render(reply, {}) for reply in (*rule.reply, *rule.otherwise)]
        for account in settings.accounts:
            limits = LIMITS.get(account.platform)
            if limits is None or (rule.accounts and account.name not in rule.accounts):
                continue
            longest = max((measure(reply, limits) for reply in replies), default=0)
            if longest > limits.max_length:
                yield (
                    f"an answer of the rule {rule.id!r} loses its end on {account.name}:"
                    f" it has {longest} {limits.units}, and {limits.max_length} fit."
                )


def _manners(account: Account) -> list[str]:
    if account.platform == "local" or account.post is None:
        return []
    sentences = []
    every = account.post.every
    a_day = len(account.post.at) or (86400 / every.total_seconds() if every else 0)
    most = min(a_day, account.max_per_day or a_day)
    if most > POLITE_PER_DAY:
        sentences.append(f"{account.name} may post {most:.0f} times a day; max_per_day = {POLITE_PER_DAY} is kinder.")
    if account.quiet is None and every:
        sentences.append(f'{account.name} posts at night too; quiet = "22:00-07:00" lets its followers sleep.')
    if account.owner is None and platforms()[account.platform].enrol is not None:  # nobody can speak to the others
        sentences.append(
            f"{account.name} names no owner, so nobody can steer it in the chat, and people can't ask for you."
        )
    return sentences
