"""The phrase language of rules, read into a tree: `*`, `{capture}`, `(a|b)`, `[optional]`.

Pure; may import: words, errors.  What can be known of a phrase without a message is asked of its tree here: the words
that every match has, those side by side, the rarest ones, and what may follow what.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.core.words import clean, fold, split
from bot.errors import StarfishError

_DEEPEST = 8
_PIECE = re.compile(r"\{([^{}]*)\}|[*()\[\]|{}]|[^*()\[\]|{}]+")
_SIGN = re.compile(r"[*{}()\[\]|]")
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


# --------------------------------------------------------------------------- reading


def parse(source: str) -> Sequel:
    """Read a phrase as an owner wrote it.

    :raises PhraseError: with a sentence for the owner
    """
    if not _SIGN.search(source):
        return Sequel(tuple(_words(source)))
    stack: list[tuple[str, list[list[Node]]]] = [("", [[]])]
    for piece in _PIECE.finditer(source):
        text = piece.group()
        options = stack[-1][1]
        if text in "([":
            if len(stack) > _DEEPEST:
                raise PhraseError(f"“{source[:40]}…” is nested too deeply; split it into several phrases")
            stack.append((text, [[]]))
        elif text in ")]":
            stack[-2:] = [_close(source, stack, text)]
        elif text == "|":
            if len(stack) == 1:
                raise PhraseError(f"“{source}”: write alternatives as (this|that), or as two phrases")
            options.append([])
        elif text != "*" or options[-1][-1:] != [Gap(None)]:  # * * is *
            options[-1].extend(_atoms(source, text))
    if len(stack) > 1:
        sign, closing = stack[-1][0], ")" if stack[-1][0] == "(" else "]"
        raise PhraseError(f"“{source}”: a {sign} is never closed; add {closing}")
    whole = Sequel(tuple(stack[0][1][0]))
    _names(whole)
    return whole


def _words(text: str) -> list[Word]:
    return [Word(word.casefold()) for word in split(clean(text))]


def _atoms(source: str, text: str) -> Sequence[Word | Gap]:
    """Read a piece that opens and closes nothing."""
    if text == "*":
        return [Gap(None)]
    if text in {"{", "}"}:
        raise PhraseError(f"“{source}”: a {text} stands alone; a capture is written {{topic}}")
    if text[0] != "{":
        return _words(text)
    name = text[1:-1].strip()
    if not _NAME.fullmatch(name):
        raise PhraseError(f"“{text}” is no name for a capture; use small letters, digits and _, as in {{topic}}")
    return [Gap(name)]


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


def leaves(node: Node) -> Iterator[Word | Gap]:
    """The words and gaps of a node, in the order in which they are written."""
    if isinstance(node, Sequel):
        for part in node.parts:
            yield from leaves(part)
    elif isinstance(node, Choice):
        for option in node.options:
            yield from leaves(option)
    else:
        yield node


def link(node: Node, counter: Iterator[int], follow: list[set[int]]) -> tuple[set[int], set[int], bool]:
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
            its_first, its_last, empty = link(option, counter, follow)
            first, last, nullable = first | its_first, last | its_last, nullable or empty
        return first, last, nullable
    first, last, nullable = set(), set(), True
    for part in node.parts:
        its_first, its_last, empty = link(part, counter, follow)
        for position in last:
            follow[position] |= its_first
        first = first | its_first if nullable else first
        last = its_last | last if empty else its_last
        nullable = nullable and empty
    return first, last, nullable


def least_fixed(node: Node) -> int:
    """How many fixed words every match names at least."""
    if isinstance(node, Sequel):
        return sum(map(least_fixed, node.parts))
    if isinstance(node, Choice):
        return min(map(least_fixed, node.options))
    return 1 if isinstance(node, Word) else 0


def open_ends(node: Node) -> tuple[int, int] | None:
    """1 or 0 for a * before and after, where all else is fixed words; None for any other shape."""
    parts = node.parts if isinstance(node, Sequel) else ()
    before, after = int(parts[:1] == (Gap(None),)), int(len(parts) > 1 and parts[-1] == Gap(None))
    fixed = parts[before : len(parts) - after]
    return (before, after) if before + after and all(isinstance(part, Word) for part in fixed) else None


def required(node: Node) -> set[str]:
    """The words that every match has."""
    if isinstance(node, Sequel):
        return set().union(*map(required, node.parts))
    if isinstance(node, Choice):
        return set.intersection(*map(required, node.options))
    return {node.text} if isinstance(node, Word) else set()


def runs(node: Node) -> tuple[str, ...]:
    """The folded fixed words that stand side by side in every match, two or more, with spaces around."""
    found: list[list[str]] = [[]]
    for part in node.parts if isinstance(node, Sequel) else ():
        if isinstance(part, Word):
            found[-1].append(fold(part.text))
        else:
            found.append([])
    return tuple(f" {' '.join(run)} " for run in found if len(run) > 1)


def anchor(node: Node, counts: Mapping[str, int]) -> tuple[int, tuple[str, ...]] | None:
    """The rarest set of folded words of which every match has one, with how often they occur in all phrases."""
    if isinstance(node, Word):
        word = fold(node.text)
        return counts.get(word, 0), (word,)
    if isinstance(node, Sequel):
        return min(filter(None, (anchor(part, counts) for part in node.parts)), default=None)
    if isinstance(node, Choice):
        found = [anchor(option, counts) for option in node.options]
        if all(found):
            cost = sum(one[0] for one in found if one)
            return cost, tuple(sorted({word for one in found if one for word in one[1]}))
    return None
