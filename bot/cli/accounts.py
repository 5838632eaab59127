"""`accounts`, `post`: setting up platforms and trying them.  May import: all."""

from __future__ import annotations

import json
import sys
from collections.abc import Coroutine
from typing import Any

import click

from bot.cli.groups import Group
from bot.cli.options import Place, common, known_account, wait_for
from bot.cli.show import paragraph

as_json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")


@click.group(cls=Group)
def accounts() -> None:
    """Set up the accounts that the bot speaks through, and try them."""


@accounts.command(
    epilog="""\b
Examples:
  starfish accounts add mastodon --name fediverse
  starfish accounts add mastodon --name fediverse --set server=https://example.social --set token=env:TOKEN
  starfish accounts add webhook --name hook --set url=env:HOOK_URL --post at=09:00,17:30
"""
)
@click.argument("platform", required=False, metavar="PLATFORM")
@click.option("--name", help="How commands and messages will call it (default: as its platform).")
@click.option(
    "--set", "given", multiple=True, metavar="KEY=VALUE", help="A key of the account; asked for if left out and needed."
)
@click.option("--owner", metavar="ID", help="Your own full id there: your word is a command.")
@click.option(
    "--post", "rhythm", metavar="WHEN", help="every=3h (the default), at=09:00,17:30, cron='0 9 * * *', or none."
)
@common
def add(
    place: Place,
    *,
    platform: str | None,
    name: str | None,
    given: tuple[str, ...],
    owner: str | None,
    rhythm: str | None,
) -> None:
    """Set an account up, and add it to starfish.toml: asks for what is needed, and tries it before anything is written.

    Secrets never stand in that file: what you paste is kept in secrets/, for you alone; env:NAME and file:PATH name
    what you keep elsewhere.  The account starts as a rehearsal (dry_run = true); when `starfish accounts check` is
    content and `starfish preview` pleases, take that line out.
    """
    from bot.app.enrolling import RHYTHM, Wish, set_up
    from bot.app.installed import platforms
    from bot.cli.asker import Person

    if platform is None:
        raise click.UsageError(f"say on which PLATFORM; there are: {', '.join(sorted(platforms()))}")
    values = _pairs((*given, *([f"owner={owner}"] if owner else [])))
    wish = Wish(
        platform=platform, name=name or platform, given=values, post=RHYTHM if rhythm is None else _rhythm(rhythm)
    )
    _walked(set_up(wish, place.folder, Person()))


@accounts.command(epilog="Example: starfish accounts renew fediverse")
@click.argument("name")
@common
def renew(place: Place, *, name: str) -> None:
    """Let an account in anew, where its token has ended or was taken back: the set-up walk again, for its secrets alone.

    Everything else in its block stays, and so does what it heard and sent.
    """
    from bot.app.renewing import renew as let_in
    from bot.cli.asker import Person

    _walked(let_in(name, place.folder, Person()))


def _walked(walk: Coroutine[Any, Any, list[str]]) -> None:
    try:
        lines = wait_for(walk)
    except click.Abort:
        click.echo("stopped; nothing was written", err=True)
        sys.exit(1)
    for line in lines:
        click.echo(line)


def _pairs(given: tuple[str, ...]) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for one in given:
        key, equals, value = (part.strip() for part in one.partition("="))
        if not key or not equals or not value:
            raise click.UsageError("--set takes KEY=VALUE, for example --set server=https://example.social")
        if key in pairs:
            raise click.UsageError(f"{key} is given twice")
        pairs[key] = value
    return pairs


def _rhythm(text: str) -> dict[str, str | list[str]] | None:
    """The key `post` of a block, from `every=3h`, `at=09:00,17:30`, `cron=…` or `none`; the file's own check judges it."""
    if text == "none":
        return None
    key, _, value = (part.strip() for part in text.partition("="))
    if key not in ("every", "at", "cron") or not value:
        raise click.UsageError("--post takes every=3h, at=09:00,17:30, cron='0 9 * * *' or none")
    return {key: [part.strip() for part in value.split(",")] if key == "at" else value}


@accounts.command(epilog="Example: starfish accounts check --account fediverse")
@click.option("--account", metavar="NAME", help="Only this account.")
@as_json_option
@common
def check(place: Place, *, account: str | None, as_json: bool) -> None:
    """Ask each platform whether its account is well set up.  Reads only, and sends nothing."""
    from bot.app.accounts import examine

    settings = place.settings()
    found = wait_for(examine(settings, known_account(settings, account)), saying="asking the platforms")
    if as_json:
        rows = [{"account": one.account, "fine": one.fine, "what": one.what} for one in found]
        click.echo(json.dumps({"findings": rows}, ensure_ascii=False))
    else:
        for one in found:
            click.echo(paragraph(f"{'ok ' if one.fine else '!! '} {one.account}: {one.what}"))
    sys.exit(0 if all(one.fine for one in found) else 1)


@click.command(epilog='Example: starfish post "A first word." --account fediverse --dry-run')
@click.argument("text")
@click.option("--account", metavar="NAME", required=True, help="The account that speaks.")
@click.option("--dry-run", is_flag=True, help="Only show what would be sent, and how long it is.")
@common
def post(place: Place, *, text: str, account: str, dry_run: bool) -> None:
    """Post a text of your own through the same outbox as everything else: once, and in its turn."""
    from bot.app.accounts import queue_text

    settings = place.settings()
    if dry_run:
        click.echo(queue_text(text, account, settings, None))
        return
    with place.store("write", settings) as store:
        click.echo(queue_text(text, account, settings, store))
