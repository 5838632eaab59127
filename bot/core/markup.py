"""Foreign HTML to plain text.  Pure; may import: core.clean.

A scanner of our own and no tree: a parser gives up below 256 levels and needs quadratic time for a tag with very many
attributes, both of which hostile feeds have.  This one reads any text once, in linear time, and never raises.
"""

from __future__ import annotations

import html
import re

from bot.core.clean import clean

_BREAK = "\n"
_OPEN = re.compile(
    r"<(?:(?P<close>/)?(?P<name>[a-zA-Z][a-zA-Z0-9:_\-]{0,40})|(?P<comment>!--)|(?P<cdata>!\[CDATA\[)|[!?/])"
)
# Quoted attribute values may hold ">".  Looked for within this many characters only, so that hostile quotes cost little.
_WINDOW = 1024
_QUOTED_END = re.compile(r"""[^>"']*+(?:"[^"]*+"[^>"']*+|'[^']*+'[^>"']*+)*>""")
# Many feeds escape their text once too often.
_ESCAPED_TWICE = re.compile(r"&(?:nbsp|amp|quot|apos|[lr][sd]quo|hellip|[mn]dash|#\d{2,5}|#[xX][0-9a-fA-F]{2,5});")
_HUGE_REFERENCE = re.compile(r"&#(?:\d{8,}+|[xX][0-9a-fA-F]{7,}+);?")

# Elements whose content is never the text of an article.
_NOT_TEXT = """
script style template noscript iframe object svg math head title select textarea button audio video canvas noembed
noframes applet map nav dialog
"""
_HIDDEN = frozenset(_NOT_TEXT.split())

_PARTING = """
p div br hr li ul ol dl dt dd tr table thead tbody tfoot caption blockquote pre h1 h2 h3 h4 h5 h6 section article
aside header footer main figure figcaption address details summary fieldset form center body html
"""
_BLOCKS = frozenset(_PARTING.split())
_CELLS = frozenset(["td", "th", "img", "wbr"])

# "the election<sup>1</sup>", "he said.<sup>[2, 3]</sup>", "a claim<sup>*</sup>": a note's mark hangs on a word or on the end of a sentence.
_MARK = re.compile(r"\s*[\[(]?\s*(?:\d{1,3}|[*†‡§¶])(?:[\s,;–-]+(?:\d{1,3}|[*†‡§¶]))*\s*[\])]?\s*\Z")
_MARKABLE = re.compile(r"(?:[^\W\d_]{3}|[.,;:!?…)\]\"”’»])\Z")
_MEASURE = re.compile(r"(?i)(?:f(?:ee)?t|met(?:er|re)s?|inch(?:es)?|miles?|yards?|mol)\Z")
_LINKED = re.compile(r"<a[\s>]", re.IGNORECASE)
_ANY_TAG = re.compile(r"<[^<>]*>")
_LONGEST_MARK = 40  # characters: notes of a word are few
_LONGEST_RAISED = 400  # characters of markup: what is longer is no mark
_RAISED = str.maketrans("0123456789+-n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ⁿ")
_POWER = re.compile(r"[+-]?\d{1,4}\Z")


def plain(markup: str) -> str:
    """Give the text of foreign HTML: paragraphs parted by one line break, spaces folded, nothing invisible."""
    if "<" not in markup and "&" not in markup:
        return clean(markup, lines=True)
    # A line break of the source is a space; only blocks part paragraphs.
    source = markup.replace("\n", " ").replace("\r", " ")
    text = html.unescape(_HUGE_REFERENCE.sub("", "".join(_pieces(source))))
    if _ESCAPED_TWICE.search(text):
        text = html.unescape(_HUGE_REFERENCE.sub("", text))
    return clean(text, lines=True)


def raised(text: str, before: str, *, linked: bool = False) -> str:
    """Give what a raised text is without its raising: nothing for the mark of a note, a power as such, all else as it is.

    `before`: what stands before it, at least its last ten characters.  Left as they are, "election" with the note 1
    would read "election1", and the sixth power of ten "106".
    """
    if len(text) > _LONGEST_MARK:
        return text  # and no pattern is tried on what hostile pages raise
    if _MARK.match(text) and (linked or (_MARKABLE.search(before) and not _MEASURE.search(before))):
        return ""
    return text.translate(_RAISED) if _POWER.match(text) else text


def _pieces(source: str) -> list[str]:
    """Walk the tags once and keep what stands between them."""
    out: list[str] = []
    at = 0
    closers: dict[str, list[int]] = {}
    while True:
        tag = _OPEN.search(source, at)
        if tag is None:
            break
        out.append(source[at : tag.start()])
        if tag["comment"]:
            at = _after(source, "-->", tag.end())
        elif tag["cdata"]:
            end = source.find("]]>", tag.end())
            out.append(source[tag.end() : end if end >= 0 else len(source)])
            at = end + 3 if end >= 0 else len(source)
        else:
            at = _tag_end(source, tag.end())
            name = (tag["name"] or "").lower()
            if name in _BLOCKS:
                out.append(_BREAK)
            elif name == "sup" and not tag["close"]:
                at = _raise(source, tag.start(), at, out)
            elif name in _CELLS:
                out.append(" ")
            elif name in _HIDDEN and not tag["close"]:
                at = _skip(source, name, at, closers)
                out.append(_BREAK)
        if at >= len(source):
            return out
    out.append(source[at:])
    return out


def _raise(source: str, start: int, at: int, out: list[str]) -> int:
    """Take in what is raised, if it is short; give where to go on.  Its tag is from `start` to before `at`."""
    end = source.find("</sup", at, at + _LONGEST_RAISED)
    if end < 0:
        return at
    markup = source[at:end]
    linked = _LINKED.search(markup) is not None
    if source[start - 1 : start] == ">":  # the link may stand around it
        opened = source.rfind("<", max(0, start - _LONGEST_RAISED), start)
        linked = linked or (opened >= 0 and _LINKED.match(source, opened) is not None)
    text = raised(html.unescape(_ANY_TAG.sub("", markup)).strip(), "".join(out[-4:])[-10:], linked=linked)
    out.append(html.escape(text))
    return end


def _after(source: str, mark: str, at: int) -> int:
    end = source.find(mark, at)
    return end + len(mark) if end >= 0 else len(source)


def _tag_end(source: str, at: int) -> int:
    """Find where a tag ends: at the first ">" outside quotes, or at the very first one where quotes don't close."""
    end = source.find(">", at)
    if end < 0:
        return len(source)
    if source.count('"', at, end) % 2 or source.count("'", at, end) % 2:
        quoted = _QUOTED_END.match(source, at, at + _WINDOW)
        if quoted:
            return quoted.end()
    return end + 1


def _skip(source: str, name: str, at: int, closers: dict[str, list[int]]) -> int:
    """Go behind the end of a hidden element; one that never ends hides nothing, except scripts, as in a browser."""
    if name not in closers:
        closers[name] = [end.end() for end in re.finditer(rf"</{name}\b[^>]*+>?", source, re.IGNORECASE)][::-1]
    ends = closers[name]
    while ends and ends[-1] <= at:
        ends.pop()
    if ends:
        return ends[-1]
    return len(source) if name in ("script", "style") else at
