"""What is new in a document, and worth looking at: sifting, and the guard against floods.

Pure; may import: core.same, core.filters, model.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property

from bot.core.filters import Judgement, judge, let_all_through
from bot.core.same import bare_text, canonical, is_front_page, simhash, title_key
from bot.model import Entry, Feed, Filters, ParsedFeed, Sifted, Verdict

# Characters of HTML that mostly, and that surely, hold the 2,000 of text that a simhash reads.
_READ_MOSTLY, _READ = 6_000, 20_000
_PASSED = Judgement(passes=True)


def _nothing_near(_: int) -> int | None:
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stories:
    """What the store knows that a poll's new entries may repeat; prefetched with `lookups`.

    A link is a story wherever it stands.  A title or a text is one only across feeds: within one, "Release 1.2" and
    "Release 1.3" look alike and are two.
    """

    by_canonical: Mapping[str, int] = field(default_factory=dict)  # canonical link -> candidate
    by_title: Mapping[str, tuple[int, str]] = field(default_factory=dict)  # title key -> (candidate, its feed's url)
    near: Callable[[int], int | None] = _nothing_near  # simhash -> candidate: a recent one of another feed
    familiar_links: frozenset[str] = frozenset()  # canonical links that this very feed has already had, any verdict


def lookups(parsed: ParsedFeed, known: frozenset[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The canonical links and title keys of the entries not known: what to prefetch for `Stories`."""
    new = [entry for entry in parsed.entries if entry.key not in known]
    links = {canonical(entry.link): None for entry in new}
    titles = {title_key(entry.title): None for entry in new}
    return tuple(link for link in links if link), tuple(title for title in titles if title)


def sift(
    parsed: ParsedFeed,
    known: frozenset[str],
    feed: Feed,
    for_all: Filters,
    first_sight: bool,
    now: datetime,
    stories: Stories,
) -> tuple[Sifted, ...]:
    """Decide about every entry not known yet, oldest first.

    At the first sight of a feed, its newest entries that pass become candidates whatever their age, at most
    `feed.backfill`; the rest is the baseline, known from then on.  Later, every new entry is judged: no link, filters,
    age, same story.  Dates in the future are taken for now.
    """
    new = _newest_first([_dated(entry, now) for entry in parsed.entries if entry.key not in known])
    sieve = _Sieve(parsed, feed, for_all, now, stories)
    room = len(new) if feed.backfill is None else feed.backfill
    sifted = []
    for entry in new:
        if first_sight and room <= 0:
            sifted.append(Sifted(entry=entry, verdict="baseline", reason="It stood in the feed at first sight."))
            continue
        result = sieve.judge(entry, any_age=first_sight)
        room -= result.verdict == "candidate"
        sifted.append(result)
    return tuple(reversed(sifted))


def flooded(
    parsed: ParsedFeed,
    known: frozenset[str],
    *,
    seen: int,
    familiar_links: frozenset[str] = frozenset(),
    familiar_titles: frozenset[str] = frozenset(),
    newest_known: datetime | None = None,
) -> str | None:
    """Say why a feed must be held: its known items came back as new ones.  None: all is well.

    `seen` is how many entries of this feed are known in all; `familiar_links` and `familiar_titles` are canonical
    links and title keys of its known entries, `newest_known` is the latest publication among them.  Two floods are
    told apart from a busy day: most of the document is new though its links or titles are known (the ids changed, or
    the address did), and more than five new entries are older than what was known (an archive returned).
    """
    new = [entry for entry in parsed.entries if entry.key not in known]
    if seen < 2 or len(new) < 2 or len(new) * 2 <= len(parsed.entries):
        return None
    links = familiar_links - _vague_links(parsed.entries)
    titles = Counter(title_key(entry.title) for entry in parsed.entries)
    telling = {title for title in familiar_titles if titles[title] == 1}
    back = sum(canonical(entry.link) in links or title_key(entry.title) in telling for entry in new)
    if back * 2 > len(new):
        return (
            f"{back} of its {len(parsed.entries)} entries came back under new ids, with links or titles that are known. "
            "Nothing of them is posted until you say so."
        )
    if newest_known is not None:
        old = sum(entry.published is not None and entry.published < newest_known for entry in new)
        if old > 5 and old * 2 > len(new):
            return (
                f"{old} new entries are older than the newest one known, so an archive seems to have returned. "
                "Nothing of them is posted until you say so."
            )
    return None


# --------------------------------------------------------------------------- parts


class _Sieve:
    """Judges entry after entry of one document, and remembers those it let through."""

    def __init__(self, parsed: ParsedFeed, feed: Feed, for_all: Filters, now: datetime, stories: Stories) -> None:
        self.feed, self.for_all, self.now, self.stories = feed, for_all, now, stories
        self.links: set[str] = set()  # of the candidates of this poll
        self.parsed = parsed
        self.open = let_all_through(feed.filters, for_all)

    @cached_property
    def vague(self) -> set[str]:
        """The links of the document that name no single entry."""
        return _vague_links(self.parsed.entries)

    def judge(self, entry: Entry, *, any_age: bool) -> Sifted:
        """The verdict on one entry."""
        link, title = canonical(entry.link), title_key(entry.title)
        if not link:
            return Sifted(entry=entry, verdict="unusable", reason="It has no usable link.", title_key=title)
        judgement = _PASSED if self.open else judge(entry, self.feed.filters, self.for_all, self.parsed.language)
        verdict, reason, twin, likeness = self._verdict(entry, link, title, judgement, any_age=any_age)
        return Sifted(
            entry=entry,
            verdict=verdict,
            reason=reason,
            matched=judgement.matched,
            canonical=link,
            title_key=title,
            simhash=likeness,
            same_as=twin,
        )

    def _verdict(
        self, entry: Entry, link: str, title: str, judgement: Judgement, *, any_age: bool
    ) -> tuple[Verdict, str, int | None, int]:
        """The verdict on an entry that can be used, why, the candidate that tells the same, and the simhash if asked."""
        if not judgement.passes:
            return "filtered", judgement.reason, None, 0
        age = self.feed.max_age
        if not any_age and age is not None and entry.published is not None and self.now - entry.published > age:
            return "old", f"It was published {_span(self.now - entry.published)} ago.", None, 0
        twin, reason = self._twin(link, title)
        if reason:
            return "same", reason, twin, 0
        # Last, because it costs most: a tenth of a millisecond, and half of one for a long text.
        likeness = simhash(f"{entry.title} {_beginning(entry.html)}")
        near = self.stories.near(likeness)
        if near is not None:
            return "same", "Another feed has nearly the same text.", near, likeness
        self.links.add(link)
        return "candidate", judgement.reason, None, likeness

    def _twin(self, link: str, title: str) -> tuple[int | None, str]:
        """The candidate that has the same link or title, and how we know; ("": there is none)."""
        stories = self.stories
        if link not in self.vague:
            if link in stories.by_canonical:
                return stories.by_canonical[link], "The same link is already known."
            if link in stories.familiar_links or link in self.links:
                return None, "This feed has had the same link before."
        titled = stories.by_title.get(title)
        if titled is not None and titled[1] != self.feed.url:
            return titled[0], "Another feed has it under the same title."
        return None, ""


def _beginning(html: str) -> str:
    """At least the first 2,000 characters of a text, or all of them."""
    text = bare_text(html, _READ_MOSTLY)
    if len(html) <= _READ_MOSTLY:
        return text
    # What was cut within a tag is at the end; a script or a style that was cut may be all over it.
    lowered = html[:_READ_MOSTLY].lower()
    enough = len(text) > _READ_MOSTLY // 2 and "<script" not in lowered and "<style" not in lowered
    return text if enough else bare_text(html, _READ)


def _vague_links(entries: Sequence[Entry]) -> set[str]:
    """Canonical links that name no single entry: more than two carry them, or they are a site's front page."""
    counts = Counter(canonical(entry.link) for entry in entries)
    return {link for link, count in counts.items() if count > 2 or is_front_page(link)}


def _dated(entry: Entry, now: datetime) -> Entry:
    published, updated = entry.published, entry.updated
    if (published is None or published <= now) and (updated is None or updated <= now):
        return entry
    return replace(entry, published=published and min(published, now), updated=updated and min(updated, now))


def _newest_first(entries: list[Entry]) -> list[Entry]:
    """By publication where all say when, else as the document has them: newest first is the custom."""
    if all(entry.published is not None for entry in entries):
        return sorted(entries, key=lambda entry: entry.published or datetime.min.replace(tzinfo=UTC), reverse=True)
    return entries


def _span(age: timedelta) -> str:
    return f"{age.days} days" if age.days > 1 else f"{round(age.total_seconds() / 3600)} hours"
