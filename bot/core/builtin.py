"""What every bot understands, whatever its rules: stop, start, its owner's orders, and an honest answer to all else.

Pure; may import: model, rule_checks.  The owner may reword these by a rule of their own with the same `do`; the words
`stop` and `start` then still reach it.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from bot.core.rule_checks import CONSENT
from bot.model import Rule

# In the languages that most people write: nobody is to be held by a bot that speaks another one.
_LEAVING = (
    *("stop", "stop it", "stop stop [stop]", "quit", "unsubscribe", "opt out", "opt me out", "block me", "go away"),
    *("leave me alone", "no more (messages|replies)", "unsubscribe me [from (everything|all|this)]"),
    *("(unsubcribe|unsuscribe|unsubscibe|unsubsribe) [me]", "i want to (unsubscribe|opt out)", "i withdraw my consent"),
    *(
        "(take me off|remove me from) (your|this|the) list",
        "(can|could|would|will) you [please] (leave me alone|go away)",
    ),
    "(do not|don't|never) [ever] (talk|speak|write|reply|respond) to me [ever] [again|any more|anymore]",
    "(do not|don't|never) [ever] (answer|contact|message|mention|tag|ping|bother) me [ever] [again|any more|anymore]",
    "stop (replying|writing|talking) [to me]",
    "(stop|quit) (following|stalking|harassing|annoying|sending|answering) me [around|this|messages|posts|things]",
    "stop (contacting|messaging|mentioning|tagging|pinging|bothering|spamming) me",
    "stop sending me (this|these|that|your|any|anything|things|stuff|crap|shit|messages|posts) [crap|shit|stuff|messages|posts]",
    "(can|could|would|will) you [please] (stop|shut up)",
    "(can|could|would|will) you [please] stop (contacting|messaging|mentioning|tagging|pinging|bothering|following|answering) me [around]",
    # German
    *("stopp", "hör [bitte|damit] auf", "[bitte] aufhören", "abmelden", "lass mich [bitte] in (ruhe|frieden)"),
    "(schreib|schreibe|antworte) mir [bitte] nicht [mehr]",
    # French
    *("arrête", "arrêtez", "stop svp", "(laisse|laissez) moi tranquille", "désabonner", "(désabonne|désabonnez) moi"),
    "(arrête|arrêtez|cesse|cessez) de (m'écrire|me répondre|me parler|me contacter)",
    *("ne (m'écris|m'écrivez) plus", "ne me (réponds|répondez|parle|parlez|contacte|contactez) plus"),
    # Spanish
    *("basta", "para ya", "déjame en paz", "(dame|darme) de baja", "no me (escribas|respondas|contestes|hables) [más]"),
    "(deja|para) de (escribirme|responderme|contestarme|hablarme)",
    # Italian
    *("smetti", "smettila", "lasciami in pace", "(smetti|smettila) di (scrivermi|rispondermi)"),
    "non (scrivermi|rispondermi|parlarmi) [più]",
    # Portuguese
    *("pare", "me (deixa|deixe) em paz", "(deixa|deixe) me em paz", "(pare|para) de me (escrever|responder)"),
    "não me (escreva|responda) [mais]",
    # Dutch
    *("hou op", "(stop|hou) ermee", "laat me met rust", "afmelden", "(schrijf|antwoord) (me|mij) niet [meer]"),
    # Polish
    *("przestań", "przestań do mnie pisać", "daj mi spokój", "zostaw mnie [w spokoju]", "nie pisz do mnie [więcej]"),
    "nie odpowiadaj mi [więcej]",
    # and the one word of some others
    *("やめて", "止めて", "停止", "退订", "取消订阅", "стоп", "хватит", "отстань", "отписаться", "그만"),
)
_WORDS = {
    "opt_out": _LEAVING,
    "opt_in": (
        *("start", "unstop", "opt in", "start again", "come back"),
        "[you] [may|can] (write|talk|speak|reply) to me [again]",
    ),
}
_REPLIES = {
    "opt_out": "Understood, I will not write to you again. Say `start` to undo.",
    "opt_in": "Welcome back, {name}. I will answer you again; `stop` ends it.",
}
_NEW = "Hello {name}, good to have you here. Ask me anything about {bot.niche}; `stop` ends it."
"""What `start` says to somebody who never said `stop`: on some platforms it is everybody's first word."""

_IDS = {"opt_out": "stop", "opt_in": "start"}
_FALLBACK = (
    "I don't know that yet, {name}. I have noted it, and {owner} will see it.",
    "No answer to that so far, {name}; {owner} will read it and can teach me one.",
)
AGREEMENTS = frozenset(
    {
        *("yes", "y", "yep", "yeah", "yup", "ja", "oui", "si", "sí", "да", "hai", "はい", "是", "対", "yes i did"),
        *("sure", "exactly", "correct", "right", "that one", "i did", "yes i do", "indeed", "aye", "👍", "✅"),
    }
)
"""Answers to "did you mean …?" that mean yes, as folded words."""


_ORDERS: Mapping[str, tuple[str, ...]] = {
    "queue": ("queue", "[the] queue [please]", "what is next", "what's next", "what comes next"),
    "skip": ("skip", "skip (it|this|that|the next) [one]"),
    "approve": ("approve", "approve *"),
    "add_feed": ("add [the|a] feed *", "add [this|that] feed *"),
    "share": ("share *",),
    "why_not": ("why not *", "why (didn't|did) you [not] (share|post) *", "why did you skip *"),
    "unanswered": ("unanswered [mentions]", "who (waits|is waiting)", "what (is|was) unanswered"),
    "teach": ("teach *",),
    "ignore": ("ignore *",),
    "forget": ("forget *",),
    "lock": ("lock *", "unlock *"),
    "status": ("status",),
    "resume": ("resume",),
}
"""The owner's orders and their words; what they say in detail is read by `core/orders.py`."""


def complete(rules: Sequence[Rule]) -> list[Rule]:
    """The owner's rules with what every bot must have: words for opting out and in, orders, and a last fallback."""
    found = _with_additions(rules)
    taken = {rule.id for rule in rules}
    for action in CONSENT:
        place = next((at for at, rule in enumerate(found) if rule.do == action and _everybody(rule)), None)
        if place is None:
            found.append(
                Rule(
                    id=_free(_IDS[action], taken),
                    when=_WORDS[action],
                    reply=(_REPLIES[action],),
                    otherwise=(_NEW,) if action == "opt_in" else (),
                    do=action,
                    priority=1000,
                    origin="built-in",
                )
            )
        else:
            own = found[place]
            when = tuple(dict.fromkeys((*own.when, *_WORDS[action])))
            found[place] = replace(own, when=when, reply=own.reply or (_REPLIES[action],))
    found += _orders({rule.do for rule in rules if rule.by == "owner"}, taken)
    if not any(_catches_everything(rule) for rule in found):
        name = _free("fallback", taken)
        found.append(Rule(id=name, when=("*",), reply=_FALLBACK, do="ask_owner", priority=-1000, origin="built-in"))
    return found


def _orders(given: Container[str | None], taken: set[str]) -> Iterator[Rule]:
    """The orders that the owner has no rule of their own for."""
    for action, words in _ORDERS.items():
        if action not in given:
            name = _free(action.replace("_", "-"), taken)
            yield Rule(id=name, when=words, reply=("{list}",), do=action, by="owner", origin="built-in")
    if "pause" not in given:
        yield Rule(
            id=_free("pause", taken),
            when=("pause [for] {duration}", "pause"),
            reply=("Quiet for {duration}. `resume` wakes me earlier.",),
            otherwise=("I didn't understand how long. Try: pause 2h",),
            do="pause",
            by="owner",
            origin="built-in",
        )


def _with_additions(rules: Sequence[Rule]) -> list[Rule]:
    """The rules, each with what was taught as further ways to say it; an addition to a rule that is gone is nothing."""
    added: dict[str, list[Rule]] = {}
    for rule in rules:
        if rule.adds_to is not None:
            added.setdefault(rule.adds_to, []).append(rule)
    return [widened(rule, added.get(rule.id, ())) for rule in rules if rule.adds_to is None]


def widened(rule: Rule, additions: Iterable[Rule]) -> Rule:
    """A rule with the words and tests of what was taught for it."""
    for one in additions:
        rule = replace(
            rule,
            when=tuple(dict.fromkeys((*rule.when, *one.when))),
            like=tuple(dict.fromkeys((*rule.like, *one.like))),
            tests=(*rule.tests, *(test for test in one.tests if test not in rule.tests)),
        )
    return rule


def _everybody(rule: Rule) -> bool:
    """Whether nothing but the words decides if the rule applies."""
    return rule.about is None and not rule.follows and rule.by is None and not rule.accounts and not rule.max_words


def _catches_everything(rule: Rule) -> bool:
    return _everybody(rule) and ("*" in (phrase.strip() for phrase in rule.when) or is_bare_fallback(rule))


def is_bare_fallback(rule: Rule) -> bool:
    """Whether it is meant to answer whatever nothing else does, by its name alone."""
    return rule.id == "fallback" and not (rule.when or rule.like or rule.regex)


def _free(name: str, taken: Iterable[str]) -> str:
    return f"built-in-{name}" if name in taken else name
