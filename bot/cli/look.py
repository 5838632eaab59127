"""`check`, `preview`, `status`, `doctor`, `schema`, `timeline`, `why`: commands that only look.  May import: all."""

from __future__ import annotations

import json
import sys
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from bot.cli.options import Place, anywhere, common, known_account, wait_for
from bot.cli.progress import progress
from bot.cli.show import ago, heading, local, paragraph, table

if TYPE_CHECKING:
    from bot.settings import Settings
    from bot.store import Store

as_json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")


@click.command(epilog="Example: starfish check --config config")
@as_json_option
@common
def check(place: Place, *, as_json: bool) -> None:
    """Validate the config, run the rules' tests, and warn of bad manners.

    Exit code 2 where there is a mistake or a test fails; warnings alone are fine.
    """
    from bot.app.checking import examine
    from bot.errors import ConfigError

    try:
        findings = examine(place.settings(secrets=True))
    except ConfigError as error:
        if not as_json:
            raise
        mistakes = [{"where": one.where, "what": one.what} for one in error.problems]
        click.echo(json.dumps({"ok": False, "mistakes": mistakes, "warnings": [], "tests": None}, ensure_ascii=False))
        sys.exit(2)
    if as_json:
        click.echo(json.dumps(findings.as_json(), ensure_ascii=False))
    elif not (place.quiet and findings.ok):
        for line in findings.lines():
            click.echo(line)
    sys.exit(0 if findings.ok else 2)


@click.command(epilog="Example: starfish preview --account timeline --count 5")
@click.option("--account", metavar="NAME", help="Only this account.")
@click.option("--count", type=click.IntRange(1, 100), default=3, show_default=True, help="How many posts an account.")
@as_json_option
@common
def preview(place: Place, *, account: str | None, count: int, as_json: bool) -> None:
    """Show what would be posted next, and why.  Sends nothing.

    Each post comes with its length as the platform counts it, its link, its reasons and its time.  Before the bot's
    first start the feeds are read once for this, and nothing is kept.
    """
    from bot.app.installed import utc_now
    from bot.app.looking import looking
    from bot.app.previewing import Preview
    from bot.app.previewing import preview as compose
    from bot.share import Gathered

    settings = place.settings()
    known_account(settings, account)

    polled: list[Gathered] = []

    async def go() -> list[Preview]:
        with progress("polling", len(settings.feeds), show=not as_json) as advance:

            def seen(one: Gathered) -> None:
                polled.append(one)
                advance(one)

            async with looking(settings, seen=seen) as (built, on):
                return await compose(built, on, utc_now(), account=account, count=count)

    found = wait_for(go())
    if as_json:
        click.echo(json.dumps({"items": [_preview_json(one) for one in found]}, ensure_ascii=False))
        return
    for one in found:
        score = "" if one.score is None else f" · score {one.score:.2f}"
        click.echo(f"── {one.account}, {local(one.at, settings)} · {one.length} of {one.limit}{score}")
        click.echo(one.post.text)
        click.echo(paragraph("why: " + "; ".join(one.why), hang="     "))
        click.echo()
    if not found and polled and all(one.status == "error" for one in polled):
        click.echo("Not one of the feeds could be read: is this machine on the network? Offline, see: starfish demo")
    elif not settings.accounts:
        click.echo("There is no account yet, so nothing is posted; add [[accounts]] to starfish.toml.")
    elif not any(one.post for one in settings.accounts if account in (None, one.name)):
        click.echo(
            'Nothing is posted there: it only answers. A schedule in starfish.toml changes that: post = { every = "2h" }'
        )
    elif not found:
        click.echo("Nothing waits. Poll the feeds with: starfish feeds refresh")


def _preview_json(one: Any) -> dict[str, object]:  # noqa: ANN401 -- a Preview, whose import is heavy
    return {
        "account": one.account,
        "text": one.post.text,
        "length": one.length,
        "limit": one.limit,
        "url": one.post.link,
        "title": one.title,
        "feed": one.feed,
        "score": one.score,
        "why": list(one.why),
        "at": one.at.isoformat(),
    }


@click.command(epilog="Example: starfish timeline --limit 20 --jsonl")
@click.option(
    "--limit", type=click.IntRange(1, 1000), default=20, show_default=True, help="How many of the newest items."
)
@as_json_option
@click.option("--jsonl", is_flag=True, help="Print one JSON object a line.")
@common
def timeline(place: Place, *, limit: int, as_json: bool, jsonl: bool) -> None:
    """Show the local timeline: posts, mentions and replies, oldest first."""
    from bot.app.page import signed
    from bot.web import as_json as item_json

    settings = place.settings()
    with place.store("read", settings) as store:
        items = [signed(item, settings) for item in store.timeline.items(None, limit)]
    if as_json:
        click.echo(json.dumps({"items": [item_json(item) for item in items]}, ensure_ascii=False))
    elif jsonl:
        for item in items:
            click.echo(json.dumps(item_json(item), ensure_ascii=False))
    else:
        for item in items:
            answers = f" ↳ {item.in_reply_to}" if item.in_reply_to else ""
            heading(f"{item.id}  {local(item.created_at, settings)}  {item.author}{answers}")
            click.echo(paragraph(item.text, indent="    "))
        if not items:
            click.echo("The timeline is empty. Start the bot with: starfish run")


@click.command(epilog="Example: starfish status --json")
@as_json_option
@common
def status(place: Place, *, as_json: bool) -> None:
    """Show the bot's health: feeds, accounts, what waits, and what you must know."""
    from bot.app.health import trouble
    from bot.app.installed import utc_now
    from bot.orders import UNANSWERED

    settings = place.settings()
    with place.store("read", settings) as store:
        facts = _status(settings, store, utc_now())
    if as_json:
        click.echo(json.dumps(facts, ensure_ascii=False, default=str))
        return
    feeds = facts["feeds"]
    troubled = [feed for feed in feeds if feed["error"] or feed["muted"] or feed["held"]]
    click.echo(f"{len(feeds)} feed{'s' if len(feeds) != 1 else ''}, {len(troubled)} with a problem")
    for feed in troubled:
        why = feed["muted"] or feed["held"] or trouble(feed["url"], feed["error"])
        since = f" since {local(_when(feed['error_since']), settings)}" if feed["error_since"] else ""
        click.echo(paragraph(f"{feed['url']}{since}: {why}", "  ", hang="  "))
    for feed in feeds:
        if feed not in troubled and feed["verdict"].startswith("silent"):
            click.echo(f"  {feed['url']}: {feed['verdict']}")
    table(
        ["account", "platform", "next post", "waiting", "state"],
        [
            (
                one["name"],
                one["platform"],
                local(_when(one["next_slot"]), settings),
                one["waiting"],
                one["paused"] or ("rehearses, sends nothing (dry_run)" if one["dry_run"] else one["held"] or "speaks"),
            )
            for one in facts["accounts"]
        ],
    )
    for one in facts["accounts"]:
        for sentence in one["costs"]:
            click.echo(f"{one['name']}: {sentence}")
    waiting = facts["unanswered"]
    if told := waiting > 0 and not any(one["subject"] == UNANSWERED for one in facts["notices"]):
        click.echo(f"{waiting} mention{'s wait' if waiting != 1 else ' waits'} for you (starfish rules unanswered)")
    for notice in facts["notices"]:
        click.echo(paragraph(f"! {notice['text']} (since {ago(_when(notice['since']), utc_now())})", hang="  "))
    if not told and not facts["notices"]:
        click.echo("Nothing needs you.")


def _when(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _status(settings: Settings, store: Store, now: datetime) -> dict[str, Any]:
    from bot.app.checking import costs_of
    from bot.app.health import health_in, next_post, why_silent, why_waiting
    from bot.app.vault import FileVault

    vault = FileVault(settings.bot.database)
    accounts = []
    for account in settings.accounts:
        state = store.owner.account_state(account.name)
        at = next_post(account, settings.bot.timezone, store, now)
        accounts.append(
            {
                "name": account.name,
                "platform": account.platform,
                "next_slot": at.isoformat() if at else None,
                "waiting": sum(store.outbox.pending_count(account.name).values()),
                "paused": why_silent(state, now, settings.bot.timezone),
                "held": why_waiting(state, now, settings.bot.timezone),
                "dry_run": account.dry_run,
                "costs": costs_of(account, vault),
            }
        )
    return {
        "status": "ok",
        "feeds": [row.as_json(now) for row in health_in(store, settings.feeds)],
        "accounts": accounts,
        "unanswered": store.mentions.waiting()[0],
        "notices": [
            {"subject": one.subject, "text": one.text, "since": one.since.isoformat()} for one in store.owner.notices()
        ],
        "counts": store.owner.counts(),
    }


@click.command(epilog="Example: starfish schema > starfish.schema.json")
@anywhere
def schema() -> None:
    """Print the JSON Schema of the three TOML files, for editors that complete and check."""
    from bot.app.installed import options_of, platforms
    from bot.settings import schema as describe

    options = options_of(platforms())
    click.echo(json.dumps(describe(options), indent=2, ensure_ascii=False))


@click.command(epilog="Example: starfish why https://example.com/article")
@click.argument("link_or_post", metavar="LINK_OR_POST")
@as_json_option
@common
def why(place: Place, *, link_or_post: str, as_json: bool) -> None:
    """Tell everything the bot knows of a link or a post: feed, age, filters, score, slot, account, outbox, receipt.

    LINK_OR_POST is an article's address, or the number of a post on the timeline or in the outbox.  Of a mention or an
    answer it tells which rule answered, and how.
    """
    from bot.app.explain import explain

    settings = place.settings()
    with place.store("read", settings) as store:
        story = explain(link_or_post, store, settings)
    if as_json:
        click.echo(json.dumps(story.as_json(), ensure_ascii=False, default=str))
    else:
        for line in story.lines():
            click.echo(paragraph(line, hang="    "))
    sys.exit(0 if story.known else 1)


@click.command(epilog="Example: starfish doctor")
@common
def doctor(place: Place) -> None:
    """Look for what keeps a bot from running well here: disk, clock, database, accounts, feeds; say what to do."""
    from bot.app.doctor import findings

    settings = place.settings()
    bad = 0
    for finding in wait_for(findings(settings), saying="looking at this machine and the accounts"):
        bad += not finding.fine
        click.echo(paragraph(f"{'ok ' if finding.fine else '!! '} {finding.what}", hang="    "))
    click.echo("All is well." if not bad else f"{bad} thing{'s' if bad != 1 else ''} to look at.")
