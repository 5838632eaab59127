"""The owner's own find becomes a candidate that goes before all others: `starfish share`.  May import: all but cli."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot import __version__
from bot.app.health import next_post
from bot.app.installed import platforms, utc_now
from bot.articles.reader import Pages
from bot.core.entries import entry_key
from bot.core.same import canonical, safe_link
from bot.core.text import clean, measure
from bot.errors import NoPageError, PageError, UsageError
from bot.model import Account, Candidate
from bot.net import Client
from bot.settings import Settings, no_account
from bot.store import Store
from bot.worker import Worker


async def queue_link(url: str, note: str | None, account: str | None, settings: Settings, store: Store) -> list[str]:
    """Store a link for the next slot; gives the lines that tell the owner what happens.

    :raises UsageError: the address or the account is none, or it leads to a file and nothing is said of it
    """
    link = safe_link(url)
    if not link:
        raise UsageError(f"“{url}” is no web address; it should look like https://example.com/article")
    posting = [one for one in settings.accounts if one.post is not None]
    names = [one.name for one in posting]
    if account is not None and account not in names:
        if account in [one.name for one in settings.accounts]:
            raise UsageError(f'{account} has no schedule, so it posts no links; give it one: post = {{ every = "2h" }}')
        raise UsageError(no_account(account, names))
    if note:
        _must_fit(note, link, [one for one in posting if account in (None, one.name)])
    try:
        title, lines = await _title(link, settings)
    except NoPageError as error:
        if not note:
            raise UsageError(f"{link}: {error} Say what you make of it, with --note: that is posted then") from None
        title, lines = "", []
    now = utc_now()
    only = [] if account is None else [account]
    store.feeds.add_candidate(own_find(link, title, note, now), now=now, only=only, of=names)
    for one in posting:
        if account in (None, one.name):
            at = next_post(one, settings.bot.timezone, store, now)
            when = at.astimezone(settings.bot.timezone).strftime("%a %-d %b %H:%M") if at else "its next slot"
            lines.append(f"{one.name}: queued for {when}" + (f", as “{title}”" if title else ""))
    return lines


def _must_fit(note: str, link: str, accounts: Sequence[Account]) -> None:
    """Refuse a note that would have to be cut: the owner's words are posted as they write them, or not at all."""
    known = platforms()
    for one in accounts:
        limits = known[one.platform].limits
        room = limits.max_length - measure(f"\n\n{link}", limits)
        if (length := measure(clean(note), limits)) > room:
            raise UsageError(
                f"the note is {length} {limits.units} long, and {one.name} has room for {room}: shorten it"
            )


def own_find(link: str, title: str, note: str | None, now: datetime) -> Candidate:
    """A safe link of the owner's own finding, as a candidate that no feed brought."""
    return Candidate(
        id=0,
        feed="",
        feed_title="",
        key=entry_key("", link, "", ""),
        link=link,
        canonical=canonical(link),
        title=title or link,
        first_seen=now,
        note=clean(note) if note else None,
    )


async def _title(link: str, settings: Settings) -> tuple[str, list[str]]:
    """The page's title, so that the owner sees what was queued; a page that can't be had now is tried again later.

    :raises NoPageError: the link leads to a file
    """
    net = settings.net
    client = Client(
        contact=net.contact, version=__version__, allow_private=net.allow_private, spacing=net.spacing, now=utc_now
    )
    worker = Worker()
    try:
        async with client:
            article = await Pages(client, worker).read(link)
    except NoPageError:
        raise
    except PageError as error:
        why = str(error) if link in str(error) else f"{link}: {error}"
        return "", [f"{why.rstrip('.')}. It is queued all the same, and asked for again when its turn comes."]
    finally:
        await worker.close()
    return article.title, []
