"""An article as a reader has it in mind before telling of it: its sentences, its words, its title.  Pure.

May import: model, core.text, core.terms, core.sentences, core.language.  Boilerplate lines, repeats and the title
itself are left out; long articles are read to a cap, so that any article costs a bounded time.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field

from bot.core.clean import clean
from bot.core.language import language_of
from bot.core.sentences import FULL_STOPS, sentences
from bot.core.stopless import ends_without_mark
from bot.core.terms import numbers, terms, terms_of, words
from bot.model import Article

MOST_SENTENCES = 120
"""Sentences that are weighed, from the beginning: what comes later in a long article hardly ever tells of it best."""

_MOST_CHARACTERS = 60_000
# A line that was wrapped: it ends without a mark or with an abbreviation, and the next one goes on in lower case.
_WRAPPED = re.compile(
    r"\n(?:(?<![.!?:;…。！？]\n)|(?<=e\.g\.\n)|(?<=i\.e\.\n)|(?<=et al\.\n))(?![a-z]{1,2}[A-Z])(?=[a-zß-öø-ÿ]|\([a-z])"
)
# A line that is a heading, as the way it is written shows: "A Bit of Background".
_HEADING = re.compile(
    r"(?:\A|\n)(?=[^\n]{0,60}\Z)(?:[A-ZÀ-Þ][\w’'-]*|[a-z]{1,3})(?: (?:[A-ZÀ-Þ][\w’'-]*|[a-z]{1,3})){1,8}\Z"
)
_BYLINE = re.compile(r"(?:By|Von|Par|Por|Di) (?:(?:and|und|et|y|e) |[A-ZÀ-Þ][\w.’'-]*+(?:,? |,?\Z)){2,14}\Z")
_CLOCKED = re.compile(r"\(?\d{1,2}:\d\d(?::\d\d)?\)?(?:\s|\Z)")  # a chapter of a video or podcast
_LONGEST = 700  # characters of one sentence: beyond, it is a list or a table, and no post

_TERMINALS = (".", "!", "?", "…", *FULL_STOPS)
_CLOSERS = "'\"”’»)]」』】›"
_MIDDLE = re.compile(r"[^\w]*(?![a-z]{1,2}[A-Z])[a-zß-öø-ÿ]")  # begins in the middle, unless it is iOS or eBay
_BOILERPLATE = re.compile(
    r"(?i)\A(?:(?:photo|image|picture|foto|bild|video|credit|source|quelle|via|share|tweet|follow|subscribe|sign up|"
    r"read more|related|also read|see also|advertisement|sponsored|copyright|all rights reserved|posted (?:by|on|in)|"
    r"filed under|tags?|categor(?:y|ies)|comments?|by|updated|published|last updated|written by|topics)\b\s*[:|©]|©|"
    r"(?:\[link\]|submitted by|(?:figure|fig\.|table|listing|abbildung|abb\.|tabelle|tableau|tabla|figura)\s*\d+\s*[:.–-]|click here|read more|read also|see also|sign up|subscribe|follow us|share this|like us|continue reading|"
    r"the post .{0,200} (?:appeared first|first appeared) on|weiterlesen|mehr zum thema|lire aussi|leer más|"
    r"this (?:article|post|story|entry) (?:was|is|first|originally)|cookies?\b|we use cookies|"
    r"(?:your|this) (?:browser|device) |please enable javascript|javascript (?:is|must)|thank you for |thanks for reading))"
)
# What publishing software puts under an article, as a sentence of its own.
_FOOTER = re.compile(
    r"(?i)\b(?:appeared first on|first appeared on|was originally published (?:on|in|at)|erschien zuerst auf|est apparu en premier|"
    r"se publicó primero en|proviene da|apareceu primeiro em|verscheen eerst op)\b"
)
_FOOTING = ("appeared", "originally", "erschien", "apparu", "publicó", "proviene", "apareceu", "verscheen")
_TRAILING_MORE = re.compile(
    r"(?i)\s*(?:\[…\]|\[\.\.\.\]|(?:continue reading|read more|read the full (?:article|story|post))\b.{0,60})\s*\Z"
)


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of the article, with its content words."""

    text: str
    at: int  # its place among the article's sentences, from 0
    terms: tuple[str, ...]
    content: frozenset[str]  # the same without order and repeats
    tokens: frozenset[str]  # its words in lower case
    capitals: tuple[str, ...]  # its words with a capital letter, without the first
    words: int
    numbers: tuple[str, ...]
    opens: bool  # whether it is the first of its paragraph
    whole: bool  # ends as a sentence does


@dataclass(frozen=True, slots=True)
class Reading:
    """An article, read."""

    title: str
    title_terms: frozenset[str]
    language: str | None
    sentences: tuple[Sentence, ...]
    counts: Counter[str] = field(default_factory=Counter)  # term → in how many sentences it stands


def read(article: Article) -> Reading:
    """Read an article: title without the site's name, sentences without boilerplate, words without stop words."""
    text = _WRAPPED.sub(_unwrapped, _cleaned(article.text[:_MOST_CHARACTERS]))
    title = headline(article.title, article.site)
    language = language_of(text or title, article.language)
    found: list[Sentence] = []
    whole_title = folded(title)
    seen = {whole_title}
    for line in text.split("\n"):
        if len(found) >= MOST_SENTENCES:
            break
        if _BOILERPLATE.match(line) or _BYLINE.match(line) or _CLOCKED.match(line):
            continue
        first = True
        for sentence in sentences(_without_more(line[:20_000]), language):
            tokens = words(sentence)
            key = " ".join(tokens).casefold()
            if key in seen or len(sentence) > _LONGEST or _is_footer(sentence, key):
                continue
            if key in whole_title and key.count(" ") > 2:  # a part of the title
                continue
            seen.add(key)
            found.append(sentence_of(sentence, len(found), language, opens=first, tokens=tokens))
            if len(found) >= MOST_SENTENCES:
                break
            first = False
    counts = Counter(term for sentence in found for term in sentence.content)
    return Reading(
        title=title,
        title_terms=frozenset(terms(title, language)),
        language=language,
        sentences=tuple(found),
        counts=counts,
    )


def _unwrapped(line_break: re.Match[str]) -> str:
    """Join two lines, unless the first is a heading that the second one, with a name in lower case, follows."""
    start, end = max(0, line_break.start() - 61), line_break.start()
    return "\n" if _HEADING.search(line_break.string[start:end]) else " "


def _cleaned(text: str) -> str:
    """Clean a text line by line: most lines have nothing to clean, and that is seen at a glance."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(filter(None, [clean(line, lines=True) for line in lines]))


def _without_more(line: str) -> str:
    """Take "Continue reading" and its like off the end of a line."""
    end = line[-120:]
    return line[:-120] + _TRAILING_MORE.sub("", end) if "[" in end or "read" in end.lower() else line


def _is_footer(sentence: str, key: str) -> bool:
    """Tell whether a sentence is a footer; `key`: the same folded, where one of its words is looked for first."""
    return any(word in key for word in _FOOTING) and _FOOTER.search(sentence) is not None


def headline(title: str, site: str = "") -> str:
    """Give a title without the name of its site at either end: "News | The Site" is "News"."""
    title = clean(title)
    key = folded(site)
    for mark in (" | ", " - ", " – ", " — ", " · ", " :: ", " » "):
        before, found, after = title.rpartition(mark)
        if found and key and _named(folded(after), key) and len(before) > 8:
            return headline(before, site)
        before, found, after = title.partition(mark)
        if found and key and folded(before) == key and after:
            return headline(after, site)
    return title


def _named(ending: str, site: str) -> bool:
    """Tell whether what ends a title is its site's name, a part of it, or the name with a word or two, by whole words."""
    if not ending or ending.count(" ") > site.count(" ") + 2:
        return False
    return f" {ending} " in f" {site} " or f" {site} " in f" {ending} "


def folded(text: str) -> str:
    """Fold a text for comparing: its words in lower case, nothing else."""
    return " ".join(words(text)).casefold()


def sentence_of(text: str, at: int, language: str | None, *, opens: bool, tokens: list[str] | None = None) -> Sentence:
    """Look at one sentence, or at any other words that stand at its place; `tokens`: its words, where they are known."""
    tokens = words(text) if tokens is None else tokens
    content = tuple(terms_of(tokens, language))
    return Sentence(
        text=text,
        at=at,
        terms=content,
        content=frozenset(content),
        capitals=tuple([token for token in tokens[1:] if token[0].isupper()]),
        tokens=frozenset(map(str.lower, tokens)),
        words=len(tokens),
        numbers=tuple(numbers(text)),
        opens=opens,
        whole=(text.rstrip(_CLOSERS).endswith(_TERMINALS) and not _MIDDLE.match(text)) or ends_without_mark(text),
    )


def joined(first: Sentence, second: Sentence) -> Sentence:
    """Put two sentences together, as one saying at the place of the first."""
    opening = second.text.split(None, 1)[0]
    return Sentence(
        text=f"{first.text} {second.text}",
        at=first.at,
        terms=first.terms + second.terms,
        content=first.content | second.content,
        capitals=(*first.capitals, *([opening] if opening[0].isupper() else []), *second.capitals),
        tokens=first.tokens | second.tokens,
        words=first.words + second.words,
        numbers=first.numbers + second.numbers,
        opens=False,
        whole=second.whole,
    )
