"""`rules`: list, add, remove, test, unanswered, teach, export.  May import: all."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from bot.cli.groups import Group
from bot.cli.options import Place, common, wait_for
from bot.cli.show import ago, counted, heading, local, paragraph, table

as_json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")


@click.group(cls=Group)
def rules() -> None:
    """Look after the stored rules that answer mentions."""


@rules.command(name="list", epilog="Example: starfish rules list")
@as_json_option
@common
def list_(place: Place, *, as_json: bool) -> None:
    """Show every rule: where it comes from, what it matches, how often it answered."""
    from bot.app.installed import utc_now
    from bot.app.rulebook import known_rules

    settings = place.settings()
    known = known_rules(settings)
    if as_json:
        click.echo(json.dumps({"rules": [one.as_json() for one in known]}, ensure_ascii=False))
        return
    table(
        ["rule", "origin", "used", "last", "matches"],
        [
            (one.rule.id, one.rule.origin, one.used, ago(one.last_used, utc_now()) if one.used else "", one.matches())
            for one in known
        ],
    )


@rules.command(
    epilog="""\b
Example: starfish rules add faq-bees --when "how do I feed bees" --reply "Sugar and water, one to one, in spring."
"""
)
@click.argument("rule_id", metavar="ID")
@click.option("--when", "when", multiple=True, help="A phrase; * {capture} (a|b) [optional] work.")
@click.option("--like", "like", multiple=True, help="An example sentence, matched by likeness.")
@click.option("--reply", "reply", multiple=True, required=True, help="What to say; several are chosen from.")
@common
def add(place: Place, *, rule_id: str, when: tuple[str, ...], like: tuple[str, ...], reply: tuple[str, ...]) -> None:
    """Add a rule to rules.toml; it is refused if it would take mentions from another rule."""
    from bot.app.rulebook import checked
    from bot.model import Rule
    from bot.settings import add_rule

    rule = checked(Rule(id=rule_id, when=when, like=like, reply=reply), place.settings())
    add_rule(place.folder, rule)
    click.echo(f"added the rule {rule_id!r} to {place.folder / 'rules.toml'}")


@rules.command(name="import", epilog="Example: starfish rules import brain.rive")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@common
def import_(place: Place, *, file: Path) -> None:
    """Import a RiveScript brain (+ - * @ % and ^) into rules.toml; what was not understood is listed, line by line."""
    from bot.app.rulebook import read_brain
    from bot.settings import add_rule

    brain, problems, left = read_brain(file, place.settings())
    for rule in brain:
        add_rule(place.folder, rule)
    for line, sentence in problems:
        click.echo(f"{file}:{line}: {sentence}", err=True)
    for sentence in left:
        click.echo(sentence, err=True)
    click.echo(
        f"{counted(len(brain), 'rule')} added to {place.folder / 'rules.toml'},"
        f" {counted(len(problems) + len(left), 'thing')} left out"
    )


@rules.command(epilog="Example: starfish rules remove faq-bees")
@click.argument("rule_id", metavar="ID")
@click.option("--force", is_flag=True, help="Also a locked one.")
@common
def remove(place: Place, *, rule_id: str, force: bool) -> None:
    """Remove a rule: from rules.toml, or from what was taught."""
    from bot.app.installed import utc_now
    from bot.errors import UsageError
    from bot.settings import remove_rule
    from bot.store.guard import has_begun

    settings = place.settings()
    removed = remove_rule(place.folder, rule_id)
    if not removed and has_begun(settings.bot.database):
        with place.store("write", settings) as store:
            if not force and any(rule.id == rule_id and rule.locked for rule in store.rules.all()):
                raise UsageError(f"{rule_id} is locked; say `unlock {rule_id}` to the bot first, or add --force")
            removed = store.rules.remove(rule_id, "cli", now=utc_now())
    if not removed:
        raise UsageError(f"there is no rule {rule_id!r}; see: starfish rules list")
    click.echo(f"removed the rule {rule_id!r}")


@rules.command(epilog="Example: starfish rules test")
@as_json_option
@common
def test(place: Place, *, as_json: bool) -> None:
    """Run every test of the rules, in the file and taught, and show what each mention hits, with the runner-up."""
    from bot.app.rulebook import run_tests

    results = run_tests(place.settings())
    failed = [one for one in results if one.failure]
    if as_json:
        click.echo(json.dumps({"run": len(results), "tests": [one.as_json() for one in results]}, ensure_ascii=False))
    else:
        table(
            ["", "says", "hits", "stage", "runner-up"],
            [("✗" if one.failure else "✓", one.say, one.rule, one.stage, one.runner_up) for one in results],
        )
        for one in failed:
            click.echo(f"✗ {one.expect}: “{one.say}”: {one.failure}")
        click.echo(f"{len(results) - len(failed)} of {len(results)} tests pass")
    sys.exit(1 if failed else 0)


@rules.command(epilog="Example: starfish rules unanswered")
@as_json_option
@common
def unanswered(place: Place, *, as_json: bool) -> None:
    """Show what waits for you, grouped: what nobody could answer, and what a rule passed on to you.

    Each comes with how often, who asked, and the example rule that came nearest.
    """
    from bot.app.rulebook import groups

    settings = place.settings()
    with place.store("read", settings) as store:
        found = groups(store, settings)
    if as_json:
        click.echo(json.dumps({"groups": [one.as_json() for one in found]}, ensure_ascii=False))
        return
    for one in found:
        near = f"; nearest rule {one.nearest!r} at {one.score:.2f}" if one.nearest else ""
        heading(f"{one.number}  {one.count}× ({one.reason}{near})")
        for mention in one.mentions[:3]:
            click.echo(paragraph(f"{mention.author}, {local(mention.at, settings)}: {mention.text}", indent="    "))
    if found:
        click.echo(
            'Teach an answer: starfish rules teach NUMBER --reply "…", or leave it: starfish rules ignore NUMBER'
        )
    else:
        click.echo("Everybody was answered.")


@rules.command(
    epilog="""\b
Examples:
  starfish rules teach 12 --reply "Sugar and water, one to one."
  starfish rules teach --when "how do I feed bees" --reply "Sugar and water, one to one."
"""
)
@click.argument("mention", type=int, required=False)
@click.option("--when", help="What to match (default: the mention's own words).")
@click.option("--reply", required=True, help="What to answer.")
@click.option("--id", "rule_id", help="The rule's name (default: of its first words).")
@common
def teach(place: Place, *, mention: int | None, when: str | None, reply: str, rule_id: str | None) -> None:
    """Teach an answer; those who still wait for it are answered, once.

    MENTION is the number that `starfish rules unanswered` shows; one whose words have their rule (it was passed on to you,
    or came too late) is answered, and nothing is stored.  Else the rule is stored with where it came from and a test of
    its own, and refused if it would take mentions from another rule.
    """
    from bot.app.rulebook import teach_now

    if mention is None and when is None:
        raise click.UsageError("give the MENTION's number, or --when")
    settings = place.settings()
    with place.store("write", settings) as store:
        for line in wait_for(teach_now(mention, when, reply, rule_id, settings, store)):
            click.echo(line)


@rules.command(epilog="Example: starfish rules ignore 12 15")
@click.argument("mentions", type=int, nargs=-1, required=True, metavar="MENTION...")
@common
def ignore(place: Place, *, mentions: tuple[int, ...]) -> None:
    """Leave waiting mentions as they are: you have seen them, and there is nothing to teach.

    MENTION is a number that `starfish rules unanswered` shows; it stands for the whole group.
    """
    from bot.app.installed import utc_now
    from bot.app.rulebook import groups
    from bot.errors import UsageError

    settings = place.settings()
    with place.store("write", settings) as store:
        together = [[one.id for one in group.mentions] for group in groups(store, settings)]
        meant = [number for numbers in together if set(numbers) & set(mentions) for number in numbers]
        left = store.mentions.ignored([*mentions, *meant], now=utc_now())
    if not left:
        raise UsageError("none of these waits; see: starfish rules unanswered")
    click.echo(f"{left} mention{'s' if left != 1 else ''} left as {'they are' if left != 1 else 'it is'}")


@rules.command(epilog="Example: starfish rules export > taught.toml")
@common
def export(place: Place) -> None:
    """Print what was taught while running as TOML, ready to be pasted into rules.toml."""
    from bot.app.rulebook import taught
    from bot.settings import rules_toml

    click.echo(rules_toml(taught(place.settings())), nl=False)
