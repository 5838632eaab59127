"""Whether a mention is answered at all: never ourselves, never a loop, nobody who said stop.  Pure; may import: model.

The store counts, this decides, the story acts.  Nobody is lost: who asks too late or too often goes onto the list of
the unanswered, with that reason.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from bot.model import Caps, Mention

TOO_OLD = timedelta(hours=24)
"""An older mention is not answered at once: the talk has moved on, or history was replayed."""

WHOLE = timedelta(seconds=1)
"""Some platforms tell times in whole seconds (Telegram, X): what is written in the first second isn't history."""

BOT_DAY = timedelta(days=1)
"""Another bot is answered at most once in this time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What the store knows when a mention comes in."""

    own: bool = False  # the author is one of our own accounts
    opted_out: bool = False
    blocked: bool = False
    person: int = 0  # our replies to this person within caps.person.per
    account: int = 0  # our replies of this account within caps.account.per
    thread: int = 0  # our replies in this thread
    bot_today: int = 0  # our replies to this author within BOT_DAY, where it is a bot
    paused: bool = False  # the one pause notice was sent within caps.person.per (or in this thread)
    consent: Literal["opt_out", "opt_in"] | None = None  # what `Engine.consent` says of the text
    first_start: datetime | None = None  # when this bot first ran; earlier mentions are history


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What to do with a mention."""

    action: Literal["answer", "skip", "late", "capped"]
    reason: str = ""  # one clause for the record
    notice: bool = False  # capped: say once that we pause
    consent: Literal["opt_out", "opt_in"] | None = None  # to be carried out whatever the action is


def guard(mention: Mention, seen: Seen, caps: Caps, now: datetime) -> Verdict:
    """Decide about one mention; the first that holds counts.

    `stop` and `start` are carried out whatever is decided about an answer, except for ourselves and the blocked.
    """
    if seen.own:
        return Verdict(action="skip", reason="it is our own")
    if seen.blocked:
        return Verdict(action="skip", reason="the author is blocked")
    return replace(_of_a_stranger(mention, seen, caps, now), consent=seen.consent)


def _of_a_stranger(mention: Mention, seen: Seen, caps: Caps, now: datetime) -> Verdict:
    if seen.opted_out and seen.consent != "opt_in":
        return Verdict(action="skip", reason="the author said stop")
    if seen.first_start is not None and mention.at + WHOLE <= seen.first_start:
        return Verdict(action="late", reason="it was written before the bot first ran")
    if now - mention.at > TOO_OLD:
        return Verdict(action="late", reason="it is more than a day old")
    if mention.owner:
        return Verdict(action="answer")
    if mention.bot and seen.bot_today:
        return Verdict(action="skip", reason="a bot is answered once a day")
    thread = Caps().thread if mention.bot and caps.thread is None else caps.thread
    if thread is not None and seen.thread >= thread:
        return _capped(mention, seen, f"{thread} answers in one thread are enough")
    if caps.person is not None and seen.person >= caps.person.count:
        return _capped(mention, seen, f"more than {caps.person.count} answers within {caps.person.per}")
    if caps.account is not None and seen.account >= caps.account.count:
        return _capped(
            mention, seen, f"more than {caps.account.count} answers of this account within {caps.account.per}"
        )
    return Verdict(action="answer")


def _capped(mention: Mention, seen: Seen, reason: str) -> Verdict:
    return Verdict(action="capped", reason=reason, notice=not seen.paused and not mention.bot)
