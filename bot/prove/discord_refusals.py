"""What a small Discord says no to, and how it says it.  May import: aiohttp, discord_world.

The real one lets unknown fields pass; this one doesn't, so that a misspelt one is seen.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Literal

from aiohttp import web

from bot.prove.discord_world import CALL, Message

LONGEST = 2000
"""Characters of a message."""

_FIELDS = {"content", "nonce", "enforce_nonce", "allowed_mentions", "flags", "message_reference", "tts", "embeds"}
_FIELDS |= {"components", "sticker_ids", "attachments", "poll"}
_ALLOWED = {"parse", "users", "roles", "replied_user"}

Scope = Literal["user", "global", "shared"]


def objection(said: object, there: Collection[str]) -> web.Response | None:
    """What the interface refuses of a message; `there` are the messages that can be answered."""
    if not isinstance(said, dict) or set(said) - _FIELDS:
        return invalid("content", "UNKNOWN_FIELD")
    content, nonce, flags = said.get("content"), said.get("nonce"), said.get("flags", 0) or 0
    if content is not None and not isinstance(content, str):
        return invalid("content", "BASE_TYPE_STRING")
    if not (content or "").strip():
        return error(400, 50006, "Cannot send an empty message")
    if content is not None and len(content) > LONGEST:
        return invalid("content", "BASE_TYPE_MAX_LENGTH")
    if nonce is not None and (not isinstance(nonce, str | int) or len(str(nonce)) > 25):
        return invalid("nonce", "NONCE_TYPE_TOO_LONG")
    if not isinstance(flags, int) or flags & ~(1 << 2 | 1 << 12):
        return invalid("flags", "MESSAGE_FLAGS")
    allowed, reference = said.get("allowed_mentions"), said.get("message_reference")
    if allowed is not None and (not isinstance(allowed, dict) or set(allowed) - _ALLOWED):
        return invalid("allowed_mentions", "DICT_TYPE_CONVERT")
    if allowed and allowed.get("users") and "users" in (allowed.get("parse") or []):
        return invalid("allowed_mentions", "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE")
    if reference is None:
        return None
    if not isinstance(reference, dict) or not str(reference.get("message_id", "")).isdigit():
        return invalid("message_reference", "DICT_TYPE_CONVERT")
    if reference.get("fail_if_not_exists", True) and str(reference["message_id"]) not in there:
        return invalid("message_reference", "REPLIES_UNKNOWN_MESSAGE")
    return None


def called(text: str, allowed: Mapping[str, Any] | None, parent: Message | None) -> tuple[str, ...]:
    """Whom a message tells of itself, as `allowed_mentions` says; without that, everybody whom it names."""
    told: dict[str, Any] = (
        {"parse": ["users", "roles", "everyone"], "replied_user": True} if allowed is None else dict(allowed)
    )
    kinds: list[str] = told.get("parse") or []
    users: list[str] = told.get("users") or []
    told_of: list[str] = []
    for found in CALL.finditer(text):
        if (found[1] and ("users" in kinds or found[1] in users)) or (found[2] and "everyone" in kinds):
            told_of.append(found[1] or "@everyone")
        elif found[3] and "roles" in kinds:
            told_of.append(found[3])
    if parent is not None and told.get("replied_user"):
        told_of.append(parent.author)
    return tuple(dict.fromkeys(told_of))


def headers_of(limit: int, left: int, after: float) -> dict[str, str]:
    """What is told of a limit: how much of it is left, and when it begins anew."""
    names = {"Limit": str(limit), "Remaining": str(max(left, 0)), "Reset-After": f"{after:.3f}", "Bucket": "abcd1234"}
    return {f"X-RateLimit-{name}": value for name, value in names.items()}


def limited(scope: Scope, after: float) -> web.Response:
    """A request that meets a limit."""
    headers = {"Retry-After": str(int(after) + 1), "X-RateLimit-Scope": scope}
    headers |= {"X-RateLimit-Global": "true"} if scope == "global" else headers_of(5, 0, after)
    said = {"message": "You are being rate limited.", "retry_after": after, "global": scope == "global"}
    return web.json_response(said, status=429, headers=headers)


def invalid(name: str, code: str) -> web.Response:
    """A request with something in it that can't be."""
    errors = {name: {"_errors": [{"code": code, "message": "Invalid."}]}}
    return error(400, 50035, "Invalid Form Body", errors=errors)


def error(status: int, code: int, words: str, **more: object) -> web.Response:
    """A no."""
    return web.json_response({"message": words, "code": code, **more}, status=status)
