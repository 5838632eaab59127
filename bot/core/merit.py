"""In which order what could be said of an article reads best: scores and worth, less faults.  Pure.

May import: model, core.clean, core.reading, core.taste, core.terms, core.text, core.worth.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from bot.core.clean import clean
from bot.core.reading import Reading, Sentence, sentence_of
from bot.core.taste import DULL, faults, speaks_for_itself
from bot.core.terms import terms, words
from bot.core.text import measure
from bot.core.worth import MOST, worth
from bot.model import Article, Limits

_BESIDE = 0.7  # plain faults that it costs to speak of nothing that the title or the article speaks of
_CENTRAL = 2  # sentences in which a term stands that the article is about
_LENGTHY = 12  # sentences of an article that may stray from its subject
_CLAIMED = 10  # plain faults that it costs to say "I" where no quotation marks can tell whose it is
_QUOTE_MARKS = frozenset('"“”„«»')
_FULL, _HALF_FULL = 12, 8  # content words of a saying that tells enough, and of a usual one
_EACH_WORD, _OF_TITLE, _OF_BRACKET = 0.2, 0.3, -0.3
"""What it is worth, in plain faults: each content word; to begin with a word of the title; to put something in brackets.
Readers graded 1,592 sentences of 392 entries of blogs and news: of those with fewer than six content words they found
7 % worth a post, of those with twelve 57 %.  With the costs of `taste` that came of the same grades, blind readers found
46 posts of other entries better, and 29 worse."""


@dataclass(frozen=True, slots=True)
class Said:
    """Something complete that could be said."""

    text: str
    score: float
    parts: tuple[Sentence, ...] = ()  # the sentences that it is made of, where several were put together
    of_publisher: bool = False  # whether the publisher's description is in it


class Merit:
    """What would be said, in the order in which it reads best: scores and worth, less faults."""

    def __init__(self, article: Article, reading: Reading, budget: int | None, unit: Limits) -> None:
        self._article = article
        self._reading = reading
        self._budget = budget
        self._unit = unit
        self._weighed: dict[str, float] = {}
        self._begun: dict[str, float] = {}

    def best_first(self, said: list[Said]) -> Iterator[tuple[str, float]]:
        """Give the texts with their merit, best first; faults take their time, so they are looked for as far as asked."""
        waiting = [(-each.score - self._worth(each), place, False) for place, each in enumerate(said)]
        heapq.heapify(waiting)
        while waiting:
            cost, place, judged = heapq.heappop(waiting)
            if judged:
                yield said[place].text, -cost
            else:
                heapq.heappush(waiting, (cost + self._faults(said[place]), place, True))

    def _worth(self, said: Said) -> float:
        """Weigh what there is to take away; what the publisher chose to say is taken for worth it."""
        forms = said.parts or (sentence_of(said.text, 0, self._reading.language, opens=True),)
        found = MOST if said.of_publisher else max([self._worth_of(form.text) for form in forms])
        return (found + self._standing(forms)) * DULL

    def _standing(self, forms: tuple[Sentence, ...]) -> float:
        """Weigh how far words stand on their own feet: how much is in them, and whether they begin with their subject."""
        content = forms[0].content if len(forms) == 1 else forms[0].content | forms[1].content
        return self._begins(forms[0].text) + _EACH_WORD * (min(len(content), _FULL) - _HALF_FULL)

    def _begins(self, text: str) -> float:
        """Weigh how a sentence begins, which may stand in many pairs, once."""
        if text not in self._begun:
            first = text.partition(" ")[0]
            titled = not self._reading.title_terms.isdisjoint(terms(first, self._reading.language))
            self._begun[text] = _OF_TITLE * titled + _OF_BRACKET * ("(" in text)
        return self._begun[text]

    def _worth_of(self, text: str) -> float:
        """Weigh a sentence, which may stand in many pairs, once."""
        if text not in self._weighed:
            self._weighed[text] = worth(text, self._reading.language)
        return self._weighed[text]

    def _faults(self, said: Said) -> float:
        language, known = self._reading.language, self._titled
        found = [faults(said.text, language, known=known)]
        if len(said.parts) > 1:
            first, second = said.parts
            follows = second.at == first.at + 1
            found = [
                faults(first.text, language, known=known),
                faults(second.text, language, follows=follows, known=known),
            ]
            shared = first.content | self._reading.title_terms if said.of_publisher else first.content
            if not follows and shared.isdisjoint(second.content):
                found.append(2 * DULL)  # two things that have nothing to do with each other
        if self._central and not said.of_publisher and self._central.isdisjoint(terms(said.text, language)):
            found.append(_BESIDE * DULL)
        total = max(found) + (sum(found) - max(found)) / 2
        claimed = speaks_for_itself(said.text, language) and not self._quotable(said.text)
        return total + _CLAIMED * DULL * claimed

    def _quotable(self, text: str) -> bool:
        """Tell whether the author's "I" can stand in quotation marks, as `compose` puts it."""
        room = self._budget is None or measure(text, self._unit) + 2 <= self._budget
        # The first letter may have become a capital one where "However," went.
        return room and _QUOTE_MARKS.isdisjoint(text) and text[1:] in self._verbatim

    @cached_property
    def _titled(self) -> frozenset[str]:
        return frozenset(words(self._reading.title.lower()))

    @cached_property
    def _central(self) -> frozenset[str]:
        """What a long article is about, as terms: the title's, and those that stand in several of its sentences."""
        if len(self._reading.sentences) < _LENGTHY:
            return frozenset()
        return self._reading.title_terms.union(t for t, count in self._reading.counts.items() if count >= _CENTRAL)

    @cached_property
    def _verbatim(self) -> str:
        return clean(f"{self._article.text}\n{self._article.description}")
