"""The article as its feed tells it: foreign HTML of at most 100,000 characters, read without a page.

May import: model, core.text, core.sentences, core.stopless, the other modules here.  Linear in the length of the HTML: 20,000 characters of the worst
kind take 40 ms, of the usual kind 3 ms; what is longer belongs into the worker.
"""

from __future__ import annotations

import re

from bot.articles.prose import Block, prose
from bot.core.sentences import FULL_STOPS
from bot.core.stopless import clauses, is_stopless
from bot.core.text import clean, plain
from bot.model import Article, Candidate

INLINE = 20_000  # characters of HTML that may be read in the event loop
FULL_TEXT = 1_500  # characters of text; a feed that gives more gives all of it, or enough of it
_LONGEST = 100_000  # of the HTML; longer is cut, in case somebody else filled the candidate

# What in a feed's HTML is no prose: gone before its text is read.  None of these holds another of its kind.
_NOT_PROSE = ("pre", "table", "figure", "figcaption")
_SPACES = re.compile(r"(?:\s|&nbsp;|&#0*(?:32|160|10|13|9);|&#x0*(?:20|a0|a|d|9);)+", re.IGNORECASE)
_TWICE = re.compile(
    r"&(?:amp|quot|nbsp|#0*39|#8[0-9]{3}|[rl][sd]quo|hellip|[mn]dash);|</(?:p|div|a|span|strong|em)>|<br ?/?>"
)
# What arXiv puts before each abstract, and Bluesky where a post shows another one.
_FURNISHED = re.compile(
    r"\AarXiv:[\w./-]{1,40} Announce Type: [\w-]{1,30} (?:Abstract: )?|\[contains quote post or other embedded content\]"
)
# A teaser that breaks off: "… [Read more]", "[…]".
_CUT = re.compile(
    r"\s*(?:\[(?:…|\.{3}|&hellip;|\+\d+ chars)\]|(?:…|\.{3})\s*(?:\(?(?:read|continue|view|learn) [^\n.]{2,40}\)?)?)\s*[→»]?\s*\Z",
    re.IGNORECASE,
)


def article_of(candidate: Candidate, text: str) -> Article:
    """What the feed itself tells, as an article with this text."""
    return Article(
        url=candidate.link,
        title=candidate.title,
        text=text,
        site=candidate.feed_title,
        author=candidate.author,
        published=candidate.published,
        language=candidate.language,
        origin="feed",
    )


def text_of(html: str) -> str:
    """The prose in the HTML of a feed entry, paragraphs parted by one line break; a sentence cut short is left out."""
    # The source's own line breaks and runs of spaces mean nothing.
    html = _SPACES.sub(" ", html[:_LONGEST])
    prose_only = html
    for name in _NOT_PROSE:
        prose_only = _without(prose_only, name)
    # An entry that is nothing but a listing, a commit's message say, is told by it.
    return _read(prose_only) or (_read(html) if prose_only != html else "")


def _read(html: str) -> str:
    text = plain(html)
    if _TWICE.search(text):  # escaped once too often, as many feeds are
        text = plain(text)
    text = _FURNISHED.sub("", text)
    lines = text.split("\n")
    if lines and _CUT.search(lines[-1][-200:]):
        lines[-1] = _whole_sentences(_CUT.sub("", lines[-1]))
    return clean(prose([Block("paragraph", line) for line in lines if line]), lines=True)


def has_full_text(candidate: Candidate) -> bool:
    """Whether the feed gives enough of the article that its page need not be fetched; judged by its beginning."""
    return len(candidate.html) > FULL_TEXT and len(text_of(candidate.html[:INLINE])) > FULL_TEXT


def _without(html: str, name: str) -> str:
    """Cut every element of this name out, linear; one that never ends stays."""
    lower = html.lower() if len(html.lower()) == len(html) else html
    kept: list[str] = []
    at, opening, closing = 0, f"<{name}", f"</{name}>"
    while True:
        start = _tag(lower, opening, at)
        end = lower.find(closing, start) if start >= 0 else -1
        if end < 0:
            kept.append(html[at:])
            return "".join(kept)
        end += len(closing)
        laid_out = name == "table" and "<p" in lower[start:end]  # a table around paragraphs is there for the layout
        kept.extend((html[at : end if laid_out else start], "\n<p>"))
        at = end


def _tag(lower: str, opening: str, at: int) -> int:
    """Where the next tag of this very name begins; "<pre" is not the beginning of "<preface>"."""
    while (start := lower.find(opening, at)) >= 0:
        if not lower[start + len(opening) : start + len(opening) + 1].isalnum():
            return start
        at = start + len(opening)
    return -1


def _whole_sentences(line: str) -> str:
    """A line that was cut short, up to its last whole sentence; if there is none, nothing of it."""
    if is_stopless(line):
        return " ".join(clauses(line)[:-1])
    ends = [match.end() for match in re.finditer(rf"[.!?][\"”’)»]*(?=\s)|[{FULL_STOPS}]", line)]
    return line[: ends[-1]] if ends else ""
