"""What a homeserver refuses, as Synapse does; and what no message of ours may ever be.  May import: nothing of ours."""

from __future__ import annotations

import json
from typing import Any

LARGEST = 65_536
"""Bytes of an event, with all that the server adds (the specification's own figure)."""

ADDED = 1000
"""Bytes that the server adds, roughly: names, hashes, signatures."""

_FIELDS = {"msgtype", "body", "format", "formatted_body", "m.mentions", "m.relates_to"}
_FILTER = {"presence", "account_data", "room", "event_fields", "event_format"}
_ROOM_FILTER = {"ephemeral", "account_data", "timeline", "state", "rooms", "not_rooms", "include_leave"}


class Bad(Exception):
    """A request that the API refuses."""

    def __init__(self, status: int, code: str, words: str, **more: object) -> None:
        self.status, self.code, self.more = status, code, more
        super().__init__(words)


def object_to(said: dict[str, Any], levels: dict[str, Any], sender: str) -> None:
    """Refuse what may not be said, or not by them.

    :raises Bad: it is that
    """
    if len(json.dumps(said, ensure_ascii=False).encode()) > LARGEST - ADDED:
        raise Bad(413, "M_TOO_LARGE", "event too large")
    if levels.get("users", {}).get(sender, levels.get("users_default", 0)) < levels.get("events_default", 0):
        raise Bad(403, "M_FORBIDDEN", "You don't have permission to post that to the room.")
    users = said.get("m.mentions", {}).get("user_ids", [])
    good = (
        said.get("msgtype") == "m.notice"
        and not set(said) - _FIELDS
        and isinstance(said.get("body"), str)
        and said.get("format") == "org.matrix.custom.html"
        and isinstance(said.get("formatted_body"), str)
        and set(said.get("m.mentions", {"": 0})) <= {"user_ids"}
        and all(isinstance(user, str) and user.startswith("@") and ":" in user for user in users)
    )
    if not good:
        raise Bad(400, "M_BAD_JSON", "that is no message of ours")


def answered_by(said: dict[str, Any]) -> str | None:
    """The event that a message answers."""
    answered: str | None = said.get("m.relates_to", {}).get("m.in_reply_to", {}).get("event_id")
    return answered


def filter_of(text: str, *, room: bool = False) -> dict[str, Any]:
    """Read a filter, of a sync or (`room`) of one room's events.

    :raises Bad: it is none
    """
    try:
        wanted = json.loads(text)
    except ValueError:
        raise Bad(400, "M_NOT_JSON", "the filter is no JSON") from None
    known = {"types", "senders", "lazy_load_members", "limit"} if room else _FILTER
    if not isinstance(wanted, dict) or set(wanted) - known or set(wanted.get("room", {})) - _ROOM_FILTER:
        raise Bad(400, "M_BAD_JSON", "the filter is none")
    return wanted
