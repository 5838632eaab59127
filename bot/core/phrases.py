"""The phrase language of rules: `*`, `{capture}`, `(a|b)`, `[optional]`.  Pure; may import: words, errors.

A phrase is compiled to word positions and what may follow each (Glushkov's construction), and a message is walked
through once, all ways at the same time: time is words x positions, whatever the text, so there is nothing to attack.
Of several ways to match, the one with the most fixed words wins; then captures take as few words as they can.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from bot.core.words import clean, fold, split
from bot.errors import StarfishError

MOST_POSITIONS = 100
_DEEPEST = 8
_PIECE = re.compile(r"\{([^{}]*)\}|[*()\[\]|{}]|[^*()\[\]|{}]+")
_NAME = re.compile(r"[a-z][a-z0-9_]{0,29}")


class PhraseError(StarfishError):
    """A phrase can't be read; the message says why, and how to write it."""


@dataclass(frozen=True, slots=True)
class Word:
    """One fixed word, case-folded."""

    text: str


@dataclass(frozen=True, slots=True)
class Gap:
    """Any words: none or more (`*`), or one or more that are captured by a name."""

    name: str | None


@dataclass(frozen=True, slots=True)
class Sequel:
    """One after the other."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several; an empty one makes it optional."""

    options: tuple[Node, ...]


Node = Word | Gap | Sequel | Choice


@dataclass(frozen=True, slots=True)
class Hit:
    """How a phrase matched: how many fixed words it named, and which places each capture took (from, before)."""

    fixed: int
    captures: Mapping[str, tuple[int, int]]


class Phrase:
    """A compiled phrase.

    `exact` and `folded` are the words wanted at each position, None in a gap; `required` those that every match has,
    folded; `fixed` the least number of fixed words in a match; `captures` the names of all captures.
    """

    def __init__(self, source: str) -> None:
        """Compile a phrase as an owner wrote it.

        :raises PhraseError: with a sentence for the owner
        """
        self.source = source
        if _is_literal(source):
            words = [word.casefold() for word in split(clean(source))]
            self.node: Node = Sequel(tuple(Word(word) for word in words))
            self.literal = True
        else:
            self.node = _parse(source)
            self.literal = False
        self.exact: list[str | None] = []
        self.names: list[str | None] = []
        if self.literal:
            self.exact, self.names = list(words), [None] * len(words)
            self._nullable, self.gaps, self.fixed = not words, 0, len(words)
        else:
            self._first, self._last, self._nullable = self._place(self.node)
            self.gaps = sum(1 if name else 2 for name, word in zip(self.names, self.exact, strict=True) if word is None)
            self.fixed = _least_fixed(self.node)
        if len(self.exact) > MOST_POSITIONS:
            raise PhraseError(f"“{source[:40]}…” has more than {MOST_POSITIONS} words; split it into several phrases")
        if not self.exact:
            raise PhraseError(f"“{source}” has no words in it; write * to match anything")
        self.folded: list[str | None] = [word and fold(word) for word in self.exact]
        self._anything = self.node == Sequel((Gap(None),))
        self.captures = frozenset(name for name in self.names if name)
        self.required = frozenset(fold(word) for word in (words if self.literal else _required(self.node)))

    # ----------------------------------------------------------------- compiling

    @cached_property
    def _follow(self) -> list[list[int]]:
        """After each position, the positions that may come: later ones first, a gap's own repetition last (lazy)."""
        follow: list[set[int]] = [set() for _ in self.exact]
        counter = iter(range(len(self.exact)))
        _link(self.node, counter, follow)
        return [
            sorted(after - {here}, reverse=True) + ([here] if word is None else [])
            for here, (after, word) in enumerate(zip(follow, self.exact, strict=True))
        ]

    def _place(self, node: Node) -> tuple[list[int], frozenset[int], bool]:
        """Number the positions of a node in order; give the first ones, the last ones, and whether it may be empty."""
        counter = iter(range(MOST_POSITIONS * 4))
        for leaf in _leaves(node):
            self.exact.append(leaf.text if isinstance(leaf, Word) else None)
            self.names.append(leaf.name if isinstance(leaf, Gap) else None)
            if len(self.exact) > MOST_POSITIONS:
                raise PhraseError(
                    f"“{self.source[:40]}…” has more than {MOST_POSITIONS} words; split it into several phrases"
                )
        first, last, nullable = _link(node, counter, [set() for _ in self.exact])
        return sorted(first, reverse=True), frozenset(last), nullable

    @property
    def catches_all(self) -> bool:
        """Whether it names no word at all: it matches anything, and belongs at the very end."""
        return not any(self.exact)

    def anchor(self, counts: Mapping[str, int]) -> tuple[str, ...] | None:
        """Folded words of which every match has at least one, the rarest by `counts`; None: there are none."""
        found = _anchor(self.node, counts)
        return found and found[1]

    # ----------------------------------------------------------------- matching

    def match(self, words: Sequence[str], *, folded: bool = False) -> Hit | None:
        """Match a whole message, given as case-folded words (`folded`: folded ones); None: it doesn't."""
        wanted = self.folded if folded else self.exact
        if self.literal:
            return Hit(len(words), {}) if words == wanted else None
        if not words or self._anything:
            return Hit(0, {}) if self._nullable else None
        ways = self._walk(words, wanted)
        best = None
        for position, way in ways.items():
            if position in self._last and (best is None or way[0] > best[0]):
                best = way
        if best is None:
            return None
        return Hit(best[0], self._captured(best, len(words)))

    def _walk(self, words: Sequence[str], wanted: Sequence[str | None]) -> dict[int, _Way]:
        """The best way to each position that the last word can stand at."""
        ways: dict[int, _Way] = {}
        for position in self._first:
            want = wanted[position]
            if want is None:
                ways[position] = (0, position, None)
            elif want == words[0]:
                ways[position] = (1, position, None)
        follow = self._follow
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
            if name := self.names[step[1]]:
                found[name] = (place, found[name][1] if name in found else place + 1)
            step = step[2]
        return found


_Way = tuple[int, int, "_Way | None"]
"""Fixed words so far, the position reached, and the way before."""


def _is_literal(source: str) -> bool:
    return not any(sign in source for sign in "*{}()[]|")


# --------------------------------------------------------------------------- reading


def _parse(source: str) -> Node:
    """Read a phrase with signs in it."""
    stack: list[tuple[str, list[list[Node]]]] = [("", [[]])]
    for piece in _PIECE.finditer(source):
        text = piece.group()
        options = stack[-1][1]
        if text == "*":
            if not (options[-1] and options[-1][-1] == Gap(None)):  # * * is *
                options[-1].append(Gap(None))
        elif text[0] == "{" and len(text) > 1:
            options[-1].append(Gap(_capture_name(text)))
        elif text in "{}":
            raise PhraseError(f"“{source}”: a {text} stands alone; a capture is written {{topic}}")
        elif text in "([":
            if len(stack) > _DEEPEST:
                raise PhraseError(f"“{source[:40]}…” is nested too deeply; split it into several phrases")
            stack.append((text, [[]]))
        elif text == "|":
            if len(stack) == 1:
                raise PhraseError(f"“{source}”: write alternatives as (this|that), or as two phrases")
            options.append([])
        elif text in ")]":
            stack[-2:] = [_close(source, stack, text)]
        else:
            options[-1].extend(Word(word.casefold()) for word in split(clean(text)))
    if len(stack) > 1:
        sign, closing = stack[-1][0], ")" if stack[-1][0] == "(" else "]"
        raise PhraseError(f"“{source}”: a {sign} is never closed; add {closing}")
    whole = Sequel(tuple(stack[0][1][0]))
    _names(whole)
    return whole


def _capture_name(text: str) -> str:
    name = text[1:-1].strip()
    if not _NAME.fullmatch(name):
        raise PhraseError(f"“{text}” is no name for a capture; use small letters, digits and _, as in {{topic}}")
    return name


def _close(source: str, stack: list[tuple[str, list[list[Node]]]], sign: str) -> tuple[str, list[list[Node]]]:
    """End a group: it becomes one part of what stands around it."""
    if len(stack) < 2 or (stack[-1][0], sign) not in {("(", ")"), ("[", "]")}:
        raise PhraseError(f"“{source}”: the {sign} closes nothing that was opened")
    opened, options = stack[-1]
    nodes: list[Node] = [Sequel(tuple(option)) for option in options]
    if opened == "(" and not all(option for option in options):
        raise PhraseError(f"“{source}”: one of the alternatives is empty; write [this] for what may be absent")
    if opened == "[":
        nodes.append(Sequel(()))
    around, outer = stack[-2]
    outer[-1].append(Choice(tuple(nodes)))
    return around, outer


# --------------------------------------------------------------------------- walks over the tree


def _names(node: Node) -> set[str]:
    """The names captured in a node; one name may stand in several alternatives, but not twice in a row."""
    if isinstance(node, Gap):
        return {node.name} if node.name else set()
    if isinstance(node, Choice):
        return set().union(*map(_names, node.options))
    found: set[str] = set()
    for part in node.parts if isinstance(node, Sequel) else ():
        for name in _names(part):
            if name in found:
                raise PhraseError(f"{{{name}}} is captured twice; give the second one another name")
            found.add(name)
    return found


def _leaves(node: Node) -> Iterator[Word | Gap]:
    if isinstance(node, Sequel):
        for part in node.parts:
            yield from _leaves(part)
    elif isinstance(node, Choice):
        for option in node.options:
            yield from _leaves(option)
    else:
        yield node


def _link(node: Node, counter: Iterator[int], follow: list[set[int]]) -> tuple[set[int], set[int], bool]:
    """Number positions in order and note what follows what; give first ones, last ones, and whether it may be empty."""
    if isinstance(node, Word):
        here = {next(counter)}
        return here, here, False
    if isinstance(node, Gap):
        here = {next(counter)}
        follow[min(here)] |= here
        return here, here, node.name is None
    if isinstance(node, Choice):
        first: set[int] = set()
        last: set[int] = set()
        nullable = False
        for option in node.options:
            its_first, its_last, empty = _link(option, counter, follow)
            first, last, nullable = first | its_first, last | its_last, nullable or empty
        return first, last, nullable
    first, last, nullable = set(), set(), True
    for part in node.parts:
        its_first, its_last, empty = _link(part, counter, follow)
        for position in last:
            follow[position] |= its_first
        first = first | its_first if nullable else first
        last = its_last | last if empty else its_last
        nullable = nullable and empty
    return first, last, nullable


def _least_fixed(node: Node) -> int:
    """How many fixed words every match names at least."""
    if isinstance(node, Sequel):
        return sum(map(_least_fixed, node.parts))
    if isinstance(node, Choice):
        return min(map(_least_fixed, node.options))
    return 1 if isinstance(node, Word) else 0


def _required(node: Node) -> set[str]:
    """The words that every match has."""
    if isinstance(node, Sequel):
        return set().union(*map(_required, node.parts))
    if isinstance(node, Choice):
        return set.intersection(*map(_required, node.options))
    return {node.text} if isinstance(node, Word) else set()


def _anchor(node: Node, counts: Mapping[str, int]) -> tuple[int, tuple[str, ...]] | None:
    """The rarest set of folded words of which every match has one, with how often they occur in all phrases."""
    if isinstance(node, Word):
        word = fold(node.text)
        return counts.get(word, 0), (word,)
    if isinstance(node, Sequel):
        return min(filter(None, (_anchor(part, counts) for part in node.parts)), default=None)
    if isinstance(node, Choice):
        found = [_anchor(option, counts) for option in node.options]
        if all(found):
            cost = sum(one[0] for one in found if one)
            return cost, tuple(sorted({word for one in found if one for word in one[1]}))
    return None
