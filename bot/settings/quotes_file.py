"""`quotes.txt`: one-liners, one a line; blank lines and lines that begin with "#" are passed over.

May import: settings' own checks, syntax.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from unicodedata import category

from bot.settings import checks
from bot.settings.syntax import content

QUOTES = "quotes.txt"

Told = tuple[int | None, str]
"""A line (None: the whole file) and a sentence."""


@dataclass(slots=True)
class QuotesFile:
    """The file, read: what it says, and what is to be said about it."""

    quotes: list[str] = field(default_factory=list)
    mistakes: list[Told] = field(default_factory=list)
    warnings: list[Told] = field(default_factory=list)


def read_quotes(path: Path) -> QuotesFile:
    """Read the quotes of a folder; without the file there are none, and nothing is wrong."""
    found = QuotesFile()
    try:
        raw = content(path)
        text = raw.decode("utf-8-sig")
    except FileNotFoundError:
        return found
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        found.mistakes.append((line, "is not UTF-8 text; save the file as UTF-8"))
        return found
    except OSError as error:
        found.mistakes.append((None, f"can't be read: {error.strerror or error}"))
        return found
    first: dict[str, int] = {}
    for line, words in enumerate(text.split("\n"), start=1):
        quote = " ".join(words.split())
        if not quote or quote.startswith("#"):
            continue
        if (known := first.setdefault(quote.casefold(), line)) != line:
            found.warnings.append((line, f"this quote is that of line {known} again"))
            continue
        if any(category(char) == "Cc" for char in quote):
            found.mistakes.append((line, "this quote holds control characters"))
        if sentence := checks.long_quote(quote):
            found.warnings.append((line, sentence))
        found.quotes.append(quote)
    return found
