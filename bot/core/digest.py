"""Several finds told at once: "the five worth your time".  Pure; may import: model, core."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.core.credit import credit_of
from bot.core.sentences import sentences
from bot.core.text import defused, fits
from bot.model import Draft, Limits


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestItem:
    """One of "the five worth your time"."""

    text: str  # what was said of it
    link: str
    credit: str = ""


def digest(items: Sequence[DigestItem], limits: Limits, *, heading: str = "Worth your time:") -> list[Draft]:
    """Tell several finds at once: in one post if each still says something there, else a post for each.

    The drafts of a thread are to be posted in order; the first opens with the heading.
    """
    if not items:
        return []
    lines = [f"• {_first_sentence(item.text)}\n{item.link}" for item in items]
    whole = "\n\n".join([heading, *lines])
    if fits(whole, limits):
        return [Draft(text=whole, title=heading)]
    drafts = [Draft(text=defused(item.text), link=item.link, credit=credit_of(item.credit)) for item in items]
    if limits.threads:
        total = len(drafts)
        drafts = [replace(each, text=f"{at}/{total} {each.text}") for at, each in enumerate(drafts, 1)]
    drafts[0] = replace(drafts[0], text=f"{heading}\n{drafts[0].text}")
    return drafts


def _first_sentence(text: str) -> str:
    return next(iter(sentences(defused(text))), "")
