"""Who spoke to the bot, and the rules that answer.

May import: the standard library, and each other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """Somebody spoke to the bot."""

    account: str
    remote_id: str  # the platform's event id, opaque
    author: str  # full id, or the handle where the platform has nothing else
    text: str
    at: datetime
    id: int = 0  # our number
    name: str = ""  # how the author wants to be called
    thread: str = ""
    in_reply_to: str | None = None  # the platform's id of what it answers
    about: int | None = None  # our outbox row that it answers
    bot: bool = False
    owner: bool = False
    visibility: str | None = None
    language: str | None = None
    context: Mapping[str, str] = field(default_factory=dict)  # what the platform needs for a reply
    gone: bool = False  # its author took it back: what isn't sent yet is withdrawn, what is sent is taken back


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleTest:
    """`say` must be answered by rule `expect` (and capture `with`, and contain `contains`)."""

    say: str
    expect: str
    by: Literal["owner", "anybody"] = "anybody"
    captures: Mapping[str, str] = field(default_factory=dict)
    contains: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A stored rule: when it matches, what it does, what it says."""

    id: str
    when: tuple[str, ...] = ()
    like: tuple[str, ...] = ()
    regex: tuple[str, ...] = ()
    reply: tuple[str, ...] = ()
    otherwise: tuple[str, ...] = ()  # `else`: when the action finds nothing
    do: str | None = None
    about: Literal["my_post"] | None = None
    follows: tuple[str, ...] = ()  # `after`: only in answer to what one of these rules said
    by: Literal["owner"] | None = None  # `from`
    accounts: tuple[str, ...] = ()
    priority: int = 0
    max_words: int | None = None
    cooldown: timedelta | None = None
    tests: tuple[RuleTest, ...] = ()
    origin: str = "file"  # file, cli, web, chat, built-in
    adds_to: str | None = None  # taught as one more way to say that rule: it has no reply of its own
    locked: bool = False  # taught, and not to be forgotten by a word in the chat
    order: int = 0  # its place in the file
    line: int | None = None  # where it stands in the file


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """Which rule answers, found at which stage, how surely, with what captured."""

    rule: str
    stage: Literal["owner", "built-in", "phrase", "regex", "like", "ask", "search", "fallback"]
    score: float = 1.0
    values: Mapping[str, str] = field(default_factory=dict)
    nearest: tuple[str, float] | None = None  # the best `like` rule and its score, reached or not
