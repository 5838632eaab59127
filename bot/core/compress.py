"""Safe shortenings of a sentence: what can go without touching what it says.  Pure; may import: core.patterns, core.gate.

Datelines, leading adverbials, parentheses, trailing attributions, non-restrictive clauses.  Numbers, names that are
kept, negations and quotations are never altered: only whole removable parts go, and what is left is still a sentence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

MOST = 12
"""Shortenings of one sentence that are tried."""

_DATELINE = re.compile(
    r"\A(?:[A-ZÀ-Þ][\w.’'\-]*(?:[ ,/]+[A-Z][\w.’'\-]*){0,5}\s*)?\((?:CNN|AP|Reuters|AFP|dpa|UPI|Xinhua|IANS|PTI|dapd)[^)]{0,40}\)\s*(?:[—–\-:]+\s*)?"
)
_CAPITALS = re.compile(r"\A[A-Z][A-Z .,]{3,40}(?:,\s[A-Z][a-z]+\.?)?\s(?:\([^)]{1,30}\)\s)?[—–-]{1,2}\s")
_PARENTHESIS = re.compile(r"\s*(?:\([^()\"“”]{1,160}\)|\[[^\[\]\"“”]{1,160}\])")
_CITED = r"[A-Z][\w’'\-]+(?: et al\.?,?| (?:and|&) [A-Z][\w’'\-]+,?|,) (?:19|20)\d\d[a-z]?"
_ASIDE = re.compile(
    r"\s+(?:\((?P<acronym>[A-Z][A-Za-z&/.\-]*[A-Z][\w\-]{0,6}|[a-z]{1,3}[A-Z]{2,}\w{0,6})\)"
    rf"|\({_CITED}(?:; {_CITED}){{0,6}}\)|\[\d{{1,3}}(?:[,–-] ?\d{{1,3}})*\])"
)
_LEADING = re.compile(
    r"\A(?:(?:In (?:this|our) (?:paper|work|article|study|post)|Here),?\s+(?=we\b|I\b|a\b|an\b|the\b)|(?:In (?:this|our) (?:paper|work|article|study|post)|To (?:this|that) end|In (?:addition|particular|fact|general|other words|short|contrast|"
    r"conclusion|summary|practice|the meantime)|As (?:a result|such|usual|expected|always)|For (?:example|instance|now|one thing)|"
    r"On the (?:other|one) hand|At the same time|Of course|However|Moreover|Furthermore|Additionally|Meanwhile|Therefore|Thus|Hence|"
    r"Consequently|Unfortunately|Fortunately|Interestingly|Surprisingly|Remarkably|Notably|Specifically|Importantly|Finally|Instead|"
    r"Nevertheless|Nonetheless|Indeed|Still|Also|Besides|Overall|Ultimately|Similarly|Likewise|Recently|Currently|Today|Now|"
    r"Außerdem|Zudem|Allerdings|Jedoch|Dennoch|Daher|Deshalb|En effet|Par ailleurs|Cependant|Toutefois|Ainsi|Sin embargo|Además|"
    r"Por lo tanto|Asimismo|Tuttavia|Inoltre|Infatti|No entanto|Além disso|Portanto|Bovendien|Echter|Jednak|Ponadto),\s+"
    r"|(?:And|But|So|Yet|Or|Plus),?\s+)"
)
_SAID = (
    r"(?:said|says|told|tells|reported|reports|announced|announces|wrote|writes|noted|added|explained|claimed|claims|stated|"
    r"according to|sagte|sagt|teilte|erklärte|berichtet|laut|selon|a déclaré|a annoncé|según|dijo|afirmó|secondo|ha detto|segundo|"
    r"disse|volgens|zei|aldus|według|powiedział|powiedziała)"
)
_ATTRIBUTION = re.compile(rf",\s+(?:[^,\"“”]{{0,80}}\s)?{_SAID}\b[^,\"“”]{{0,120}}(?P<end>[.])\Z")
_ACCORDING = re.compile(r"(?i)\A(?:according to|laut|selon|según|secondo|segundo|volgens|według) [^,\"“”]{2,80},\s+")
_RELATIVE = re.compile(
    r",\s+(?:which|who|whose|where|when|wobei|qui|dont|lequel|laquelle)\s[^,\"“”()]{3,140}(?P<end>[,.!?])"
)
_APPOSITION = re.compile(
    r",\s+(?:an?|the|one of|its|his|her|their|ein|eine|der|die|das|un|une|le|la|el|una|il)\s[^,\"“”()]{3,90},(?=\s)"
)
_PARTICIPLE = re.compile(
    r",\s+(?:including|such as|especially|particularly|as well as|along with|among others|ranging from|citing|adding|noting|saying|"
    r"making|leading|resulting|allowing|causing|following|depending|while|although|though|even though|because|since|after|as|"
    r"darunter|insbesondere|einschließlich|notamment|y compris|ainsi que|incluyendo|así como|tra cui|incluindo|waaronder|w tym)\b[^\"“”]{3,200}(?P<end>[.!?])\Z"
)
_LEADING_CLAUSE = re.compile(
    r"\A(?:In|On|At|After|Before|During|Since|By|With|While|When|As|For|From|Under|Over|Following|Despite|Although|Though|"
    r"Because|If|Once|Until|Throughout|Among|Within|Without|To|Nach|Vor|Seit|Bei|Mit|Während|Après|Avant|Depuis|Pendant|Dans|"
    r"Tras|Desde|Durante|En|Dopo|Prima|Após|Antes|Na|Voor|Sinds|Po|Przed|Od|W)\s[^,\"“”()]{2,100},\s+(?=[A-ZÀ-Þ]|the |a |an |we |it |our )"
)
_COORDINATED = re.compile(
    r"(?:;|,\s+(?:and|but|so|yet|while|or|und|aber|doch|et|mais|y|pero|e|ma|mas|en|maar|i|ale))\s[^\"“”]{8,260}(?P<end>[.!?])\Z"
)
_DASHED = re.compile(r"\s+[—–]\s+[^—–\"“”]{2,140}\s+[—–]\s+|\s+--\s+[^\"“”]{2,140}?\s+--\s+")
_DASH_TAIL = re.compile(r"\s+(?:[—–]|--|-)\s+[^\"“”—–]{3,200}(?P<end>[.!?])\Z")

_NEGATION = re.compile(
    r"(?i)\b(?:not|no|never|n['’]t|nor|neither|without|nicht|kein\w*|nie|pas|jamais|ningún|ninguna|nunca|non|mai|não|niet|geen)\b|n['’]t\b"
)

# Gentlest first: what is taken out, what is put there ("end": the mark that ended it), and what must occur for it.
_LEVELS = (
    (_DATELINE, "", "("), (_CAPITALS, "", " "), (_LEADING, "", " "), (_PARENTHESIS, "", "(["), (_DASHED, " ", "—–-"),
    (_ATTRIBUTION, "end", ","), (_RELATIVE, "end", ","), (_APPOSITION, "", ","), (_ACCORDING, "", ","), (_PARTICIPLE, "end", ","),
    (_DASH_TAIL, "end", "—–-"), (_LEADING_CLAUSE, "", ","), (_COORDINATED, "end", ",;"),
)  # fmt: skip


def tidied(sentence: str) -> str:
    """Take off what never belongs to what a sentence says: datelines, connectives at its start, acronyms, citations."""
    for pattern in (_DATELINE, _CAPITALS, _LEADING):
        sentence = _capital(pattern.sub("", sentence, count=1))
    if "(" in sentence or "[" in sentence:
        sentence = _ASIDE.sub(lambda aside: "" if _is_idle(aside, sentence) else aside[0], sentence)
    return sentence


def _is_idle(aside: re.Match[str], sentence: str) -> bool:
    """Tell whether a bracket says nothing here: an acronym that is not used again, or a citation."""
    acronym = aside["acronym"]
    return not acronym or sentence.count(acronym) == 1


def compressions(sentence: str) -> Iterator[str]:
    """Give ever shorter forms of a sentence, gentlest first, each a sentence; at most `MOST`."""
    seen = {sentence}
    given = 0
    forms = [sentence]
    for pattern, keep, needed in _LEVELS:
        if not any(mark in sentence for mark in needed):
            continue
        for form in list(forms):
            shorter = _without(form, pattern, keep)
            if shorter and shorter not in seen:
                seen.add(shorter)
                forms.append(shorter)
                yield shorter
                given += 1
                if given >= MOST:
                    return


def _without(sentence: str, pattern: re.Pattern[str], keep: str) -> str:
    """Take one kind of part out of a sentence; empty if there is none or too little would be left."""
    if pattern in (_COORDINATED, _PARTICIPLE, _LEADING_CLAUSE) and _NEGATION.search(sentence):
        # What follows a negation may carry it: "not a toy, but a tool" says something else when cut.
        match = pattern.search(sentence)
        if match and (keep != "end" or _NEGATION.search(sentence[: match.start()])):
            return ""

    def left(match: re.Match[str]) -> str:
        if keep != "end":
            return keep
        end = match["end"]
        return "" if end == "," else end

    shorter, times = pattern.subn(left, sentence)
    if not times:
        return ""
    shorter = _capital(re.sub(r"\s+([,.;:!?])", r"\1", shorter.strip()))
    if len(shorter.split()) < 5:
        return ""
    return re.sub(r" {2,}", " ", shorter)


def _capital(sentence: str) -> str:
    """Begin with a capital letter, unless the first word is a name that has its own ways: iOS, eBay."""
    first = sentence[:1]
    return first.upper() + sentence[1:] if first.islower() and not re.match(r"[a-z]{1,2}[A-Z]", sentence) else sentence
