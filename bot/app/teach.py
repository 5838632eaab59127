"""The owner teaches a rule: tried against every test off the loop, stored, and those who still wait are answered.

May import: all but cli.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot.app.build import Ground, Stories
from bot.core.builtin import widened
from bot.core.replies import reply_post
from bot.core.rules import Engine, RuleErrors, check_rule
from bot.core.words import Words, clean
from bot.errors import UsageError
from bot.model import Match, Mention, Post, Rule, RuleTest
from bot.reply import PASSED_ON, UNSURE, reply_to, say
from bot.store import Unanswered

STILL_WAITING = 500
"""How many unanswered mentions a new rule is tried on."""

TOO_LATE = timedelta(days=7)
"""Who asked longer ago than this has long given up: an answer now would only puzzle them."""


async def teach(
    when: str | None,
    reply: str,
    *,
    mention: int | None = None,
    who: str,
    stories: Stories,
    on: Ground,
    rule_id: str | None = None,
    by: str = "",
) -> tuple[Rule, int]:
    """Store the rule `when` → `reply` with a test of its own; gives it and how many waiting people it answered.

    Without `when`, the words of the mention `mention` are its example.  `who` is the way it came ("cli", "web", "chat"),
    `by` the owner's name there.

    :raises UsageError: the rule says nothing, is wrong, or would take mentions from another rule
    """
    words = (when or "").strip() or await _words_of(mention, on)
    rule = _rule(words, reply, rule_id or _name(words, stories.engine), who)
    engine = await asyncio.to_thread(tried, rule, stories.engine)
    await on.db(on.store.rules.add, rule, _provenance(by or who, mention), now=on.now())
    return rule, await _answer_waiting(rule, mention, replace(stories, engine=engine), on)


async def teach_more(
    mention: int, rule_id: str, *, who: str, stories: Stories, on: Ground, by: str = ""
) -> tuple[Rule, int]:
    """Store the words of a mention as one more way to say a rule that there is; gives that rule and how many it answered.

    :raises UsageError: there is no such rule or mention, or its words belong to another rule
    """
    rule = next((one for one in stories.engine.rules if one.id == rule_id and one.by is None), None)
    if rule is None:
        raise UsageError(f"there is no rule {rule_id!r} that answers people; see: starfish rules list")
    words = await _words_of(mention, on)
    more = Rule(
        id=_free(f"{rule_id}+{_slug(words)}", stories.engine, await on.db(on.store.rules.names)),
        when=(words,),
        like=(words,),
        tests=(RuleTest(say=words, expect=rule_id),),
        origin=who,
        adds_to=rule_id,
    )
    engine = await asyncio.to_thread(tried, widened(rule, [more]), stories.engine)
    await on.db(on.store.rules.add, more, _provenance(by or who, mention), now=on.now())
    return rule, await _answer_waiting(rule, mention, replace(stories, engine=engine), on)


async def answer_once(number: int | None, reply: str, stories: Stories, on: Ground) -> bool:
    """Answer a waiting mention in the owner's words and this once, if its words have their rule; False where they haven't.

    A rule passed it on, or it came too late, or a cap or a mistake of ours held it back.  Nothing is taught.

    :raises UsageError: there are no words, or its platform allows no second answer
    """
    rows = await on.db(on.store.mentions.unanswered, STILL_WAITING)
    row = next((one for one in rows if one.mention.id == number), None)
    if row is None or row.mention.account not in stories.sharing.accounts:
        return False
    mention = row.mention
    if not has_its_rule(row, stories.engine):
        return False
    if not reply.strip():
        raise UsageError("an answer needs words")
    if await _is_gone(mention, on) or await _had_its_answer(mention, stories, on):
        raise UsageError(
            f"{mention.author} can't be told any more: they said stop, or their platform allows one answer"
        )
    match = replace(stories.engine.match(mention), stage="phrase")
    said = say(Rule(id=match.rule, reply=(reply.strip(),)), match, mention, {}, stories.answering)
    post = _late_post(said, mention, stories, on)
    return await on.db(on.store.mentions.answered_late, mention.id, post, match, now=on.now()) is not None


def has_its_rule(row: Unanswered, engine: Engine) -> bool:
    """Whether a rule knows the words of a mention that waits: there is nothing to learn then, only to answer."""
    return row.reason == PASSED_ON or engine.match(row.mention).stage not in UNSURE


def tried(rule: Rule, now: Engine) -> Engine:
    """The engine with one more rule, if it is right, takes nothing from another one and passes every test.

    :raises UsageError: it isn't, does, or breaks one
    """
    problems = check_rule(rule)
    if problems:
        raise UsageError("; ".join(problems))
    try:
        stolen = now.steals(rule)
        engine = now.with_rule(rule)
    except RuleErrors as error:
        raise UsageError(str(error)) from None
    if stolen:
        said, winner = stolen[0]
        raise UsageError(
            f"this would take “{said}” from the rule {winner!r}: say it more narrowly, or change that rule"
        )
    if same := next((one.id for one in now.rules if one.id != rule.id and {*one.when} & {*rule.when}), None):
        raise UsageError(f"the rule {same!r} answers that already; change it, or forget it first")
    before = {(failure.rule, failure.test.say, failure.test.by) for failure in now.check()}
    for failure in engine.check():
        if (failure.rule, failure.test.say, failure.test.by) not in before:
            whose = "its own test" if failure.rule == rule.id else f"a test of the rule {failure.rule!r}"
            raise UsageError(f"this rule fails {whose}, “{failure.test.say}”: {failure.reason}")
    return engine


async def _answer_waiting(rule: Rule, chosen: int | None, stories: Stories, on: Ground) -> int:
    """Answer, late but once, everybody on the unanswered list whom the rule now answers."""
    answered, too_late, answered_before = 0, [], []
    for row in await on.db(on.store.mentions.unanswered, STILL_WAITING):
        mention = row.mention
        match = stories.engine.match(mention)
        fits = match.rule == rule.id and match.stage not in ("ask", "search")
        if mention.account not in stories.sharing.accounts or not (fits or mention.id == chosen):
            continue
        if on.now() - mention.at > TOO_LATE or await _is_gone(mention, on):
            too_late.append(mention.id)
            continue
        if await _had_its_answer(mention, stories, on):
            answered_before.append(mention.id)
            continue
        said = await _said(rule, match if fits else None, mention, stories, on.now())
        late = Match(rule=rule.id, stage="phrase", score=match.score)
        post = _late_post(said, mention, stories, on)
        if await on.db(on.store.mentions.answered_late, mention.id, post, late, now=on.now()) is not None:
            answered += 1
    await _let_go(too_late, "an answer was taught too late", on)
    await _let_go(answered_before, "its platform allows one answer to each", on)
    return answered


async def _had_its_answer(mention: Mention, stories: Stories, on: Ground) -> bool:
    """Whether something was said to it already, where the platform's rules allow no second answer."""
    if stories.sharing.limits[mention.account].unsolicited:
        return False
    first = f"reply:{mention.id}"
    return first in await on.db(on.store.outbox.said, mention.account, first, mention.at)


async def _let_go(numbers: Sequence[int], reason: str, on: Ground) -> None:
    if numbers:
        await on.db(on.store.mentions.ignored, numbers, now=on.now(), reason=reason)


async def _is_gone(mention: Mention, on: Ground) -> bool:
    return await on.db(on.store.mentions.opted_out, mention.account, mention.author)


async def _said(rule: Rule, match: Match | None, mention: Mention, stories: Stories, now: datetime) -> str:
    answering = replace(stories.answering, engine=stories.engine)
    if match is None or rule.do is None:
        return say(rule, match or Match(rule=rule.id, stage="phrase"), mention, {}, answering)
    return (await reply_to(mention, answering, now)).text


def _late_post(text: str, mention: Mention, stories: Stories, on: Ground) -> Post:
    asked = mention.at.astimezone(stories.sharing.zone)
    today = on.now().astimezone(stories.sharing.zone)
    prefix = "" if asked.date() == today.date() else f"You asked on {asked.strftime('%A')}: "
    return reply_post(prefix + text, mention, stories.sharing.limits[mention.account], f"late:{mention.id}")


def plain_words(mention: Mention) -> str:
    """A stranger's words as an example: without signs, so that none of theirs becomes a pattern."""
    return " ".join(Words(clean(mention.text)).exact)


async def _words_of(number: int | None, on: Ground) -> str:
    """The words of a mention that a lesson is about, "" where it is about none."""
    mention = await on.db(on.store.mentions.get, number) if number is not None else None
    if number is not None and mention is None:
        raise UsageError(f"there is no mention {number}; see: starfish rules unanswered")
    words = plain_words(mention) if mention else ""
    if mention is not None and not words:
        raise UsageError(f"mention {number} has no words to learn; say yourself what to match")
    return words


def _rule(when: str, reply: str, name: str, who: str) -> Rule:
    when, reply = when.strip(), reply.strip()
    if not when or not reply:
        raise UsageError("a rule needs words to match and a reply")
    plain = not re.search(r"[*{}()\[\]|]", when)
    tests = (RuleTest(say=when, expect=name),) if plain else ()
    # Words without pattern signs are an example, matched by likeness too; a pattern is meant as it stands.
    return Rule(id=name, when=(when,), like=(when,) if plain else (), reply=(reply,), tests=tests, origin=who)


def _provenance(by: str, mention: int | None) -> str:
    return by if mention is None else f"{by}, from mention {mention}"


def _name(when: str, engine: Engine) -> str:
    """A new rule's id, of its first words: `taught-feed-bees`."""
    return _free(f"taught-{_slug(when)}", engine)


def _slug(words: str) -> str:
    return "-".join(re.findall(r"\w+", words.lower())[:4])[:60] or "rule"


def _free(base: str, engine: Engine, further: Sequence[str] = ()) -> str:
    taken = {*further, *(rule.id for rule in engine.rules)}
    number, name = 2, base
    while name in taken:
        name, number = f"{base}-{number}", number + 1
    return name
