r"""Regular expressions in rules, an expert's option: on RE2 only, which takes linear time on any text.

Pure; may import: google-re2, where the `regex` extra is installed.  Python's own `re` is never used for them: measured,
`(\w+\s?)+\?` on 25 characters of a mention held the whole process for 9 seconds.
"""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Mapping
from typing import Any

ABSENT = 'needs the RE2 engine; install it with: pip install "starfish-bot[regex]" (or write phrases with * instead)'


class Expression:
    """One compiled pattern, searched anywhere in the text, without case."""

    def __init__(self, pattern: str) -> None:
        """Compile a pattern.

        :raises ValueError: it isn't RE2's, or RE2 isn't installed; the message is a clause for the owner
        """
        if not available():
            raise ValueError(ABSENT)
        re2: Any = importlib.import_module("re2")
        options = re2.Options()
        options.log_errors = False  # it would print to stderr
        options.case_sensitive = False
        try:
            self._compiled = re2.compile(pattern, options)
        except re2.error as error:
            reason = error.args[0].decode("utf-8", "replace") if isinstance(error.args[0], bytes) else str(error)
            raise ValueError(
                f"isn't understood by RE2 ({reason}); it has no look-around and no backreferences"
            ) from None
        self.names: frozenset[str] = frozenset(self._compiled.groupindex)

    def search(self, text: str) -> Mapping[str, str] | None:
        """What the named groups took, or None if the pattern doesn't occur."""
        found = self._compiled.search(text)
        return None if found is None else {name: value or "" for name, value in found.groupdict().items()}


def available() -> bool:
    """Whether RE2 is installed."""
    return importlib.util.find_spec("re2") is not None
