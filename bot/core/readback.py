"""Whether what a platform shows is the post that is looked for.  Pure; may import: core.text.

Platforms rewrite what they are given: markup around the words, entities, umlauts in addresses, handles made short,
quotes made round.  What none of them changes are the letters and digits in their order, and where a link leads.
"""

from __future__ import annotations

import html
import re
import unicodedata

from yarl import URL

from bot.core.text import plain

_HREF = re.compile(r"""\bhref\s*+=\s*+(?:"([^"<>]{1,4000})"|'([^'<>]{1,4000})')""", re.IGNORECASE)
_HANDLES = re.compile(r"\s*+(?:[@＠]++[\w.-]*+(?:[@＠][\w.-]++(?::\d{1,5}+(?!\S))?)?[\s,:]*+)+")


def same_words(shown: str, sent: str) -> bool:
    """Whether a plain text is the one that was sent, apart from what platforms change."""
    return squeezed(shown) == squeezed(sent)


def links_to(markup: str, link: str) -> bool:
    """Whether foreign HTML holds a link to exactly this address, however that is written."""
    wanted = _address(link)
    return any(_address(html.unescape(found[1] or found[2])) == wanted for found in _HREF.finditer(markup))


def says(markup: str, sent: str) -> bool:
    """Whether foreign HTML says the words that were sent."""
    return same_words(plain(markup), sent)


def same_address(one: str, other: str) -> bool:
    """Whether two addresses are the same, however they are written."""
    return _address(one) == _address(other)


def squeezed(text: str) -> str:
    """The letters and digits of a text without the handles it begins with; where it has none, its signs."""
    said = unicodedata.normalize("NFKC", without_handles(text)).casefold()
    return "".join(filter(str.isalnum, said)) or "".join(said.split())


def without_handles(text: str) -> str:
    """A text without the handles it begins with: those who are spoken to."""
    found = _HANDLES.match(text)
    return text[found.end() :] if found else text


def _address(link: str) -> str:
    try:
        return str(URL(link))
    except ValueError:
        return link
