"""How mistakes are worded: values shown safely, and the word that was probably meant.

May import: the standard library only.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from difflib import get_close_matches

LONGEST_SHOWN = 60  # characters of a wrong value that a message repeats
MISSING = "is missing; an empty file will do, and `starfish init somewhere` writes one to copy from"


class Unfit(ValueError):
    """A value that its key can't take; the message continues the sentence that begins with the key.

    A ValueError, because that is what pydantic collects.
    """


def shown(value: object) -> str:
    """A value as the owner may have written it, on one line, short, without control characters."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (dict, list, tuple)):
        return "a table" if isinstance(value, dict) else "a list"
    text = str(value)
    if len(text) > LONGEST_SHOWN:
        text = text[: LONGEST_SHOWN - 1] + "…"
    if isinstance(value, (int, float)):
        return text
    text = json.dumps(text, ensure_ascii=False)
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def meant(word: str, known: Iterable[str]) -> str:
    """`; did you mean "…"?` where a known word is close, else nothing."""
    by_fold = {name.casefold(): name for name in sorted(known)}
    close = get_close_matches(word[:LONGEST_SHOWN].casefold(), by_fold, n=1, cutoff=0.6)
    return f"; did you mean {shown(by_fold[close[0]])}?" if close else ""


def did_you_mean(better: str) -> str:
    """`; did you mean "…"?` for a value that is known to be better."""
    return f"; did you mean {shown(better)}?"


def no_account(name: str, known: Sequence[str]) -> str:
    """There is none of that name: the one that was probably meant, or those that there are."""
    there = f"; there {'is' if len(known) == 1 else 'are'} {listed(known, 'and')}" if known else ", and no other either"
    return f"there is no account {shown(name)}{meant(name, known) or there}"


def listed(names: Iterable[str], last: str = "or") -> str:
    """Names in quotes, as a sentence lists them: `"a", "b" or "c"`."""
    quoted = [shown(name) for name in names]
    if len(quoted) < 2:
        return "".join(quoted)
    return f"{', '.join(quoted[:-1])} {last} {quoted[-1]}"


def counted(number: int, thing: str) -> str:
    """`1 feed`, `2 feeds`."""
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"
