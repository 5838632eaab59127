"""The kinds of values in the owner's files, as types that pydantic reads and that a JSON Schema can describe.

May import: model, fields, addresses, pydantic.
"""

from __future__ import annotations

from datetime import time, timedelta
from ipaddress import IPv4Network, IPv6Network
from typing import Annotated, Any, ClassVar
from zoneinfo import ZoneInfo

from pydantic import BaseModel, BeforeValidator, ConfigDict, WithJsonSchema

from bot.model import Rate
from bot.settings import addresses, fields, lists

SECRET: dict[str, Any] = {
    "description": "A secret, by reference: an environment variable, or a file that only its owner can read (0600).",
    "anyOf": [
        {"type": "object", "properties": {key: {"type": "string"}}, "required": [key], "additionalProperties": False}
        for key in ("env", "file")
    ],
}


class Table(BaseModel):
    """A table of one of the files: unknown keys are mistakes, and nothing is bent into another type."""

    model_config = ConfigDict(
        extra="forbid", strict=True, frozen=True, arbitrary_types_allowed=True, protected_namespaces=()
    )
    noun: ClassVar[str] = "this table"  # how messages call it


def _text(pattern: str | None = None, *examples: str) -> WithJsonSchema:
    schema: dict[str, Any] = {"type": "string", "minLength": 1}
    if pattern:
        schema["pattern"] = pattern
    if examples:
        schema["examples"] = list(examples)
    return WithJsonSchema(schema)


def _either(first: dict[str, Any], second: dict[str, Any]) -> WithJsonSchema:
    return WithJsonSchema({"anyOf": [first, second]})


_SOME_TEXT: dict[str, Any] = {"type": "string", "minLength": 1}
_SPAN = _text("^[0-9]{1,9}[smhdw]$", "90s", "15m", "2h", "7d", "1w")

Span = Annotated[timedelta, BeforeValidator(fields.span), _SPAN]
SomeSpan = Annotated[timedelta, BeforeValidator(fields.some_span), _SPAN]
Clock = Annotated[time, BeforeValidator(fields.clock), _text("^[0-9]{1,2}:[0-9]{2}$", "09:00")]
Window = Annotated[
    tuple[time, time],
    BeforeValidator(fields.window),
    _text("^[0-9]{1,2}:[0-9]{2} *[-–] *[0-9]{1,2}:[0-9]{2}$", "22:00-07:00"),
]
CapRate = Annotated[
    Rate | None,
    BeforeValidator(fields.rate),
    _either({"type": "string", "pattern": "^[0-9]{1,6}/[0-9]{0,6}[smhdw]$", "examples": ["6/h"]}, {"const": False}),
]
ThreadCap = Annotated[
    int | None, BeforeValidator(fields.thread_cap), _either({"type": "integer", "minimum": 1}, {"const": False})
]
Backfill = Annotated[
    int | None, BeforeValidator(fields.backfill), _either({"type": "integer", "minimum": 0}, {"const": "all"})
]
Cron = Annotated[str, BeforeValidator(fields.cron), _text(None, "0 9 * * mon-fri")]
Zone = Annotated[ZoneInfo, BeforeValidator(fields.zone), _text(None, "Europe/London", "UTC")]
Name = Annotated[str, BeforeValidator(fields.name), _text(None, "starfish")]
Line = Annotated[str, BeforeValidator(fields.line_of_text), _text()]
FilePath = Annotated[str, BeforeValidator(fields.file_path), _text()]
Word = Annotated[str, BeforeValidator(fields.wanted_word), _text(None, "field recording", "synth*")]
Token = Annotated[str, BeforeValidator(fields.no_space), _text()]
Interest = Annotated[str, BeforeValidator(fields.interest), _text(None, "field recording", "-giveaway")]
Language = Annotated[str, BeforeValidator(fields.language), _text("^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$", "en", "pt-BR")]
Hashtag = Annotated[str, BeforeValidator(fields.hashtag), _text(None, "synths")]
Style = Annotated[str, BeforeValidator(fields.style), _text(None, *fields.STYLES, "{title}: {summary}")]
FeedStyle = Annotated[str, BeforeValidator(fields.feed_style), _text(None, *fields.STYLES[:-1], "{title}: {summary}")]
Network = Annotated[IPv4Network | IPv6Network, BeforeValidator(addresses.network), _text(None, "127.0.0.0/8")]
WebUrl = Annotated[
    str, BeforeValidator(addresses.web_url), _text("^[Hh][Tt][Tt][Pp][Ss]?://", "https://example.com/feed.xml")
]
Contact = Annotated[str, BeforeValidator(addresses.contact), _text(None, "https://example.com/bot", "ann@example.com")]
Listen = Annotated[tuple[str, int], BeforeValidator(addresses.listen), _text(None, "127.0.0.1:8420", "[::1]:8420")]

Several = BeforeValidator(lists.several)
Tables = BeforeValidator(lists.tables)
Lines = Annotated[tuple[Line, ...], Several]
Words = Annotated[tuple[Word, ...], Several]
Passage = Annotated[str, BeforeValidator(fields.passage), _text()]
Texts = Annotated[
    tuple[Passage, ...],
    BeforeValidator(lists.one_or_several),
    _either(_SOME_TEXT, {"type": "array", "items": _SOME_TEXT, "minItems": 1}),
]
Names = Annotated[
    tuple[Name, ...],
    BeforeValidator(lists.one_or_several),
    _either(_SOME_TEXT, {"type": "array", "items": _SOME_TEXT, "minItems": 1}),
]
