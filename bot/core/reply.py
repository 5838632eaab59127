"""What a rule says: one of its replies, with names filled in.  Pure; may import: clean, links, regex.

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

import regex

from bot.core.clean import clean, defused
from bot.core.links import links_in

Trust = Literal["ours", "foreign", "line"]
"""Who wrote a value: the bot or its owner; a stranger in the mention; a stranger in an article (may be longer)."""

REPLY_NAMES: Mapping[str, Trust] = MappingProxyType(
    {
        "name": "foreign",  # how the asker wants to be called
        "text": "foreign",  # what they said
        "topic": "foreign",  # what they asked about
        "suggestion": "ours",  # the owner's example that "did you mean" proposes
        "asked": "ours",  # when they asked, in words ("on Tuesday")
        "welcome": "ours",  # a word to somebody who speaks to the bot for the first time; else nothing
        "bot.name": "ours",
        "bot.niche": "ours",
        "owner": "ours",  # the owner's handle on this account, or "my owner"
        "rule": "ours",
        "quote": "ours",
        "duration": "foreign",
        "when": "foreign",
        "moment": "ours",  # a time to come as the bot understood it, with its zone
        "count": "ours",
        "list": "ours",  # several lines of an owner's command
        "next.at": "ours",
        "feeds": "ours",  # how many it reads, with the noun: "1 feed", "12 feeds"
        "feeds.count": "ours",
        "article.title": "line",
        "article.line": "line",  # what it says, condensed
        "article.url": "ours",
        "article.date": "ours",
        "article.when": "ours",  # “shared on 3 May”, or “read on 3 May” where it never was shared
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

WELCOME = "Good to meet you."
"""What `{welcome}` says to somebody who speaks to the bot for the first time."""

DID_YOU_MEAN = "Did you mean “{suggestion}”? Say yes, or ask me in other words."
"""What is said when the nearest example is near, but not near enough."""

PAUSED = "Let us pause here, {name}. What you wrote is kept, and {owner} will read it."
"""The one notice to somebody who reached a cap."""

ONLY_ANSWERS = "Here I may only answer, {name}, once each time somebody speaks to me. Ask me again whenever you like."
"""What is said to a wish for a follow or a reminder where the platform's rules allow neither."""

PLAIN_WORDS = "In plain words, {name}? I can't use a mere handle or link there. Name a topic, for example: find reverb"
"""What is said where nothing is left of a topic once what pings or links is taken out of it."""

NOTHING_TO_SAY = "I have nothing to say to that yet, {name}."
"""What is said where all that a rule's reply names is missing: nobody is sent an empty answer."""

_PLACE = re.compile(r"(: )?\{([a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)?)\}")
_STOPS = (".", "?", "!", "…")
_BRACES = re.compile(r"\{([^{}]*)\}")
_WEB_LINK = re.compile(r"https?://[^\s<>\"\x00-\x20\x7f]{1,2000}", re.IGNORECASE)
_SALUTATION = re.compile(
    r"\s*(?:hi|hiya|hello|hey|howdy|ahoy|greetings|good (?:morning|day|afternoon|evening)|hallo|bonjour|salut|hola|ciao|olá)"
    r"\b[^.!?]{0,40}(?:[.!?]+(?=\s|$)|$)",
    re.IGNORECASE,
)
_KIND_WORD = re.compile(
    r"\b(?:nice|good|great|lovely|glad|pleased|happy|delighted) to (?:meet|hear|see|have|know)\b|\bwelcome\b",
    re.IGNORECASE,
)
_ROUNDS = 8
_SHORT, _LINE = 60, 600  # characters of a stranger's words, and of an article's

_TAG = re.compile(r"<[^<>]*>")
_ADDRESS = re.compile(
    # Any scheme, and those that need no slashes; names that no registry has, but a local network may.
    r"\b[a-z][a-z0-9+.-]{0,30}://\S*|\b(?:mailto|javascript|data|tel|sms|magnet|xmpp|matrix|file|about|blob):\S*"
    r"|(?<![\w.-])(?:[\w-]{1,63}\.){1,9}(?:example|test|invalid|localhost|local|lan|onion|i2p)\b\S*",
    re.IGNORECASE,
)
_HASH = re.compile(r"(?<![^\W\d_])#|#(?=\w)")  # C# stays
_EMPTY_BRACKETS = re.compile(r"\([\s(]*\)|\(\s*$")
_MARKUP = str.maketrans(dict.fromkeys("<>[]{}`*_~|\\@^", " "))


def names_in(template: str) -> list[str]:
    """Every name in braces that a reply uses, in order, known or not."""
    return [name.strip() for name in _BRACES.findall(template)]


def render(template: str, values: Mapping[str, str]) -> str:
    """Fill in a reply in one pass; values of strangers are defused.

    A name without a value leaves nothing, not even the colon that announced it; one that ends a sentence by itself, as
    a title that asks, takes no full stop or colon of the template on top.
    Unknown names are refused when the rules are loaded (`check_rule`); should one get here, it is left out too.
    """
    filled, end = "", 0
    for place in _PLACE.finditer(template):
        filled, end = f"{filled}{template[end : place.start()]}", place.end()
        value = _value(place[2], values)
        if place[1] and value and filled.strip():
            filled += " " if filled.endswith(_STOPS) else place[1]
        filled += value
        if value.endswith(_STOPS) and template.startswith(". ", end):
            end += 1
    return re.sub(r"[ \t]{2,}", " ", filled + template[end:]).strip()


def welcoming(template: str) -> str:
    """Give a reply for somebody new: its `{welcome}` stands after its greeting, and nowhere if it is kind by itself.

    A rule may write the name first, as in "{welcome}Hi {name}!"; said in that order, it would greet twice.
    """
    before, mark, after = template.partition("{welcome}")
    if not mark:
        return template
    if _KIND_WORD.search(before + after):
        return f"{before}{after}"
    if not before.strip() and (greeting := _SALUTATION.match(after)):
        end = greeting.end()
        stop = "" if greeting[0].rstrip()[-1] in ".!?" else "."
        before, after = f"{after[:end].rstrip()}{stop}", after[end:]
    return f"{before} {{welcome}} {after}".strip()


def _value(name: str, values: Mapping[str, str]) -> str:
    value = values.get(name, "")
    trust = REPLY_NAMES.get(name, "foreign")
    if trust == "foreign":
        return defuse(value)
    if trust == "line":
        return _cut(defused(clean(value[: 4 * _LINE])), _LINE)
    return value if not name.endswith(".url") or _WEB_LINK.fullmatch(value) else ""


def is_blank(template: str, values: Mapping[str, str]) -> bool:
    """Whether a reply would repeat words of a stranger of which nothing is left, as of "follow @bob"."""
    said = (
        (name, values.get(name, "")) for name in names_in(template) if REPLY_NAMES.get(name, "foreign") == "foreign"
    )
    return any(value.strip() and not defuse(value) for name, value in said if name not in ("name", "text"))


def pick(options: Sequence[str], seed: str) -> str:
    """Choose one of several replies by the mention's identity: a retry says the same; "" if there are none."""
    if not options:
        return ""
    number = int.from_bytes(blake2b(seed.encode("utf-8", "surrogatepass"), digest_size=8).digest())
    return options[number % len(options)]


def defuse(text: str, limit: int = _SHORT) -> str:
    """Make a stranger's words safe to say again: plain text of at most `limit` characters, on one line.

    Goes: tags, entities, addresses of any kind, words with @, the # of hashtags, markup signs, control, bidi and
    zero-width characters.  Stays: letters of any script, emoji, c++, C#, Node.js.  Doing it twice changes nothing.
    """
    text = text[: 20 * limit]
    for _ in range(_ROUNDS):
        before = text
        text = _cut(_once(text), limit)
        if text == before:
            return text
    return ""  # what never comes to rest was made to be obscure


def _once(text: str) -> str:
    """One round: taking something out may bring together what was kept apart to deceive, so there are several."""
    for _ in range(3):
        text = html.unescape(text)
    # Compatibility forms become plain ones, so that ＠ is @; the ellipsis alone stays what it is.
    text = "…".join(unicodedata.normalize("NFKC", part) for part in clean(text).split("…"))
    text = _ADDRESS.sub(" ", _TAG.sub(" ", text))
    parts, last = [], 0
    for start, end in links_in(text):
        parts.append(text[last:start])
        last = end
    text = " ".join([*parts, text[last:]])
    text = " ".join(word for word in text.split() if "@" not in word)
    text = _EMPTY_BRACKETS.sub(" ", _HASH.sub("", text).translate(_MARKUP))
    return clean(text).lstrip("/! ")


def _cut(text: str, limit: int) -> str:
    """At most `limit` characters, whole graphemes, at a word if there is one near, with … in place of the rest."""
    if len(text) <= limit:
        return text
    kept, size = [], 0
    for grapheme in regex.findall(r"\X", text[: 2 * limit]):
        size += len(grapheme)
        if size > limit - 1:
            break
        kept.append(grapheme)
    head = "".join(kept)
    at = head.rfind(" ")
    return (head[:at] if at > limit // 2 else head).rstrip() + "…"
