"""The phrase language of rules: `*`, `{capture}`, `(a|b)`, `[optional]`.  Pure; may import: words, phrase_tree.

A phrase is compiled to word positions and what may follow each (Glushkov's construction), and a message is walked
through once, all ways at the same time: time is words x positions, whatever the text, so there is nothing to attack.
Of several ways to match, the one with the most fixed words wins; then gaps take as few words as they can, each before
the next: of "* {what}" the capture gets all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import count

from bot.core.phrase_tree import (
    Gap,
    PhraseError,
    Word,
    anchor,
    least_fixed,
    leaves,
    link,
    open_ends,
    parse,
    required,
    runs,
)
from bot.core.words import fold

__all__ = ["Hit", "Phrase", "PhraseError"]

MOST_POSITIONS = 100
"""Of words and gaps in one phrase: enough for any sentence, and a bound on the time that one phrase takes."""


@dataclass(frozen=True, slots=True)
class Hit:
    """How a phrase matched: how many fixed words it named, and which places each capture took (from, before)."""

    fixed: int
    captures: Mapping[str, tuple[int, int]]


class Phrase:
    """A compiled phrase.

    `exact` and `folded` are the words wanted at each position, None in a gap (`folds`: they differ); `fixed` is the least number of fixed
    words in a match; `required` are the folded words that every match has, `runs` those of them that stand side by
    side, as " one two "; `gaps` weighs how open it is; `captures` are the names of all captures.
    """

    def __init__(self, source: str) -> None:
        """Compile a phrase as an owner wrote it.

        :raises PhraseError: with a sentence for the owner
        """
        self.source = source
        self._tree = tree = parse(source)
        found = list(leaves(tree))
        if len(found) > MOST_POSITIONS:
            raise PhraseError(f"“{source[:40]}…” has more than {MOST_POSITIONS} words; split it into several phrases")
        if not found:
            raise PhraseError(f"“{source}” has no words in it; write * to match anything")
        self.exact: list[str | None] = [leaf.text if isinstance(leaf, Word) else None for leaf in found]
        self.folded: list[str | None] = [word and fold(word) for word in self.exact]
        self.folds = self.folded != self.exact
        self._names = [leaf.name if isinstance(leaf, Gap) else None for leaf in found]
        self.captures = frozenset(name for name in self._names if name)
        self.gaps = sum(1 if leaf.name else 2 for leaf in found if isinstance(leaf, Gap))
        self._literal = all(isinstance(part, Word) for part in tree.parts)
        self.fixed = len(found) if self._literal else least_fixed(tree)
        self.required = frozenset(fold(word) for word in required(tree))
        self.runs = () if self._literal else runs(tree)
        self._open = open_ends(tree)

    @cached_property
    def _ways(self) -> tuple[list[int], frozenset[int], bool, list[list[int]]]:
        """The positions a match can begin and end at, whether it may be empty, and what may follow each position.

        Later positions come first and a gap's own repetition last: gaps take as few words as they can, the first first.
        """
        after: list[set[int]] = [set() for _ in self.exact]
        first, last, empty = link(self._tree, count(), after)
        follow = [
            sorted(following - {here}, reverse=True) + ([here] if word is None else [])
            for here, (following, word) in enumerate(zip(after, self.exact, strict=True))
        ]
        return sorted(first, reverse=True), frozenset(last), empty, follow

    def anchor(self, counts: Mapping[str, int]) -> tuple[str, ...] | None:
        """Folded words of which every match has at least one, the rarest by `counts`; None: there are none."""
        found = anchor(self._tree, counts)
        return found and found[1]

    def match(self, words: list[str], *, folded: bool = False) -> Hit | None:
        """Match a whole message, given as case-folded words (`folded`: folded ones); None: it doesn't."""
        wanted = self.folded if folded else self.exact
        if self._literal:
            return Hit(len(words), {}) if words == wanted else None
        if self._open is not None:
            return self._within(words, wanted)
        _, last, empty, _ = self._ways
        if not words:
            return Hit(0, {}) if empty else None
        best = None
        for position, way in self._walk(words, wanted).items():
            if position in last and (best is None or way[0] > best[0]):
                best = way
        return best and Hit(best[0], self._captured(best, len(words)))

    def _within(self, words: list[str], wanted: list[str | None]) -> Hit | None:
        """Match the commonest shape, fixed words with * before or after, by comparing slices."""
        assert self._open is not None
        before, after = self._open
        fixed = wanted[before : len(wanted) - after]
        size = len(fixed)
        if not fixed:
            return Hit(0, {})
        if not before:
            return Hit(size, {}) if words[:size] == fixed else None
        if not after:
            return Hit(size, {}) if words[-size:] == fixed else None
        first, place = fixed[0] or "", -1
        for _ in range(words.count(first)):
            place = words.index(first, place + 1)
            if words[place : place + size] == fixed:
                return Hit(size, {})
        return None

    def _walk(self, words: Sequence[str], wanted: Sequence[str | None]) -> dict[int, _Way]:
        """The best way to each position that the last word can stand at."""
        ways: dict[int, _Way] = {}
        first, _, _, follow = self._ways
        for position in first:
            want = wanted[position]
            if want is None:
                ways[position] = (0, position, None)
            elif want == words[0]:
                ways[position] = (1, position, None)
        for word in words[1:]:
            further: dict[int, _Way] = {}
            for here, way in ways.items():
                fixed = way[0]
                for position in follow[here]:
                    want = wanted[position]
                    if want is None:
                        if position not in further or further[position][0] < fixed:
                            further[position] = (fixed, position, way)
                    elif want == word and (position not in further or further[position][0] <= fixed):
                        further[position] = (fixed + 1, position, way)
            if not further:
                return further
            ways = further
        return ways

    def _captured(self, way: _Way, end: int) -> dict[str, tuple[int, int]]:
        """Where each capture begins and ends, read back along a way."""
        found: dict[str, tuple[int, int]] = {}
        if not self.captures:
            return found
        step: _Way | None = way
        place = end
        while step is not None:
            place -= 1
            if name := self._names[step[1]]:
                found[name] = (place, found[name][1] if name in found else place + 1)
            step = step[2]
        return found


_Way = tuple[int, int, "_Way | None"]
"""Fixed words so far, the position reached, and the way before."""
