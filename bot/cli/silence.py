"""`pause`, `resume`, `block`: silence at once.  May import: all."""

from __future__ import annotations

import click

from bot.cli.options import Place, common, known_account
from bot.cli.show import local


@click.command(epilog="Example: starfish pause --account fediverse --for 2h")
@click.option("--account", metavar="NAME", help="Only this account (default: all).")
@click.option("--for", "span", metavar="SPAN", help="For how long: 30m, 2h, 1d (default: until resumed).")
@common
def pause(place: Place, *, account: str | None, span: str | None) -> None:
    """Silence the bot at once: no posts, and no replies but to you.  What is planned waits; mentions are still heard."""
    from bot.app.installed import utc_now
    from bot.settings import span as read_span

    settings, now = place.settings(), utc_now()
    name = known_account(settings, account)
    try:
        until = now + read_span(span) if span else None
    except ValueError as error:
        raise click.UsageError(f"--for: {error}") from None
    with place.store("write", settings) as store:
        store.owner.pause(name, until, now=now)
    end = f"for {span}, until {local(until, settings)}" if until else "until resumed"
    click.echo(f"{name or 'all accounts'}: silent {end}")


@click.command(epilog="Example: starfish resume --account fediverse")
@click.option("--account", metavar="NAME", help="Only this account (default: all).")
@common
def resume(place: Place, *, account: str | None) -> None:
    """Speak again, after a pause or after new credentials."""
    from bot.app.installed import utc_now

    name = known_account(place.settings(), account)
    with place.store("write") as store:
        changed = store.owner.resume(name, now=utc_now())
    if name:
        click.echo(f"{name}: {'speaks again' if changed else 'was not silent'}")
    else:
        click.echo(f"all accounts: {'speak again' if changed else 'none was silent'}")


@click.command(epilog="Example: starfish block spam.example")
@click.argument("who", metavar="HANDLE_OR_DOMAIN")
@click.option("--undo", is_flag=True, help="Take it back.")
@common
def block(place: Place, *, who: str, undo: bool) -> None:
    """Block a person or a domain: their mentions get no answer, and nothing of theirs is shared from any feed."""
    from bot.core.handles import blockable

    if not who.strip(" @.*") or len(who.split()) > 1:
        raise click.UsageError(
            "nobody is named; write a handle like @spam@example.social, or a domain like spam.example"
        )
    try:
        meant = blockable(who)
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    with place.store("write") as store:
        changed = store.mentions.unblock(meant) if undo else store.mentions.block(meant)
    if undo:
        click.echo(f"{meant}: no longer blocked" if changed else f"{meant} was not blocked")
    else:
        click.echo(f"{meant}: blocked" if changed else f"{meant} was blocked already")
