"""Which texts ask the same: what nobody could answer, told to the owner as questions rather than as a list.

Pure; may import: elsewhere, grams, words.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.core.elsewhere import SENTENCES
from bot.core.grams import Grams
from bot.core.words import Words, clean

NEAR = 0.25
"""Groups whose texts are on average as alike as this ask the same.

Measured on real questions of 30 intents among as many of none: of the pairs it puts together 6 in 10 are of one intent,
and of the others most have a word in common that an owner would look at together.  Single link does worse (0.35: 5).
"""


def grouped(texts: Sequence[str], *, name: str = "", near: float = NEAR) -> list[list[int]]:
    """Group texts by likeness, as lists of their places, the largest group first, each in order.

    Average link: a text joins where it is like the group as a whole.  The sentences of nobody count as texts where the
    rarity of words is concerned, so that two texts are not alike for their "how do I".  Texts without words are one
    group.  Quadratic: meant for some hundred texts (500 different ones take about a second).
    """
    read = [Words(clean(text, name), name) for text in texts]
    same: dict[tuple[str, ...], list[int]] = {}
    for place, words in enumerate(read):
        same.setdefault(tuple(words.folded_all), []).append(place)
    groups = list(same.values())
    joined = _joined([read[places[0]] for places in groups], near)
    found = [sorted(place for number in numbers for place in groups[number]) for numbers in joined]
    return sorted(found, key=lambda places: (-len(places), places))


def _joined(read: Sequence[Words], near: float) -> list[list[int]]:
    """Join different texts into groups, the most alike first."""
    others = [Words(sentence) for sentence in SENTENCES]
    grams = Grams([*read, *others], [*range(len(read)), *(None for _ in others)], lone=1.0)
    alike = [dict(enumerate(grams.alike(words)[: len(read)])) for words in read]
    pairs = sorted(
        (
            (how, one, other)
            for one, row in enumerate(alike)
            for other, how in row.items()
            if other < one and how >= near
        ),
        reverse=True,
    )
    members = {number: [number] for number in range(len(read))}
    group = list(range(len(read)))
    for _, one, other in pairs:
        into, gone = group[one], group[other]
        # `alike[a][b]` is the sum over all pairs of two groups, kept up as groups grow.
        if into == gone or alike[into][gone] < near * len(members[into]) * len(members[gone]):
            continue
        for number in members[gone]:
            group[number] = into
        members[into] += members.pop(gone)
        for number in members:
            alike[into][number] += alike[gone][number]
            alike[number][into] = alike[into][number]
    return list(members.values())
