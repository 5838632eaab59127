"""The rule engine: which stored rule answers a mention.  Pure; may import: model, errors, and core's own modules.

    mention ─clean→ words ─owner, built-in, phrase─→ regex ─→ (mended words) ─→ like ─→ (its sentences one by one)
    ─→ (did you mean …?) ─→ (a topic to search) ─→ fallback

An engine is immutable: a change of rules builds another one, and the reference is swapped.  `match` always ends in a
rule: everybody gets an answer.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain
from typing import Literal

from bot.core.builtin import complete
from bot.core.clauses import parts
from bot.core.like import Sense
from bot.core.questions import topic_asked
from bot.core.rule_checks import ACTIONS, check_rule, read_rule
from bot.core.rule_index import Ruling
from bot.core.rule_trials import Failure, failures, stolen
from bot.core.search import topic_in
from bot.core.ways import ASKED, Ways
from bot.core.words import Words, clean
from bot.errors import StarfishError
from bot.model import Match, Mention, Rule

__all__ = ["ACTIONS", "ASKED", "Engine", "Failure", "RuleErrors", "check_rule"]


class RuleErrors(StarfishError):
    """The rules can't be used as they are: (rule id, line or None, sentence) each."""

    def __init__(self, problems: Sequence[tuple[str, int | None, str]]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(f"rule “{rule}”: {sentence}" for rule, _, sentence in self.problems))


class Engine:
    """All rules, ready to answer.  Make one with `Engine.build`."""

    def __init__(self, rulings: Sequence[Ruling], name: str, sense: Sense | None) -> None:
        """Index compiled rules; use `build`, which compiles and checks them."""
        self._name = name
        self._sense = sense
        self._rulings = {ruling.rule.id: ruling for ruling in rulings}
        self._ways = Ways(rulings, name, sense)
        ends = [ruling for ruling in rulings if ruling.ends or ruling.always]
        ends.sort(key=lambda ruling: (ruling.rank, ruling.order))
        self._ends = [ruling for ruling in ends if not ruling.rule.follows]

    @classmethod
    def build(cls, rules: Sequence[Rule], *, name: str = "starfish", sense: Sense | None = None) -> Engine:
        """Compile and index rules; what every bot must understand (stop, start) and a fallback are added.

        `name` is the bot's own, which people address it by; `sense` is one of meaning, for paraphrases.

        :raises RuleErrors: with everything that is wrong, in the order of the rules
        """
        problems: list[tuple[str, int | None, str]] = []
        rulings: list[Ruling] = []
        ids: set[str] = set()
        for rule in complete(rules):
            phrases, patterns, wrong = read_rule(rule)
            if rule.id in ids:
                wrong.append("another rule has the same id")
            ids.add(rule.id)
            problems.extend((rule.id, rule.line, sentence) for sentence in wrong)
            rulings.append(Ruling(rule, phrases, patterns, len(rulings)))
        problems.extend(
            (ruling.rule.id, ruling.rule.line, f"after: there is no rule “{earlier}”")
            for ruling in rulings
            for earlier in ruling.rule.follows
            if earlier not in ids
        )
        if problems:
            raise RuleErrors(problems)
        return cls(rulings, name, sense)

    # ----------------------------------------------------------------- looking

    @property
    def rules(self) -> list[Rule]:
        """All rules, those that were added for you at the end."""
        return [ruling.rule for ruling in self._rulings.values()]

    def rule(self, rule_id: str) -> Rule:
        """The rule of that id.  Raises KeyError."""
        return self._rulings[rule_id].rule

    @property
    def searcher(self) -> Rule | None:
        """The rule whose replies tell what an archive search found, or None if no rule searches."""
        searching = (one.rule for one in self._rulings.values() if one.rule.do in {"search", "latest"})
        return next(searching, None)

    # ----------------------------------------------------------------- matching

    def match(self, mention: Mention, *, after: str | None = None, without: Container[str] = ()) -> Match:
        """Choose the rule that answers.  `after`: the rule that gave our last answer in this thread.

        Never raises, and always finds one.  Rules `without` are passed over (their cooldown runs).  Stage "ask": the
        rule is near, ask "did you mean" its `values["suggestion"]`.  Stage "search": the rule is the fallback's, but
        the text looks like a topic, `values["topic"]`: look into the archive first.
        """
        return next(self._candidates(self._words(mention), mention, after, without))

    def explain(self, mention: Mention, after: str | None = None) -> list[Match]:
        """Every rule that could answer, in order of precedence: the first is `match`'s."""
        return list(self._candidates(self._words(mention), mention, after, ()))

    def fallback(self, mention: Mention, *, after: str | None = None) -> Match:
        """The rule that answers when nothing else does, or when the archive has nothing either."""
        return next(
            match for match in self._last(self._words(mention), (), mention, after) if match.stage == "fallback"
        )

    def consent(self, mention: Mention) -> Literal["opt_out", "opt_in"] | None:
        """`opt_out` or `opt_in` when that is what is asked for, else None: to be honoured before any cap.

        The whole message says so, or one of its parts asks in so many words to be left alone.
        """
        words = self._words(mention)
        for match in chain(self._ways.leaving(words, parts(words, self._name)), self._ways.written(words)):
            ruling = self._rulings[match.rule]
            if ruling.applies(mention, None, words):
                asked = ruling.rule.do if ruling.stage == "built-in" else None
                return "opt_out" if asked == "opt_out" else "opt_in" if asked == "opt_in" else None
        return None

    def _words(self, mention: Mention) -> Words:
        return Words(clean(mention.text, self._name), self._name)

    def _candidates(
        self, words: Words, mention: Mention, after: str | None, without: Container[str]
    ) -> Iterator[Match]:
        """Every match, best first, each rule once, down to the last fallback."""
        near = [] if self._ways.plain else self._ways.near(words, mention, after)
        nearest = (near[0].rule, near[0].score) if near else None
        given: set[str] = set()
        hits, pieces = self._ways.hits(words), parts(words, self._name)
        best = next(hits, None)  # the others are looked for when they are asked for
        ways: Iterable[Match]
        if best or pieces or after is not None or len(words.exact) == 1 or not self._ways.plain:
            ways = self._ways.all_of(best, hits, pieces, near, words, mention, after)
        else:
            ways = self._ways.meant(words)  # the same in fewer steps: most of what is said to a bot fits nothing
        for match in ways:
            rule = match.rule
            if rule in given or rule in without or not self._rulings[rule].applies(mention, after, words):
                continue
            given.add(rule)
            yield replace(match, nearest=nearest) if nearest else match
        for match in self._last(words, pieces, mention, after):
            yield replace(match, nearest=nearest) if nearest else match

    def _last(self, words: Words, pieces: Sequence[Words], mention: Mention, after: str | None) -> Iterator[Match]:
        """The fallbacks, with the wish for a search on the first when the text looks like a topic."""
        topic = topic_in(words) or topic_asked(words)
        if topic is None and pieces:
            topic = next(filter(None, map(topic_asked, pieces)), None)
        for ruling in self._ends:
            values = ruling.catches(words)
            if values is None or not ruling.applies(mention, after, words):
                continue
            if topic:
                yield Match(rule=ruling.rule.id, stage="search", score=0.0, values={**values, "topic": topic})
                topic = None
            # Whom nothing was said to but a name, and who has a rule for that, is no riddle for the owner.
            wordless = words.wordless and not ruling.always
            yield Match(rule=ruling.rule.id, stage="phrase" if wordless else "fallback", score=0.0, values=values)

    # ----------------------------------------------------------------- tests and teaching

    def check(self) -> list[Failure]:
        """Run every rule's own tests; empty: all are true."""
        return failures(self)

    def with_rule(self, rule: Rule) -> Engine:
        """Give an engine with one more rule, or with the one of that id replaced.

        :raises RuleErrors: as `build`
        """
        own = [one for one in self.rules if one.origin != "built-in"]
        if any(one.id == rule.id for one in own):
            return Engine.build([rule if one.id == rule.id else one for one in own], name=self._name, sense=self._sense)
        return Engine.build([*own, rule], name=self._name, sense=self._sense)

    def steals(self, rule: Rule) -> list[tuple[str, str]]:
        """What other rules answer today and this one would take: (what is said, the rule that answers it now).

        Asked are all tests, examples and plain phrases of all rules and of the new one.

        :raises RuleErrors: as `build`
        """
        return [(said, winner) for said, winner, _ in stolen(self, self.with_rule(rule), [rule])]
