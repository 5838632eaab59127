"""Several finds told at once: "the five worth your time".  Pure; may import: model, core."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.core.credit import credit_of
from bot.core.sentences import closed, sentences
from bot.core.text import defused, fits
from bot.model import Draft, Limits

_ENGLISH = "Worth your time:"
_HEADINGS = {
    "de": "Lesenswert:", "fr": "À lire :", "es": "Vale la pena leerlo:", "it": "Da leggere:",
    "pt": "Vale a pena ler:", "nl": "De moeite waard:", "pl": "Warto przeczytać:",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestItem:
    """One of "the five worth your time"."""

    text: str  # what was said of it
    link: str
    credit: str = ""
    language: str | None = None


def digest(items: Sequence[DigestItem], limits: Limits, *, language: str | None = None) -> list[Draft]:
    """Tell several finds at once: in one post if each still says something there, else a post for each.

    The drafts of a thread are to be posted in order; the first opens with the heading, in the account's `language` or
    else in the one that all finds share.
    """
    if not items:
        return []
    spoken = {language or item.language for item in items}
    shared = spoken.pop() if len(spoken) == 1 else None
    heading = _HEADINGS.get(shared or "", _ENGLISH)
    lines = [f"• {_first_sentence(item.text)}\n{item.link}" for item in items]
    whole = "\n\n".join([heading, *lines])
    if fits(whole, limits):
        return [Draft(text=whole, title=heading, language=shared)]
    drafts = [
        Draft(
            text=defused(item.text),
            link=item.link,
            credit=credit_of(item.credit),
            language=language or item.language,
        )
        for item in items
    ]
    if limits.threads:
        total = len(drafts)
        drafts = [replace(each, text=f"{at}/{total} {each.text}") for at, each in enumerate(drafts, 1)]
    drafts[0] = replace(drafts[0], text=f"{heading}\n{drafts[0].text}")
    return drafts


def _first_sentence(text: str) -> str:
    text = defused(text)
    return closed(next(iter(sentences(text)), ""), text)
