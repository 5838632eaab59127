"""Compares our parsing with feedparser's, entry by entry, over real documents; every difference is printed and judged.

Run: python tests/bench/parse_agreement.py [folder of feed documents]
Compared are what matters for posting each item once: guid, link, title, date.  feedparser's values are read as we read
ours: its field for the original address, if there is one; titles without markup; the dates it parsed.  An item that
stands twice in a document (same guid, or same link) is one item, and an empty one is none.  A difference is "judged"
when the document itself shows who is right; what is not judged is counted as unexplained.
Then the share of documents that need no feedparser, and the CPU time of both, in one run.
"""

from __future__ import annotations

import calendar
import gzip
import html
import io
import os
import re
import sys
import time
import warnings
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import feedparser

from bot.core.addresses import canonical, safe_link
from bot.core.entries import entry_key
from bot.errors import FeedUnreadable
from bot.feeds.parse import parse_document, parse_fast
from bot.model import Body, Entry

DATA = Path(os.environ.get("STARFISH_DATA") or Path(__file__).parents[3] / "shared" / "data") / "feeds"
URL = "https://feed.example/feed.xml"
INVISIBLE = re.compile("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]")


@dataclass
class Count:
    """What was found over all documents."""

    documents: int = 0
    fast: int = 0
    json: int = 0
    unreadable: int = 0
    entries: int = 0
    agreeing: int = 0
    judged: Counter[str] = field(default_factory=Counter)
    unexplained: list[str] = field(default_factory=list)
    ours_seconds: float = 0
    theirs_seconds: float = 0

    @property
    def agreement(self) -> float:
        """The share of entries on which both parsers agree, or the document shows that ours is right."""
        return (self.agreeing + sum(self.judged.values())) / max(1, self.entries)


@dataclass(frozen=True)
class Theirs:
    """An entry as feedparser has it."""

    guid: str
    link: str
    title: str
    date: datetime | None
    raw_date: str


def documents(folder: Path) -> Iterator[tuple[str, bytes]]:
    """All feed documents of a folder, unzipped."""
    for path in sorted(folder.iterdir()):
        if path.name != "index.json":
            content = path.read_bytes()
            yield path.name, gzip.decompress(content) if content.startswith(b"\x1f\x8b") else content


def measure(folder: Path) -> Count:
    """Compare all documents."""
    count = Count()
    for name, content in documents(folder):
        count.documents += 1
        body = Body(url=URL, content=content)
        started = time.process_time()
        fast = parse_fast(body)
        count.ours_seconds += time.process_time() - started
        try:
            parsed = fast or parse_document(body)
        except FeedUnreadable:
            count.unreadable += 1
            continue
        count.fast += fast is not None
        if parsed.parser == "json":
            count.json += 1  # feedparser finds no entries in JSON
            continue
        started = time.process_time()
        entries = by_feedparser(content, URL)
        count.theirs_seconds += time.process_time() - started
        # Once more without a base: feedparser resolves ids like links, and an id must stay as it is.
        unbased = by_feedparser(content.replace(b"xml:base", b"xml:was"), "")
        theirs = [as_theirs(*pair) for pair in zip(entries, unbased, strict=True)]
        compare(name, parsed.entries, theirs, count)
    return count


def by_feedparser(content: bytes, base: str) -> list[Any]:
    """Feedparser's entries, as its defaults give them."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        headers = {"content-location": base} if base else {}
        entries: list[Any] = feedparser.parse(io.BytesIO(content), response_headers=headers).entries  # noqa: TID251
    return entries


def as_theirs(entry: Any, unbased: Any) -> Theirs:
    """Feedparser's reading of what we compare."""
    when = next((entry[name] for name in ("published_parsed", "created_parsed") if dict.get(entry, name)), None)
    when = when or dict.get(entry, "updated_parsed")
    raw = dict.get(entry, "published") or dict.get(entry, "created") or dict.get(entry, "updated") or ""
    return Theirs(
        guid=dict.get(unbased, "id") or "",
        link=dict.get(entry, "feedburner_origlink") or dict.get(entry, "link") or "",
        title=dict.get(entry, "title") or "",
        date=None if when is None else datetime.fromtimestamp(calendar.timegm(when), UTC),
        raw_date=raw,
    )


def bare(text: str) -> str:
    """A title without markup, references, spaces and invisible characters."""
    return "".join(INVISIBLE.sub("", re.sub(r"<[^>]*>", "", html.unescape(html.unescape(text)))).split())


def compare(name: str, ours: tuple[Entry, ...], theirs: list[Theirs], count: Count) -> None:
    """Align the entries of one document and compare them."""
    distinct: dict[str, Theirs] = {}
    for their in theirs:
        if their.guid or their.link or their.title:
            distinct.setdefault(their.guid or their.link or their.title, their)
    kept = list(distinct.values())
    count.entries += max(len(ours), len(kept))
    if len(ours) != len(kept):
        count.unexplained.append(f"{name}: {len(kept)} entries with feedparser, {len(ours)} with us")
        return
    for our, their in zip(ours, kept, strict=True):
        reasons, unexplained = judge(our, their)
        if unexplained:
            count.unexplained += [f"{name}: {sentence}" for sentence in unexplained]
        elif reasons:
            count.judged[f"{name}: " + "; ".join(reasons)] += 1
        else:
            count.agreeing += 1


def judge(our: Entry, their: Theirs) -> tuple[list[str], list[str]]:
    """The differences of one entry: those that the document decides for us, and the others."""
    reasons: list[str] = []
    unexplained: list[str] = []
    if bare(our.title) != bare(their.title):
        misread = bare(reread(their.title)) == bare(our.title)
        (reasons if misread else unexplained).append(
            f"title {our.title!r}: {'UTF-8 that its publisher read as Windows-1252, ' * misread}feedparser {their.title!r}"
        )
    if canonical(our.link) != canonical(their.link):
        if not their.link.startswith("http"):
            reasons.append(f"link {our.link or 'none'}: feedparser's is no web address ({their.link[:24]}…)")
        elif "feedproxy" in their.link and not their.guid:
            reasons.append("link: feedparser gives the original address to an empty item inside this one")
        elif their.link.endswith("wp-atom.php") and safe_link(their.guid) == our.link:
            reasons.append("link: the entry's is empty; feedparser takes the feed's own file for it, we the permalink")
        else:
            unexplained.append(f"link {our.link!r}, feedparser {their.link!r}")
    keys = (entry_key(their.guid, "", "", ""),) if their.guid else (entry_key("", their.link, "", ""),)
    if our.key not in keys and not reasons:
        unexplained.append(f"key of {their.guid!r}, {their.link!r}")
    if our.published != their.date:
        reason = judge_date(our.published, their)
        (reasons if reason else unexplained).append(
            reason or f"date {our.published}, feedparser {their.date} of {their.raw_date!r}"
        )
    return reasons, unexplained


def reread(title: str) -> str:
    """What a title was before somebody read its UTF-8 as Windows-1252; "" where nobody did."""
    try:
        return title.encode("cp1252").decode("utf-8")
    except UnicodeError:
        return ""


def judge_date(ours: datetime | None, their: Theirs) -> str:
    """Who is right about a date, where its text shows it; "" where it doesn't."""
    if their.date is None:
        return "date: feedparser can't read it" if ours is not None else ""
    if ours is None:
        return "date: feedparser takes the year 1 for a date" if their.date.year < 1970 else ""
    numbers = [int(number) for number in re.findall(r"\d+", their.raw_date)]
    if numbers[:3] == [ours.year, ours.month, ours.day]:
        return "date: feedparser swaps day and month"
    if re.search(r"[+-](?:1[5-9]|[2-9]\d)\d\d$", their.raw_date):
        return "date: there is no such time zone"
    return ""


def main(folder: Path) -> None:
    """Measure and print."""
    count = measure(folder)
    for sentence, number in sorted(count.judged.items()):
        print(f"ours is right, {number:3} entries: {sentence}")
    for sentence in count.unexplained[:100]:
        print(f"unexplained: {sentence}")
    same = count.agreeing / count.entries
    print(
        f"{count.documents} documents: {count.fast} need no feedparser ({count.fast / count.documents:.1%}), of them "
        f"{count.json} JSON; {count.unreadable} unreadable"
    )
    print(f"{count.entries} entries: {same:.2%} agree; with those where ours is right {count.agreement:.2%}")
    print(
        f"CPU: fast path {count.ours_seconds / count.documents * 1e3:.2f} ms a document, feedparser "
        f"{count.theirs_seconds / max(1, count.documents - count.json) * 1e3:.1f} ms: "
        f"{count.theirs_seconds / count.ours_seconds:.0f} times as much"
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else DATA)
