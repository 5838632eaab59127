"""Other people's brains: a subset of RiveScript, read into our rules.  Pure; may import: model, phrases, words.

Understood: `+` triggers with `*`, `#`, `_`, `[optional]`, `(a|b)`, `@arrays` and `{weight=N}`; `-` replies with
`<star>`, `<starN>`, `<bot name>`, `<id>` and `{weight=N}`; `^` continued lines; `%` (what the bot said before); `@`
redirects to another trigger; `! array` and `! sub`; comments.  Whatever else a file holds is listed with its line:
nothing is dropped in silence, and nothing is read as if it meant less.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from bot.core.phrases import Phrase, PhraseError
from bot.core.words import Words, clean
from bot.errors import StarfishError
from bot.model import Rule

Problem = tuple[int, str]
"""A line, and why it was not understood."""

_MOST_LINES = 50_000
_MOST_REPEATED = 10  # times that a weighty reply is listed
_WEIGHT = re.compile(r"\{weight\s*=\s*(\d{1,4})\}")
_TAG = re.compile(r"<[^<>\n]{1,60}>|\{[^{}\n]{1,60}\}")
_ARRAY = re.compile(r"@(\w+)")
_STARS = re.compile(r"(\[[^\[\]]*\]|\([^()]*\)|@\w+|[*#_])")
_LONE_STAR = re.compile(r"(?<![\w@])[#_](?!\w)")
_OURS = {"<bot name>": "{bot.name}", "<id>": "{name}", "<star>": "{star1}", "<star1>": "{star1}"} | {
    f"<star{number}>": f"{{star{number}}}" for number in range(2, 10)
}


class _Unsaid(StarfishError):
    """A trigger needs what our rules don't have; the message is a clause."""


@dataclass(slots=True)
class _Trigger:
    """A trigger as it is being read."""

    line: int
    text: str
    replies: list[tuple[int, str]] = field(default_factory=list)
    before: str | None = None  # what the bot said
    redirect: str | None = None


@dataclass(slots=True)
class _File:
    """A file as it is being read."""

    triggers: list[_Trigger] = field(default_factory=list)
    named: dict[str, _Trigger] = field(default_factory=dict)  # by their text, for redirects
    arrays: dict[str, str] = field(default_factory=dict)
    shorts: dict[str, list[str]] = field(default_factory=dict)  # "what is" is also said "what's"
    problems: list[Problem] = field(default_factory=list)
    skipping: bool = False


def read(text: str) -> tuple[list[Rule], list[Problem]]:
    """Give the rules of a RiveScript file, in its order, and what was not understood: (line, sentence), in order."""
    file = _File()
    for number, line in _lines(text):
        _read_line(number, line, file)
    rules = _rules(file)
    return rules, sorted(file.problems)


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """Numbered lines without comments, continued ones joined."""
    pending: tuple[int, str] | None = None
    commented = False
    for number, raw in enumerate(text.splitlines()[:_MOST_LINES], 1):
        line = raw.strip()
        if commented or line.startswith("/*"):
            commented = "*/" not in line
            continue
        line = line.split(" // ")[0].rstrip()
        if not line or line.startswith("//"):
            continue
        if line[0] == "^" and pending:
            pending = (pending[0], pending[1].removesuffix(r"\s") + " " + line[1:].lstrip())
            continue
        if pending:
            yield pending
        pending = (number, line)
    if pending:
        yield pending


def _read_line(number: int, line: str, file: _File) -> None:
    sign, rest = line[0], line[1:].strip()
    last = file.triggers[-1] if file.triggers else None
    if sign == ">":
        file.skipping = True
        file.problems.append((number, f"“{line[:60]}”: topics, objects and the begin block are left out, whole"))
    elif sign == "<" and file.skipping:
        file.skipping = False
    elif file.skipping:
        return
    elif sign == "+" and rest:
        file.triggers.append(_Trigger(number, rest))
        file.named.setdefault(rest, file.triggers[-1])
    elif sign == "-" and last and rest:
        last.replies.append((number, rest.replace(r"\s", " ").replace(r"\n", " ")))
    elif sign == "%" and last and rest:
        last.before = rest
    elif sign == "@" and last and rest:
        last.redirect = rest
    elif sign == "!":
        _define(number, rest, file)
    else:
        file.problems.append((number, f"“{line[:60]}”: not part of what is read here"))


def _define(number: int, rest: str, file: _File) -> None:
    """Read a definition: arrays are alternatives; a substitution is undone, so that both forms are understood."""
    head, _, value = rest.partition("=")
    kind, _, name = head.strip().partition(" ")
    name, value = name.strip(), value.strip()
    if kind == "array" and name and value:
        words = value.split("|") if "|" in value else value.split()
        file.arrays[name] = "(" + "|".join(word.strip() for word in words if word.strip()) + ")"
    elif kind == "sub" and name and value:
        file.shorts.setdefault(value.lower(), []).append(name.lower())
    elif kind != "version":
        file.problems.append((number, f"“! {rest[:50]}”: only arrays and substitutions are read"))


# --------------------------------------------------------------------------- rules


def _rules(file: _File) -> list[Rule]:
    """Turn triggers into rules; what can't be said in our language is listed."""
    names = _names(file.triggers)
    said = {_plain(reply): name for each, name in zip(file.triggers, names, strict=True) for _, reply in each.replies}
    rules: list[Rule] = []
    for trigger, name in zip(file.triggers, names, strict=True):
        try:
            replies = _replies(trigger, file)
            rules.append(
                Rule(
                    id=name,
                    when=(_phrase(trigger, replies, file),),
                    reply=replies,
                    follows=_after(trigger, said),
                    priority=_weight(trigger.text) or 0,
                    order=len(rules),
                    line=trigger.line,
                )
            )
        except _Unsaid as reason:
            file.problems.append((trigger.line, f"“+ {trigger.text[:50]}” is left out: {reason}"))
    return _with_predecessors(rules, file)


def _with_predecessors(rules: Sequence[Rule], file: _File) -> list[Rule]:
    """Leave out what should follow a rule that was left out, until all that remain have theirs."""
    kept = list(rules)
    while True:
        ids = {rule.id for rule in kept}
        lost = {rule.id: rule.line or 0 for rule in kept if not ids.issuperset(rule.follows)}
        if not lost:
            return kept
        file.problems.extend((line, f"“{name}” is left out: what it follows was") for name, line in lost.items())
        kept = [rule for rule in kept if rule.id not in lost]


def _names(triggers: Sequence[_Trigger]) -> list[str]:
    """An id for each trigger: its first words, numbered where they are the same."""
    used: Counter[str] = Counter()
    names = []
    for trigger in triggers:
        name = "-".join(re.findall(r"[a-z0-9]+", trigger.text[:200].lower())[:4]) or "anything"
        used[name] += 1
        names.append(name if used[name] == 1 else f"{name}-nr-{used[name]}")
    return names


def _plain(text: str) -> str:
    return " ".join(Words(clean(_WEIGHT.sub("", text))).exact)


def _weight(text: str) -> int | None:
    found = _WEIGHT.search(text)
    return int(found.group(1)) if found else None


def _phrase(trigger: _Trigger, replies: Sequence[str], file: _File) -> str:
    """The trigger as one of our phrases; its stars are captures by the names star1, star2 …"""
    text = _WEIGHT.sub("", trigger.text)
    if unknown := [name for name in _ARRAY.findall(text) if name not in file.arrays]:
        raise _Unsaid(f"there is no array @{unknown[0]}")
    if tag := _TAG.search(text):
        raise _Unsaid(f"{tag.group()} in a trigger")
    text = _starred(text, replies)
    text = re.sub(r"\(\s*@(\w+)\s*\)|@(\w+)", lambda found: file.arrays[found.group(1) or found.group(2)], text)
    for full, shorts in file.shorts.items():
        if full in text:
            text = re.sub(rf"(?<!\w){re.escape(full)}(?!\w)", f"({'|'.join([full, *shorts])})", text)
    if "#" in trigger.text or "_" in trigger.text:
        file.problems.append((trigger.line, f"“+ {trigger.text[:50]}”: # and _ are read as any words"))
    phrase = " ".join(text.split())
    missing = [name for name in re.findall(r"\{star\d\}", " ".join(replies)) if name not in phrase]
    if missing:
        raise _Unsaid(f"a reply uses {missing[0]}, and the trigger has no such star")
    if phrase == "{star1}" and not any("{star1}" in reply for reply in replies):
        phrase = "*"  # takes a message without words, too
    try:
        Phrase(phrase)
    except PhraseError as error:
        raise _Unsaid(str(error)) from None
    return phrase


def _starred(text: str, replies: Sequence[str]) -> str:
    """A trigger with captures for its wildcards, numbered as their writer did: (a|b) counts too, [a *] does not."""
    pieces = _STARS.split(text)
    number = 0
    for place in range(1, len(pieces), 2):
        piece = _LONE_STAR.sub("*", pieces[place])
        pieces[place] = " * " if piece == "[*]" else piece
        if piece[0] in "[@":
            continue
        number += 1
        if piece[0] != "(":
            pieces[place] = f" {{star{number}}} "
        elif any(f"{{star{number}}}" in reply for reply in replies):
            raise _Unsaid(f"<star{number}> is one of {piece[:40]}, and our captures take any words")
    return "".join(pieces)


def _replies(trigger: _Trigger, file: _File) -> tuple[str, ...]:
    """The replies in our language, a weightier one repeated; a redirect gives those of the trigger that it names."""
    found: list[tuple[int, str]] = []
    for line, reply in _targeted(trigger, file).replies:
        text = re.sub(r"<[^<>\n]{1,60}>", lambda tag: _OURS.get(tag.group().lower(), tag.group()), reply)
        text = " ".join(_WEIGHT.sub("", text).split())
        strange = [tag for tag in _TAG.findall(text) if tag not in _OURS.values()]
        if strange or text.count("{") != text.count("}"):
            reason = f"{strange[0]} in a reply" if strange else "a lone brace"
            file.problems.append((line, f"“- {reply[:50]}” is left out: {reason}"))
        elif text:
            found.append((_weight(reply) or 1, text))
    if not found:
        raise _Unsaid("it has no reply that can be said")
    unit = max(1, max(weight for weight, _ in found) // _MOST_REPEATED)
    return tuple(text for weight, text in found for _ in range(max(1, weight // unit)))


def _targeted(trigger: _Trigger, file: _File) -> _Trigger:
    """The trigger whose replies are given: its own, or the one at the end of its redirects."""
    seen: set[str] = set()
    while trigger.redirect is not None and not trigger.replies:
        seen.add(trigger.text)
        target = file.named.get(trigger.redirect)
        if target is None or target.text in seen:
            raise _Unsaid(f"“@ {trigger.redirect[:40]}” leads to no trigger of these very words")
        trigger = target
    return trigger


def _after(trigger: _Trigger, said: Mapping[str, str]) -> tuple[str, ...]:
    """The rule that says what a `%` line names."""
    if trigger.before is None:
        return ()
    rule = said.get(_plain(trigger.before))
    if rule is None:
        raise _Unsaid(f"nothing here says “{trigger.before[:40]}” (a % line must be a whole reply, without stars)")
    return (rule,)
