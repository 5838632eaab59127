"""Text to sentences, for many languages, in linear time.  Pure; may import: core.stopless.

A line break always parts.  A full stop parts unless what stands before it is an abbreviation, an initial, a number of
a list or part of a name or address, or what follows can't begin a sentence.  Thai and Lao write no full stop: there a
space parts, unless one of its sides can't stand alone.
"""

from __future__ import annotations

import re

from bot.core.stopless import clauses, is_stopless

FULL_STOPS = "。！？｡।॥۔؟։።፧။។៕།༎"
"""What ends a sentence whatever follows, in scripts of East Asia, India, Arabic, Armenian, Ethiopia, Burma, Khmer, Tibet."""

_MARKED = "(?P<close>(?:[ \u00a0\u202f](?=»))?[\"'”’»)\\]」』】›]*+)(?P<gap>\\s*+)(?P<open>[\"'“„‘«(\\[¿¡‹—–\\-•]*+\\s?)(?P<next>\\S?)"
_TERMINAL = re.compile(rf"(?P<stop>[.!?…]++|[{FULL_STOPS}]++){_MARKED}")
_TERMINAL_GREEK = re.compile(rf"(?P<stop>[.!?;…]++|[{FULL_STOPS}]++){_MARKED}")  # ";" asks
_CONTEXT = 60  # characters before a mark that are looked at: a line without sentences must not cost their square
_BULLET = re.compile(r"(?:[-•*·▪‣–]|\(?\d{1,2}[.)]|\(?[a-zA-Z][.)])\s+\Z")

# Never the end, whatever follows: titles before names, and abbreviations that need a complement.
_BEFORE_NAMES = """
mr mrs ms mx dr prof rev hon sr sra st ste mt ft gen col capt lt sgt cmdr maj adm gov sen rep pres supt messrs mme mlle
m mm dra dott ing avv sig fr hr frl dhr mevr ks inż mgr dyr ul al vs cf viz approx ca bzw evtl ggf inkl zzgl sog usw.
e.g i.e eg ie z.b d.h u.a o.ä s.o s.u p.ex p.e bijv o.a m.b.t b.v d.w.z np m.in tzn tj itp. rs por ej p.o.ej vgl resp
ee bl.a t.ex f.eks kl ул вул им ім гл акад проф доц просп δρ κ κα डॉ प्रो
"""
# The end only if a capital letter follows that is no number.
_BEFORE_NUMBERS = """
no nos nr num fig figs eq eqs sec ch chap vol pp p pg art abs bd kap ziff abb tab núm nº n° ref § par para cap hrsg
"""
# May end a sentence: only a word that can't begin one shows that it doesn't.
_EITHER = """
inc ltd corp co bros llc plc jr sr esq phd ph.d m.d b.a m.a d.phil a.m p.m am pm etc al jan feb mar apr jun jul aug sep
sept oct nov dec mon tue tues wed thu thur thurs fri sat sun u.s u.k u.n e.u d.c n.y l.a a.d b.c usw usf etcétera gmbh
ag bsp str univ dept est govt ave blvd rd sq min max mio mrd tel
"""
_ALWAYS = frozenset(word.rstrip(".") for word in _BEFORE_NAMES.split())
_NUMBERED = frozenset(_BEFORE_NUMBERS.split())
_MAYBE = frozenset(_EITHER.split())
_GERMAN_ORDINAL = re.compile(r"\A\d{1,2}\Z")
_CAPITAL = "[A-ZÀ-ÞΑ-ΩЀ-Я]"
_INITIAL = re.compile(rf"\A[(\"'“„«]*(?:{_CAPITAL}|{_CAPITAL}\.-?{_CAPITAL}|(?:{_CAPITAL}\.){{1,4}}{_CAPITAL})\Z")
_ELISION = re.compile(r"(?:[dlmnst]|qu|all|dall|dell|nell|sull)['’](?=\w{2})")
_ACRONYM = re.compile(r"\A[(\"'“„«]*(?:[A-Za-z]\.)+[A-Za-z]\Z")
_OPENERS = "(\"'“„«‘["
_LETTER = re.compile(r"\w\.")  # z. B., u. a.: abbreviations written apart
_MIXED = re.compile(r"[a-z]{1,2}[A-Z]")
_SHORTENED = re.compile(r"['’][nst] [A-Z]")  # "'s Avonds", "'t Is": how a Dutch sentence begins
_STARTERS = re.compile(
    r"(?:The|This|That|These|Those|It|He|She|They|We|I|You|In|On|At|But|And|A|An|However|When|While|If|For|As|After|"
    r"There|His|Her|Its|Their|Our|My|Der|Die|Das|Ein|Eine|Er|Sie|Es|Wir|Ich|Im|In|Am|Aber|Und|Le|La|Les|Un|Une|Il|Elle|"
    r"Mais|Dans|El|Los|Las|Una|En|Pero|Lo|Gli|Ma|O|Os|As|Um|Uma|De|Het|Een|Maar|To|Na|W|Nie|Ale)\b"
)
_CLOSING = re.compile(r"[ \u00a0\u202f]?[”“»]\Z")
_CLOSED_BY = {"”": "“„", "“": "„", "»": "«"}
# "It ended in memory.The film …": a space was lost.  "blog.Posts will" is a name.
_GLUED = re.compile(
    r"(?:The|This|That|These|Those|She|They|You|But|And|However|When|While|For|After|There|His|Her|Its|Their|Our|What|Each|One|Some|All|Most|Many)\s"
)
_BRANDS = frozenset({"Yahoo", "Jeopardy", "Yum", "Oklahoma", "Airplane", "Westward Ho", "Guess", "try"})
_MONTHS = re.compile(
    r"(?i)(?:jan|feb|mär|mar|apr|mai|maj|jun|jul|aug|sep|okt|oct|nov|dez|dec|jahrhundert|jh|klasse|auflage|bundesliga|platz|"
    r"geburtstag|runde|spieltag|etage|stock|mal|und|bis)"
)


def sentences(text: str, language: str | None = None) -> list[str]:
    """Split a text into its sentences, in order, each without surrounding space; nothing is lost but space."""
    return [sentence for line in text.split("\n") for sentence in _of_line(line, language)]


def closed(part: str, whole: str) -> str:
    """Give the beginning of a quotation its closing mark, which stands at the end of the whole."""
    end = _CLOSING.search(whole)
    return part + end[0] if end and whole[:1] in _CLOSED_BY.get(end[0][-1], "") and end[0][-1] not in part[1:] else part


def is_small(letter: str) -> bool:
    """Tell whether it is a small letter where a sentence begins with a capital one, as in Georgian it does not."""
    return letter.islower() and letter.title() != letter


def _of_line(line: str, language: str | None) -> list[str]:
    found: list[str] = []
    start = 0
    for mark in (_TERMINAL_GREEK if language == "el" else _TERMINAL).finditer(line):
        if mark.start() >= start and _ends(line, start, mark, language):
            end = mark.end("close")
            if sentence := line[start:end].strip():
                found.append(sentence)
            start = end
    if rest := line[start:].strip():
        found.append(rest)
    return [clause for part in found for clause in clauses(part)] if is_stopless(line) else found


def _ends(line: str, start: int, mark: re.Match[str], language: str | None) -> bool:
    """Judge whether a sentence ends at a mark."""
    stop, following = mark["stop"], mark["next"]
    if stop[0] in FULL_STOPS:
        # Inside quotes of CJK the closing bracket ends the quotation, and 「…」と言った goes on.
        return not (mark["close"] and following and following in "とっのという、，")
    if not following:
        return True
    rest = line[mark.start("next") : mark.start("next") + 24]
    if not mark["gap"]:  # a decimal, a version, an address, a name
        before = line[max(start, mark.start() - 3) : mark.start()]
        worded = before.isalpha() and before.islower()
        return len(before) == 3 and (worded or before.isdigit()) and _GLUED.match(rest) is not None
    begins = following.isupper() or following.isdigit() or not following.isalpha() or bool(_MIXED.match(rest))
    begins = begins or not is_small(following)  # scripts without cases
    begins = begins or bool(mark["open"] and _SHORTENED.match(line, mark.start("next") - 1))
    if not begins:
        return False
    token = _last_token(line, start, mark.start())
    if stop != ".":
        if stop[0] == "!" and token in _BRANDS:
            return bool(_STARTERS.match(rest)) or bool(mark["open"].strip())
        return not (mark["close"] and mark["close"].strip()[0] in "\"'”’»" and _goes_on(rest))
    if mark["close"]:
        return True
    before = line[max(start, mark.start() - _CONTEXT) : mark.start()]
    return _full_stop_ends(token, following, rest, before, language)


def _full_stop_ends(token: str, following: str, rest: str, before: str, language: str | None) -> bool:
    """Judge a full stop with space behind it, by the token before it and what follows."""
    if len(before) <= 5 and _BULLET.match(before.lstrip() + ". "):
        return False  # "1. First": the number belongs to what it counts
    bare = token.lstrip(_OPENERS).lower()
    if elided := _ELISION.match(bare):  # "l’art. 12" is "art. 12"
        bare = bare[elided.end() :]
    if bare in _ALWAYS or (len(bare) == 1 and token[-1].islower() and _LETTER.match(rest)):
        return False
    if bare in _NUMBERED:
        return not following.isdigit() and not (len(following) == 1 and re.match(r"[IVXLC]+\b", rest))
    if bare in _MAYBE or _ACRONYM.match(token):
        return bool(_STARTERS.match(rest)) or (following in '"“„«' and not following.isalpha())
    if _INITIAL.match(token):
        return bool(_STARTERS.match(rest)) and len(before.split()) > 3 and not re.match(r"(?:I|A|O|W)\b", rest)
    if _GERMAN_ORDINAL.match(bare):
        return language not in ("de", "pl", "da", "nb", "no", "cs", "fi", "hu") or not (
            _MONTHS.match(rest) or (language == "de" and following.isupper() and not _STARTERS.match(rest))
        )
    return True


def _last_token(line: str, start: int, end: int) -> str:
    """Give the token right before a mark: at most 40 characters of it, so that a long run costs little each time."""
    pieces = line[max(start, end - 40) : end].rsplit(None, 1)
    return pieces[-1] if pieces else ""


def _goes_on(rest: str) -> bool:
    """Tell whether what follows a closed quotation still belongs to its sentence: "Go!" he said."""
    return is_small(rest[:1])
