"""`backup`, `restore`, `prove`: that nothing gets lost, and the proof of it.  May import: all."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.cli.options import Place, anywhere, common, wait_for
from bot.cli.show import paragraph, table

if TYPE_CHECKING:
    from bot.prove.verdict import Verdict


@click.command(
    epilog="""\b
Example: starfish backup /var/backups/starfish.db   (also from cron, while the bot runs)
"""
)
@click.argument("file", type=click.Path(path_type=Path))
@common
def backup(place: Place, *, file: Path) -> None:
    """Copy everything the bot remembers into FILE, in one piece, also while it runs.

    An older backup under that name is replaced once the new one is whole.  Tokens are not in it.
    """
    from bot.errors import UsageError

    settings = place.settings()
    if file.resolve() == settings.bot.database.resolve():
        raise UsageError(f"{file} is the bot's own database; name another file")
    if file.exists() and not _may_go(file):
        raise UsageError(f"{file} is there already, and no backup; name another file")
    with place.store("read", settings) as store:
        store.owner.backup(file)
    click.echo(f"{file}: {file.stat().st_size:,} bytes. Bring it back with: starfish restore {file}")


def _may_go(file: Path) -> bool:
    """Whether what is there is empty, or a copy of ours that no bot works with: nothing else is replaced by a backup."""
    from bot.store.guard import beside
    from bot.store.migrations import APPLICATION

    if not file.is_file() or beside(file.resolve(), ".exists").exists():
        return False
    with file.open("rb") as there:
        header = there.read(72)  # https://www.sqlite.org/fileformat.html: whose it is stands at 68
    return not header or (header.startswith(b"SQLite format 3\0") and header[68:] == APPLICATION.to_bytes(4, "big"))


@click.command(epilog="Example: starfish restore /var/backups/starfish.db")
@click.argument("file", type=click.Path(path_type=Path))
@common
def restore(place: Place, *, file: Path) -> None:
    """Put a backup in the place of the database, without posting again what was posted since it was made.

    The bot must not run.  What the backup says was ready to be sent is looked for first, on the platforms that can be
    asked, and held for you on the others; what waited to be chosen, and what the feeds hold at their next poll, counts
    as shared; mentions from before now go onto the list of the unanswered.  The database that is there now is kept
    under another name.
    """
    from bot.app.installed import platforms, utc_now
    from bot.errors import StoreError
    from bot.model import State
    from bot.store import restore as put_back

    settings = place.settings()
    known = platforms()
    in_store = [one.name for one in settings.accounts if known[one.platform].limits.in_store]
    try:
        old = put_back(settings.bot.database, file, now=utc_now(), in_store=in_store)
    except StoreError as error:
        if "starfish restore" not in str(error):
            raise
        raise StoreError(
            f"{file} is no backup, or a damaged one, so nothing was restored. Take another one."
        ) from error
    click.echo(
        f"{settings.bot.database} is restored from {file}." + (f" What was there is kept as {old}." if old else "")
    )
    with place.store("read", settings) as store:
        doubtful = len(store.outbox.rows(states=[State.UNKNOWN], limit=1_000_000))
    if doubtful:
        which = (
            f"{doubtful} deliveries may have been sent since: each"
            if doubtful > 1
            else "1 delivery may have been sent since: it"
        )
        click.echo(paragraph(f"{which} is looked for before it goes again."))
    click.echo(paragraph("What the feeds bring at their next poll counts as known: nothing is posted twice."))


@click.command(
    epilog="""\b
Examples:
  starfish prove                             one bot with an account of each of five classes, 20 kills, half a minute
  starfish prove --platform each             the same with every platform that there is
  starfish prove --kills 1000 --platform readable --seed 7
"""
)
@click.option(
    "--kills", type=click.IntRange(1, 1_000_000), default=20, show_default=True, help="How often it is killed."
)
@click.option(
    "--platform",
    "chosen",
    metavar="NAME",
    multiple=True,
    help="Only this platform, or each; may be given several times.  [default: one of each class]",
)
@click.option("--seed", type=int, default=0, show_default=True, help="Of all that is drawn: entries, faults, deaths.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@anywhere
def prove(*, kills: int, chosen: tuple[str, ...], seed: int, as_json: bool) -> None:
    """Kill the bot again and again, and show that nothing is lost and nothing is posted twice.

    The real program runs in a temporary folder against servers on this machine that count, and that misbehave: they
    keep a post and answer 500, cut the line, answer late, or not at all.  It is killed without warning at random
    moments and while a server has its request; then what it believes is compared with what the servers have.  Your own
    bot is not touched.  Exit code 1: a promise was broken.
    """
    from bot.prove.classes import CLASSES, FURTHER
    from bot.prove.proof import prove as run

    names = [one.name for one in (*CLASSES, *FURTHER)] if "each" in chosen else list(chosen)
    judged(wait_for(run(kills, names, seed, lambda line: click.echo(line, err=True))), seed, as_json=as_json)


def judged(verdicts: Sequence[Verdict], seed: int, *, as_json: bool) -> None:
    """Say what came of it, and end with 1 where a promise was broken."""
    from bot.prove.classes import CLASSES, FURTHER

    if as_json:
        click.echo(json.dumps({"seed": seed, "platforms": [_as_json(one) for one in verdicts]}, ensure_ascii=False))
    else:
        promises = {one.name: one.promise for one in (*CLASSES, *FURTHER)}
        table(
            ["platform", "class", "kills", "posts", "lost", "doubled", "held"],
            [
                (
                    one.platform,
                    promises[one.platform],
                    one.kills,
                    one.posts,
                    len(one.lost),
                    len(one.doubled),
                    len(one.held),
                )
                for one in verdicts
            ],
        )
        for one in verdicts:
            for what in (*one.lost, *one.doubled):
                click.echo(f"{one.platform}: {what}")
    if not all(one.kept for one in verdicts):
        sys.exit(1)  # click's own way to end is lost on whoever calls it from a program


def _as_json(one: Verdict) -> dict[str, object]:
    return {
        "platform": one.platform,
        "kills": one.kills,
        "posts": one.posts,
        "lost": list(one.lost),
        "doubled": list(one.doubled),
        "held": list(one.held),
    }
