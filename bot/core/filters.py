"""What a feed, or all feeds, let through: words, categories, languages, length, people and sites.

Pure; may import: core.language, core.same, model, regex.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

import regex

from bot.core.language import language_of
from bot.core.same import bare_text, host_of
from bot.model import Entry, Filters

# Scripts that are written without spaces between words, or with endings glued on (Hangul): found as substrings.
_GLUED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]"
)
# "c++", "c#" and "f#" are words of their own; other punctuation parts words, and the vowels of many scripts are marks.
_WORD = regex.compile(r"\w[\w\p{M}]*+[+#]*+")


_SOFT_HYPHEN = "\xad"
# "synth*" begins a word, "*bau" ends one; of fewer letters, or in "f***", an asterisk means nothing.
_OPEN_START, _OPEN_END = re.compile(r"\*\w{3}"), re.compile(r"\w{3}\*$")


class Judgement(NamedTuple):
    """Whether an entry passes, the owner's words that decided, and a sentence for `why`."""

    passes: bool
    matched: tuple[str, ...] = ()
    reason: str = ""


def judge(entry: Entry, filters: Filters, for_all: Filters, language: str | None = None) -> Judgement:
    """Compare an entry with its feed's filters and those for all feeds; both must let it through.

    `language` is the feed's, for entries that don't say theirs; where nobody says it, the words do, if they do so plainly.
    Words are looked for in title, text and categories.
    """
    if let_all_through(filters, for_all):
        return Judgement(passes=True)
    plain = f"{entry.title} {bare_text(entry.html)}"
    text = folded(f"{plain} {' '.join(entry.categories)}")
    wanted: tuple[str, ...] = ()
    for part in (filters, for_all):
        refusal = _refusal(entry, part, text, plain, entry.language or language)
        if refusal is not None:
            return refusal
        wanted += tuple(word for word in part.include if word not in wanted and has(text, word))
    reason = f"It has {_listed(wanted)}." if wanted else "It passes the filters."
    return Judgement(passes=True, matched=wanted, reason=reason)


def let_all_through(*filters: Filters) -> bool:
    """Whether filters ask for nothing: then no entry has to be read for them."""
    return all(each == _NONE for each in filters)


def has(folded: str, term: str) -> bool:
    """Whether a folded text has a word or a phrase, at word borders; scripts without spaces: anywhere.

    An asterisk at an end leaves that border open: "synth*" is also in "synthesizer".
    """
    needle = _needle(term)
    return bool(needle) and needle in folded


def blocked_by(link: str, author: str, block: Iterable[str]) -> tuple[str, ...]:
    """The blocked people and domains that an entry comes from; mostly none."""
    return tuple(name for name in block if _is_by(link, author, name))


# --------------------------------------------------------------------------- parts

_NONE = Filters()


def _refusal(entry: Entry, filters: Filters, text: str, plain: str, language: str | None) -> Judgement | None:
    blocked = blocked_by(entry.link, entry.author, filters.block)
    if blocked:
        return Judgement(passes=False, matched=blocked, reason=f"It comes from {_listed(blocked)}, who is blocked.")
    excluded = tuple(word for word in filters.exclude if has(text, word))
    if excluded:
        return Judgement(passes=False, matched=excluded, reason=f"It has {_listed(excluded)}, which is excluded.")
    if filters.include and not any(has(text, word) for word in filters.include):
        return Judgement(passes=False, reason="It has none of the words that are wanted.")
    if filters.categories and not _same_fold(filters.categories, entry.categories):
        return Judgement(passes=False, reason="It is in none of the categories that are wanted.")
    language = language if language or not filters.languages else language_of(plain, filters.languages[0])
    if filters.languages and language and language[:2].lower() not in {code[:2].lower() for code in filters.languages}:
        return Judgement(passes=False, matched=(language,), reason=f"Its language is {language!r}.")
    if filters.min_words and (count := _count(folded(plain))) < filters.min_words:
        return Judgement(passes=False, reason=f"It has {count} words; {filters.min_words} are wanted.")
    return None


def _is_by(link: str, author: str, name: str) -> bool:
    """Whether `name` is the author, or a domain that the link belongs to."""
    folded = name.strip().casefold()
    if not folded:
        return False
    host = host_of(link)
    domain = host_of("https://" + folded.removeprefix("https://").removeprefix("http://"))
    if host and domain and "." in domain and (host == domain or host.endswith("." + domain)):
        return True
    author = author.casefold()
    return bool(author) and folded.removeprefix("@") in (author, author.removeprefix("@"))


def _same_fold(wanted: Iterable[str], given: Iterable[str]) -> bool:
    return not {word.strip().casefold() for word in wanted}.isdisjoint(word.strip().casefold() for word in given)


def folded(text: str) -> str:
    """Words between single spaces, with one at each end, so that a phrase is found by one search."""
    # A soft hyphen only says where a line may break.
    return f" {' '.join(_WORD.findall(unicodedata.normalize('NFKC', text.replace(_SOFT_HYPHEN, '')).casefold()))} "


@lru_cache(maxsize=4_096)
def _needle(term: str) -> str:
    words = folded(term).strip()
    if not words:
        return ""
    if _GLUED.search(words):
        return words
    term = term.strip()
    return f"{'' if _OPEN_START.match(term) else ' '}{words}{'' if _OPEN_END.search(term) else ' '}"


def _count(folded: str) -> int:
    """Words of a folded text; in scripts without spaces two characters count as one."""
    glued = len(_GLUED.findall(folded))
    return len(_GLUED.sub(" ", folded).split()) + glued // 2


def _listed(words: tuple[str, ...]) -> str:
    return ", ".join(f"“{word}”" for word in words)
