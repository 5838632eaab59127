"""The frames on the pipes: a header of JSON and a body of bytes, each with its length before it.

May import: the standard library only.  JSON, never pickle: what comes out of a child that read a hostile document is
foreign, too.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from typing import Any, BinaryIO

LENGTHS = struct.Struct("!II")  # of the header and of the body


class FrameError(ValueError):
    """The other side wrote something that is no frame, or one that is too large."""


def encode(value: Mapping[str, Any]) -> bytes:
    """JSON in UTF-8.  Lone surrogates become "?": nothing leaves a child that can't be stored or sent.

    :raises TypeError, ValueError: not plain JSON, or not a finite number
    """
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode("utf-8", "replace")


def decode(data: bytes) -> dict[str, Any]:
    """The object that `encode` wrote.

    :raises FrameError: it is something else
    """
    try:
        value = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise FrameError(f"no JSON: {error}") from error
    if not isinstance(value, dict):
        raise FrameError("no JSON object")
    return value


def preface(header: bytes, body: bytes) -> bytes:
    """All of a frame but its body, which may be large and is written as it is, uncopied."""
    return LENGTHS.pack(len(header), len(body)) + header


def lengths(prefix: bytes, cap: int) -> tuple[int, int]:
    """Read the lengths of header and body.

    :raises FrameError: more than `cap` together
    """
    header, body = LENGTHS.unpack(prefix)
    if header + body > cap:
        raise FrameError(f"{header + body} bytes announced, {cap} allowed")
    return header, body


def read_frame(pipe: BinaryIO) -> tuple[dict[str, Any], bytes] | None:
    """Read the next frame from a blocking pipe; None at its end, also in the middle of a frame."""
    prefix = pipe.read(LENGTHS.size)
    if len(prefix) < LENGTHS.size:
        return None
    header_length, body_length = LENGTHS.unpack(prefix)
    header, body = pipe.read(header_length), pipe.read(body_length)
    if len(header) < header_length or len(body) < body_length:
        return None
    return decode(header), body


def write_frame(pipe: BinaryIO, header: Mapping[str, Any], body: bytes = b"") -> None:
    """Write one frame to a blocking pipe, and flush it."""
    pipe.write(preface(encode(header), body))
    pipe.write(body)
    pipe.flush()
