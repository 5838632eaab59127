"""`feeds`: list, add, remove, import, export, discover, check, refresh, release.  May import: all."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bot.cli.groups import Group
from bot.cli.options import Place, common, told_by_result, wait_for
from bot.cli.progress import progress
from bot.cli.show import ago, counted, local, paragraph, table

if TYPE_CHECKING:
    from bot.feeds.discover import Found
    from bot.share import Gathered

as_json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")


@click.group(cls=Group)
def feeds() -> None:
    """Look after the feeds that the bot reads."""


@feeds.command(name="list", epilog="Example: starfish feeds list")
@as_json_option
@common
def list_(place: Place, *, as_json: bool) -> None:
    """Show every feed: last success, next poll, trouble since when, entries seen and shared."""
    from bot.app.health import health
    from bot.app.installed import utc_now

    settings = place.settings()
    rows = health(settings)
    if as_json:
        click.echo(json.dumps({"feeds": [row.as_json(utc_now()) for row in rows]}, ensure_ascii=False))
        return
    table(
        ["feed", "tags", "last read", "next poll", "a day", "seen", "shared", "state"],
        [
            (
                row.url,
                ",".join(row.tags),
                ago(row.state.last_ok, utc_now()),
                local(row.state.next_at, settings),
                "–" if row.state.per_day is None else f"{row.state.per_day:.1f}",
                row.entries,
                row.shared,
                row.verdict(utc_now()),
            )
            for row in rows
        ],
    )
    if not rows:
        click.echo("No feeds yet. Add one with: starfish feeds add https://example.com")


@feeds.command(epilog="Example: starfish feeds add https://example.com --tag audio")
@click.argument("address")
@click.option("--tag", "tags", multiple=True, help="A tag; may be given several times.")
@as_json_option
@common
def add(place: Place, *, address: str, tags: tuple[str, ...], as_json: bool) -> None:
    """Add a feed by its address, or by its site's: the feed is looked for, and it is said what was found."""
    from bot.app.feedbook import ask_again, find
    from bot.settings import add_feed

    settings = place.settings()
    found = wait_for(find(address, settings), saying=f"looking for feeds at {address}")
    best = found[0]
    if not as_json:
        for other in found[1:]:
            click.echo(f"  also there: {other.feed_url} ({other.title or other.how})")
    add_feed(place.folder, best.feed_url, tags)
    ask_again(best.feed_url, settings)
    if as_json:
        first, *others = map(_found_json, found)
        click.echo(json.dumps({"added": first, "also_there": others}, ensure_ascii=False))
        return
    click.echo(f"added {best.feed_url} ({best.title or 'without a title'}; {best.how})")


@feeds.command(epilog="Example: starfish feeds remove https://example.com/feed.xml")
@click.argument("address")
@as_json_option
@common
def remove(place: Place, *, address: str, as_json: bool) -> None:
    """Remove a feed from feeds.toml; what was seen of it is remembered, so that adding it again floods nobody."""
    from bot.errors import UsageError
    from bot.settings import remove_feed

    if not remove_feed(place.folder, address):
        raise UsageError(f"{address} is not in {place.folder / 'feeds.toml'}; see: starfish feeds list")
    click.echo(json.dumps({"removed": address}, ensure_ascii=False) if as_json else f"removed {address}")


@feeds.command(name="import", epilog="Example: starfish feeds import subscriptions.opml")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@as_json_option
@common
def import_(place: Place, *, file: Path, as_json: bool) -> None:
    """Import feeds from another reader: OPML (nested folders become tags), feed2toot.ini, feediverse.yml."""
    from bot.app.feedbook import read_list
    from bot.settings import add_feeds

    place.settings()  # a config with mistakes is told first
    added, refused = add_feeds(place.folder, [(found.url, found.tags) for found in read_list(file)])
    if as_json:
        click.echo(json.dumps({"added": added, "left_out": list(refused)}, ensure_ascii=False))
        return
    for why in refused:
        click.echo(paragraph(f"left out: {why}"), err=True)
    click.echo(
        f"{counted(added, 'feed')} added to {place.folder / 'feeds.toml'}; those known already were left as they are"
    )


@feeds.command(epilog="Example: starfish feeds export > feeds.opml")
@as_json_option
@common
def export(place: Place, *, as_json: bool) -> None:
    """Print all feeds as OPML, for any other reader."""
    from bot.app.feedbook import as_opml

    settings = place.settings()
    if as_json:
        rows = [{"url": feed.url, "tags": list(feed.tags)} for feed in settings.feeds]
        click.echo(json.dumps({"feeds": rows}, ensure_ascii=False))
        return
    click.echo(as_opml(settings))


@feeds.command(epilog="Example: starfish feeds discover https://example.com")
@click.argument("address")
@as_json_option
@common
def discover(place: Place, *, address: str, as_json: bool) -> None:
    """Look for the feeds of a site, and say where each was found.  Changes nothing."""
    from bot.app.feedbook import find

    found = wait_for(find(address, place.settings()), saying=f"looking for feeds at {address}")
    if as_json:
        click.echo(json.dumps({"feeds": list(map(_found_json, found))}, ensure_ascii=False))
        return
    table(["feed", "title", "found by"], [(one.feed_url, one.title, one.how) for one in found])


@feeds.command(epilog="Example: starfish feeds check https://example.com/feed.xml")
@click.argument("address")
@as_json_option
@common
def check(place: Place, *, address: str, as_json: bool) -> None:
    """Fetch and read one feed now, and say what is in it, or what is wrong with it.  Stores nothing."""
    from bot.app.feedbook import try_out

    trial = wait_for(try_out(address, place.settings()), saying=f"reading {address}")
    if as_json:
        click.echo(json.dumps(trial.as_json(), ensure_ascii=False))
    else:
        for line in trial.lines():
            click.echo(paragraph(line))


@feeds.command(epilog="Example: starfish feeds refresh --all --json")
@click.option("--all", "everything", is_flag=True, help="Poll everything, due or not; still conditionally.")
@as_json_option
@common
def refresh(place: Place, *, everything: bool, as_json: bool) -> None:
    """Poll what is due now: no pages, no drafts, no posts.  Beside a running bot, only mark the feeds due."""
    from bot.app.build import ground, stories
    from bot.app.health import trouble
    from bot.app.installed import platforms
    from bot.app.once import refresh as poll
    from bot.errors import StoreBusy

    settings = place.settings(secrets=True)
    told_by_result()

    async def go() -> list[Gathered]:
        with place.store("run", settings) as store:
            async with ground(settings, store) as on:
                built = await stories(settings, on, platforms())
                now = on.now()  # after the files were read: a feed that is new in them is due at once
                if everything:
                    await on.db(store.feeds.mark_due, None, now=now)
                due = await on.db(store.feeds.due, now, 1_000_000)
                with progress("polling", len(due), show=not as_json) as advance:
                    return await poll(on, built, now, seen=advance)

    try:
        results = wait_for(go())
    except StoreBusy:
        _mark_due(place, everything=everything, as_json=as_json)
        return
    if as_json:
        click.echo(json.dumps({"feeds": [gathered_json(one) for one in results]}, ensure_ascii=False))
        return
    shown = [one for one in results if not place.quiet or one.error]
    table(
        ["feed", "status", "entries", "new", "next poll", ""],
        [
            (
                one.url,
                one.status,
                one.entries,
                one.new,
                local(one.next_at, settings),
                one.error and trouble(one.url, one.error),
            )
            for one in shown
        ],
    )
    if not place.quiet:
        new = sum(one.new for one in results)
        click.echo(f"{counted(len(results), 'feed')} polled, {new} new {'entry' if new == 1 else 'entries'}")
        if not results and settings.feeds:
            click.echo("Nothing was due; --all polls every feed now.")


def _mark_due(place: Place, *, everything: bool, as_json: bool) -> None:
    from bot.app.installed import utc_now

    with place.store("write") as store:
        marked = store.feeds.mark_due(None if everything else [], now=utc_now())
    said = "A bot is running, and polls what is due by itself; --all asks it to poll every feed now."
    if everything:
        said = f"A bot is running: {counted(marked, 'feed')} marked due, which it polls now."
    click.echo(json.dumps({"feeds": [], "note": said}) if as_json else said)


@feeds.command(epilog="Example: starfish feeds release https://example.com/feed.xml")
@click.argument("address")
@as_json_option
@common
def release(place: Place, *, address: str, as_json: bool) -> None:
    """Let a held or muted feed go on: what stands in it now counts as seen, and only what comes later is shared."""
    from bot.app.feedbook import let_go

    settings = place.settings()
    with place.store("write", settings) as store:
        said = let_go(address, store)
    click.echo(json.dumps({"released": address}, ensure_ascii=False) if as_json else said)


def _found_json(one: Found) -> dict[str, str]:
    return {"url": one.feed_url, "title": one.title, "how": one.how}


def gathered_json(one: Gathered) -> dict[str, Any]:
    """One feed of the contract (design, section 3)."""
    return {
        "url": one.url,
        "status": one.status,
        "entries": one.entries,
        "new": one.new,
        "error": one.error,
        "next_at": one.next_at.isoformat() if one.next_at else None,
    }
