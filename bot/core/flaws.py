"""What makes words no post at all, whatever they tell: fragments, nameless people, questions, signposts.  Pure.

May import: core.little, core.notices, core.sentences, core.taste, core.verbs, core.worth.  `taste` knows what costs a
saying something; what is found here is refused, so that something else is said, or nothing.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from bot.core.little import is_step, private
from bot.core.notices import calls
from bot.core.sentences import sentences
from bot.core.taste import claims, hangs, spoilt
from bot.core.verbs import has_verb
from bot.core.worth import worth

_FEWEST = 4  # words: "What a day." is a sentence to anybody
_VERBS_KNOWN = ("en", "de")
_WORD = re.compile(r"[^\W_]+")
_QUOTED = re.compile(r"[\"“„«][^\"“”„«»]{0,400}[\"“”»]")

# "In 2011, he won": a time or a place before the comma, and nobody whom the pronoun could stand for.
_NAMELESS = re.compile(
    r"(?:In|On|At|From|By|Since|During|Within|Until|With|For)\s(?:(?:[a-z\d][\w’'-]*|January|February|March|April|May|June|July|August|September|October|November|"
    r"December|(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day)\s){0,5}(?:[\w’'-]+)(?:,\s(?P<who>he|she|they)\s|\s(?P<whom>he|she)\s(?![^,]*,\s[A-Z]))|"
    r"[A-Z][a-z]{1,12}ly(?: speaking)?,\s(?P<then>he|she)\s"
)
# "If he wanted to, he could": nobody is named before or behind.
_UNNAMED = re.compile(
    r"(?:If|When|While|As|Although|Though|Because|Once|After|Before|Until|Unless|Since|Even (?:if|though|when)) (?P<who>he|she|they)\b(?![^\n]*\s(?!I\b)[A-Z])"
)
# "After years of it, this is changing.": it points at what the article said before.
_POINTS_BACK = re.compile(
    r",\s(?:this|that)(?:['’]s|(?: all)? (?:is|was|has|will|changes|changed)(?: all| now| not| still| also)?)\s"
)
# "Many of these children …", "In that universe, …", "To fix this problem …": which?
_OF_THESE = re.compile(
    r"[\"“]?(?:(?:[^\W_][\w’'-]* ){1,4}of|In|At|On|For|With|From|By|To [a-z]+) (?P<which>(?:this|that|these|those) (?!(?:paper|article|study|work|report|week|weekend|month|year|decade|century|season|morning|"
    r"afternoon|evening|night|day|spring|summer|autumn|fall|winter|moment|time|who|which|with|of|in|on|at|to|for|he|she|it|they|we|you|the|an?|his|her|their|its|is|was|are|were|"
    r"[a-z]+ing|[a-z]+ed)\b)[a-z]+)"
)
# "I was looking for …", "Last night, I went …": what its author was doing, and nothing of anything else.
_DOING = re.compile(
    r"[\"“]?(?:[^,.\"“”]{0,60}, )?(?:(?:So|But|And|Now|Then|OK so|Ok so) )?I(?:['’](?:m|ve|d)| am| was| have| had| did)?"
    r"(?: (?:just|also|still|now|once|then|been|currently|recently|finally|back|so|never|really|already|even))* (?:(?:look|work|play|think|plan|try|go|writ|read|runn|us|listen|wonder|"
    r"experiment|tinker|mess|fiddl|sitt|test|search|wait|text|kick|toy|walk|watch|driv|fly)ing|stumbled|came|decided|wrote|posted|tweeted|blogged|chatted|went|woke|sat|gave|spoke|"
    r"wanted|bought|moved|started|tried|finished|got|visited|met|took|saw|read|heard|spent|attended|wore|enjoyed|stopped|returned|updated|installed|ordered|picked|switched|used)\b[^:;]*\Z"
)
_SHORT = 160  # characters: what is longer has something beside
_INVITING = re.compile(r"[\"“]?(?:Let(?:['’]?s| us)|Have a (?:look|listen|read))\b")
# A signpost: the thing itself is somewhere else.
_SIGNPOST = re.compile(
    r"(?i)\A[\"“]?for (?:the |an? )?(?:full|more|complete|further)\b[^,]{0,40}, (?:see|visit|check|read|go)\b|\bthere(?:['’]s| is| are) (?:\w+ ){1,4}here (?:of|on|about|that)\b|\byou(?:['’]ll| can| will|['’]d| may)? (?:can |also )?(?:find|see|read|get|download|view|watch|follow|reach|listen to|check out|grab) (?:[^\s.!?]+ ){1,8}"
    r"(?:here|below|on (?:twitter|github|facebook|youtube|instagram|linkedin|mastodon)|(?:over )?at (?:[\w-]+\.){1,3}(?:com|org|net|io))\b|\b(?:check|come) back (?:in|for|soon|often|later|here|tomorrow|next)\b|\A[\"“]?come back to\b|\bclick (?:on )?(?:the|this) (?:\w+ )?(?:link|button|image|picture|photo)\b|"
    r"\b(?:slides|links?|photos?|pictures|videos?|audio|recordings?|details|code|results|notes|images?|information|transcript|screenshots?) (?:are|is|can be found|follows?) (?:\w+ )?(?:below|here|attached|following)\b|"
    r"\b(?:see|read|click|view|details|information|available|coverage|explanation) here[.!]|\bhere and here\b|\b(?:see|view|visit|check out) (?:the|our|my|his|her) [^.!?]{1,60} (?:here|below)[.!]|\A(?:see|view|read|visit|check out) (?:the (?:full|complete|original|whole) )?[^.]{1,60} (?:here|below)\b"
)
# It tells of itself: "This post summarizes …", "Maybe I'll write more of it".
_OF_ITSELF = re.compile(
    r"(?i)\b(?:this|my|our|another|previous) (?:(?:recent|last|first|next|little|short|blog|weekly|\d{4}) ){0,2}(?:blog ?posts?|posts?|blog entr(?:y|ies))\b|\bthis blog is\b|"
    r"\bin (?:this|today['’]s) (?:\w+ )?(?:tutorial|guide|post|blogpost|video|episode|lesson|walkthrough|series|newsletter|issue)\b|\b(?:some of this|this|the) (?:content|story|article|piece|essay|interview|transcript) "
    r"(?:was|is|has been|will be) (?:\w+ ){0,2}(?:published|unlocked|edited|updated|translated|adapted|excerpted|condensed|written|posted|sponsored)\b|\b(?:in diesem|im heutigen) (?:artikel|beitrag|video|post|tutorial)\b|"
    r"\bdans cet article\b|\ben este (?:artículo|post|vídeo|tutorial)\b|\bin questo articolo\b|\bneste (?:artigo|post)\b|\bin dit artikel\b|\bw tym (?:artykule|wpisie)\b|"
    r"\bi['’]?(?:ll| will| may| might| should|['’]d)? (?:\w+ ){0,3}write (?:\w+ ){0,4}(?:up|more|about (?:this|that|it))\b|\A(?:table of )?contents (?-i:[A-Z])\w+ (?-i:[A-Z])|\bhope you (?:find|found|enjoy\w*|like\w*)\b"
)
# One of these is in every signpost, and in every sentence of the other kind: a cheap look comes first.
_HINTS = """
here below twitter github facebook youtube instagram linkedin mastodon back attached following click com org net io
post posts blogpost blogposts blog write contents hope tutorial guide video episode lesson walkthrough series newsletter issue content story article
piece essay interview transcript artikel beitrag artículo vídeo articolo artigo artykule wpisie
"""
_HINTED = frozenset(_HINTS.split())
# Characters that were lost when somebody misread the text's encoding.
_BROKEN = re.compile("\ufffd|â€|[ÃÂ][\u0080-\u009f\u00a1-\u00bf]")


class Flaw(NamedTuple):
    """Why words are no post: the point of the value gate that they fail, and a sentence."""

    point: str
    reason: str


def flaw(words: str, language: str | None) -> Flaw | None:
    """Find what makes words no post; None if nothing does."""
    parts = sentences(words, language)
    if not parts:
        return None
    return _broken(words) or _idle(words, parts) or _incomplete(parts, language) or _spoilt(parts, language)


def _broken(words: str) -> Flaw | None:
    if _BROKEN.search(words):
        return Flaw("self-contained", "Characters in it are broken.")
    long = [word for word in _WORD.findall(words) if len(word) > 1]
    if len(long) >= _FEWEST and sum(word.isupper() for word in long) > 0.6 * len(long):
        return Flaw("tone", "It is written in capital letters.")
    return None


def _idle(words: str, parts: list[str]) -> Flaw | None:
    """Look for words that do something else than telling: asking, inviting, calling, pointing, speaking of themselves."""
    if all(part.rstrip("\"'”’»)").endswith(("?", "？")) for part in parts):
        return Flaw("adds", "It asks, and tells nothing.")
    brief = len(words) <= _SHORT and len(parts) == 1
    if brief and _DOING.match(words):
        return Flaw("adds", "It tells only what its author was doing.")
    if _INVITING.match(words):
        return Flaw("adds", "It invites its reader along, and tells nothing.")
    if phrase := calls(words):
        return Flaw("tone", f"It calls its reader somewhere, as notices do: “{phrase}”.")
    if not _HINTED.isdisjoint(_WORD.findall(words.lower())):
        if sign := _SIGNPOST.search(words):
            return Flaw("adds", f"It only points elsewhere: “{sign[0].strip()}”.")
        if told := _OF_ITSELF.search(_QUOTED.sub(" ", words)):
            return Flaw("adds", f"It tells of itself: “{told[0].strip()}”.")
    if all(is_step(part) and not worth(part) for part in parts):
        return Flaw("adds", "It is one step of several, without what they lead to.")
    if all(claims(part) and private(part) and not worth(part) for part in parts):
        return Flaw("adds", "It tells only what its author was doing.")
    return None


def _incomplete(parts: list[str], language: str | None) -> Flaw | None:
    """Look for sentences that lack what makes them stand alone: a verb, a main clause, a name."""
    if language in _VERBS_KNOWN:
        for part in parts:
            if len(_WORD.findall(part)) >= _FEWEST and not has_verb(part, language):
                return Flaw("self-contained", "A part of it is no sentence: it has no verb.")
    if language != "en":
        return None
    if any(hangs(part) for part in parts):
        return Flaw("self-contained", "A clause in it lacks the sentence that it belongs to.")
    if parts[0].startswith("(") and parts[-1].endswith(")"):
        return Flaw("self-contained", "It is an aside in brackets.")
    return _leaning(parts[0])


def _leaning(first: str) -> Flaw | None:
    """Look in the first sentence for people and things that only the article names."""
    if nameless := _NAMELESS.match(first) or _UNNAMED.match(first):
        who = next(filter(None, nameless.groups()))
        return Flaw("self-contained", f"It does not say who “{who}” is.")
    if these := _OF_THESE.match(first):
        return Flaw("self-contained", f"It does not say what “{these['which']}” means.")
    if pointing := _POINTS_BACK.search(first):
        return Flaw("self-contained", f"“{pointing[0].strip(', ')}” points at what stands before it in the article.")
    return None


def _spoilt(parts: list[str], language: str | None) -> Flaw | None:
    """Look for a sentence with too many faults; a question before its answer is none."""
    for place, part in enumerate(parts):
        telling = not part.endswith("?") and len(_WORD.findall(part)) >= _FEWEST
        if telling and spoilt(part, language, follows=place > 0):
            return Flaw("self-contained", "Too much in it leans on its reader or on the article.")
    return None
