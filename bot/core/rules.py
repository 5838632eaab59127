"""The rule engine: which stored rule answers a mention.  Pure; may import: model, errors, and core's own modules.

    mention ─clean→ words ─owner, built-in, phrase─→ regex ─→ (mended words) ─→ like ─→ (its sentences one by one)
    ─→ (did you mean …?) ─→ (a topic to search) ─→ fallback

An engine is immutable: a change of rules builds another one, and the reference is swapped.  `match` always ends in a
rule: everybody gets an answer.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain, takewhile, zip_longest
from typing import Literal

from bot.core.builtin import AGREEMENTS, complete
from bot.core.clauses import parts
from bot.core.elsewhere import SENTENCES
from bot.core.like import Likeness, Nearest, Sense
from bot.core.matters import Matters
from bot.core.questions import topic_asked
from bot.core.rule_checks import ACTIONS, check_rule, read_rule
from bot.core.rule_index import Index, Ruling
from bot.core.rule_trials import Failure, failures, stolen
from bot.core.search import topic_in
from bot.core.spelling import Spelling
from bot.core.words import COURTESIES, Words, clean
from bot.errors import StarfishError
from bot.model import Match, Mention, Rule

__all__ = ["ACTIONS", "ASKED", "Engine", "Failure", "RuleErrors", "check_rule"]

ASKED = "ask:"
"""Stored before the rule's id as a thread's last rule when the bot asked "did you mean …?": then a yes is that rule."""


_LEAD = 0.05
"""Two rules nearer to each other than this are both possible: measured, the first is then right half of the time."""


_Hit = tuple[Ruling, Mapping[str, str], int]

_LEAST_CONSENT = 3
"""Words of a part of a message that is a wish to be left alone: "stop" may be said of anything, "stop tagging me" not."""


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
        ends = [ruling for ruling in rulings if ruling.ends or ruling.always]
        ends.sort(key=lambda ruling: (ruling.rank, ruling.order))
        self._ends = [ruling for ruling in ends if ruling.rule.after is None]
        # Whatever is said next in a talk that a rule began is an answer to it, not a mention that nothing fits.
        self._next = [ruling for ruling in ends if ruling.rule.after is not None]
        self._index = Index(rulings)
        self._exits = Index([one for one in rulings if one.rule.do == "opt_out" and one.stage == "built-in"])
        english = (word for sentence in (*SENTENCES, *COURTESIES) for word in Words(sentence).folded_all)
        self._spelling = Spelling({**dict.fromkeys(english, 0), **self._index.known})
        self._matters = Matters([(one.rule.id, sentence) for one in rulings for sentence in one.rule.like])
        self._patterned = [ruling for ruling in sorted(rulings, key=lambda one: one.rank) if ruling.patterns]
        self._likeness = Likeness([(one.rule.id, sentence) for one in rulings for sentence in one.rule.like], sense)

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
            (ruling.rule.id, ruling.rule.line, f"after: there is no rule “{ruling.rule.after}”")
            for ruling in rulings
            if ruling.rule.after is not None and ruling.rule.after not in ids
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
        for match in chain(self._leaving(words, parts(words, self._name)), self._written(words)):
            ruling = self._rulings[match.rule]
            if ruling.applies(mention, None, words):
                asked = ruling.rule.do if ruling.stage == "built-in" else None
                return "opt_out" if asked == "opt_out" else "opt_in" if asked == "opt_in" else None
        return None

    def _words(self, mention: Mention) -> Words:
        return Words(clean(mention.text, self._name), self._name)

    def _near(self, words: Words, mention: Mention, after: str | None) -> list[Nearest]:
        """The nearest `like` rules that may answer this mention; if none may, the nearest of all."""
        if not self._likeness:
            return []
        near = self._likeness.nearest(words, limit=20)
        return [one for one in near if self._rulings[one.rule].applies(mention, after, words)] or near

    def _candidates(
        self, words: Words, mention: Mention, after: str | None, without: Container[str]
    ) -> Iterator[Match]:
        """Every match, best first, each rule once, down to the last fallback."""
        near = self._near(words, mention, after)
        nearest = (near[0].rule, near[0].score) if near else None
        given: set[str] = set()
        hits, pieces = list(self._index.hits(words)), parts(words, self._name)
        if hits or pieces or near or after is not None or self._next or self._patterned or len(words.exact) == 1:
            ways = self._ways(hits, pieces, near, words, mention, after)
        else:  # most of what is said to a bot that knows none of it
            ways = self._meant(words)
        for match in ways:
            rule = match.rule
            if rule in given or rule in without or not self._rulings[rule].applies(mention, after, words):
                continue
            given.add(rule)
            yield replace(match, nearest=nearest) if nearest else match
        for match in self._last(words, pieces, mention, after):
            yield replace(match, nearest=nearest) if nearest else match

    def _ways(
        self,
        hits: Sequence[_Hit],
        pieces: Sequence[Words],
        near: Sequence[Nearest],
        words: Words,
        mention: Mention,
        after: str | None,
    ) -> Iterator[Match]:
        """Every way to understand a mention, the surest first."""
        agreed = self._agreed(words, after) if after is not None and after.startswith(ASKED) else ()
        likely = list(self._likely(near, words)) if near else []
        yield from agreed
        yield from self._leaving(words, pieces)
        yield from self._wished(hits, words, pieces, mention, after)
        yield from self._written(words, hits)
        yield from self._meant(words)
        yield from takewhile(lambda match: match.stage == "like", likely)
        yield from self._partly(words, pieces, mention, after)
        yield from likely

    def _agreed(self, words: Words, after: str) -> Iterator[Match]:
        """The rule that was asked about, where the answer is yes."""
        meant = after.removeprefix(ASKED)
        if meant in self._rulings:
            views = chain([words.exact], (view for view, _ in words.views()))
            if any(" ".join(view) in AGREEMENTS for view in views):
                yield Match(rule=meant, stage="like")

    def _written(self, words: Words, hits: Iterable[_Hit] | None = None) -> Iterator[Match]:
        """Rules by phrases and patterns; `hits` are the index's where they are known already."""
        for ruling, values, _ in self._index.hits(words) if hits is None else hits:
            yield Match(rule=ruling.rule.id, stage=ruling.stage, values=values)
        for ruling in self._next:
            caught = ruling.catches(words)
            if caught is not None:
                yield Match(rule=ruling.rule.id, stage=ruling.stage, values=caught)
        for ruling in self._patterned:
            for pattern in ruling.patterns:
                found = pattern.search(words.text)
                if found is not None:
                    yield Match(rule=ruling.rule.id, stage="regex", values=found)

    def _leaving(self, words: Words, pieces: Sequence[Words]) -> Iterator[Match]:
        """The rule for opting out, where a drawn-out word or a part of the message asks for it."""
        wishes: list[Words] = []
        if len(words.exact) == 1:
            plain = self._spelling.plain(words)
            wishes = [plain] if plain is not None else []
        elif self._exits.may_hit(words):
            wishes = [part for part in pieces if len(part.exact) >= _LEAST_CONSENT]
        for wish in wishes:
            for ruling, values, _ in self._exits.hits(wish):
                yield Match(rule=ruling.rule.id, stage="built-in", values=values)

    def _wished(
        self, hits: Sequence[_Hit], words: Words, pieces: Sequence[Words], mention: Mention, after: str | None
    ) -> Iterator[Match]:
        """What one part wants done, where the best phrase for the whole takes it in by a `*`: "Hello! Any news on tape?"."""
        best = hits[0] if hits else None
        if best is not None and best[2] and best[0].stage == "phrase" and best[0].rule.do is None:
            yield from (
                one
                for one in self._partly(words, pieces, mention, after)
                if self._rulings[one.rule].rule.do is not None
            )

    def _meant(self, words: Words) -> Iterator[Match]:
        """Rules by phrases, for what was probably meant to be typed; never an order, nor a word to stop or start."""
        mended = self._spelling.guessed(words)
        for ruling, values, _ in self._index.hits(mended) if mended is not None else ():
            if ruling.stage == "phrase":
                yield Match(rule=ruling.rule.id, stage="phrase", values=values)

    def _partly(self, words: Words, pieces: Sequence[Words], mention: Mention, after: str | None) -> Iterator[Match]:
        """The rule of the part that asks for something, else of the one that says most, if it is most of what is said."""
        found: list[tuple[tuple[bool, bool, int], Match]] = []
        for part in pieces:
            if not (self._index.may_hit(part) or self._patterned):
                continue
            asks = part.text.endswith(("?", "？"))
            match = next(
                (
                    one
                    for one in chain(self._written(part), self._meant(part))
                    if one.stage == "phrase" and self._rulings[one.rule].applies(mention, after, part)
                ),
                None,
            )
            if match is None:
                continue
            does = self._rulings[match.rule].rule.do is not None
            if asks or does or 2 * len(part.exact) > len(words.exact):
                found.append(((asks, does, len(part.exact)), match))
        if found:
            yield max(found, key=lambda one: one[0])[1]

    def _likely(self, near: Sequence[Nearest], words: Words) -> Iterator[Match]:
        """Rules by paraphrase: sure ones answer; near ones, or one of two equally near, are asked about."""
        for one, runner_up in zip_longest(near, near[1:]):
            lead = one.score - (runner_up.score if runner_up else 0.0)
            values: Mapping[str, str] = {"suggestion": one.example}
            if one.score >= self._likeness.accept:
                sure = lead >= _LEAD or one.score == 1.0
                yield Match(
                    rule=one.rule, stage="like" if sure else "ask", score=one.score, values={} if sure else values
                )
            elif one.score >= self._likeness.ask and self._matters.shared(one.example, words):
                yield Match(rule=one.rule, stage="ask", score=one.score, values=values)

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
        return stolen(self, self.with_rule(rule), rule)
