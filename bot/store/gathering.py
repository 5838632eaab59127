"""One poll of a feed, taken in: its state, every key, the new candidates, what the owner must know of it.

May import: model, core, and within the store its own parts.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from bot.core.intake import Intake, Past, Poll, many_new, weigh
from bot.core.sift import lookups
from bot.model import Feed, FeedState, Filters, ParsedFeed, Sifted
from bot.store.connection import Connection
from bot.store.haul import Haul
from bot.store.likeness import Likeness
from bot.store.part import bulk, listed, reading, together
from bot.store.records import Familiar
from bot.store.states import Place, States
from bot.store.values import clean, key_bytes, mark, moments, stamp


class _Look(NamedTuple):
    """What a look at a document showed."""

    known: frozenset[str]  # keys that its feed held before
    links: tuple[str, ...] = ()  # canonical ones, and title keys, of the other entries
    titles: tuple[str, ...] = ()


class Gathering(States):
    """What polls bring; the part `feeds` is made of this."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self._likeness = Likeness(connection)

    @together("take_in_all")
    @bulk
    def take_in(self, poll: Poll, for_all: Filters) -> Intake:
        """Take in a changed document, or hold its feed: what is known is asked and answered in one transaction.

        What people and domains bring whom the owner blocked with `starfish block` is filtered, too.
        """
        return self.take_in_all([(poll, for_all)])[0]

    @bulk
    def take_in_all(self, polls: Sequence[tuple[Poll, Filters]]) -> list[Intake]:
        """Take in several documents, in their order: each is weighed knowing what those before it brought."""
        urls = [clean(poll.feed.url) for poll, _ in polls]
        if len(set(urls)) < len(urls):  # a feed's second document is weighed against its first
            return [intake for one in polls for intake in self.take_in_all([one])]
        blocks = tuple(row["what"] for row in self.all_of("SELECT what FROM blocks ORDER BY what"))
        places = self._places(urls)
        for (poll, _), url in zip(polls, urls, strict=True):
            if url not in places:
                self._save(poll.before, None)
                places |= self._places([url])
        looks = [self._look(poll.parsed, places[url]) for (poll, _), url in zip(polls, urls, strict=True)]
        haul = self._haul(looks, polls[0][0].at)
        intakes = []
        for (poll, for_all), url, look in zip(polls, urls, looks, strict=True):
            sieve = replace(for_all, block=(*for_all.block, *blocks)) if blocks else for_all
            intake = weigh(poll, self._past(poll, places[url], look, haul), sieve)
            if not intake.held:
                self._keep(places[url], poll.feed, intake.sifted, poll.parsed.title or poll.feed.url, poll.at, haul)
            intakes.append(intake)
        haul.write()
        self._save_all([(intake.state, poll.at, False) for intake, (poll, _) in zip(intakes, polls, strict=True)])
        return intakes

    @bulk
    def gathered(
        self, state: FeedState, feed: Feed, sifted: Sequence[Sifted], feed_title: str, now: datetime
    ) -> list[int]:
        """Keep a feed's state and what was decided about its entries, oldest first; a key known already is ignored.

        After a restore a feed's first poll only makes its entries known: some were shared after the backup was made.
        Gives the candidates' numbers, oldest entry first, so that numbers grow with time.
        """
        self._save(state, now)
        place = self._places([feed.url])[clean(feed.url)]
        seen = self._seen(place.number, [key_bytes(each.entry.key) for each in sifted])
        new = [each for each in sifted if key_bytes(each.entry.key) not in seen]
        haul = self._haul((), now)
        numbers = self._keep(place, feed, new, feed_title, now, haul)
        haul.write()
        return numbers

    @reading
    def known(self, url: str, keys: Sequence[str]) -> frozenset[str]:
        """Which of these keys this feed held before, at any time."""
        feed = self._number(url)
        return frozenset() if feed is None else self._known(feed, keys)

    @reading
    def familiar(self, url: str, canonicals: Sequence[str], title_keys: Sequence[str]) -> Familiar:
        """What this feed held before of these links and titles, whatever their ids were: the flood guard's question."""
        feed = self._number(url)
        if feed is None:
            return Familiar()
        marks = {mark(each): each for each in title_keys if each}
        titles = self.all_of(
            "SELECT DISTINCT title_mark FROM entries WHERE title_mark != 0 AND feed = ?"
            " AND title_mark IN (SELECT value FROM json_each(?))",
            feed,
            listed(marks),
        )
        newest = self.one("SELECT count(*) AS seen, max(published) AS at FROM entries WHERE feed = ?", feed)
        assert newest is not None  # an aggregate always has a row
        return Familiar(
            seen=newest["seen"],
            links=self._had(feed, canonicals),
            titles=frozenset(marks[row["title_mark"]] for row in titles),
            newest=moments(newest["at"]),
        )

    def _keep(
        self, place: Place, feed: Feed, new: Sequence[Sifted], feed_title: str, now: datetime, haul: Haul
    ) -> list[int]:
        """Have what is new of a feed kept; gives the numbers of its candidates."""
        fresh: dict[str, Sifted] = {}
        for each in new:
            fresh.setdefault(each.entry.key, each)
        if place.distrusted:
            self.change("UPDATE feeds SET distrusted = 0 WHERE id = ?", place.number)
            fresh = {key: replace(each, verdict="baseline") for key, each in fresh.items()}
        # They come oldest first, as far as their document tells; dates, where there are any, know better.
        offers = [each for each in fresh.values() if each.verdict == "candidate"]
        offers.sort(key=lambda each: each.entry.published or now)
        numbers = {each.entry.key: haul.offer(each, feed, feed_title, now) for each in offers}
        first_seen = stamp(now)
        for key, each in fresh.items():
            if each.verdict == "same" and each.same_as is not None:
                haul.also_in(each.same_as, feed_title)
            haul.keep(place.number, each, numbers.get(key), first_seen)
        return list(numbers.values())

    def _haul(self, looks: Iterable[_Look], now: datetime) -> Haul:
        """The rows to be written, beside the stories that the documents may repeat."""
        links = [link for look in looks for link in look.links]
        titles = [title for look in looks for title in look.titles]
        return Haul(self.raw, self._likeness, self.stories(links, titles) if links or titles else (), now)

    def _look(self, parsed: ParsedFeed, place: Place) -> _Look:
        """Look what of a document is known, and what is to be looked up of the rest."""
        known = self._known(place.number, [entry.key for entry in parsed.entries]) if place.settled else frozenset()
        if len(known) == len(parsed.entries):
            return _Look(known)
        return _Look(known, *lookups(parsed, known))

    def _past(self, poll: Poll, place: Place, look: _Look, haul: Haul) -> Past:
        """What is known of all that stands in a document, as far as it matters for what is new in it."""
        if len(look.known) == len(poll.parsed.entries):
            return Past(known=look.known)
        familiar = Familiar()
        if place.settled:
            # The count of all its entries takes milliseconds for an old feed, so only a flood's first sign asks for it.
            if many_new(poll.parsed, look.known):
                familiar = self.familiar(poll.feed.url, look.links, look.titles)
            else:
                familiar = Familiar(links=self._had(place.number, look.links))
        return Past(
            known=look.known,
            seen=familiar.seen,
            titles=familiar.titles,
            newest=familiar.newest,
            stories=haul.stories(poll.feed.url, familiar.links),
        )

    def _had(self, feed: int, canonicals: Sequence[str]) -> frozenset[str]:
        links = {mark(clean(each)): each for each in canonicals if each}
        found = self.all_of(
            "SELECT DISTINCT link_mark FROM entries WHERE link_mark != 0 AND feed = ?"
            " AND link_mark IN (SELECT value FROM json_each(?))",
            feed,
            listed(links),
        )
        return frozenset(links[row["link_mark"]] for row in found)

    def _known(self, feed: int, keys: Sequence[str]) -> frozenset[str]:
        named = {key: key_bytes(key) for key in keys}
        seen = self._seen(feed, list(named.values()))
        return frozenset(key for key, short in named.items() if short in seen)

    def _seen(self, feed: int, keys: Sequence[bytes]) -> frozenset[bytes]:
        seen: set[bytes] = set()
        for start in range(0, len(keys), 256):  # SQLite takes at least 999 values a statement
            some = keys[start : start + 256]
            # The last one fills it up to a power of two: few statements, which SQLite then knows already.
            some = [*some, *[some[-1]] * ((1 << (len(some) - 1).bit_length()) - len(some))]
            marks = ",".join("?" * len(some))
            found = self.all_of(f"SELECT key FROM entries WHERE feed = ? AND key IN ({marks})", feed, *some)  # noqa: S608 -- only marks
            seen.update(row["key"] for row in found)
        return frozenset(seen)
