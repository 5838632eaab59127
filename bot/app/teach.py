"""The owner teaches a rule: checked against every test, stored, and those who still wait are answered.

May import: all but cli.
"""

from __future__ import annotations

import re
from dataclasses import replace

from bot.answer import say
from bot.app.build import Ground, Stories
from bot.core import compose
from bot.core.rules import RuleErrors, check_rule
from bot.errors import UsageError
from bot.model import Match, Mention, Post, Rule, RuleTest

STILL_WAITING = 500
"""How many unanswered mentions a new rule is tried on."""


async def teach(
    when: str,
    reply: str,
    *,
    mention: int | None = None,
    who: str,
    stories: Stories,
    on: Ground,
    rule_id: str | None = None,
) -> tuple[Rule, int]:
    """Store the rule `when` → `reply` with a test of its own; gives it and how many waiting people it answered.

    :raises UsageError: the rule says nothing, is wrong, or would take mentions from another rule
    """
    rule = _rule(when, reply, rule_id or _name(when, stories), who)
    problems = check_rule(rule)
    if problems:
        raise UsageError("; ".join(problems))
    stolen = stories.engine.steals(rule)
    if stolen:
        said, winner = stolen[0]
        raise UsageError(
            f"this would take “{said}” from the rule {winner!r}: say it more narrowly, or change that rule"
        )
    try:
        engine = stories.engine.with_rule(rule)
    except RuleErrors as error:
        raise UsageError(str(error)) from None
    failures = [failure for failure in engine.check() if failure not in stories.engine.check()]
    if failures:
        raise UsageError(f"this rule fails its own test: {failures[0]}")
    await on.db(on.store.rules.add, rule, who, now=on.now())
    answered = await _answer_waiting(rule, mention, replace(stories, engine=engine), on)
    return rule, answered


async def _answer_waiting(rule: Rule, chosen: int | None, stories: Stories, on: Ground) -> int:
    """Answer, late but once, everybody on the unanswered list whom the new rule answers."""
    answered = 0
    answering = replace(stories.answering, engine=stories.engine)
    for row in await on.db(on.store.mentions.unanswered, "new", STILL_WAITING):
        mention = row.mention
        match = stories.engine.match(mention)
        if mention.account not in stories.sharing.accounts or (match.rule != rule.id and mention.id != chosen):
            continue
        text = say(rule, match, mention, {}, answering)
        late = Match(rule=rule.id, stage="phrase", score=match.score)
        post = _late_post(text, mention, stories, on)
        if await on.db(on.store.mentions.answered_late, mention.id, post, late, now=on.now()) is not None:
            answered += 1
    return answered


def _late_post(text: str, mention: Mention, stories: Stories, on: Ground) -> Post:
    asked = mention.at.astimezone(stories.sharing.zone)
    today = on.now().astimezone(stories.sharing.zone)
    prefix = "" if asked.date() == today.date() else f"You asked on {asked.strftime('%A')}: "
    limits = stories.sharing.limits[mention.account]
    if not limits.in_store:
        limits = replace(limits, max_length=limits.max_length - len(mention.author) - 2)
    return Post(
        account=mention.account,
        text=compose.reply_fit(prefix + text, limits),
        dedupe_key=f"late:{mention.id}",
        reply_to=mention.remote_id,
        reply_to_author=mention.author,
        reply_context=mention.context,
        visibility=mention.visibility,
        language=mention.language,
    )


def _rule(when: str, reply: str, name: str, who: str) -> Rule:
    when, reply = when.strip(), reply.strip()
    if not when or not reply:
        raise UsageError("a rule needs words to match and a reply")
    plain = not re.search(r"[*{}()\[\]|]", when)
    tests = (RuleTest(say=when, expect=name),) if plain else ()
    # Words without pattern signs are an example, matched by likeness too; a pattern is meant as it stands.
    return Rule(id=name, when=(when,), like=(when,) if plain else (), reply=(reply,), tests=tests, origin=who)


def _name(when: str, stories: Stories) -> str:
    """A new rule's id, of its first words: `taught-feed-bees`."""
    words = re.findall(r"\w+", when.lower())[:4]
    base = "taught-" + ("-".join(words) or "rule")
    taken = {rule.id for rule in stories.engine.rules}
    number, name = 2, base
    while name in taken:
        name, number = f"{base}-{number}", number + 1
    return name
