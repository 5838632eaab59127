"""`queue`, `outbox`, `retract`: what waits, what was sent, what is in doubt.  May import: all."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from bot.cli.groups import Group
from bot.cli.options import Place, common, known_account, wait_for
from bot.cli.show import brief, local, paragraph, table

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.model import OutboxRow
    from bot.store import Store

as_json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")


@click.group(cls=Group)
def queue() -> None:
    """See what will be posted, and decide about drafts."""


@queue.command(name="list", epilog="Example: starfish queue list --account fediverse")
@click.option("--account", metavar="NAME", help="Only this account.")
@as_json_option
@common
def list_(place: Place, *, account: str | None, as_json: bool) -> None:
    """Show drafts, planned posts and the backlog, each with its expected time.

    The backlog is in the order of its scores; a slot also compares the posts of the first few, as `starfish preview`
    shows.
    """
    from bot.app.build import ground, stories
    from bot.app.installed import platforms, utc_now
    from bot.app.queue import Waiting, waiting

    settings = place.settings()
    known_account(settings, account)

    async def go() -> list[Waiting]:
        with place.store("read", settings) as store:
            async with ground(settings, store) as on:
                built = await stories(settings, on, platforms(), look_only=True)
                return await waiting(built, on, utc_now(), account)

    rows = wait_for(go())
    if as_json:
        click.echo(json.dumps({"items": [_waiting_json(one) for one in rows]}, ensure_ascii=False))
        return
    table(
        ["outbox", "account", "expected", "state", "what"],
        [
            (
                one.row.id if one.row else "",
                one.account,
                local(one.expected, settings),
                one.row.state if one.row else "backlog",
                brief(one.row.post.text if one.row else one.called, 90),
            )
            for one in rows
        ],
    )
    if not rows:
        click.echo("Nothing waits.")


def _waiting_json(one: Any) -> dict[str, Any]:  # noqa: ANN401 -- a Waiting, whose import is heavy
    candidate: Any = one.choice.candidate if one.choice else None
    return {
        "outbox": one.row.id if one.row else None,
        "account": one.account,
        "state": str(one.row.state) if one.row else "backlog",
        "expected": one.expected.isoformat() if one.expected else None,
        "text": one.row.post.text if one.row else None,
        "title": one.row.post.title if one.row else candidate.title,
        "url": one.row.post.link if one.row else candidate.link,
        "feed": candidate.feed if candidate else None,
        "score": one.choice.score if one.choice else None,
        "why": list(one.choice.why) if one.choice else [],
    }


@queue.command(epilog="Example: starfish queue approve 12")
@click.argument("row", type=int)
@common
def approve(place: Place, *, row: int) -> None:
    """Let a draft go: at once, or in the account's next slot if it has posted since the last one."""
    from bot.app.deciding import approve as decide

    settings = place.settings()
    with place.store("write", settings) as store:
        click.echo(decide(row, settings, store))


@queue.command(epilog='Example: starfish queue edit 12 --text "A better takeaway."')
@click.argument("row", type=int)
@click.option("--text", required=True, help="The new words; the link stays.")
@common
def edit(place: Place, *, row: int, text: str) -> None:
    """Change the words of a draft or a planned post; it must still fit."""
    from bot.app.deciding import edit as decide

    settings = place.settings()
    with place.store("write", settings) as store:
        click.echo(decide(row, text, settings, store))


@queue.command(epilog='Example: starfish queue reject 12 --reason "seen elsewhere"')
@click.argument("row", type=int)
@click.option("--reason", default="rejected by the owner", show_default=True, help="For the record.")
@common
def reject(place: Place, *, row: int, reason: str) -> None:
    """Withdraw a draft for good; its article is not offered again."""
    from bot.app.installed import utc_now

    _change(place, row, lambda store: store.outbox.reject(row, reason, now=utc_now()), done="rejected", states=WAITING)


@queue.command(epilog="Example: starfish queue snooze 12 --for 1d")
@click.argument("row", type=int)
@click.option("--for", "span", required=True, metavar="SPAN", help="For how long: 30m, 2h, 1d.")
@common
def snooze(place: Place, *, row: int, span: str) -> None:
    """Put a draft or a planned post off."""
    from bot.app.installed import utc_now
    from bot.settings import span as read_span

    settings = place.settings()
    try:
        until = utc_now() + read_span(span)
    except ValueError as error:
        raise click.UsageError(f"--for: {error}") from None
    _change(
        place,
        row,
        lambda store: store.outbox.snooze(row, until, now=utc_now()),
        done=f"put off until {local(until, settings)}",
        states=WAITING,
    )


WAITING = "a draft or a planned post"
DOUBTFUL = "what is held, refused or unknown"


def _change(place: Place, row: int, act: Callable[[Store], bool], *, done: str, states: str) -> None:
    """Do something to a delivery, and say what was `done`; `states`: to which ones it can be done."""
    from bot.errors import UsageError

    with place.store("write") as store:
        found = store.outbox.row(row)
        if found is None:
            raise UsageError(f"there is no outbox {row}; see: starfish queue list, starfish outbox list")
        if not act(store):
            raise UsageError(f"outbox {row} is {found.state}; only {states} can be {done.partition(' until')[0]}")
        store.owner.clear(f"outbox:{row}")
    click.echo(f"outbox {row}: {done}")


@click.group(cls=Group)
def outbox() -> None:
    """See deliveries by state, and decide the doubtful ones."""


@outbox.command(name="list", epilog="Example: starfish outbox list --state held")
@click.option("--state", "states", multiple=True, help="Only these states; may be given several times.")
@click.option("--account", metavar="NAME", help="Only this account.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True)
@as_json_option
@common
def list_outbox(place: Place, *, states: tuple[str, ...], account: str | None, limit: int, as_json: bool) -> None:
    """Show deliveries, the newest first, with the reason where something is wrong."""
    from bot.model import State

    known = [str(state) for state in State]
    for state in states:
        if state not in known:
            raise click.UsageError(f"no state is called {state!r}; there are: {', '.join(known)}")
    settings = place.settings()
    known_account(settings, account)
    with place.store("read", settings) as store:
        rows = store.outbox.rows(account=account, states=states or None, limit=limit)
    if as_json:
        click.echo(json.dumps({"items": [_outbox_json(row) for row in rows]}, ensure_ascii=False))
        return
    table(
        ["outbox", "account", "state", "when", "what", "reason"],
        [
            (
                row.id,
                row.post.account,
                row.state,
                local(row.settled_at or row.sent_at or row.created_at, settings),
                brief(row.post.text, 60),
                row.reason,
            )
            for row in rows
        ],
    )
    if not rows:
        click.echo(f"Nothing is {' or '.join(states)}." if states else "Nothing was sent yet, and nothing waits.")
    if any(row.state is State.HELD for row in rows):
        click.echo(
            paragraph("held: look at the account, then: starfish outbox mark-sent N, or: starfish outbox resend N")
        )


def _outbox_json(row: OutboxRow) -> dict[str, Any]:
    from bot.app.explain import row_json

    return row_json(row)


@outbox.command(epilog="Example: starfish outbox resend 41")
@click.argument("row", type=int)
@common
def resend(place: Place, *, row: int) -> None:
    """Send a held, refused or unknown delivery again: you looked, and it is not there."""
    from bot.app.installed import utc_now

    _change(place, row, lambda store: store.outbox.resend(row, now=utc_now()), done="sent again", states=DOUBTFUL)


@outbox.command(name="mark-sent", epilog="Example: starfish outbox mark-sent 41")
@click.argument("row", type=int)
@common
def mark_sent(place: Place, *, row: int) -> None:
    """Record that a held or unknown delivery is there: you looked, and saw it."""
    from bot.app.installed import utc_now

    _change(
        place,
        row,
        lambda store: store.outbox.mark_sent(row, now=utc_now()),
        done="marked as sent",
        states="what is held or unknown",
    )


@click.command(epilog="Example: starfish retract https://example.com/article")
@click.argument("link")
@common
def retract(place: Place, *, link: str) -> None:
    """Take back every sent post of a link, where the platform can; what waits is withdrawn too."""
    from bot.app.deciding import retract as decide

    settings = place.settings(secrets=True)
    with place.store("write", settings) as store:
        for line in wait_for(decide(link, settings, store), saying="asking the platforms"):
            click.echo(line)
