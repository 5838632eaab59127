"""Lists of feeds, from other readers and for them.  May import: core, feeds.decode, feeds.raw, model.

OPML as it is really written (folders in folders, ampersands bare, attributes in any case), and the settings of bots
that people come from: feed2toot, feediverse, newsboat, or one address a line.
"""

from __future__ import annotations

import configparser
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import unescape
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from lxml import etree

from bot.core.addresses import safe_link
from bot.feeds.decode import mended, utf8
from bot.feeds.raw import plain_title
from bot.model import Body, Feed

_MOST_FEEDS = 20_000
_DEEPEST = 40  # folders in folders
_XML_ADDRESSES = ("xmlurl", "xmlurl1", "feedurl", "rssurl")
_FEED_TYPES = ("rss", "atom", "rss1", "feed", "pie", "json")
_YAML_URL = re.compile(r"^\s*(?:-\s+)?url\s*:\s*(?:\"([^\"]*)\"|'([^']*)'|(\S+))")
_YAML_BRACE = re.compile(r"(?:\s*-|feeds\s*:\s*\[)\s*\{")
_YAML_BRACED = re.compile(r"[{,]\s*url\s*:\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s,{}\[\]]+))")
_YAML_KEY = re.compile(r"[A-Za-z_]\w*\s*:")
_ADDRESS = re.compile(r"https?://[^\s<>\"]+")
_XML_URL = re.compile(
    rf"\b(?:{'|'.join(_XML_ADDRESSES)})\s*=\s*(?:\"([^\"<>]{{1,2000}})\"|'([^'<>]{{1,2000}})'|([^\s\"'<>]{{1,2000}}))",
    re.IGNORECASE,
)
_WORD = re.compile(r"\"([^\"]*)\"|(\S+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A feed as another reader had it."""

    url: str
    title: str = ""
    tags: tuple[str, ...] = ()
    site: str = ""


def read_list(name: str, data: bytes) -> list[Listed]:
    """Read whatever list of feeds a file called `name` is, told by its content first.

    :raises ValueError: it is none that we know, or none of its lines is a feed; the message is a sentence
    """
    content, _ = utf8(Body(url=name, content=data))
    if b"\0" in content:
        message = "it is no text, so no list of feeds either"
        raise ValueError(message)
    if content.startswith(b"<") or b"<outline" in content:
        return read_opml(data)
    text = content.decode("utf-8", "replace")
    if name.lower().endswith((".ini", ".cfg", ".conf")) or re.search(r"^\[rss\]\s*$", text, re.MULTILINE):
        found = _from_ini(text)
    elif re.search(r"^feeds\s*:\s*(?:[#\[{].*)?$", text, re.MULTILINE):
        found = _from_yaml(text)
    else:
        found = _from_lines(text)
    feeds = list(_each_once(found))
    if not feeds:
        message = "no feeds were found in it; it should be OPML, feed2toot.ini, feediverse.yml, or one address a line"
        raise ValueError(message)
    return feeds


def read_opml(data: bytes) -> list[Listed]:
    """Read OPML: each feed once, its folders (outermost first) and categories as tags.

    :raises ValueError: it has no outlines, or no feeds in them
    """
    content, _ = utf8(Body(url="", content=data))
    root, sound = _tree(content[content.find(b"<") :])
    if root is None:
        message = "it is no OPML that could be read"
        raise ValueError(message)
    # An outline with a quotation mark too many loses its attributes in repair, and then nobody would miss it.
    feeds = list(_each_once([*_outlines(root), *([] if sound else _strewn(content))]))
    if not feeds:
        message = "there are no feeds in it"
        raise ValueError(message)
    return feeds


def write_opml(feeds: Sequence[Feed], title: str, names: Mapping[str, str] | None = None) -> str:
    """OPML 2.0 of these feeds: a folder for each first tag, all tags as categories; `names` are titles by address."""
    folders: dict[str, list[Feed]] = {}
    for feed in feeds:
        folders.setdefault(feed.tags[0] if feed.tags else "", []).append(feed)
    lines = []
    for folder, members in folders.items():
        outlines = [_outline(feed, (names or {}).get(feed.url, "")) for feed in members]
        if folder:
            name = _attribute(folder)
            lines += [f"    <outline text={name} title={name}>", *(f"  {line}" for line in outlines), "    </outline>"]
        else:
            lines += outlines
    head = f"  <head>\n    <title>{escape(plain_title(title, is_html=False))}</title>\n  </head>"
    body = "\n".join(["  <body>", *lines, "  </body>"])
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<opml version="2.0">\n{head}\n{body}\n</opml>\n'


# --------------------------------------------------------------------------- OPML


def _tree(content: bytes) -> tuple[Any, bool]:
    """The root of a document, an lxml element or None, and whether it was sound."""
    options: dict[str, Any] = {"resolve_entities": False, "no_network": True, "load_dtd": False, "huge_tree": False}
    for document, recover in ((content, False), (mended(content), False), (mended(content), True)):
        try:
            parser = etree.XMLParser(recover=recover, remove_comments=True, **options)
            return etree.fromstring(document, parser), not recover
        except etree.XMLSyntaxError:
            continue
    return None, False


def _outlines(root: Any) -> Iterator[Listed]:  # noqa: ANN401
    """Every outline that has an address, with the folders it stands in; without recursion."""
    waiting: list[tuple[Any, tuple[str, ...]]] = [(root, ())]
    while waiting:
        element, folders = waiting.pop()
        values = {str(name).lower(): str(value) for name, value in element.attrib.items()}
        title = plain_title(values.get("title") or values.get("text") or "")
        url = _address(next((values[name] for name in _XML_ADDRESSES if values.get(name)), ""))
        if not url and values.get("type", "").lower() in _FEED_TYPES:
            url = _address(values.get("url", ""))
        if url:
            tags = [*folders, *(part for part in re.split(r"[,/]", values.get("category", "")) if part.strip())]
            yield Listed(url=url, title=title, tags=_tags(tags), site=safe_link(values.get("htmlurl", "")))
        elif title and str(element.tag).lower().endswith("outline"):
            folders = (*folders, title)[:_DEEPEST]
        waiting.extend((child, folders) for child in reversed(element) if isinstance(child.tag, str))


def _strewn(content: bytes) -> Iterator[Listed]:
    """Every address of a feed outside of comments, whatever stands around it."""
    first, *others = content.decode("utf-8", "replace").split("<!--")
    for match in _XML_URL.finditer(first + "".join(part.partition("-->")[2] for part in others)):
        yield Listed(url=_address(unescape(match[1] or match[2] or match[3])))


def _outline(feed: Feed, name: str) -> str:
    url = _attribute(feed.url)
    called = f"text={_attribute(name)} title={_attribute(name)}" if name else f"text={url}"
    category = f" category={_attribute(','.join(feed.tags))}" if feed.tags else ""
    return f'    <outline type="rss" {called} xmlUrl={url}{category}/>'


def _attribute(text: str) -> str:
    return quoteattr(plain_title(text, is_html=False))


# --------------------------------------------------------------------------- others


def _from_ini(text: str) -> Iterator[Listed]:
    """feed2toot: `uri`, or `uri_list` that names another file."""
    parser = configparser.ConfigParser(interpolation=None, strict=False, allow_no_value=True)
    try:
        parser.read_string(text)
    except configparser.Error as error:
        message = "it is no INI file that could be read"
        raise ValueError(message) from error
    elsewhere = ""
    for section in parser.sections():
        for match in _ADDRESS.findall(parser.get(section, "uri", fallback="") or ""):
            yield Listed(url=_address(match))
        elsewhere = elsewhere or parser.get(section, "uri_list", fallback="") or ""
    if elsewhere:
        yield from _named_elsewhere(elsewhere)


def _named_elsewhere(path: str) -> Iterator[Listed]:
    found = [Listed(url=_address(match)) for match in _ADDRESS.findall(path)]
    if not found:
        message = f"its feeds stand in {path.strip()[:200]}: import that file"
        raise ValueError(message)
    yield from found


def _from_yaml(text: str) -> Iterator[Listed]:
    """feediverse: the `url` of each item of the list `feeds`; nothing else of YAML is understood, or needed."""
    inside = False
    for line in text.splitlines():
        if _YAML_KEY.match(line):
            inside = line.startswith("feeds")
        pattern = _YAML_BRACED if _YAML_BRACE.match(line) else _YAML_URL
        for match in pattern.finditer(line) if inside else ():
            yield Listed(url=_address(match[1] or match[2] or match[3] or ""))


def _from_lines(text: str) -> Iterator[Listed]:
    """One address a line; newsboat's tags in quotes after it, "~name" for the title; "name <address>" of feed2toot."""
    for line in text.splitlines():
        if line.lstrip().startswith("#") or not (match := _ADDRESS.search(line)):
            continue
        words = [quoted or bare for quoted, bare in _WORD.findall(line[match.end() :])] if match.start() == 0 else []
        title = next((word[1:] for word in words if word.startswith("~")), "")
        tags = _tags(word for word in words if not word.startswith(("~", "!", "#", ">")))
        yield Listed(url=_address(match[0]), title=plain_title(title), tags=tags)


def _address(url: str) -> str:
    """An address as a feed is asked for; `feed:` and `feed://` are what subscribe buttons put before it.

    One that can't be asked for stays as it is: whoever takes the list says so, as of any address.
    """
    url = url.strip()
    if url[:5].lower() == "feed:":
        rest = url[5:].lstrip("/")
        url = rest if rest.startswith(("http://", "https://")) else f"http://{rest}"
    return safe_link(url) or url


def _tags(names: Iterable[str]) -> tuple[str, ...]:
    """Tags as accounts name them: lower case, each once."""
    return tuple(dict.fromkeys(filter(None, (plain_title(name).lower()[:60] for name in names))))[:10]


def _each_once(found: Iterable[Listed]) -> Iterator[Listed]:
    seen: set[str] = set()
    for one in found:
        if one.url and one.url not in seen and len(seen) < _MOST_FEEDS:
            seen.add(one.url)
            yield one
