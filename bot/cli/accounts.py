"""`accounts`, `post`: setting up platforms and trying them.  May import: all."""

from __future__ import annotations

import json
import sys

import click

from bot.cli.options import Place, common, wait_for
from bot.cli.show import paragraph

as_json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")


@click.group()
def accounts() -> None:
    """Set up the accounts that the bot speaks through, and try them."""


@accounts.command(
    epilog="""\b
Examples:
  starfish accounts add mastodon --name fediverse
  starfish accounts add webhook --name hook --set url=env:HOOK_URL
"""
)
@click.argument("platform")
@click.option("--name", required=True, help="How commands and messages will call it.")
@click.option(
    "--set", "given", multiple=True, metavar="KEY=VALUE", help="A key of the platform; asked for if left out."
)
@common
def add(place: Place, *, platform: str, name: str, given: tuple[str, ...]) -> None:
    """Add an account to starfish.toml: asks for what the platform needs, and for where each secret is kept.

    A secret is never written into the file: answer with env:NAME or file:PATH.  The account starts as a rehearsal
    (dry_run = true); when `starfish accounts check` is content and `starfish preview` pleases, take that line out.
    """
    from bot.app.accounts import keys_of, write_account

    asked = keys_of(platform)
    values = {key: value for key, _, value in (one.partition("=") for one in given)}
    unknown = sorted(set(values) - {one.name for one in asked})
    if unknown:
        raise click.UsageError(f"{platform} has no key {unknown[0]!r}; it has: {', '.join(one.name for one in asked)}")
    for one in asked:
        if one.name not in values and one.required:
            hint = " (env:NAME or file:PATH)" if one.secret else ""
            values[one.name] = click.prompt(f"{one.name}{hint}: {one.description}")
    for line in write_account(place.folder, name, platform, values):
        click.echo(line)


@accounts.command(epilog="Example: starfish accounts check --account fediverse")
@click.option("--account", metavar="NAME", help="Only this account.")
@as_json_option
@common
def check(place: Place, *, account: str | None, as_json: bool) -> None:
    """Ask each platform whether its account is well set up.  Reads only, and sends nothing."""
    from bot.app.accounts import examine

    settings = place.settings()
    names = [one.name for one in settings.accounts]
    if account is not None and account not in names:
        raise click.UsageError(f"there is no account {account!r}; there is: {', '.join(names) or 'none'}")
    found = wait_for(examine(settings, account))
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
