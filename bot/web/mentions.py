"""What a stranger may say to the bot: foreign text checked and cleaned before anything else sees it.  Pure.

May import: errors, and the standard library.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NoReturn
from urllib.parse import parse_qsl

MAX_BODY = 64 * 1024  # bytes of a request
MAX_NAME = 100  # characters
MAX_TEXT = 10_000  # characters; people say less, but nobody is cut off for pasting a page
MAX_KEY = 200  # characters
MAX_ID = 2**63 - 1  # what the database can number
_MAX_FIELDS = 30

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufdd0-\ufdef\ufffe\uffff]")
# Nothing that can be seen, and what turns round the words behind it: a name that looks like ours, a forged sentence.
_HIDING = re.compile(r"[\u200b\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")
_LONE_SURROGATE = re.compile(r"[\ud800-\udfff]")
_NUMBER = re.compile(r"[0-9]{1,19}")


class Refusal(Exception):
    """A request that is answered with a status of 4xx or 5xx and one sentence."""

    def __init__(self, status: int, message: str, headers: Mapping[str, str] | None = None) -> None:
        self.status = status
        self.message = message
        self.headers = dict(headers or {})
        super().__init__(message)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """A mention as it came in, fit to be stored."""

    author: str
    text: str
    key: str | None = None
    in_reply_to: int | None = None


def clean(text: str) -> str:
    """The text without control characters and lone surrogates; line breaks and tabs stay, borders are trimmed."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n")
    return _LONE_SURROGATE.sub("\ufffd", _CONTROL.sub("", text)).strip()


def name_of(value: object) -> str:
    """The speaker's name, as given.

    :raises Refusal: 400; it is no text, empty, too long, or holds what no name holds
    """
    if not isinstance(value, str):
        _bad('"from" must be a text: who is speaking')
    name = value.strip()
    if not name:
        _bad("say who you are: the name is empty")
    if len(name) > MAX_NAME:
        _bad(f"the name is longer than {MAX_NAME} characters")
    if any(one.search(name) for one in (_CONTROL, _HIDING, _LONE_SURROGATE)) or "\n" in name or "\t" in name:
        _bad("the name holds control characters")
    return name


def text_of(value: object) -> str:
    """What was said, cleaned.

    :raises Refusal: 400; it is no text, or empty; 413: too long
    """
    if not isinstance(value, str):
        _bad('"text" must be a text: what you want to say')
    text = clean(_HIDING.sub("", value))
    if not text:
        _bad("say something: the text is empty")
    if len(text) > MAX_TEXT:
        raise Refusal(413, f"the text is longer than {MAX_TEXT:,} characters")
    return text


def key_of(value: object) -> str | None:
    """The sender's own key of this mention; a number counts as its digits.

    :raises Refusal: 400
    """
    if value is None:
        return None
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str) or not 0 < len(value) <= MAX_KEY:
        _bad(f'"id" must be a text of 1 to {MAX_KEY} characters')
    if _CONTROL.search(value) or _LONE_SURROGATE.search(value):
        _bad('"id" holds control characters')
    return value


def number(value: str, name: str, *, least: int, most: int = MAX_ID) -> int:
    """A whole number of a query or a form.

    :raises Refusal: 400
    """
    if not _NUMBER.fullmatch(value) or not least <= int(value) <= most:
        span = f"from {least} to {most}" if most != MAX_ID else f"of {least} or more"
        _bad(f'"{name}" must be a whole number {span}')
    return int(value)


def from_json(body: bytes) -> Spoken:
    """A mention out of a JSON body.

    :raises Refusal: 400 or 413, with what is wrong
    """
    try:
        # Limits of the body and of Python's own (digits of an int, depth) make this cheap whatever comes.
        value = json.loads(body.decode("utf-8"), parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise Refusal(400, "the body is not JSON") from None
    if not isinstance(value, dict):
        _bad('the body must be a JSON object such as {"from": "@ann", "text": "hello"}')
    answered = value.get("in_reply_to")
    if answered is not None and (
        not isinstance(answered, int) or isinstance(answered, bool) or not 1 <= answered <= MAX_ID
    ):
        _bad('"in_reply_to" must be the id of a timeline item: a whole number')
    return Spoken(
        author=name_of(value.get("from")),
        text=text_of(value.get("text")),
        key=key_of(value.get("id")),
        in_reply_to=answered,
    )


def fields(body: bytes) -> dict[str, str]:
    """The fields of a URL-encoded form; of a repeated one the first.

    :raises Refusal: 400
    """
    try:
        pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True, max_num_fields=_MAX_FIELDS, errors="replace")
    except ValueError:
        raise Refusal(400, "the form can't be read") from None
    return dict(reversed(pairs))


def from_form(form: Mapping[str, str]) -> Spoken:
    """A mention out of the page's own form.

    The form carries a key made when the page was shown; together with the text it makes a double click one mention,
    and a second, different text from the same page another one.

    :raises Refusal: 400 or 413, with what is wrong
    """
    text = text_of(form.get("text", ""))
    answered, key = form.get("in_reply_to", ""), form.get("key", "")
    return Spoken(
        author=name_of(form.get("from", "")),
        text=text,
        key=_page_key(key, text) if key else None,
        in_reply_to=number(answered, "in_reply_to", least=1) if answered else None,
    )


def _page_key(key: str, text: str) -> str:
    return "page:" + hashlib.blake2b(f"{key}\n{text}".encode(), digest_size=16).hexdigest()


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _bad(message: str) -> NoReturn:
    raise Refusal(400, message)
