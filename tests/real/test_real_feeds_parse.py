"""Parsing of real documents, where they are at hand: agreement, flips of parsers, cut and damaged documents.

The folder is named by STARFISH_DATA, else it is looked for beside the repository.
"""

from __future__ import annotations

import gzip
import importlib.util
import os
import random
import re
import sys
from dataclasses import replace
from functools import cache
from pathlib import Path
from types import ModuleType

import pytest

from bot.core.same import bare_text
from bot.errors import FeedUnreadable
from bot.feeds.decode import mended, utf8
from bot.feeds.fast import read_xml
from bot.feeds.fetch import fingerprint
from bot.feeds.parse import pack, parse_document, parse_fast, unpack
from bot.feeds.slow import read_any
from bot.model import Body, ParsedFeed
from tests.servers.feedserver import with_news

ROOT = Path(__file__).parents[2]
DATA = Path(os.environ.get("STARFISH_DATA") or ROOT.parent / "shared" / "data") / "feeds"
URL = "https://feed.example/feed.xml"

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason=f"no real documents in {DATA}; set STARFISH_DATA")


@cache
def documents() -> tuple[tuple[str, Body], ...]:
    """All documents, unzipped."""
    found = []
    for path in sorted(DATA.iterdir()):
        if path.name != "index.json":
            content = path.read_bytes()
            content = gzip.decompress(content) if content.startswith(b"\x1f\x8b") else content
            found.append((path.name, Body(url=URL, content=content)))
    return tuple(found)


def bench() -> ModuleType:
    """The script that anybody can run, as a module."""
    spec = importlib.util.spec_from_file_location("parse_agreement", ROOT / "tests" / "bench" / "parse_agreement.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


def test_we_agree_with_feedparser_or_are_right() -> None:
    """On key, link, title and date of 99.5 % of all entries; nine documents of ten need no feedparser."""
    count = bench().measure(DATA)
    assert count.unexplained == []
    assert count.unreadable == 0
    assert count.agreement >= 0.995
    assert count.agreeing / count.entries >= 0.975
    assert count.fast / count.documents >= 0.9


def test_a_flip_of_parsers_changes_no_key() -> None:
    """What both parsers read has the same keys, titles and dates; links and languages too, but for one entry each."""
    compared = differing = 0
    for name, body in documents():
        content, _ = utf8(body)
        fast = read_xml(content, URL) or read_xml(mended(content), URL)
        slow = read_any(content, URL) if fast else None
        if fast is None or slow is None or name == "0352.rss":  # the one where feedparser takes parts for items
            continue
        left, right = fast.parsed(""), slow.parsed("")
        assert [entry.key for entry in left.entries] == [entry.key for entry in right.entries], name
        for one, other in zip(left.entries, right.entries, strict=True):
            compared += 1
            assert (one.title, one.published, one.updated) == (other.title, other.published, other.updated), name
            differing += (one.link, one.language, one.source) != (other.link, other.language, other.source)
    assert compared > 3_000
    assert differing <= 1


def test_texts_are_the_same_by_either_parser() -> None:
    """But for nine entries whose fullest text feedparser loses or spoils."""
    differing = 0
    for _, body in documents():
        content, _ = utf8(body)
        fast, slow = read_xml(content, URL), read_any(content, URL)
        if fast is not None and slow is not None and len(fast.entries) == len(slow.entries):
            pairs = zip(fast.entries, slow.entries, strict=True)
            differing += sum(bare_text(one.details().html) != bare_text(other.details().html) for one, other in pairs)
    assert differing <= 12


def test_what_is_built_anew_says_the_same_and_news_do_not() -> None:
    """Another date of building leaves a document's fingerprint and all that is read of it; an entry more leaves neither."""
    rebuilt = told = 0
    for name, body in documents():
        again = re.sub(rb"(<lastBuildDate>).*?(</)", rb"\1Mon, 01 Jan 2024 00:00:00 GMT\2", body.content)
        rebuilt += again != body.content
        assert fingerprint(again) == fingerprint(body.content), name
        assert pack(parse_document(replace(body, content=again))) == pack(parse_document(body)), name
        more = with_news(body.content, 7)
        if more != body.content:
            told += 1
            assert fingerprint(more) != fingerprint(body.content), name
    assert rebuilt > 50
    assert told > 150


def test_every_document_survives_the_pipe() -> None:
    """What the worker sends is what comes out."""
    for _, body in documents():
        parsed = parse_document(body)
        assert unpack(pack(parsed)) == parsed


def test_entries_are_clean_and_clipped() -> None:
    """No controls, no endless fields, no unsafe links, whatever stood in the documents."""
    for name, body in documents():
        parsed = parse_document(body)
        assert len(parsed.entries) <= 200
        for entry in parsed.entries:
            assert len(entry.title) <= 1_000
            assert len(entry.html) <= 100_000
            assert entry.title == " ".join(entry.title.split()), name
            assert not entry.link or entry.link.startswith(("http://", "https://")), name
            assert len(entry.key) == 32
            f"{entry.title}{entry.html}{entry.author}{entry.categories}".encode()


def test_cut_and_damaged_documents_keep_their_keys() -> None:
    """Cut anywhere, or with a broken byte, an ampersand or a stray tag somewhere, no known entry gets a new key."""
    rng = random.Random(7)
    new = entries = 0
    for _, body in documents():
        whole = parse_document(body)
        if whole.parser == "json" or len(whole.entries) < 3:
            continue
        known = {entry.key for entry in whole.entries}
        at = rng.randrange(len(body.content) // 2, len(body.content))
        start, rest = body.content[:at], body.content[at:]
        for damaged in (start, start + b"\xff" + rest, start + b"&" + rest, start + b"<b>" + rest):
            parsed = read(Body(url=URL, content=damaged))
            fresh = [entry for entry in parsed.entries if entry.key not in known] if parsed else []
            entries += len(parsed.entries) if parsed else 0
            new += len(fresh)
    assert entries > 5_000
    # A byte that hits a guid, or a tag that makes feedparser lose one, changes that one.
    assert new / entries < 0.01


def read(body: Body) -> ParsedFeed | None:
    """Parsed, or None if it is not readable any more."""
    try:
        return parse_fast(body) or parse_document(body)
    except FeedUnreadable:
        return None
