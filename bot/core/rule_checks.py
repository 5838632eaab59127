"""What can be wrong with one rule, said in sentences for its owner.

Pure; may import: model, expressions, phrases, reply, words.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence

from bot.core.expressions import Expression
from bot.core.phrases import Phrase, PhraseError
from bot.core.reply import REPLY_NAMES, names_in
from bot.core.words import Words, clean
from bot.model import Rule

ACTIONS = (
    *("search", "latest", "similar", "why", "source", "summary", "follow", "unfollow", "follows", "remind"),
    *("opt_out", "opt_in", "ask_owner", "pause", "resume", "teach", "forget", "quote", "help", "status"),
    *("queue", "skip", "approve", "add_feed", "share", "why_not", "yours", "unanswered", "ignore", "lock"),
    *("reminders", "unremind"),
)
"""What a rule can `do`: a closed list (design, section 8)."""

OWNERS = (
    *("queue", "skip", "approve", "add_feed", "share", "why_not", "unanswered", "teach", "ignore", "forget", "lock"),
    *("pause", "resume", "status"),
)
"""Actions that only the owner may cause, whatever a rule's file says."""

CONSENT = ("opt_out", "opt_in")
"""Actions that a word of one's own must always reach."""

_LOOKED_UP = ("search", "latest", "similar")
_FILLED_BY = {
    **{name: _LOOKED_UP for name in REPLY_NAMES if name.startswith("article.")},
    "post.summary": ("summary",),
    "quote": ("quote",),
    "moment": ("remind",),
}
"""Names that only these actions know a value for."""


def never_filled(rule: Rule, reply: str) -> list[tuple[str, tuple[str, ...]]]:
    """The names of a reply that always stay empty in this rule, with the actions that would fill them."""
    captured = frozenset().union(*map(names_in, rule.when))
    return [
        (name, _FILLED_BY[name])
        for name in dict.fromkeys(names_in(reply))
        if name in _FILLED_BY and name not in captured and rule.do not in _FILLED_BY[name] and not rule.regex
    ]


def check_rule(rule: Rule) -> list[str]:
    """Everything that is wrong with a rule taken alone, one sentence each; empty: nothing."""
    return read_rule(rule)[2]


def read_rule(rule: Rule) -> tuple[list[Phrase], list[Expression], list[str]]:
    """Compile a rule's phrases and patterns, and say what is wrong with it."""
    wrong: list[str] = []
    phrases: list[Phrase] = []
    for source in rule.when:
        try:
            phrases.append(Phrase(source))
        except PhraseError as error:
            wrong.append(f"when: {error}")
    patterns: list[Expression] = []
    for pattern in rule.regex:
        try:
            patterns.append(Expression(pattern))
        except ValueError as error:
            wrong.append(f"regex “{pattern[:60]}” {error}")
    wrong.extend(_of_shape(rule, phrases))
    wrong.extend(_of_replies(rule, patterns))
    return phrases, patterns, wrong


def _of_shape(rule: Rule, phrases: Sequence[Phrase]) -> Iterator[str]:
    if not (rule.when or rule.like or rule.regex) and rule.id != "fallback":
        yield "it can never match: give it `when`, `like` or `regex`"
    if rule.do is not None and rule.do not in ACTIONS:
        yield f"do: “{rule.do}” is nothing a rule can do{_meant(rule.do, ACTIONS)}"
    if not rule.reply and rule.do not in CONSENT:
        yield "it has no reply; everybody gets an answer"
    if any(not reply.strip() for reply in (*rule.reply, *rule.otherwise)):
        yield "one of its replies is empty"
    if rule.do in OWNERS and rule.by != "owner":
        yield f'do: “{rule.do}” is the owner\'s alone; add: from = "owner"'
    if rule.do in CONSENT and any(phrase.gaps for phrase in phrases):
        yield f"do = “{rule.do}” takes whole messages only: leave out * and {{…}}, or “stop the wasps” would stop the bot"
    for sentence in rule.like:
        if not Words(clean(sentence)).exact:
            yield f"like: “{sentence[:40]}” has no words in it"
    if rule.max_words is not None and rule.max_words < 1:
        yield "max_words must be at least 1"


def _of_replies(rule: Rule, patterns: Sequence[Expression]) -> Iterator[str]:
    """Names in replies that have no value whenever the rule answers."""
    # As they are written: a phrase with a mistake of its own captures all the same, once that is mended.
    captured = frozenset().union(*map(names_in, rule.when), *(pattern.names for pattern in patterns))
    known = sorted({*REPLY_NAMES, *captured})
    told: set[str] = set()
    for template in (*rule.reply, *rule.otherwise):
        if template.count("{") != template.count("}"):
            yield f"reply “{template[:40]}” has a brace that is not closed; a name is written {{name}}"
        for name in names_in(template):
            if name not in known and name not in told:
                told.add(name)
                yield f"{{{name}}} is not a name that a reply can use{_meant(name, known)}"


def _meant(word: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(word, known, n=1, cutoff=0.6)
    return f"; did you mean “{near[0]}”?" if near else f"; there are: {', '.join(known)}"
