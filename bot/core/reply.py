"""What a rule says: one of its replies, with names filled in.  Pure; may import: domains.

A name like {article.title} is an entry of the fixed list below, never an attribute of an object, and values go in by
one pass: a value that itself contains {name} stays as it is.  Whatever came from strangers is defused first, so that
an echo can't mention anybody, link anywhere, or switch on markup, on any platform.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Mapping, Sequence
from hashlib import blake2b
from types import MappingProxyType
from typing import Literal

from bot.core.domains import TOP_LEVEL_DOMAINS

Trust = Literal["ours", "foreign", "line"]
"""Who wrote a value: the bot or its owner; a stranger in the mention; a stranger in an article (may be longer)."""

REPLY_NAMES: Mapping[str, Trust] = MappingProxyType(
    {
        "name": "foreign",  # how the asker wants to be called
        "text": "foreign",  # what they said
        "topic": "foreign",  # what they asked about
        "suggestion": "ours",  # the owner's example that "did you mean" proposes
        "asked": "ours",  # when they asked, in words ("on Tuesday")
        "bot.name": "ours",
        "bot.niche": "ours",
        "owner": "ours",  # the owner's handle on this account, or "my owner"
        "rule": "ours",
        "quote": "ours",
        "duration": "foreign",
        "when": "foreign",
        "count": "ours",
        "list": "ours",  # several lines of an owner's command
        "next.at": "ours",
        "feeds.count": "ours",
        "article.title": "line",
        "article.line": "line",  # what it says, condensed
        "article.url": "ours",
        "article.date": "ours",
        "article.feed": "line",
        "post.title": "line",
        "post.summary": "line",
        "post.url": "ours",
        "post.feed": "line",
        "post.date": "ours",
        "post.reason": "line",
    }
)
"""The names that any reply may use, with who wrote their values; a rule's own captures come on top ("foreign")."""

DID_YOU_MEAN = "Did you mean “{suggestion}”? Say yes, or ask me in other words."
"""What is said when the nearest example is near, but not near enough."""

PAUSED = "Let us pause here, {name}. What you wrote is kept, and {owner} will read it."
"""The one notice to somebody who reached a cap."""

LATE_ANSWER = "You asked {asked}: {text}"
"""The beginning of an answer that had to be taught first."""

_PLACE = re.compile(r"\{([a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)?)\}")
_BRACES = re.compile(r"\{([^{}]*)\}")
_SHORT, _LINE = 60, 600

_TAG = re.compile(r"<[^<>]*>")
_ENTITY = re.compile(r"&(?=#?\w{1,31};)")
_LINK = re.compile(
    r"\b[a-z][a-z0-9+.-]{0,30}:/{1,3}\S*|\b(?:mailto|javascript|data|tel|magnet|xmpp|matrix):\S*|\bwww\.\S*",
    re.IGNORECASE,
)
_HANDLE = re.compile(r"\S*@\S*")
_DOTTED = re.compile(r"[^\s/]+\.[^\s]+")
_HASH = re.compile(r"#(?=\S)")
_MARKUP = str.maketrans(dict.fromkeys("<>[]{}`*_~|\\@^", " "))
_LINKED = TOP_LEVEL_DOMAINS | {"example", "test", "invalid", "localhost", "local", "onion", "i2p"}
_NOT_A_LINK = frozenset({"asp.net", "socket.io", "draw.io", "paint.net", "ml.net", "vb.net", "ado.net"})


def names_in(template: str) -> list[str]:
    """Every name in braces that a reply uses, in order, known or not."""
    return [name.strip() for name in _BRACES.findall(template)]


def render(template: str, values: Mapping[str, str]) -> str:
    """Fill in a reply in one pass; values of strangers are defused, a name without a value leaves nothing.

    Unknown names are refused when the rules are loaded (`check_rule`); should one get here, it is left out too.
    """
    filled = _PLACE.sub(lambda place: _value(place.group(1), values), template)
    return re.sub(r"[ \t]{2,}", " ", filled).strip()


def _value(name: str, values: Mapping[str, str]) -> str:
    value = values.get(name, "")
    trust = REPLY_NAMES.get(name, "foreign")
    if trust == "ours":
        return "" if name.endswith(".url") and not value.lower().startswith(("https://", "http://")) else value
    return defuse(value, _LINE if trust == "line" else _SHORT)


def pick(options: Sequence[str], seed: str) -> str:
    """Choose one of several replies by the mention's identity: a retry says the same; "" if there are none."""
    if not options:
        return ""
    number = int.from_bytes(blake2b(seed.encode("utf-8", "surrogatepass"), digest_size=8).digest())
    return options[number % len(options)]


def defuse(text: str, limit: int = _SHORT) -> str:
    """Make a stranger's words safe to say again: plain text of at most `limit` characters, on one line.

    Goes: tags, entities, links and bare domains, anything with @, the # of hashtags, markup signs, control, bidi and
    zero-width characters.  Stays: letters of any script, emoji, c++, C#, Node.js.  Doing it twice changes nothing.
    """
    text = text[: 20 * limit]
    for _ in range(4):
        before = text
        text = _once(text)
        if text == before:
            break
    if len(text) > limit:
        text = _once(_cut(text, limit))
    return text


def _once(text: str) -> str:
    text = _ENTITY.sub(" ", _TAG.sub(" ", html.unescape(text)))
    text = "".join(
        letter if unicodedata.category(letter)[0] != "C" else "" if unicodedata.category(letter) == "Cf" else " "
        for letter in unicodedata.normalize("NFKC", text)
    )
    text = _HANDLE.sub(" ", _LINK.sub(" ", text))
    text = _DOTTED.sub(lambda found: found.group() if _harmless(found.group()) else " ", text)
    text = _HASH.sub("", text).translate(_MARKUP)
    return " ".join(text.split()).lstrip("/!").lstrip()


def _harmless(word: str) -> bool:
    """Whether a word with dots in it is no link: 3.5, e.g., Node.js, wait...what."""
    bare = word.strip(".,;:!?\"'()").casefold()
    if bare in _NOT_A_LINK:
        return True
    host = re.split(r"[/:?#]", bare, maxsplit=1)[0]
    return not any(label in _LINKED for label in host.split(".")[1:] if label)


def _cut(text: str, limit: int) -> str:
    """At most `limit` characters, at a word if there is one, with … in place of the rest."""
    head = text[: limit - 1]
    at = head.rfind(" ")
    return (head[:at] if at > limit // 2 else head).rstrip() + "…"
