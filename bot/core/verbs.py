"""Which words can be the verb that makes words a sentence.  Pure; may import: nothing of ours.

No grammar: lists of the commonest verbs and the look of regular forms.  A verb that is missed makes a good sentence
look like a fragment, so whoever asks lets it cost little.
"""

from __future__ import annotations

import re
from itertools import pairwise

FINITE = (
    r"(?:is|are|was|were|be|been|has|have|had|will|would|can|could|may|might|must|should|do|does|did|says?|said|makes?|made|takes?|"
    r"took|gets?|got|goes|went|comes?|came|gives?|gave|finds?|found|shows?|needs?|wants?|helps?|uses?|works?|lets?|keeps?|kept|means?|"
    r"meant|seems?|becomes?|became|begins?|began|leads?|led|runs?|ran|sees?|saw|knows?|knew|tells?|told|brings?|brought|won|lost|built|"
    r"sent|held|left|rose|fell|grew|spoke|wrote|drove|broke|chose|stood|paid|heard|met|sat|bought|caught|taught|thought|fought|spent|"
    r"sold|felt|put|set|cut|hit|cost|drew|flew|threw|wore|ate|gone|done|propose|present|introduce|\w{3,}ed|"
    r"ist|sind|waren|haben|wird|werden|wurden?|kann|können|soll|sollen|muss|gibt|geht|\w{3,}(?:te|ten)|"
    r"est|sont|ont|était|sera|peut|fait|è|sono|hanno|es|fue|está|han|puede|é|são|foi|tem|pode|zijn|heeft|wordt|werd|jest|są|był|była|"
    r"było|mają|\w{3,}(?:ó|ał|ała|ano))"
)
"""A pattern, without regard to case: one of the commonest verbs, or the look of a past tense."""

_COMMON = """
accept achieve act add affect agree aim allow answer appear apply argue arise arrive ask assume avoid base beat believe belong
benefit bind block boost break build burn call care carry catch cause change check choose claim close combine compare complain
compute concern confirm connect consider consist contain continue contribute control convert cost cover create cut deal decide
define deliver demand demonstrate deny depend describe deserve design determine develop die differ discover discuss dominate draw
drive drop earn eat emerge employ enable encourage end enjoy ensure enter establish evaluate examine exist expand expect explain
explore express extend face fail fall feature feed feel fight fill fit fly focus follow force form gain generate grow handle happen
hate hear hide hit hold hope identify ignore illustrate imagine improve include increase indicate inform investigate involve join
jump kill lack laugh launch lay learn leave lie lift like limit link list listen live look lose love maintain manage mark
match matter measure meet mention merge migrate mind miss move name note notice obtain occur offer open operate outperform own pass
pay perform persist pick plan play point post predict prefer prepare prevent produce promise prompt protect prove provide publish pull push
raise reach read realize receive recognize recommend record reduce refer reflect refuse regard relate release rely remain remember
remind remove rename replace report represent require resemble reside resist resolve respond rest result return reveal rise risk rule
save scale search sell send separate serve settle shape share shift ship sit sleep solve sound speak spend spread stand start state
stay steal step stick stop strike struggle study succeed suffer suggest support suppose surround survive swim switch talk target
teach tend test thank think threaten travel treat trigger try turn understand update urge value vanish vary view visit vote wait wake
walk wash watch wear weigh win wish wonder worry write yield
"""
_STEMS = frozenset(_COMMON.split())
# "A list of", "the last attack", "to list": what these stand before is no finite verb.
_NOUN_AHEAD = """
a an the to of in on at for with by from into as and or his her its their our my your this that these those no some
any every each new old big small good great last next first second own more most best
"""
_BEFORE_NOUNS = frozenset(_NOUN_AHEAD.split())
_FINITE = re.compile(rf"(?i)\b{FINITE}\b|['’](?:s|re|ve|ll|d|m)\b|n['’]t\b")
_WORD = re.compile(r"[^\W\d_]+")
_GERMAN = re.compile(r"\b[a-zäöü]{2,}(?:t|en|te|ten|ln|rn)\b")
# A clause that belongs to a noun has a verb of its own, which makes no sentence of what stands around it.
_RELATIVE = re.compile(r"(?i)\b(?:that|who|which|whose|where|whom)\s[^,;:—–]*")

_OPENS_RELATIVE = re.compile(r"(?i)\b(?:that|who|which|whose|where|whom)\b(?: (?P<next>[^\W\d_]+))?")
# "Have already lived" and "was to be handled" are one verb each.
_HELPER = r"(?:have|has|had|is|are|was|were|be|been|will|would|can|could|may|might|must|should|do|does|did)"
_AS_ONE = re.compile(
    rf"(?i)\b(?:{_HELPER}\s(?:(?:\w+ly|already|also|not|never|ever|always|just|now|then|still|even|long|to)\s)?){{0,4}}{FINITE}\b"
)


def has_verb(text: str, language: str | None = "en") -> bool:
    """Tell whether words have a verb of their own; in languages that we have no list for: whether they are many enough."""
    if language == "de":
        return bool(_GERMAN.search(text) or _FINITE.search(text))
    if language not in ("en", None):
        return len(_WORD.findall(text)) > 4 or max(text, default="") > "\u2e80"
    bare = _RELATIVE.sub(" ", text)
    if _FINITE.search(bare):
        return True
    tokens = _WORD.findall(bare.lower())
    if any(_is_verb(word) and before not in _BEFORE_NOUNS for before, word in pairwise(["a", *tokens])):
        return True
    # "The team that won the cup celebrated": more verbs than clauses to hold them.
    clauses = [clause["next"] or "" for clause in _OPENS_RELATIVE.finditer(text)]
    of_clauses = sum(_is_verb(word.lower()) and not _FINITE.fullmatch(word) for word in clauses)
    return bare != text and len(_AS_ONE.findall(text)) + of_clauses > len(clauses)


def _is_verb(word: str) -> bool:
    if word in _STEMS or word.removesuffix("s") in _STEMS or word.removesuffix("es") in _STEMS:
        return True
    return word.endswith("ies") and f"{word[:-3]}y" in _STEMS
