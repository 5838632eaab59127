"""`forget`: all that is known of a person goes.  May import: all."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.cli.options import Place, common, known_account
from bot.cli.queue import as_json_option
from bot.cli.show import paragraph

if TYPE_CHECKING:
    from bot.store import Forgotten, Store


@click.command(
    epilog="""\b
Examples:
  starfish forget @ann@example.social
  starfish forget ann.bsky.social --account bluesky
"""
)
@click.argument("person")
@click.option("--account", metavar="NAME", help="Only what this account knows of them (default: all).")
@as_json_option
@common
def forget(place: Place, *, person: str, account: str | None, as_json: bool) -> None:
    """Forget a person: what they said and were told, their names, follows and reminders.  There is no way back.

    PERSON is their full handle or id, as `starfish rules unanswered` shows it, with or without the leading @.  What they said
    leaves the timeline and your lists; what isn't sent to them yet is not sent.  What stays: their `stop` and your
    `block`, or they would be spoken to again; and a fingerprint of each mention, so that none is answered twice.  It is
    done at once, also while the bot runs, but reaches no platform, no log and no backup.
    """
    from bot.app.installed import utc_now
    from bot.store import sweep
    from bot.store.guard import is_locked

    if not person.strip(" @"):
        raise click.UsageError("nobody is named; write their id, as in: starfish forget @ann@example.social")
    settings = place.settings()
    known_account(settings, account)
    with place.store("write", settings) as store:
        ids = store.forgetting.ids_of(person, account)
        gone = store.forgetting.forget(ids, account, now=utc_now()) if ids else None
        if gone is None and not as_json:
            click.echo(_nobody(person, store))
        store.connection.empty_wal()
        runs = is_locked(store.path)
        if gone is not None and not as_json:
            click.echo("\n".join(map(paragraph, _told(ids, gone, store.path, runs=runs))))
        if as_json:
            click.echo(json.dumps(_as_json(ids, gone, store.path, runs=runs), ensure_ascii=False))
        if not runs:
            sweep(store.connection)


def _nobody(person: str, store: Store) -> str:
    others = store.forgetting.namesakes(person)
    hint = f" By that name there is: {', '.join(others)}. Say which." if others else ""
    return f"{person}: nothing is known of them.{hint}"


def _told(ids: list[str], gone: Forgotten, database: Path, *, runs: bool) -> list[str]:
    """What to tell the owner: what went, what stays on purpose, and what is out of reach."""
    counts = [
        f"{number} {word}{'' if number == 1 else 's'}"
        for number, word in ((gone.mentions, "mention"), (gone.replies, "answer"), (gone.promises, "promise"))
    ]
    lines = [f"{', '.join(ids)}: forgotten, with {counts[0]}, {counts[1]} and {counts[2]}."]
    if gone.stopped:
        lines.append("They said stop: that stays, and they are left alone.")
    if gone.blocked:
        lines.append(f"They are blocked, and stay so; to end it: starfish block {ids[0]} --undo")
    if gone.rules:
        lines.append(
            f"What you taught from their words answers everybody, and stays: {', '.join(gone.rules)}."
            " If it tells who they are: starfish rules remove NAME"
        )
    lines.append("Out of reach: what stands on the platforms, in logs, and in backups made before now.")
    if copies := _copies(database):
        lines.append(f"Older copies stand beside the database; delete what you don't need: {', '.join(copies)}")
    if runs:
        lines.append("A bot is running: unused parts of the database may hold traces until it starts anew.")
    return lines


def _copies(database: Path) -> list[str]:
    """What an update and `restore` left beside the database, by name."""
    kept = [*database.parent.glob(f"{database.name}.before-*"), *database.parent.glob(f"{database.name}.replaced-*")]
    return sorted(path.name for path in kept if not path.name.endswith(("-wal", "-shm")))


def _as_json(ids: list[str], gone: Forgotten | None, database: Path, *, runs: bool) -> dict[str, object]:
    return {
        "ids": ids,
        "mentions": gone.mentions if gone else 0,
        "answers": gone.replies if gone else 0,
        "promises": gone.promises if gone else 0,
        "rules": list(gone.rules) if gone else [],
        "stopped": gone is not None and gone.stopped,
        "blocked": gone is not None and gone.blocked,
        "traces": runs,
        "copies": _copies(database),
    }
