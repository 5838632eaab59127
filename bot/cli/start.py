"""`init`, `run`, `once`, `demo`: the commands that set the bot going.  May import: all."""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.cli.options import Place, anywhere, common, is_terminal, told_by_result, wait_for
from bot.cli.progress import progress

if TYPE_CHECKING:
    from bot.settings import Settings
    from bot.store import Store


@click.command(epilog="Example: starfish init && starfish check && starfish run")
@click.argument(
    "folder", metavar="[DIR]", type=click.Path(path_type=Path, file_okay=False), default=None, required=False
)
@common
def init(place: Place, *, folder: Path | None) -> None:
    """Write a commented starter config into DIR (default ./config).  Never overwrites."""
    from bot.settings import init as write

    folder = folder or place.folder
    for path in write(folder):
        click.echo(f"wrote {path}")
    click.echo("Next: look through feeds.toml, then: starfish run" + _flag(folder))


def _flag(folder: Path) -> str:
    return "" if folder == Path("config") else f" --config {folder}"


@click.command(epilog="Example: starfish run --config config   (stop it with Ctrl-C)")
@common
def run(place: Place) -> None:
    """Run the bot: feeds, schedule, platforms, and the page.

    Prints the page's address and a one-time link that logs you in.  SIGTERM or Ctrl-C lets sends in flight finish and
    ends within 10 seconds; SIGHUP reads the config anew (a changed file is noticed by itself, too).
    """
    with _leaving_when_told():
        if sys.stderr.isatty() and not place.quiet:  # on a small machine it takes seconds until the page is there
            click.echo("Starting …", err=True)
        settings = place.settings(secrets=True)
        for warning in settings.warnings:
            click.echo(f"{warning}", err=True)
        with place.store("run", settings) as store:
            from bot.app.collector import spare
            from bot.app.serve import serve_bot

            spare()
            wait_for(serve_bot(settings, store, load=partial(place.settings, secrets=True), say=_say))


def _say(line: str) -> None:
    """Print a line for whoever looks; the bot goes on, and ends well, also where the terminal is gone by now."""
    try:
        click.echo(line)
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@contextmanager
def _leaving_when_told() -> Iterator[None]:
    """Take a signal that comes before the bot listens to signals itself for what it means then: there is nothing to drain.

    The files are being read anyway, so SIGHUP, which would end the process, asks for nothing.
    """

    def leave(*_: object) -> None:
        sys.exit(0)

    wishes = {signal.SIGTERM: leave, signal.SIGINT: leave, signal.SIGHUP: lambda *_: None}
    before = {number: signal.signal(number, wish) for number, wish in wishes.items()}
    try:
        yield
    finally:
        for number, wish in before.items():
            signal.signal(number, wish)


@click.command(
    epilog="""\b
Examples:
  starfish once                 listen, poll, fill a due slot, deliver; for a crontab line
  starfish once --post --json   add one post per account now, and say what was done
"""
)
@click.option("--post", "extra", is_flag=True, help="Add one extra post per account now; ignores quiet hours.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@common
def once(place: Place, *, extra: bool, as_json: bool) -> None:
    """Do one round and leave: hear mentions, poll what is due, fill at most one due slot an account, answer and deliver.

    The first call on a new database only gathers, and begins to listen.  Beside a running bot it exits with 3.
    """
    settings = place.settings(secrets=True)
    told_by_result()
    with place.store("run", settings) as store:
        from bot.app.build import ground, stories
        from bot.app.installed import platforms
        from bot.app.once import once as one_round

        async def go() -> None:
            async with ground(settings, store) as on:
                built = await stories(settings, on, platforms())
                with progress("polling", len(built.sharing.feeds), show=not (as_json or place.quiet)) as advance:
                    done = await one_round(on, built, extra=extra, seen=advance)
                if as_json:
                    click.echo(json.dumps(_as_json(done), ensure_ascii=False))
                elif not place.quiet:  # a line of output is a mail, where cron calls
                    _report(done)
                    _say_when_next(settings, store)

        wait_for(go())


def _as_json(done: object) -> dict[str, object]:
    from bot.app.once import Done
    from bot.cli.feeds import gathered_json

    assert isinstance(done, Done)
    return {
        "feeds": [gathered_json(one) for one in done.gathered],
        "slots": [
            {
                "account": one.slot.account,
                "slot": one.slot.identity,
                "outbox": one.outbox,
                "reason": one.reason or None,
            }
            for one in done.filled
        ],
        "answered": done.answered,
        "delivered": done.delivered,
    }


def _report(done: object) -> None:
    from bot.app.health import trouble
    from bot.app.once import Done
    from bot.cli.show import counted

    assert isinstance(done, Done)
    failed = [one for one in done.gathered if one.status in ("error", "held")]
    new = sum(one.new for one in done.gathered)
    entries = "1 new entry" if new == 1 else f"{new} new entries"
    click.echo(f"{counted(len(done.gathered), 'feed')} polled, {entries}, {len(failed)} with a problem")
    for one in failed:
        click.echo(f"  {one.url}: {trouble(one.url, one.error or '')}")
    for filled in done.filled:
        what = f"outbox {filled.outbox}" if filled.outbox else f"nothing: {filled.reason}"
        click.echo(f"{filled.slot.account}: {what}")
    click.echo(f"{done.delivered} delivered, {done.answered} answered")


def _say_when_next(settings: Settings, store: Store) -> None:
    """When a later call has a slot to fill: who sees nothing posted yet should not wonder."""
    from bot.app.health import next_post
    from bot.app.installed import utc_now
    from bot.cli.show import local

    for account in settings.accounts:
        at = next_post(account, settings.bot.timezone, store, utc_now())
        if at is not None:
            click.echo(f"{account.name}: its next slot is {local(at, settings)}")


@click.command(epilog="Example: starfish demo   (then open the address it prints)")
@click.option(
    "--port",
    type=click.IntRange(0, 65_535),
    metavar="NUMBER",
    default=0,
    show_default=False,
    help="Where the page is served (default: any free one).",
)
@click.option("--once", "brief", is_flag=True, help="Print the timeline and leave, for a look without a browser.")
@click.option("--open/--no-open", "opened", default=None, help="Open the page in a browser (default: on a desktop).")
@anywhere
def demo(*, port: int, brief: bool, opened: bool | None) -> None:
    """Show the whole bot offline: our own articles, a temporary folder, a sample conversation.

    Nothing of yours is read or written, and nothing leaves this machine.
    """
    from bot.demo import show

    wait_for(show(port=port, brief=brief, browser=is_terminal() if opened is None else opened, say=click.echo))
