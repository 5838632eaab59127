"""The value gate: what makes a post worth a follower's time, as eight points.  Pure; may import: model, core.

1 fits · 2 adds at least five supported content words to the title · 3 faithful · 4 self-contained · 5 not the title
again · 6 link once, clean · 7 credited · 8 neither bait, nor selling, nor a notice.  `gate` judges the words of a post
(2, 3, 4, 5, 8; `flaws` knows most of what 4 and 8 ask); what stands around them, `compose` makes so (1, 6, 7).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.core.flaws import flaw
from bot.core.notices import is_notice
from bot.core.patterns import dangles, open_ended, sells
from bot.core.reading import Reading
from bot.core.sentences import FULL_STOPS, is_small
from bot.core.stopless import ends_without_mark
from bot.core.terms import names, numbers, terms
from bot.core.text import links_in
from bot.model import Article

NEW_TERMS = 5
"""Content words that a post must add to the title: 94 % of 239 publishers' own descriptions add as many."""

NEW_SHARE = 0.3
"""The part of a post's content words that the title must not hold already."""

OWN_WORDS = 0.6
"""The part of a rewriter's content words that must stand in the article: people paraphrase half of the time."""

_WHOLE = re.compile(rf"[.!?{FULL_STOPS}]['\"”’»)\]」』】›]*\Z")
# "Sponsor: …", "[Sponsored] …", "Anzeige: …": as publishers must mark what was paid for.
_ADVERTISED = re.compile(
    r"(?i)\A\W{0,3}(?:sponsor(?:ed)?(?: (?:post|content|story)| by [^:]{1,40})?|advertisement|advertorial|paid post|anzeige|publireportage|"
    r"publicidad|pubblicità|publicidade|advertentie|reklama)\s?[:\])|–—]"
)
_PAIRS = {"(": ")", "[": "]", "“": "”", "«": "»", "{": "}", "「": "」", "『": "』", "（": "）"}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the gate found: the first point that failed, and a sentence about it."""

    passes: bool
    point: str = ""  # "fits" (a rewriter's words), "adds", "faithful", "self-contained", "title", "tone"
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """What a post may be made of: the words, numbers and names of an article and its title."""

    title_terms: frozenset[str]
    terms: frozenset[str]
    numbers: frozenset[str]
    text: str  # all of it, where names are looked up
    language: str | None
    advertises: bool = False  # whether its own title says that somebody paid for it
    notice: bool = False  # whether its own title announces a vacancy, a sale or a booking


PASSED = Verdict(passes=True)


def source_of(article: Article, reading: Reading) -> Source:
    """Collect what an article and its title hold."""
    return Source(
        title_terms=reading.title_terms,
        terms=frozenset(reading.counts) | reading.title_terms,
        numbers=frozenset(number for sentence in reading.sentences for number in sentence.numbers)
        | set(numbers(reading.title)),
        text=f"{article.title}\n{article.text}\n{article.author}\n{article.site}",
        language=reading.language,
        advertises=_ADVERTISED.match(article.title) is not None,
        notice=is_notice(article.title),
    )


def gate(words: str, source: Source, *, own_words: bool = False) -> Verdict:
    """Judge the words of a post against what they were made of.

    `own_words`: they come from a rewriter, who may paraphrase; numbers, names, links and handles may still not be
    made up.
    """
    if not words.strip():
        return Verdict(passes=False, point="adds", reason="There is nothing to say: the article has no text.")
    if verdict := _self_contained(words, source.language):
        return verdict
    if verdict := _faithful(words, source, own_words=own_words):
        return verdict
    content = terms(words, source.language)
    new = {term for term in content if term not in source.title_terms}
    supported = len(new) if own_words else len(new & source.terms)
    if supported < NEW_TERMS:
        return _failed("adds", f"It adds only {supported} content words to the title; {NEW_TERMS} are asked.")
    if len(new) < NEW_SHARE * len(set(content)):
        return _failed("title", "It says the title again in other order.")
    if source.advertises:
        return _failed("tone", "Its title says that it is an advertisement.")
    if source.notice:
        return _failed("tone", "Its title says that it is a notice: a vacancy, a sale, a booking.")
    if phrase := sells(words):
        return _failed("tone", f"It baits or sells: “{phrase}”.")
    found = flaw(words, source.language)
    return _failed(*found) if found else PASSED


def balanced(text: str) -> bool:
    """Tell whether quotes and brackets are closed."""
    if text.count('"') % 2:
        return False
    if "„" in text:  # German and Polish open low and close high, with either high sign
        if text.count("„") != text.count("“") + text.count("”"):
            return False
        return text.count("(") == text.count(")")
    return all(text.count(opener) == text.count(closer) for opener, closer in _PAIRS.items())


def _self_contained(words: str, language: str | None) -> Verdict | None:
    if words.endswith(("...", "…")):
        return _failed("self-contained", "No complete sentence of it fits.")
    if not _WHOLE.search(words) and not ends_without_mark(words) and not (language == "el" and words.endswith(";")):
        return _failed("self-contained", "It does not end as a sentence does.")
    if open_ended(words):
        return _failed("self-contained", "It ends with a word that calls for another one.")
    if is_small(words[:1]) and not words[1:2].isupper() and not words[2:3].isupper():
        return _failed("self-contained", "It begins in the middle of a sentence.")
    if "…" in words or "(...)" in words or "[...]" in words or " ..." in words:
        return _failed("self-contained", "Something is left out of it.")
    if not balanced(words):
        return _failed("self-contained", "A quotation or bracket in it is not closed.")
    if dangles(words, language):
        return _failed("self-contained", "It begins with a word that leans on another sentence.")
    return None


def _faithful(words: str, source: Source, *, own_words: bool) -> Verdict | None:
    for number in numbers(words):
        if number not in source.numbers:
            return _failed("faithful", f"The number {number} is not in the article.")
    content = terms(words, source.language)
    foreign = [term for term in content if term not in source.terms]
    if own_words:
        held = frozenset(name.casefold() for name in names(source.text))
        for name in names(words)[1:]:
            if name.casefold() not in held:
                return _failed("faithful", f"The name {name} is not in the article.")
        if links_in(words) or "@" in words:
            return _failed("faithful", "It brings links or handles of its own.")
        if len(foreign) > (1 - OWN_WORDS) * len(content):
            return _failed("faithful", "Most of its words are not the article's.")
    elif foreign:
        return _failed("faithful", f"“{foreign[0]}” is not in the article.")
    return None


def _failed(point: str, reason: str) -> Verdict:
    return Verdict(passes=False, point=point, reason=reason)
