"""Safe shortenings of a sentence: what can go without touching what it says.  Pure; may import: core.patterns, core.verbs.

Datelines, leading adverbials, parentheses, trailing attributions, non-restrictive clauses.  Numbers, names that are
kept, negations and quotations are never altered: only whole removable parts go, and what is left is still a sentence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.core.patterns import open_ended
from bot.core.verbs import FINITE

MOST = 12
"""Shortenings of one sentence that are tried."""

_FEWEST = 5  # words that must be left

_PLACE = r"[A-ZÀ-Þ][\w.’'\-]*(?:[ ,/]+(?:(?:de|da|do|del|di|la|las|el|am|im|an der) )?[A-ZÀ-Þ][\w.’'\-]*){0,5}"
_MONTH = (
    r"(?i:jan|ene|gen|sty|f[eé][bv]|lut|m[aä]r|mrt|apr|abr|avr|kwi|ma[iyj]|mei|mag|jun|giu|cze|jui|jul|lug|lip|aug|ago|ao[uû]|sie|sep|set|wrz|o[ck]t|out|ott|paź|"
    r"nov|lis|de[cz]|déc|dic|gru)[a-zà-ÿA-ZÀ-Þ]{0,8}\.?"
)
_DAY = (
    rf",? (?:\d{{1,2}}(?:\.|º)? (?:de |d’|d')?{_MONTH}(?:,? (?:de )?\d{{4}})?|{_MONTH} \d{{1,2}}(?:, \d{{4}})?|"
    r"\d{1,2}\.\d{1,2}\.(?:\d{4})?)"
)
_BEGINS = r"(?=[\"“„«]?[A-ZÀ-Þ\d])"
_DATELINE = re.compile(
    rf"\A(?:{_PLACE}(?:{_DAY})?\s*)?\((?:CNN|AP|Reuters|AFP|dpa|UPI|Xinhua|IANS|PTI|ANI|Bernama|dapd|epd|KNA|ots|EFE|E(?:UROPA|uropa) P(?:RESS|ress)|ANSA|"
    rf"askanews|Adnkronos|Lusa|Ag[êe]ncia \w+|Estadão Conteúdo|Folhapress|PAP|APA|sda|SID|ANP|Notimex|Télam|Kyodo|Yonhap|TASS)\b[^)]{{0,40}}\)"
    rf"\s*(?:[.—–\-:]+\s*)?{_BEGINS}"
)
# "São Paulo, 12 de novembro – …": a place and a day are a dateline without an agency, too.
_PLACED = re.compile(rf"\A{_PLACE}{_DAY}\s*(?:--?|[–—:])\s+{_BEGINS}")
# "NEW DELHI: …" or "Mumbai: …", as papers of South Asia have it; any other word may be who says it, or what it is about.
_SOUTH_ASIAN = (
    "NEW DELHI|DELHI|MUMBAI|KOLKATA|CHENNAI|BENGALURU|BANGALORE|HYDERABAD|PUNE|AHMEDABAD|LUCKNOW|JAIPUR|PATNA|CHANDIGARH|BHOPAL|KOCHI|"
    "THIRUVANANTHAPURAM|GURUGRAM|NOIDA|SRINAGAR|JAMMU|GUWAHATI|RANCHI|RAIPUR|BHUBANESWAR|NAGPUR|KANPUR|VARANASI|COIMBATORE|MANGALURU|VIJAYAWADA|"
    "DEHRADUN|SHIMLA|IMPHAL|AMRITSAR|KARACHI|LAHORE|ISLAMABAD|PESHAWAR|QUETTA|RAWALPINDI|DHAKA|KATHMANDU|COLOMBO"
)
_CITIES = f"{_SOUTH_ASIAN}|{_SOUTH_ASIAN.title()}|WASHINGTON|LONDON|BEIJING|SINGAPORE"
_CITY = re.compile(rf"\A(?:{_CITIES})(?:[/,] ?(?:{_CITIES}))?: {_BEGINS}")
_DATED = re.compile(
    r"\A(?:[A-Z][a-z]{2,8}\.? \d{1,2}, \d{4}|\d{1,2} [A-Z][a-z]{2,8}\.? \d{4}|\d{1,2}\.\d{1,2}\.\d{4})\s*(?:--?|[–—:|])\s*"
)
# "[Example Times] The town …", "(Example) -- The town …", "TL;DR: …"
_LABELLED = re.compile(
    r"\A(?:\[[A-ZÀ-Þ][^\[\]]{2,30}\]\s+|\([A-ZÀ-Þ][\w .]{2,24}\)\s*(?:--?|[–—])\s+|TL;?DR[:;,]?\s+|(?:UPDATE|Update)(?: \d)?\s?[:–—-]\s+)(?=[\"“]?[A-ZÀ-Þ])"
)
# "Background: We …", and as abstracts lose the line break behind a heading: "BackgroundMoso bamboo is …".
_HEADED = re.compile(
    r"\A(?:Abstract|Aims?|Background|Conclusions?|Context|Findings|Importance|Interpretation|Introduction|Methods?|Motivation|"
    r"Objectives?|Purpose|Rationale|Results?|Significance|Summary)(?::\s+|(?=[A-ZÀ-Þ][a-zà-ÿ]))(?=[A-ZÀ-Þ])"
)
_ESCAPED = re.compile(r"\\(?=[$%&#_])")
_NUMBERED = re.compile(r"\A(?:\d{1,2}[.)]|\(\d{1,2}\)) (?=[A-ZÀ-Þ])")
_LITTER = re.compile(r"\A[\s.,;:|•·*\-–—>]+(?=[^\W\d_])")
_CAPITALS = re.compile(
    r"\A[A-ZÀ-Þ][A-ZÀ-Þ .,/]{3,40}(?:,?\s[A-Z][a-z]+\.?){0,2}(?:,?\s\d{1,2})?\s(?:\([^)]{1,30}\)\s)?[—–-]{1,2}\s(?=[A-ZÀ-Þ\"“])"
)
_PARENTHESIS = re.compile(r"\s*(?:\([^()\"“”]{1,160}\)|\[[^\[\]\"“”]{1,160}\])")
_LATEX = re.compile(
    r"\s*~?\\cite[a-z]*\*?(?:\[[^\[\]]*\])*\{[^{}]*\}|\\(?:text[a-z]{2}|emph|underline)\{(?P<words>[^{}]*)\}"
)
_CITED = r"[A-Z][\w’'\-]+(?: et al\.?,?| (?:and|&) [A-Z][\w’'\-]+,?|,) (?:19|20)\d\d[a-z]?"
_ASIDE = re.compile(
    r"\s+(?:\((?P<acronym>[A-Z][A-Za-z&/.\-]*[A-Z][\w\-]{0,6}|[a-z]{1,3}[A-Z]{2,}\w{0,6})\)"
    rf"|\({_CITED}(?:; {_CITED}){{0,6}}\)|\[\d{{1,3}}(?:[,–-] ?\d{{1,3}})*\])"
)
_LEADING = re.compile(
    r"\A(?:(?:In (?:this|our) (?:paper|work|article|study|post)|Here)(?:,\s*|\s+)(?=we\b|I\b|a\b|an\b|the\b)|(?:In (?:this|our) (?:paper|work|article|study|post|episode|interview|conversation|talk|video)|To (?:this|that) end|In (?:addition|particular|fact|general|other words|short|contrast|"
    r"conclusion|summary|practice|the meantime)|As (?:a result|such|usual|expected|always)|For (?:example|instance|now|one thing)|"
    r"On the (?:other|one) hand|At the same time|Of course|However|Moreover|Furthermore|Additionally|Meanwhile|Therefore|Thus|Hence|"
    r"Consequently|Unfortunately|Fortunately|Interestingly|Surprisingly|Remarkably|Notably|Specifically|Importantly|Finally|Instead|"
    r"Regardless|Essentially|Basically|Clearly|Obviously|Honestly|Thankfully|Luckily|Sadly|Admittedly|Naturally|In essence|All in all|Anyways?|Well|Alas|Oh|Ah|(?:Hey|Hello|Hi)(?: (?:all|everyone|everybody|guys|folks|there))?|Okay|OK|Yes|Yep|Sure|Of late|To date|That said|Having said that|Long story short|As promised|In any (?:case|event)|At any rate|By the way|As an aside|"
    r"As (?:touched (?:up)?on|mentioned|noted|discussed|described|explained|stated|I said)(?: (?:above|before|earlier|previously))?|"
    r"After all|In the end|To be (?:fair|sure|clear)|First of all|First|Firstly|Second|Secondly|Third|Thirdly|Lastly|Next|Again|Simply put|"
    r"Nevertheless|Nonetheless|Indeed|Still|Also|Besides|Overall|Ultimately|Similarly|Likewise|Recently|Currently|Today|Now|"
    r"Außerdem|Zudem|Allerdings|Jedoch|Dennoch|Daher|Deshalb|En effet|Par ailleurs|Cependant|Toutefois|Ainsi|Sin embargo|Además|"
    r"Por lo tanto|Asimismo|Tuttavia|Inoltre|Infatti|No entanto|Além disso|Portanto|Bovendien|Echter|Jednak|Ponadto),\s+"
    r"|(?:And|But|Or),?\s+(?!for\b)|(?:So|Yet|Plus),\s+)"
)
_SAID = (
    r"(?:said|says|told|tells|reported|reports|announced|announces|wrote|writes|noted|added|explained|claimed|claims|stated|"
    r"according to|sagte|sagt|teilte|erklärte|berichtet|laut|selon|a déclaré|a annoncé|según|dijo|afirmó|secondo|ha detto|segundo|"
    r"disse|volgens|zei|aldus|według|powiedział|powiedziała)"
)
_ATTRIBUTION = re.compile(rf",\s+(?P<who>[^,\"“”]{{0,80}}\s)?{_SAID}\b[^,\"“”]{{0,120}}(?P<end>[.])\Z")
# "…, said Ann Lee." gives the words to somebody; "Ann Lee, who did it, said." has its subject before the clause.
_OF_SUBJECT = re.compile(
    r",\s+(?:who|which|whose|where|when|an?|the|now|then|once|aged|including|along|together|\d)\s[^,]*\Z|,\s+(?:\d+|[A-Z][\w.]*)\Z",
    re.IGNORECASE,
)
_ACCORDING = re.compile(r"(?i)\A(?:according to|laut|selon|según|secondo|segundo|volgens|według) [^,\"“”]{2,80},\s+")
_SHOWN = re.compile(
    r"\A(?:We|I)\s(?:also\s|further\s|then\s|\w+ly\s)?(?:show|showed|demonstrate|demonstrated|find|found|observe|observed|prove|proved|report)\sthat,?\s+"
)
_RELATIVE = re.compile(
    r",\s+(?:which|who|whose|where|when|wobei|qui|dont|lequel|laquelle)\s[^,\"“”()]{3,140}(?P<end>[,.!?])"
)
_APPOSITION = re.compile(
    r"(?P<last>\s(?!(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|January|February|March|April|May|June|July|August|September|October|November|December)"
    r"[A-ZÀ-Þ][\w’'\-]+),\s+(?:an?|the|one of|un|une|una|uno|um|uma)\s(?![^,]*\b(?:is|are|was|were|has|had|have|will|would|who|which|est|es|è|é|fue)\b)"
    r"[^,\"“”()]{3,90}(?P<end>,)(?=\s[a-zà-þ])"
)
_PARTICIPLE = re.compile(
    r",\s+(?:including|such as|especially|particularly|as well as|along with|among others|ranging from|citing|adding|noting|saying|"
    r"making|leading|resulting|allowing|causing|following|depending|while|because|since|after|as|"
    r"darunter|insbesondere|einschließlich|notamment|y compris|ainsi que|incluyendo|así como|tra cui|incluindo|waaronder|w tym)\b[^\"“”]{3,200}(?P<end>[.!?])\Z"
)
# Not "if", "when", "without", "for", nor a place or a year: what is true only there and then must keep it.
_LEADING_CLAUSE = re.compile(
    r"\A(?:(?:(?:In|On|At|During|By|From) (?:(?:an?|his|her|its|their|the|recent|one|another) )?(?:\w+ )?(?:interviews?|statements?|speech|letters?|e-?mails?|posts?|tweets?|"
    r"blog|press|news|report|memo|note|filing|talk|keynote|podcast|video|recent|meeting|hearing|ceremony|event|effort|attempt|bid|move|addition|response|"
    r"doing|the process|(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day)|(?:After|As|Following|Despite|Although|Though|Nach|Après|Tras|Dopo|Após|Po)\b(?=[^,]{8}))\b"
    r"(?! (?:of|for|in)\b)[^,\"“”\d]{0,100},\s+(?![A-ZÀ-Þ][\w.]*(?:\s[A-Z][\w.]*)?,)(?=[A-ZÀ-Þ]|the |a |an |we |it |our |der |die |das |le |la |el ))"
)
# What follows "but" is mostly what the sentence is for, and stays.  A list's last member is no clause: enough words must stand between the comma before and the conjunction.
_COORDINATED = re.compile(
    r"(?<=\s)(?P<last>[^\s,;]+(?: [^\s,;]+){5,60}?)(?:;|,\s+(?:(?:so|while|whereas|während|tandis|mientras|mentre|enquanto|terwijl)\s|(?:and|und|et|y|e|en|i)\s(?=(?:he|she|it|they|we|I|you|the|a|an|this|that|there|er|sie|es|der|die|das|il|elle|le|la|el|los)\s)))"
    r"[^\"“”]{8,260}(?P<end>[.!?])\Z"
)
# What authors did is complete before its circumstances: "We propose a net, which learns …", "We propose a net and show …".
_OURS = re.compile(
    r"\A(?P<last>(?:We|I)\s(?:\w+ly\s)?\w+\s[^,;\"“”]{15,200}?)(?:,\s+(?:which|where|who|whose|thus|thereby|hence|\w{3,}ing)\b|;|"
    r",?\s+and\s+(?:then\s+|also\s+|further\s+|\w+ly\s+)?(?:show|demonstrate|propose|present|introduce|find|prove|use|apply|evaluate|analy[sz]e|provide|"
    r"develop|describe|discuss|derive|study|investigate|compare|suggest|establish|verify|validate|illustrate|argue|observe)\b)[^\"“”]{8,400}(?P<end>[.])\Z"
)
# There the clause that "that" opens may still lack its verb, and a condition may be what would go.
_OPENED = re.compile(r"\b(?:that|whether|how|if|when|where|which|who|both|either|neither)\b")
# Where a clause begins, the comma before it stays: "X, who is Y, the source said" is "X, the source said".
_CLAUSE = re.compile(r"\s(?:the|a|an|he|she|it|they|we|I|der|die|das|er|sie|es|le|la|il|elle|el|los|las)\s")
_SUBORDINATE = re.compile(
    r"\A(?:If|When|While|Although|Though|Because|Since|As|After|Before|Unless|Until|Once|Whether|With|Without|To|By|Wenn|Weil|Obwohl|"
    r"Nachdem|Während|Si|Quand|Lorsque|Cuando|Aunque|Se|Quando|Als|Hoewel|Gdy|Jeśli)\b"
)
_DASHED_NAME = re.compile(r"\s[A-ZÀ-Þ][\w’'.]*\s+(?:[—–]|--|-)\s+[A-ZÀ-Þ]")
_DASHED = re.compile(r"\s+[—–]\s+[^—–\"“”]{2,140}\s+[—–]\s+|\s+--\s+[^\"“”]{2,140}?\s+--\s+")
_SPACED_DASH = re.compile(r"\s(?:[—–]|--|-)\s")
_DASH_TAIL = re.compile(r"\s+(?:[—–]|--|-)\s+[^\"“”—–]{3,200}(?P<end>[.!?])\Z")

# What is left must still say something of somebody: one of the commonest verbs, or the look of an English past tense.
_FINITE = re.compile(rf"(?i)\b{FINITE}\b")
_GOES_ON = re.compile(
    rf"\s(?:(?:\w+ly|also|now|then|still|never|already|just|even|too|not|again)\s)?"
    rf"(?:(?=\b{FINITE}\b)|(?:in|on|at|for|from|with|by|of|to|as|about|after|before|during|since|and|but|or|while|und|aber|in|et|mais|y|pero|e|ma|en|maar|i|ale)\s|(?:the|a|an|he|she|it|they|we|I)\s)",
    re.IGNORECASE,
)
_BEFORE_MARK = re.compile(r"\s+([,.;:!?])(?!\w)")  # but ".NET" and ".adi" begin with theirs
_CONJUNCTION = re.compile(r"\b(?:and|or|und|oder|et|ou|y|o|e|en|of|i|oraz)\b")
_QUOTATION = re.compile(r"[\"“„«][^\"“”„«»]+[\"”“»]")
_WITHIN = re.compile(r"\b(?:who|which|that|whose|where|when|whom)\b[^,;]*")
# The main clause goes on behind what would go: "X, including Y and Z, have signed it".
_RESUMES = re.compile(
    r"(?:,|—|–|--|\))\s+(?:has|have|had|is|are|was|were|will|would|can|could|may|might|must|should|does|did|said|says|\w{3,}ed)\b"
)
_OWN_WAYS = re.compile(r"[a-z]{1,2}[A-Z]|\w+(?:::|_|\(|\.\w)")
_NEGATION = re.compile(
    r"(?i)\b(?:not|no|never|n['’]t|nor|neither|without|nicht|kein\w*|nie|pas|jamais|ningún|ninguna|nunca|non|mai|não|niet|geen)\b|n['’]t\b"
)

# Gentlest first: what is taken out, what is put there ("end": the mark that ended it), and what one of must occur for it.
_DASHES = ("—", "–", "-")
_JOINING = "so while whereas während tandis mientras mentre enquanto terwijl and und et y e en i"
_JOINTS = (";", *(f", {word} " for word in _JOINING.split()))
_LEVELS: tuple[tuple[re.Pattern[str], str, tuple[str, ...]], ...] = (
    (_DATELINE, "", ("(",)), (_CAPITALS, "", _DASHES), (_LEADING, "", (" ",)), (_PARENTHESIS, "", ("(", "[")), (_DASHED, " ", _DASHES),
    (_RELATIVE, "end", (",",)), (_ATTRIBUTION, "end", (",",)), (_APPOSITION, "end", (",",)), (_ACCORDING, "", (",",)), (_SHOWN, "", (" that",)),
    (_PARTICIPLE, "end", (",",)), (_DASH_TAIL, "end", _DASHES), (_LEADING_CLAUSE, "", (",",)), (_COORDINATED, "end", _JOINTS),
    (_OURS, "end", ("We ", "we ", "I ")),
)  # fmt: skip

# What no sentence needs at its beginning, in the order in which it goes, and what must occur for it.
_HEADS = (
    (_NUMBERED, ""), (_DATED, ""), (_DATELINE, "("), (_PLACED, ", "), (_CITY, ": "), (_LABELLED, ""), (_HEADED, ""), (_CAPITALS, ""),
    (_LEADING, ""),
)  # fmt: skip


def tidied(sentence: str) -> str:
    """Take off what never belongs to what a sentence says: datelines, connectives at its start, acronyms, citations."""
    if not sentence[:1].isalnum():
        sentence = _LITTER.sub("", sentence)
    if "\\" in sentence:
        sentence = _ESCAPED.sub("", sentence)
        sentence = _LATEX.sub(lambda command: command["words"] or "", sentence)
    for pattern, mark in _HEADS:
        if mark in sentence and (found := pattern.match(sentence)):
            sentence = _capital(sentence[found.end() :])
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
    """Take one kind of part out of a sentence; empty if there is none or the rest would not do."""
    found = pattern.search(sentence)
    if found is None or _turns(sentence, pattern, keep, found):
        return ""

    def left(match: re.Match[str]) -> str:
        if keep != "end":
            return keep
        if pattern is _ATTRIBUTION and not match["who"] and _OF_SUBJECT.search(match.string, 0, match.start()):
            return match[0]
        end = match["end"]
        if pattern is _RELATIVE and end == "," and not _GOES_ON.match(match.string, match.end()):
            return match[0]  # the comma may part a list within the clause: "who rate doctors, builders and shops, …"
        kept = match.groupdict().get("last") or ""
        if end == "," and not _CLAUSE.match(match.string, match.end()):
            return kept
        return kept + end

    shorter, times = pattern.subn(left, sentence)
    if not times or not _holds(shorter, sentence, pattern, keep):
        return ""
    shorter = _capital(_LITTER.sub("", _BEFORE_MARK.sub(r"\1", shorter.strip())))
    return re.sub(r" {2,}", " ", shorter) if len(shorter.split()) >= _FEWEST else ""


def _turns(sentence: str, pattern: re.Pattern[str], keep: str, found: re.Match[str]) -> bool:
    """Tell whether a clause must stay because of what stands before it."""
    if pattern is _COORDINATED and _SUBORDINATE.match(sentence):
        return True  # the main clause may be what would go
    if pattern is _DASH_TAIL and (_DASHED_NAME.search(sentence) or len(_SPACED_DASH.findall(sentence)) > 1):
        return True  # within a name, "the New Delhi – Overseas Branch", or the main clause goes on behind another dash
    if pattern is _OURS and _OPENED.search(found["last"]):
        return True
    if pattern not in (_COORDINATED, _PARTICIPLE, _LEADING_CLAUSE, _OURS) or not _NEGATION.search(sentence):
        return False
    # What follows a negation may carry it: "not a toy, but a tool" says something else when cut.
    before = sentence[: found.start()] + (found.groupdict().get("last") or "")
    return keep != "end" or _NEGATION.search(before) is not None


def _holds(shorter: str, sentence: str, pattern: re.Pattern[str], keep: str) -> bool:
    """Tell whether what is left is a sentence that says nothing else."""
    if any(quoted not in sentence for quoted in _QUOTATION.findall(shorter)):
        return False  # somebody's words stay as they were said
    if open_ended(shorter) or (keep == "end" and pattern is not _OURS and _loses_its_verb(shorter)):
        return False
    if pattern is _PARTICIPLE and not _ends_a_list(sentence[len(shorter) - 1 :]):
        return False
    return not (pattern in (_PARTICIPLE, _DASH_TAIL) and _RESUMES.search(sentence, len(shorter) - 1))


def _ends_a_list(tail: str) -> bool:
    """Tell whether a tail with commas is one list to its end: its last part holds the conjunction.

    Otherwise the clause may go on behind it: "models, such as networks, make predictions".
    """
    parts = tail.split(",")
    return len(parts) < 3 or _CONJUNCTION.search(parts[-1]) is not None


def _loses_its_verb(shorter: str) -> bool:
    """Tell whether no verb that we know is left to make it a sentence; the one verb of a relative clause makes none."""
    return not _FINITE.search(_WITHIN.sub("", shorter)) and len(_FINITE.findall(shorter)) < 2


def _capital(sentence: str) -> str:
    """Begin with a capital letter, unless the first word has its own ways: iOS, eBay, std::vector, file.json."""
    first = sentence[:1]
    return first.title() + sentence[1:] if first.islower() and not _OWN_WAYS.match(sentence) else sentence
