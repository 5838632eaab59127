"""Which compiled phrases can match a message at all: each is filed under the rarest word that it needs.

Pure; may import: model, builtin, expressions, phrases, rule_checks, words.  Measured on real questions, a message then
looks at one or two phrases out of a thousand, and no text or rule file makes it look at one twice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

from bot.core.builtin import is_bare_fallback
from bot.core.expressions import Expression
from bot.core.phrases import Hit, Phrase
from bot.core.rule_checks import CONSENT
from bot.core.words import A_LINK, Words
from bot.model import Mention, Rule


class Ruling:
    """A rule, compiled: what it needs to match, and how it ranks."""

    __slots__ = ("always", "ends", "order", "patterns", "phrases", "rank", "rule", "stage", "unconditional")

    def __init__(self, rule: Rule, phrases: Sequence[Phrase], patterns: Sequence[Expression], order: int) -> None:
        """Take a rule with its compiled phrases and patterns, and its place among all rules."""
        self.rule = rule
        self.phrases = tuple(phrases)
        self.patterns = tuple(patterns)
        self.order = order
        self.ends = tuple(phrase for phrase in phrases if phrase.fixed == 0)
        self.always = any(phrase.source.strip() == "*" for phrase in phrases) or is_bare_fallback(rule)
        self.stage: Literal["owner", "built-in", "phrase"] = (
            "owner" if rule.by == "owner" else "built-in" if rule.do in CONSENT else "phrase"
        )
        in_context = rule.about is not None or bool(rule.follows)
        self.unconditional = not (in_context or rule.by is not None or rule.accounts or rule.max_words is not None)
        self.rank = (("owner", "built-in", "phrase").index(self.stage), -rule.priority, not in_context)

    def applies(self, mention: Mention, after: str | None, words: Words) -> bool:
        """Whether the rule's conditions hold, whatever is said."""
        if self.unconditional:
            return True
        rule = self.rule
        return (
            (rule.by is None or mention.owner)
            and (rule.about is None or mention.about is not None)
            and (not rule.follows or after in (*rule.follows, rule.id))  # its own answer goes on with the talk
            and (not rule.accounts or mention.account in rule.accounts)
            and (rule.max_words is None or words.count <= rule.max_words)
        )

    def catches(self, words: Words) -> Mapping[str, str] | None:
        """The captures if one of its phrases that name no word matches; None: none does."""
        if self.always:
            return {}
        for phrase in self.ends:
            if hit := phrase.match([] if words.wordless else words.exact):
                return {name: words.captured(*places) for name, places in hit.captures.items()}
        return None


class Index:
    """The phrases of all rules, by the word that they need."""

    def __init__(self, rulings: Sequence[Ruling]) -> None:
        """File every phrase; equal ones are filed once, and looked at once."""
        self._users: dict[str, list[Ruling]] = {}
        phrases: dict[str, Phrase] = {}
        for ruling in rulings:
            for phrase in ruling.phrases:
                phrases.setdefault(phrase.source, phrase)
                self._users.setdefault(phrase.source, []).append(ruling)
        counts = Counter(word for phrase in phrases.values() for word in phrase.folded if word)
        self.known: Mapping[str, int] = counts  # every folded word of a phrase, with how many phrases have it
        self._filed: dict[str, list[Phrase]] = {}
        self._always: list[Phrase] = []
        for phrase in phrases.values():
            anchor = phrase.anchor(counts)
            if anchor is None:
                self._always.append(phrase)
            for word in anchor or ():
                self._filed.setdefault(word, []).append(phrase)

    def may_hit(self, words: Words) -> bool:
        """Whether a phrase can match these words or a part of them: a quick no for nearly all messages."""
        return bool(self._always) or not self._filed.keys().isdisjoint(words.folded_all)

    def hits(self, words: Words) -> Iterator[tuple[Ruling, Mapping[str, str], int]]:
        """The rules with a matching phrase, their captures, and how many words a `*` took: exact matches first, best first."""
        having = frozenset((*words.folded_all, A_LINK) if words.links else words.folded_all)
        filed = self._filed
        possible = [phrase for word in filed.keys() & having for phrase in filed[word] if phrase.required <= having]
        phrases = list(dict.fromkeys(possible)) if len(possible) > 1 else possible
        phrases += self._always
        if (
            words.plain and phrases and not words.links
        ):  # its views are stretches of the text, so what stands side by side is in the text
            text = f" {' '.join(words.folded_all)} "
            phrases = [phrase for phrase in phrases if not any(run not in text for run in phrase.runs)]
        if not phrases:
            return
        # Where no accent or apostrophe was said, no view is all of the words again: "ca va" is "ça va" all the same.
        yield from self._matching(phrases, words, words.exact, None, either=words.exact == words.folded_all)
        for view, places in words.views():
            yield from self._matching(phrases, words, view, places, folded=True)

    def _matching(
        self,
        phrases: Sequence[Phrase],
        words: Words,
        view: list[str],
        places: Sequence[int] | None,
        *,
        folded: bool = False,
        either: bool = False,
    ) -> Iterator[tuple[Ruling, Mapping[str, str], int]]:
        """The rules whose phrases match one view of the words."""
        found: list[tuple[tuple[int | bool, ...], Ruling, Hit]] = []
        for phrase in phrases:
            hit = phrase.match(view, folded=folded)
            if hit is None and either and phrase.folds:
                hit = phrase.match(view, folded=True)
            if hit is not None and hit.fixed:
                found.extend(
                    ((*ruling.rank, -hit.fixed, phrase.gaps, ruling.order), ruling, hit)
                    for ruling in self._users[phrase.source]
                )
        for _, ruling, hit in sorted(found, key=lambda one: one[0]):
            caught = sum(end - start for start, end in hit.captures.values())
            yield ruling, _captured(words, hit, places), len(view) - hit.fixed - caught


def _captured(words: Words, hit: Hit, places: Sequence[int] | None) -> dict[str, str]:
    """What the captures took, as written."""
    if places is None:
        return {name: words.captured(start, end) for name, (start, end) in hit.captures.items()}
    return {name: words.captured(places[start], places[end - 1] + 1) for name, (start, end) in hit.captures.items()}
