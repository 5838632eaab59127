"""How the log is written: a short line for people, one JSON object a line for machines.  May import: stdlib only."""

from __future__ import annotations

import json
import logging
import re
from datetime import UTC, datetime

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]+")
"""What could begin a line of its own, give a terminal orders, or turn its words round."""


class PlainLines(logging.Formatter):
    """`09:00:01 message`, with the date before it where wanted; a level is named only where it matters."""

    def __init__(self, *, dated: bool = False) -> None:
        super().__init__()
        self._clock = "%Y-%m-%d %H:%M:%S" if dated else "%H:%M:%S"

    def format(self, record: logging.LogRecord) -> str:
        """One line, in local time, whatever foreign words it quotes; a traceback only where --verbose asked for debugging."""
        when = datetime.fromtimestamp(record.created).astimezone().strftime(self._clock)
        mark = {logging.WARNING: "! ", logging.ERROR: "!! ", logging.CRITICAL: "!! "}.get(record.levelno, "")
        line = f"{when} {mark}{_CONTROL.sub(' ', record.getMessage())}"
        if record.exc_info and record.levelno <= logging.DEBUG:
            line += "\n" + self.formatException(record.exc_info)
        return line


class JsonLines(logging.Formatter):
    """One JSON object a line: time, level, part, message."""

    def format(self, record: logging.LogRecord) -> str:
        """One line; the time is in UTC."""
        fields = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "part": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info and record.levelno <= logging.DEBUG:
            fields["traceback"] = self.formatException(record.exc_info)
        return json.dumps(fields, ensure_ascii=False)
