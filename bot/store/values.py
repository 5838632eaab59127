"""Between our values and the database's: times as integer microseconds, clean strings, packed dataclasses.

May import: model, and the standard library.  Pure: nothing here knows a connection.
"""

from __future__ import annotations

import dataclasses
import json
import re
import types
import typing
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from enum import Enum
from functools import cache
from hashlib import blake2b
from typing import Any, TypeVar

T = TypeVar("T")

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)

TEXT = 100_000
"""The longest text of one field, in characters: what the parsers let through at most."""

LINE = 4_000
"""The longest name, link, reason or other single line, in characters."""

INTEGER = 2**63 - 1
"""The largest integer SQLite stores."""

FORGOTTEN = "forgotten"
"""What stands for what was taken out, and why what belongs to it is withdrawn."""

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def stamp(at: datetime) -> int:
    """Turn an aware time into microseconds since 1970, UTC.

    :raises ValueError: the time is naive, so nobody knows when it is
    """
    if at.tzinfo is None:
        raise ValueError("a time without a zone can't be stored")
    return (at - EPOCH) // MICROSECOND


def stamped(at: datetime | None) -> int | None:
    """Do the same for a time that may be missing."""
    return None if at is None else stamp(at)


def moment(microseconds: int) -> datetime:
    """Turn stored microseconds into an aware time in UTC."""
    return EPOCH + microseconds * MICROSECOND


def moments(microseconds: int | None) -> datetime | None:
    """Do the same for a time that may be missing."""
    return None if microseconds is None else moment(microseconds)


def clean(text: str, limit: int = LINE) -> str:
    """Clip a text to `limit` characters and take out what SQLite can't hold.

    A lone surrogate has no UTF-8, and SQL ends a string at NUL: both become U+FFFD, so that lengths stay.
    """
    if len(text) > limit:
        text = text[:limit]
    if text.isascii() and "\0" not in text:
        return text
    return _UNSTORABLE.sub("\ufffd", text)


def cleaned(text: str | None, limit: int = LINE) -> str | None:
    """Do the same for a text that may be missing."""
    return None if text is None else clean(text, limit)


def whole(number: int) -> int:
    """Bring an integer that somebody typed into the range that SQLite compares."""
    return max(-INTEGER - 1, min(INTEGER, number))


def signed(bits: int) -> int:
    """Turn 64 unsigned bits into SQLite's signed integer."""
    bits &= 2**64 - 1
    return bits - 2**64 if bits > INTEGER else bits


def unsigned(number: int) -> int:
    """Turn it back."""
    return number & (2**64 - 1)


def key_bytes(key: str) -> bytes:
    """Give the 16 bytes under which an entry's key is kept for ever; 32 hex characters are those bytes themselves."""
    if len(key) == 32:
        try:
            return bytes.fromhex(key)
        except ValueError:
            pass  # not a digest: hashed below like any other string
    return blake2b(key.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def mark(text: str) -> int:
    """Give 64 bits that stand for a text in an index; 0 for the empty one."""
    if not text:
        return 0
    return int.from_bytes(blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), signed=True) or 1


def fingerprint(text: str) -> str:
    """Give what stands for a key whose own words are not kept: equal for equal keys, and nothing can be read from it."""
    digest = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
    return f"{FORGOTTEN}:{digest}"


def packed(value: object, **instead: object) -> str:
    """Write a value of the model as JSON: times and spans as microseconds, strings cleaned; `instead` of its fields."""
    if value == ():
        return "[]"
    plain = _plain(value)
    return _encoded({**plain, **instead} if isinstance(plain, dict) else plain)


def sparse(value: Any, **instead: object) -> str:  # noqa: ANN401 -- any dataclass of the model
    """Write a dataclass as `packed` does, without what has its default, which must stay what it is for ever.

    A feed's state, which every poll reads and writes, is half as long so, and takes half the time.
    """
    kind: type = type(value)
    kept = {}
    for name, default in _defaults(kind).items():
        part = instead[name] if name in instead else getattr(value, name)
        if part is not default and part != default:
            kept[name] = part if type(part) in _AS_IT_IS else _plain(part)
    return _encoded(kept)


def unpacked(kind: type[T], text: str, **instead: object) -> T:
    """Read a value of the model from its JSON; fields it doesn't know are ignored, missing ones take their default.

    `instead`: fields that are kept elsewhere.
    """
    return typing.cast("T", _revived(kind, json.loads(text), **instead))


_encoded = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_AS_IT_IS = frozenset((type(None), int, bool, float))


def _plain(value: Any) -> object:  # noqa: ANN401 -- any value of the model
    kind = type(value)
    if kind in _AS_IT_IS:
        return value
    if kind is str:
        return clean(value, TEXT)
    if kind is datetime:
        return stamp(value)
    if kind is timedelta:
        return value // MICROSECOND
    if kind is tuple or kind is list or kind is frozenset:
        return [_plain(item) for item in value]
    if dataclasses.is_dataclass(kind):
        fields = [(name, getattr(value, name)) for name in _names(kind)]
        return {name: part if type(part) in _AS_IT_IS else _plain(part) for name, part in fields}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Mapping):
        return {clean(str(name)): _plain(item) for name, item in value.items()}
    raise TypeError(f"a {kind.__name__} is not stored")


@cache
def _names(kind: type) -> tuple[str, ...]:
    return tuple(each.name for each in dataclasses.fields(kind))


@cache
def _defaults(kind: type) -> dict[str, object]:
    """The default of each field; what no value is where there is none."""
    return {each.name: each.default for each in dataclasses.fields(kind)}


@cache
def _readers(kind: type) -> dict[str, Callable[[Any], Any] | None]:
    """How each field of a dataclass is read; None: as it stands."""
    hints = typing.get_type_hints(kind)
    return {name: _reader(hints[name]) for name in _names(kind)}


def _reader(hint: Any) -> Callable[[Any], Any] | None:  # noqa: ANN401 -- an annotation
    """How to give a JSON value the type that an annotation names; None: it has it."""
    if isinstance(hint, types.UnionType):  # `X | None`
        inner = _reader(hint.__args__[0])
        return None if inner is None else lambda raw: None if raw is None else inner(raw)
    if hint is datetime:
        return moment
    if hint is timedelta:
        return lambda raw: raw * MICROSECOND
    if typing.get_origin(hint) is tuple:
        kinds = typing.get_args(hint)
        if len(kinds) == 2 and kinds[1] is Ellipsis:
            one = _reader(kinds[0])
            return tuple if one is None else lambda raw: tuple(map(one, raw))
        return lambda raw: tuple(_revived(kind, item) for kind, item in zip(kinds, raw, strict=True))
    if dataclasses.is_dataclass(hint):
        return lambda raw: _revived(hint, raw)
    return None


def _revived(hint: Any, raw: Any, **instead: object) -> Any:  # noqa: ANN401 -- driven by the annotation it is given
    """Give a JSON value the type that its annotation names."""
    if not dataclasses.is_dataclass(hint):
        reader = _reader(hint)
        return raw if reader is None else reader(raw)
    readers = _readers(typing.cast("type", hint))
    fields = {
        name: item if (reader := readers[name]) is None else reader(item)
        for name, item in raw.items()
        if name in readers
    }
    fields.update(instead)
    return typing.cast("type", hint)(**fields)
