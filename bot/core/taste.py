"""What makes a complete sentence a poor post all the same.  Pure; may import: nothing of ours.

The ranking learned what people pick to say; it did not learn how it reads without the article around it.  Each fault
costs a little of a saying's score when posts are made, so that a near runner-up that reads well goes first.
"""

from __future__ import annotations

import re

_QUOTED = re.compile(r"[\"“„«][^\"“”„«»]{0,400}[\"“”»]")
_FIRST_PERSON = re.compile(
    r"\b(?:I|I['’](?:m|ve|d|ll)|[Mm]y|me|mine|myself|[Ii]ch|[Mm]ein\w*|[Jj]e|[Jj]['’]\w+|[Mm]on|[Yy]o|[Mm]i)\b"
)
_WE = re.compile(r"\b(?:[Ww]e|[Oo]ur|us|[Ww]ir|[Uu]nser\w*|[Nn]ous|[Nn]otre|[Nn]osotros|[Nn]uestr\w*)\b")
_YOU = re.compile(r"\b[Yy]ou(?:r|rs|rself)?\b")
_POINTING = re.compile(
    r"(?i)\b(?:this|these|those|such)\s+(?!week|weekend|year|month|morning|evening|afternoon|spring|summer|autumn|fall|winter|paper|"
    r"article|post|study|work|guide|tutorial|is|as|a\b|an\b|who|that)[a-z]+|\bhere(?:['’]s| is| are)\b|"
    r"\b(?:this|these|those)(?:[.,;!]|\s+all\b)"
)
_PRONOUN = re.compile(r"\b(?:he|she|they|it|him|her|his|their|them|its)\b", re.IGNORECASE)
_NAME = re.compile(r"(?<=\s)[A-ZÀ-Þ][\w’'-]+|\b[A-Z]{2,}\b|\A[A-ZÀ-Þ][\w’'-]+ [A-ZÀ-Þ]")
_NAMELESS_SPEAKER = re.compile(r"[\"”’],?\s+(?:he|she|they|it|says|said|adds|added)\b(?!\s+[A-Z])")
_ADDRESSING = re.compile(
    r"(?i)\A[\"“„«]?(?:welcome|happy|please|thank|hello|hi|hey|dear|note|wait|well|ok|okay|yes|no|oh|so|sure|honestly|thankfully|essentially|"
    r"luckily|sadly|imagine|let['’]s|let us|click|scroll|enjoy|stay|check|have you|did you|do you|are you|want to|what|why|how|who)\b"
)
_ASKED_FIRST = re.compile(r"[\"“„«][^\"“”„«»]{0,120}\?[\"”“»]")
_LABEL = re.compile(r"\A(?:[A-ZÀ-Þ][\w’'-]+[ -]?){1,5}: ")
_THE = re.compile(r"\AThe [a-z]+ (?:was|is|were|are|will|would|also|has|had|have|came|comes|said|can)\b")

DULL = 0.05
"""What one plain fault costs: as much as the features of an average runner-up differ from the best."""


def faults(text: str) -> float:
    """Add up what reads badly in a saying that stands alone; 0: nothing."""
    bare = _QUOTED.sub(" ", text)
    found = [
        1.0 * bool(_FIRST_PERSON.search(bare)),
        0.4 * bool(_WE.search(bare)),
        0.4 * bool(_YOU.search(bare)),
        0.5 * bool(_POINTING.search(bare)),
        1.0 * ("?" in bare or text.endswith("?") or bool(_ASKED_FIRST.match(text))),
        0.5 * ("!" in bare),
        0.5 * bool(_ADDRESSING.match(text)),
        1.0 * bool(_NAMELESS_SPEAKER.search(text)),
        1.0 * (not re.search(r"\w{3}", bare)),  # nothing but a quotation
        0.5 * bool(_LABEL.match(text)),
        0.4 * bool(_THE.match(text)),
        2.0 * ("www." in text or "://" in text),
        1.0 * _listed(bare),
        1.0 * _unresolved(bare),
    ]
    return DULL * sum(found)


def speaks_for_itself(text: str) -> bool:
    """Tell whether words say "I" or "we" outside quotation marks: posted plainly, the bot would say it of itself."""
    bare = _QUOTED.sub(" ", text)
    return bool(_FIRST_PERSON.search(bare) or _WE.search(bare))


def _listed(bare: str) -> bool:
    """Tell whether words are a list of names more than a sentence."""
    tokens = re.findall(r"[^\W\d_]+", bare)
    return bare.count(",") > 3 and sum(token[0].isupper() for token in tokens) > 0.6 * len(tokens)


def _unresolved(bare: str) -> float:
    """Judge a pronoun before anything that it could stand for."""
    pronoun = _PRONOUN.search(bare)
    if not pronoun:
        return 0.0
    before = bare[: pronoun.start()]
    if _NAME.search(before):
        return 0.0
    return 0.5 if len(before.split()) > 4 else 1.0
