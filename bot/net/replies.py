"""What platforms' JSON answers hold, read with distrust.  Pure.  May import: errors, ports.

An answer to a post that can't be read is no refusal: whatever is wrong with it is `Unsure`.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from bot.errors import Unsure
from bot.ports import Reply

_IDENTIFIER = re.compile(r"(?!\.+\Z)[\x21-\x7e]{1,200}", re.ASCII)


def json_object(reply: Reply) -> dict[str, Any]:
    """Read a JSON object.

    :raises Unsure: if the answer is anything else
    """
    said: dict[str, Any] = _of(reply, dict)
    return said


def json_objects(reply: Reply) -> list[dict[str, Any]]:
    """Read a JSON array of objects; what else stands in it is left out.

    :raises Unsure: if the answer is anything else
    """
    return objects(_of(reply, list))


def object_of(text: str | bytes) -> dict[str, Any]:
    """Read a JSON object where there may be anything, in a refusal or in what was kept; anything else is an empty one."""
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def objects(value: object) -> list[dict[str, Any]]:
    """The objects of an array within an answer; none where there is no array."""
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def within(value: object, *names: str) -> dict[str, Any]:
    """The object that stands under these names, one in the other; an empty one where it is missing."""
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}


def words(value: object) -> str:
    """A text within an answer; an empty one where it is missing or something else."""
    return value if isinstance(value, str) else ""


def number(*values: object, at_least: int = 1, at_most: int = 1_000_000) -> int | None:
    """The first of these that is a whole number of a believable size."""
    for value in values:
        if isinstance(value, int) and not isinstance(value, bool) and at_least <= value <= at_most:
            return value
    return None


def identifier(value: object) -> str:
    """An id as the opaque text that it is, also where a server sends a number; empty where there is none to be used."""
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else words(value)
    return text if _IDENTIFIER.fullmatch(text) else ""


def moment(value: object) -> datetime | None:
    """An ISO 8601 time as UTC; None where there is none."""
    try:
        at = datetime.fromisoformat(words(value)[:40])
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def oldest_first(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A page in the order of time: newest first is how most platforms give it, but not all always."""
    times = [moment(items[at].get("created_at")) for at in (0, -1)] if items else []
    ascending = len(times) == 2 and times[0] is not None and times[1] is not None and times[0] < times[1]
    return items if ascending else items[::-1]


def segment(text: str) -> str:
    """An id as one segment of a path, whatever it holds."""
    return quote(text, safe="")


def _of(reply: Reply, kind: type[Any]) -> Any:  # noqa: ANN401 -- the callers name the type
    try:
        said = json.loads(reply.body)
    except (ValueError, RecursionError):
        raise Unsure("the server's answer can't be read") from None
    if not isinstance(said, kind):
        raise Unsure("the server's answer is not what was asked for")
    return said
