"""The bytes of a feed as UTF-8, whatever they claim to be, and small wounds of XML healed.  May import: model.

Both parsers read what comes out of here, so a document means the same to both.
"""

from __future__ import annotations

import codecs
import re
from html.entities import name2codepoint

from bot.model import Body

_DECLARATION = re.compile(rb"<\?xml\b[^>]{0,300}\?>")
_DECLARED = re.compile(rb"<\?xml\b[^>]{0,200}?\bencoding\s*=\s*[\"']\s*([A-Za-z0-9._:\-]{1,40})")
_CHARSETS = re.compile(
    r"(?:utf-?(?:8|16|32)(?:-?[lb]e)?|(?:iso-?8859|windows|cp|ibm|latin)[-_]?\d{1,4}|koi8-?[rut]|gb2312|gbk|gb18030"
    r"|x-gbk|big5(?:-?hkscs)?|shift[-_]?jis|sjis|x-sjis|ms932|euc-?(?:jp|kr)|iso-2022-(?:jp|kr)|ks_c_5601-1987"
    r"|macintosh|mac-?roman|us-ascii|ascii|tis-?620)\Z"
)
# What browsers read under these names: supersets, which real documents use.
_SUPERSETS = {
    "ascii": "cp1252", "us-ascii": "cp1252", "iso-8859-1": "cp1252", "iso8859-1": "cp1252", "latin1": "cp1252",
    "latin-1": "cp1252", "gb2312": "gb18030", "gbk": "gb18030", "x-gbk": "gb18030", "shift_jis": "cp932",
    "shift-jis": "cp932", "sjis": "cp932", "x-sjis": "cp932", "ms932": "cp932", "euc-kr": "cp949",
    "ks_c_5601-1987": "cp949", "big5": "big5hkscs", "iso-8859-9": "cp1254", "iso-8859-11": "cp874", "tis-620": "cp874",
    "macintosh": "mac_roman",
}  # fmt: skip
_ENCODED_MARKS = (
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
    (b"<\x00?\x00", "utf-16-le"),
    (b"\x00<\x00?", "utf-16-be"),
    (b"<\x00r\x00", "utf-16-le"),
    (b"<\x00f\x00", "utf-16-le"),
    (b"{\x00", "utf-16-le"),
    (b"\x00{", "utf-16-be"),
)
_SPACE = b" \t\r\n\x0b\x0c"


def utf8(body: Body) -> tuple[bytes, str | None]:
    """The document as valid UTF-8 without a byte-order mark or leading space, its declaration fitting; and a problem.

    Valid UTF-8 is taken for UTF-8, whatever is declared: no other text of any length looks like it by chance.
    """
    content = body.content
    for mark, encoding in _ENCODED_MARKS:
        if content.startswith(mark):
            text = content.decode(encoding, "replace").lstrip("\ufeff \t\r\n")
            return _redeclared(_encoded(text)), None
    if content.startswith(codecs.BOM_UTF8):
        content = content[3:]
    if content[:1].isspace():
        content = content.lstrip(_SPACE)
    match = _DECLARED.match(content)
    declared = _known(match[1].decode("ascii")) if match else None
    if declared and declared.startswith("iso-2022"):
        return _redeclared(_encoded(content.decode(declared, "replace"))), None
    if _is_utf8(content):
        return (content if match is None or declared in ("utf-8", "utf8") else _redeclared(content)), None
    for name in filter(None, (declared, _known(body.charset))):
        decoded = None if name.startswith("utf") else _decoded(content, name)
        if decoded is not None:
            return _redeclared(_encoded(decoded)), None
    return _guessed(content)


def has_feed(content: bytes) -> bool:
    """Whether the element of a feed stands near the beginning, in whatever else."""
    return _ROOT.search(content, 0, 20_000) is not None


def mended(content: bytes) -> bytes:
    """Heal what strict XML refuses and everybody writes; linear.  What is still broken then is left to feedparser.

    Junk before and after the document, a document that was cut off (whole items stay), a plain DOCTYPE, control
    characters, HTML's named entities, ampersands that begin no entity, prefixes of known namespaces not declared.
    """
    content = content.translate(None, _CONTROLS).replace(b"\xef\xbf\xbe", b"").replace(b"\xef\xbf\xbf", b"")
    content = _from_root(content)
    content = _whole_items(content)
    parts = []
    at = 0
    while True:  # CDATA holds text, not markup: it stays as it is
        opened = content.find(b"<![CDATA[", at)
        closed = content.find(b"]]>", opened) if opened >= 0 else -1
        if closed < 0:
            parts.append(_AMPERSAND.sub(_reference, content[at:]))
            break
        parts += [_AMPERSAND.sub(_reference, content[at:opened]), content[opened : closed + 3]]
        at = closed + 3
    return _with_namespaces(b"".join(parts))


# --------------------------------------------------------------------------- charsets


def _known(name: str | None) -> str | None:
    """A charset's name if it is one that documents are written in; utf-7 and Python's own codecs are none."""
    folded = (name or "").strip().lower()
    return folded if _CHARSETS.match(folded) else None


def _is_utf8(content: bytes) -> bool:
    if content.isascii():
        return True
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _decoded(content: bytes, name: str) -> str | None:
    codec = _SUPERSETS.get(name, name)
    try:
        return content.decode(codec)
    except UnicodeDecodeError:
        return content.decode("latin-1") if codec == "cp1252" else None
    except LookupError:  # a number that no code page has
        return None


def _guessed(content: bytes) -> tuple[bytes, str]:
    """Nothing fits: UTF-8 with a few broken letters, else what old western programs write."""
    text = content.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    whole = len(text) - len(text.encode("ascii", "ignore")) - broken
    if whole >= broken:
        return _redeclared(_encoded(text)), "Some of its characters are broken."
    text = _decoded(content, "iso-8859-1") or text
    return _redeclared(_encoded(text)), "It does not say its charset; it was read as Windows-1252."


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "replace")


def _redeclared(content: bytes) -> bytes:
    """Without its XML declaration: UTF-8 needs none."""
    match = _DECLARATION.match(content)
    return content[match.end() :].lstrip(_SPACE) if match else content


# --------------------------------------------------------------------------- mending

_CONTROLS = bytes(code for code in range(32) if code not in (9, 10, 13))
_DOCTYPE = re.compile(rb"<!DOCTYPE\b[^\[<>]{0,1000}>", re.IGNORECASE)
# Every ampersand but those that are fine: a document may have tens of thousands of "&lt;", and one that is wrong.
_AMPERSAND = re.compile(
    rb"&(?!(?:amp|lt|gt|quot|apos|#3[49]|#6[02]|#x27|#x2F);)"
    rb"(?:#(?:[xX]([0-9a-fA-F]{1,8})|([0-9]{1,9}));|([A-Za-z][A-Za-z0-9]{1,30});)?"
)
_ROOT_END = re.compile(rb"</(?:rss|feed|atom:feed|rdf:RDF|RDF)\s*>", re.IGNORECASE)
_ROOT = re.compile(rb"<(rss|feed|rdf:RDF)\b[^<>]{0,8000}>")
_NAMESPACES = {
    b"atom": b"http://www.w3.org/2005/Atom",
    b"content": b"http://purl.org/rss/1.0/modules/content/",
    b"dc": b"http://purl.org/dc/elements/1.1/",
    b"dcterms": b"http://purl.org/dc/terms/",
    b"feedburner": b"http://rssnamespace.org/feedburner/ext/1.0",
    b"georss": b"http://www.georss.org/georss",
    b"itunes": b"http://www.itunes.com/dtds/podcast-1.0.dtd",
    b"media": b"http://search.yahoo.com/mrss/",
    b"slash": b"http://purl.org/rss/1.0/modules/slash/",
    b"sy": b"http://purl.org/rss/1.0/modules/syndication/",
    b"thr": b"http://purl.org/syndication/thread/1.0",
    b"wfw": b"http://wellformedweb.org/CommentAPI/",
}


def _reference(match: re.Match[bytes]) -> bytes:
    hexadecimal, decimal, name = match.groups()
    if hexadecimal or decimal:
        code = int(hexadecimal, 16) if hexadecimal else int(decimal)
        legal = code in (9, 10, 13) or 32 <= code < 0xD800 or 0xE000 <= code < 0xFFFE or 0x10000 <= code < 0x110000
        return match[0] if legal else b""
    if name is None:
        return b"&amp;"
    code = name2codepoint.get(name.decode("ascii"), 0)
    return b"&#%d;" % code if code else b"&amp;" + match[0][1:]


def _from_root(content: bytes) -> bytes:
    """Cut what stands before the document, unless it declares entities of its own."""
    root = _ROOT.search(content, 0, 20_000)
    if root is None or b"<!ENTITY" in content[: root.start()]:
        return _DOCTYPE.sub(b"", content, count=1)
    return content[root.start() :]


def _whole_items(content: bytes) -> bytes:
    """Cut what stands behind the document; where its end is missing, end it after the last whole item."""
    ends = [match.end() for match in _ROOT_END.finditer(content, max(0, len(content) - 20_000))]
    if ends:
        return content[: ends[-1]]
    root = _ROOT.search(content, 0, 20_000)
    if root is None:
        return content
    item = b"</entry>" if root[1] == b"feed" else b"</item>"
    last = content.rfind(item)
    if last < 0:
        return content
    closing = b"</channel></rss>" if root[1] == b"rss" else b"</" + root[1] + b">"
    return content[: last + len(item)] + closing


def _with_namespaces(content: bytes) -> bytes:
    root = _ROOT.search(content, 0, 20_000)
    if root is None:
        return content
    missing = [
        b' xmlns:%s="%s"' % (prefix, address)
        for prefix, address in _NAMESPACES.items()
        if b"<" + prefix + b":" in content and b"xmlns:" + prefix + b"=" not in content
    ]
    at = root.end(1)
    return content[:at] + b"".join(missing) + content[at:]
