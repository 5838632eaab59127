"""The ways to understand a mention: as it stands, as it was meant to be typed, as a paraphrase, part by part.

    agreed (to "did you mean …?") ─→ a wish to be left alone ─→ phrases and patterns ─→ mended words ─→ like ─→ parts ─→ ask

Pure; may import: model, and core's own modules.  Which rules apply, and what comes when none does, `rules.py` knows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain, takewhile, zip_longest

from bot.core.builtin import AGREEMENTS
from bot.core.elsewhere import SENTENCES
from bot.core.like import Likeness, Nearest, Sense
from bot.core.matters import Matters
from bot.core.rule_index import Index, Ruling
from bot.core.spelling import Spelling
from bot.core.words import COURTESIES, Words
from bot.model import Match, Mention

ASKED = "ask:"
"""Stored before the rule's id as a thread's last rule when the bot asked "did you mean …?": then a yes is that rule."""

_LEAD = 0.05
"""Two rules nearer to each other than this are both possible: measured, the first is then right half of the time."""

Hit = tuple[Ruling, Mapping[str, str], int]
"""A rule with a matching phrase, what it captures, and how many words a `*` took."""

GUESSED = 0.9
"""The score of a phrase that fits what was probably meant, or one part of what was said: sure enough to answer by."""

_LEAST_CONSENT = 3
"""Words of a part of a message that is a wish to be left alone: "stop" may be said of anything, "stop tagging me" not."""


class Ways:
    """All rules, by all that can be said to reach them."""

    def __init__(self, rulings: Sequence[Ruling], name: str, sense: Sense | None) -> None:
        """Index compiled rules; `name` is the bot's own."""
        self._name = name
        self._rulings = {ruling.rule.id: ruling for ruling in rulings}
        ends = [ruling for ruling in rulings if (ruling.ends or ruling.always) and ruling.rule.follows]
        # Whatever is said next in a talk that a rule began is an answer to it, not a mention that nothing fits.
        self._next = sorted(ends, key=lambda ruling: (ruling.rank, ruling.order))
        self._index = Index(rulings)
        self._exits = Index([one for one in rulings if one.rule.do == "opt_out" and one.stage == "built-in"])
        english = (word for sentence in (*SENTENCES, *COURTESIES) for word in Words(sentence).folded_all)
        self._spelling = Spelling({**dict.fromkeys(english, 0), **self._index.known})
        self._matters = Matters([(one.rule.id, sentence) for one in rulings for sentence in one.rule.like])
        self._patterned = [ruling for ruling in sorted(rulings, key=lambda one: one.rank) if ruling.patterns]
        self._likeness = Likeness([(one.rule.id, sentence) for one in rulings for sentence in one.rule.like], sense)

        self.plain = not (self._next or self._patterned or self._likeness)
        """Whether phrases are the only way to reach a rule."""

    def hits(self, words: Words) -> Iterator[Hit]:
        """The rules with a phrase for the whole of a message, best first."""
        return self._index.hits(words)

    def near(self, words: Words, mention: Mention, after: str | None) -> list[Nearest]:
        """The nearest `like` rules that may answer this mention; if none may, the nearest of all."""
        if not self._likeness:
            return []
        near = self._likeness.nearest(words, limit=20)
        return [one for one in near if self._rulings[one.rule].applies(mention, after, words)] or near

    def all_of(
        self,
        best: Hit | None,
        others: Iterator[Hit],
        pieces: Sequence[Words],
        near: Sequence[Nearest],
        words: Words,
        mention: Mention,
        after: str | None,
    ) -> Iterator[Match]:
        """Every way to understand a mention, the surest first; `best` and `others` are its `hits`."""
        agreed = self._agreed(words, after) if after is not None and after.startswith(ASKED) else ()
        likely = list(self._likely(near, words)) if near else []
        yield from agreed
        if best and best[0].stage == "phrase" and best[0].rule.priority > 0:  # put before all else by the owner
            yield _match(best)
        yield from self.leaving(words, pieces)
        if best:
            if pieces and best[2] and best[0].stage == "phrase" and best[0].rule.do is None:
                yield from self._wished(words, pieces, mention, after)
            yield _match(best)
        yield from self.written(words, others)
        yield from self.meant(words)
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

    def written(self, words: Words, hits: Iterable[Hit] | None = None) -> Iterator[Match]:
        """Rules by phrases and patterns; `hits` are the index's where they are known already."""
        yield from map(_match, self._index.hits(words) if hits is None else hits)
        for ruling in self._next:
            caught = ruling.catches(words)
            if caught is not None:
                yield Match(rule=ruling.rule.id, stage=ruling.stage, values=caught)
        for ruling in self._patterned:
            for pattern in ruling.patterns:
                found = pattern.search(words.text)
                if found is not None:
                    yield Match(rule=ruling.rule.id, stage="regex", values=found)

    def leaving(self, words: Words, pieces: Sequence[Words]) -> Iterator[Match]:
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

    def _wished(self, words: Words, pieces: Sequence[Words], mention: Mention, after: str | None) -> Iterator[Match]:
        """What one part wants done, where the best phrase for the whole takes it in by a `*`: "Hello! Any news on tape?"."""
        for match in self._partly(words, pieces, mention, after):
            if self._rulings[match.rule].rule.do is not None:
                yield match

    def meant(self, words: Words) -> Iterable[Match]:
        """Rules by phrases, for what was probably meant to be typed; never an order, nor a word to stop or start."""
        mended = self._spelling.guessed(words)
        return () if mended is None else self._mended(mended)

    def _mended(self, words: Words) -> Iterator[Match]:
        for ruling, values, _ in self._index.hits(words):
            if ruling.stage == "phrase":
                yield Match(rule=ruling.rule.id, stage="phrase", score=GUESSED, values=values)

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
                    for one in chain(self.written(part), self.meant(part))
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
            yield replace(max(found, key=lambda one: one[0])[1], score=GUESSED)

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


def _match(hit: Hit) -> Match:
    ruling, values, _ = hit
    return Match(rule=ruling.rule.id, stage=ruling.stage, values=values)
