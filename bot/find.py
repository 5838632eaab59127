"""What the archive says to a mention: by topic, by time, by likeness, and of the post it answers.

May import: core, store, acting.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from bot.acting import INSTEAD, Acting, Values, said_lately
from bot.core.period import period_of
from bot.core.search import topic_of
from bot.core.sentences import sentences
from bot.core.text import first_words
from bot.model import Match, Mention, OutboxRow
from bot.store import Found

NOTHING_NEWER = "Nothing there that you don't know from me already, {name}: {article.title} {article.url} `latest` has other things."

SOME, MANY = 5, 20
"""Articles on a topic, and the newest of all, that are looked at for one that the asker doesn't know yet."""

LINE = 160
"""Characters about an article beside its title and link in a reply."""

_FIGURE = re.compile(r" \([+]\d+\.\d+\)$")


async def post_values(mention: Mention, on: Acting) -> Values | None:
    """What is known of the post that a mention answers: feed, date, link, reason; None where it answers none."""
    if mention.about is None:
        return None
    row = await on.db(on.store.outbox.row, mention.about)
    return None if row is None else await _of_post(row, on)


async def _of_post(row: OutboxRow, on: Acting) -> Values:
    facts = await on.db(on.store.feeds.story_of, row.candidate) if row.candidate is not None else None
    sent = row.settled_at or row.created_at
    values = {
        "post.url": row.post.link or "",
        "post.title": row.post.title or first_words(row.post.text),
        "post.date": sent.astimezone(on.zone).strftime("%-d %B %Y"),
        "post.feed": "my owner's own finds",
        "post.reason": "my owner found it worth sharing",
    }
    if facts is not None:
        values["post.feed"] = facts.feed_title
        values["post.reason"] = _spoke_for_it(facts.why) or "it was the best of what waited"
    return values


def _spoke_for_it(why: Sequence[str]) -> str:
    """The reasons of a choice for anybody's ears: without what spoke against it or not at all, and without the figures."""
    *most, last = [_FIGURE.sub("", one) for one in why if "(-" not in one and "(+0.00)" not in one] or [""]
    return f"{', '.join(most)} and {last}" if most else last


async def search(match: Match, mention: Mention, on: Acting, now: datetime) -> Values | None:
    """What the archive has on the topic that was named, else on the words themselves."""
    topic = match.values.get("topic") or topic_of(mention.text) or mention.text
    # Words that nobody called a topic are one only if something is about all of them.
    return await _found(topic, mention, on, now, newest=False, bare=match.stage == "search")


async def latest(match: Match, mention: Mention, on: Acting, now: datetime) -> Values | None:
    """The newest that the archive has on a topic, or of a time, or at all."""
    return await _found(match.values.get("topic") or match.values.get("when", ""), mention, on, now, newest=True)


async def _found(
    topic: str, mention: Mention, on: Acting, now: datetime, *, newest: bool, bare: bool = False
) -> Values | None:
    """Ask the archive, within the time that the question names at its end, if it names one."""
    archive = on.store.archive
    period = period_of(topic, now, on.zone)
    since, until = (period.since, period.until) if period else (None, None)
    words = period.topic if period else topic
    if words:
        found = await on.db(archive.find, words, SOME, newest=newest, since=since, until=until, every_word=bare)
    else:
        found = await on.db(archive.newest, mention.account, MANY, since, until)
    return await _new_to_them(found, topic, mention, on, now, again=bool(words))


async def similar(_match: Match, mention: Mention, on: Acting, now: datetime) -> Values | None:
    """More like the post that a mention answers."""
    if mention.about is None:
        return None
    row = await on.db(on.store.outbox.row, mention.about)
    if row is None or row.candidate is None:
        return None
    found = await on.db(on.store.archive.similar, row.candidate, SOME)
    return await _new_to_them(found, row.post.title, mention, on, now, again=False)


async def _new_to_them(
    found: Sequence[Found], topic: str, mention: Mention, on: Acting, now: datetime, *, again: bool = True
) -> Values | None:
    """The first of what was found that the asker wasn't told lately; with `again`, else the first in fewer words."""
    told = await said_lately(mention, on, now)
    fresh = [one for one in found if not any(one.link in text for text in told)]
    if fresh or not found:
        return _article(fresh, topic, on, now)
    return {**(_article(list(found), topic, on, now) or {}), INSTEAD: NOTHING_NEWER} if again else None


async def of_the_post(_match: Match, mention: Mention, on: Acting, _now: datetime) -> Values | None:
    """Where the post came from that a mention answers."""
    return await post_values(mention, on)


async def summary(_match: Match, mention: Mention, on: Acting, now: datetime) -> Values | None:
    """More of the article behind the post that a mention answers, and each time more, until there is no more."""
    row = await on.db(on.store.outbox.row, mention.about) if mention.about is not None else None
    if row is None or row.candidate is None:
        return None
    told = [text for text in await said_lately(mention, on, now) if row.post.link and row.post.link in text]
    more = await on.longer(row.candidate, " ".join([row.post.text, *told]))
    return {"post.summary": more} if more else None


def _article(found: list[Found], topic: str, on: Acting, now: datetime) -> Values | None:
    if not found:
        return None
    best = found[0]
    at = best.at.astimezone(on.zone)
    day = at.strftime("%-d %B" if at.year == now.astimezone(on.zone).year else "%-d %B %Y")
    return {
        "topic": topic,
        "article.title": best.title or best.feed_title,  # of a note without a title its line tells all the rest
        "article.line": _whole_sentences(best.line.partition("\n\n— ")[0]),  # the words alone, without credit
        "article.url": best.link,
        "article.feed": best.feed_title,
        "article.date": day,
        "article.when": f"shared on {day}" if best.shared else f"read on {day}",
    }


def _whole_sentences(line: str) -> str:
    """As many complete sentences as a reply has room for: what was cut from a longer text ends in the middle."""
    said = ""
    for sentence in sentences(line, None):
        if sentence.endswith(("...", "…")) or len(said) + len(sentence) > LINE:
            break
        said = f"{said} {sentence}".strip()
    return said if len(said) == len(line.strip()) else _quoted_whole(said)


def _quoted_whole(said: str) -> str:
    """Words with the closing half of a quotation mark that was left behind with what was cut."""
    for opening, closing in ("“”", "„“", "«»", "‘’"):
        if said.count(opening) > said.count(closing):
            said += closing
    return said
