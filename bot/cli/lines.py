"""What programs hand us: JSON objects, one a line, of which any may be broken.  May import: the standard library.

One object or one sentence a line, in order: a line that can't be read never ends the stream.
"""

from __future__ import annotations

import json
import signal
import sys
import threading
from collections.abc import Iterator
from typing import Any

SHOWN = 80
"""Characters of a broken line that are shown, so that it can be found."""


def objects() -> Iterator[dict[str, Any] | str]:
    """Read the standard input line by line; a line that is no JSON object gives the sentence that says so.

    Ctrl-C ends it at once: asyncio's own handler would only wait for the line that is being read.
    """
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, signal.default_int_handler)
    for line in sys.stdin.buffer:
        yield object_of(line)


def object_of(line: bytes) -> dict[str, Any] | str:
    """Read one line, of whatever bytes; texts in it can be written as UTF-8 again."""
    text = line.decode("utf-8-sig", "replace").strip()
    try:
        given = json.loads(text)
    except (ValueError, RecursionError):  # the second: brackets in brackets without end
        return f"this line is not JSON: {text[:SHOWN]}"
    if not isinstance(given, dict):
        return f"this line is not a JSON object: {text[:SHOWN]}"
    return {name: whole(value) if isinstance(value, str) else value for name, value in given.items()}


def whole(text: str) -> str:
    """Replace halves of characters, which JSON can name (a lone surrogate) and no file can hold."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
