"""`ask`, `condense`, `share`: what would be said, and what the owner wants said.  May import: all."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bot.cli.lines import objects
from bot.cli.options import Place, common, wait_for
from bot.cli.show import paragraph

if TYPE_CHECKING:
    from bot.app.asking import Asking
    from bot.settings.values import NetSettings


@click.command(
    epilog="""\b
Examples:
  starfish ask "what do you know about granular synthesis?"
  starfish ask "pause 2h" --owner --json
  echo '{"text": "hello"}' | starfish ask --jsonl
"""
)
@click.argument("text", required=False)
@click.option("--from", "handle", metavar="HANDLE", default="@friend", show_default=True, help="Who asks.")
@click.option("--owner", is_flag=True, help="Ask as the owner.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option("--jsonl", is_flag=True, help='Read {"text", "from"?} a line, write an answer a line, in order.')
@common
def ask(place: Place, *, text: str | None, handle: str, owner: bool, as_json: bool, jsonl: bool) -> None:
    """Show what a mention would be answered, by which rule, with what score.

    Sends and stores nothing, and ignores caps, cooldowns and opt-outs.  Works without a database.
    """
    from bot.app.asking import Asking

    if jsonl == (text is not None):
        raise click.UsageError("give either a TEXT, or --jsonl and lines on the standard input")
    settings = place.settings()

    async def go() -> None:
        async with Asking.on(settings) as asking:
            if text is not None:
                answer = await asking.ask(text, handle, owner=owner)
                click.echo(json.dumps(answer.as_json(), ensure_ascii=False) if as_json else answer.told())
                return
            for given in objects():
                click.echo(json.dumps(await _one(asking, given, owner=owner), ensure_ascii=False))
                sys.stdout.flush()

    wait_for(go())


async def _one(asking: Asking, given: dict[str, Any] | str, *, owner: bool) -> dict[str, Any]:
    """Answer one line; one that can't be answered says why, and the others go on."""
    if isinstance(given, str):
        return _no_answer("", given)
    text, handle = given.get("text"), given.get("from", "@friend")
    if not isinstance(text, str) or not isinstance(handle, str):
        return _no_answer("", 'a line must look like {"text": "…", "from": "@ann"}, with texts in it')
    answer: dict[str, Any] = (await asking.ask(text, handle, owner=owner)).as_json()
    return answer


def _no_answer(text: str, error: str) -> dict[str, Any]:
    return {
        "text": text,
        "reply": "",
        "rule": None,
        "stage": None,
        "score": 0.0,
        "nearest": None,
        "error": error,
    }


def _budget(_context: click.Context, _option: click.Parameter, value: str | None) -> int | str | None:
    if value is None or value == "sentence":
        return value
    if value.isdigit() and int(value) > 0:
        return int(value)
    raise click.BadParameter("a number of characters, or the word sentence")


@click.command(
    epilog="""\b
Examples:
  starfish condense https://example.com/article
  starfish condense saved.html --limit 140 --platform x
  starfish condense --jsonl --budget 200 < articles.jsonl
"""
)
@click.argument("source", metavar="URL_OR_FILE", required=False)
@click.option("--limit", type=click.IntRange(20, 100_000), help="The length of the whole post, link included.")
@click.option(
    "--platform", metavar="NAME", default="local", show_default=True, help="Whose way of counting, and limit."
)
@click.option(
    "--budget", callback=_budget, metavar="N|sentence", help="The length of the words alone, or one sentence."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option("--jsonl", is_flag=True, help="Read one article a line, write one post a line, in order.")
@common
def condense(
    place: Place,
    *,
    source: str | None,
    limit: int | None,
    platform: str,
    budget: int | str | None,
    as_json: bool,
    jsonl: bool,
) -> None:
    """Show one article as a post.  Needs no config and no database, and sends nothing.

    Where there is a config, its [net] says how pages are visited, and which private addresses are the owner's own.

    With --jsonl, a line is {"id"?, "url", "title"?, "html"? or "text"?}.
    """
    from bot.app.condensing import Condensing

    if jsonl == (source is not None):
        raise click.UsageError("give either a URL_OR_FILE, or --jsonl and lines on the standard input")
    if limit is not None and budget is not None:
        raise click.UsageError("--limit bounds the whole post and --budget its words alone: give one of them")

    is_file = source is not None and Path(source).is_file()
    if source is not None and not is_file and not source.startswith(("http://", "https://")):
        raise click.UsageError(f"{source} is neither a file nor an address that begins with http:// or https://")

    net = _net(place) if source is not None and not is_file else None

    async def go() -> dict[str, Any]:
        async with Condensing.on(platform=platform, limit=limit, budget=budget, net=net) as condensing:
            if source is None:
                for given in objects():
                    line = {"error": given} if isinstance(given, str) else given
                    click.echo(json.dumps(await condensing.line(line), ensure_ascii=False))
                    sys.stdout.flush()
                return {}
            return await (condensing.file(Path(source)) if is_file else condensing.url(source))

    told = wait_for(go(), saying=f"reading {source}" if source else "")
    if told:
        click.echo(json.dumps(told, ensure_ascii=False) if as_json else _told(told))
    sys.exit(0 if told.get("error") is None else 1)


def _net(place: Place) -> NetSettings | None:
    """How the owner's bot visits pages; None where there is no bot here, or none whose files are right."""
    from bot.errors import ConfigError

    if not (place.folder / "starfish.toml").is_file():
        return None
    try:
        return place.settings().net
    except ConfigError:
        return None


def _told(told: dict[str, Any]) -> str:
    if told.get("error"):
        return str(told["error"] if told["url"] in told["error"] else f"{told['url']}: {told['error']}")
    verdict = "" if told["adds_value"] else f"\n(it would not be posted: {told['reason']})"
    return paragraph(told["post"]) + f"\n({told['length']} long){verdict}"


@click.command(
    epilog="""\b
Example: starfish share https://example.com/long-read --note "The best thing on reverbs this year."
"""
)
@click.argument("url")
@click.option("--note", metavar="TEXT", help="Your own takeaway; it is posted as you write it.")
@click.option("--account", metavar="NAME", help="Only on this account (default: on all that post).")
@common
def share(place: Place, *, url: str, note: str | None, account: str | None) -> None:
    """Queue a link of your own finding; it goes out in the next slot, before all others."""
    from bot.app.sharing import queue_link

    settings = place.settings()
    with place.store("write", settings) as store:
        for line in wait_for(queue_link(url, note, account, settings, store), saying=f"reading {url}"):
            click.echo(line)
