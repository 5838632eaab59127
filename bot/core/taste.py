"""What makes a complete sentence a poor post all the same.  Pure; may import: core.little, core.verbs.

The ranking learned what people pick to say; it did not learn how it reads without the article around it.  Each fault
costs a little of a saying's score when posts are made, so that a runner-up that reads well goes first.
"""

from __future__ import annotations

import re

from bot.core.little import leads_on, little
from bot.core.verbs import FINITE, has_verb, orders

_QUOTED = re.compile(r"[\"“„«][^\"“”„«»]{0,400}[\"“”»]")
_FIRST_PERSON = re.compile(
    r"\b(?:I|I['’](?:m|ve|d|ll)|[Mm]y|me|mine|myself|[Ii]ch|[Mm]ein(?:e[mnrs]?)?|[Jj]e|[Jj]['’]\w+|[Mm]on|[Yy]o|[Mm]i)\b"
)
# "I" is a number in "World War I" and "Elizabeth I".
_NUMBERED = re.compile(
    r"\b(?:War|Phase|Part|Type|Class|Act|Book|Volume|Chapter|Section|Title|Level|Stage|Grade|Division|Elizabeth|Charles|James|William|"
    r"Francis|Napoleon|Nicholas|Alexander|Peter|Mark|Tier|Round) I\b(?!['’])"
)
_SELF = {
    "en": re.compile(
        r"\b(?:I|I['’](?:m|ve|d|ll)|[Mm]y|[Mm]yself|i['’](?:m|ve|d|ll)|i (?:am|was|have|had|want|think|know|need|would|will|can|eventually))\b"
    ),
    "de": re.compile(r"\b(?:[Ii]ch|[Mm]ein(?:e[mnrs]?)?)\b"),
    "fr": re.compile(r"\b(?:[Jj]e\b|[Jj]['’]\w)"),
    "es": re.compile(r"\b[Yy]o\b"),
}
# Elsewhere these words mean something else: "I" is "the" in Italian and "in" in Swedish, "we" is "in" in Polish.
_I_OF = {"it": "io", "pt": "eu", "nl": "ik"}
_AS_MEANT = frozenset([None, "en", "de", "fr", "es"])
_WE = re.compile(r"\b(?:[Ww]e|[Oo]ur|us|[Ww]ir|[Uu]nser(?:e[mnrs]?)?|[Nn]ous|[Nn]otre|[Nn]osotros|[Nn]uestr[ao]s?)\b")
# What the authors of a paper did is what it has to tell.
_CONTRIBUTED = re.compile(
    r"\b[Ww]e (?:\w+ly |also |then |first )?(?:propose|present|introduce|develop|design|discover|reveal|establish|derive|"
    r"devise|describe|investigate|study|explore|provide|release)\b"
)
_YOU = re.compile(r"\b[Yy]ou(?:r|rs|rself)?\b")
_YOU_OF = {
    "de": re.compile(r"\b(?:[Dd]u|[Dd]ich|[Dd]ir|[Dd]ein(?:e[mnrs]?)?|[Ee]uch|[Ee]uer|[Ii]hr [a-zäöü]+t)\b"),
    "fr": re.compile(r"\b(?:[Vv]ous|[Vv]otre|[Vv]os|[Tt]u)\b"),
    "es": re.compile(r"\b(?:[Tt]ú|[Tt]us?|[Uu]sted(?:es)?)\b"),
    "it": re.compile(r"\b(?:[Tt]u|[Tt]uo[iae]?|[Vv]oi)\b"),
    "pt": re.compile(r"\b(?:[Vv]ocês?|[Ss]eus? (?:celular|computador))\b"),
    "nl": re.compile(r"\b(?:[Jj]e|[Jj]ij|[Jj]ouw|[Jj]ullie)\b"),
}
_POINTING = re.compile(
    r"(?i)\b(?:this|these|those|such)\s+(?!week|weekend|year|month|morning|evening|afternoon|spring|summer|autumn|fall|winter|paper|"
    r"article|post|study|work|guide|tutorial|as|a\b|an\b|who|that|of|in|to|and)[a-z]+|\bhere(?:['’]s| is| are|[.)!])(?=\W|\Z)|"
    r"\b(?:this|these|those)(?:[.,;!]|\s+all\b)|\b(?:all|of|with|from|by|for|to|like|than|in|on|at)\s(?:this|that)(?:[.,;!]|\s+(?:is|was|are|were|has|will|would|can|currently|now|alone)\b)|"
    r"\b(?:that|this|though|too|either|below|above)[.!]?\Z|"
    r"\b(?:even|at|from|in|with|for|by|on|of)\sthat\s(?!(?:the|a|an|he|she|it|they|we|I|you|there|this|these|those|his|her|their|our|my|is|was|are|were|has|will|can|"
    r"would|could|which|of|in|kind|sort|day|year)\b)[a-z]+\b|\bto [a-z]+ that (?!is\b|was\b)[a-z]+[.,;!?]|\bto [a-z]+ this (?:that|is|was|with|by|via|and|or)\b"
)
_PRONOUN = re.compile(
    r"(?i)\b(?:he|she|they|it|him|her|his|hers|their|them|its|elle|ils|elles|leurs?|ella|ellos|ellas)\b"
)
_NAME = re.compile(
    r"(?<=\s)[A-ZÀ-Þ][\w’'-]+|\b[A-Z]{2,}\b|\A(?!(?:In|At|On|From|Inside|Near|By|To|With|For|When|While|As|If|After|Before)\s)[A-ZÀ-Þ][\w’'-]+ [A-ZÀ-Þ]"
)
_PERSONAL = frozenset(["he", "she", "him", "his", "her", "hers"])
_WHERE = re.compile(
    r"\b(?:in|at|on|of|from|inside|near|to|by|In|At|On|From|Inside|Near)\s\Z"
)  # a place is nobody who did something
# What somebody may do, and what there is, with nothing before it that says where: "You can also rotate them."
_OPENING = re.compile(
    r"\A[\"“]?(?:You (?:can|could|will|may|might|need|have|must|should)|There(?: is| are| was| were|['’]s)(?![^.]*\d))\b"
)
_NAMELESS_SPEAKER = re.compile(r"[\"”’],?\s+(?:he|she|they|it|says|said|adds|added)\b(?!\s+[A-Z])")
_ADDRESSING = re.compile(
    r"(?i)\A[\"“„«]?(?:welcome|happy|please|thanks?|hello|hi|hey|dear|note|warning|disclaimer|spoiler|wait|well|ok|okay|yes|no|oh|so|sure|"
    r"honestly|thankfully|essentially|luckily|sadly|imagine|picture|let['’]s|let us|click|scroll|enjoy|stay|check|have you|did you|do you|"
    r"are you|want to|what|why|how|who|hope (?:you|this|that|it)|willkommen|hallo|bienvenue|bonjour|bienvenid[oa]s?|hola|stell dir|stellen sie)\b"
)
# An order to the reader: fine in a recipe, where each step is one, dull where a post should tell something.
_ORDERING = re.compile(
    r"\A[\"“]?(?:Allow|Ask|Be|Become|Browse|Buy|Call|Choose|Come|Copy|Create|Discover|Don['’]t|Download|Explore|Find|Follow|Get|Go|Grab|Hear|Help|"
    r"Hit|Install|Join|Jump|Just|Keep|Learn|Listen|Look|Make|Meet|Never|Open|Pick|Play|Read|Remember|Run|Save|See|Send|Set|Share|Start|Stop|"
    r"Take|Tell|Think|Try|Tune|Turn|Use|Venture|View|Visit|Watch|Write|Lernen Sie|Erfahren Sie|Entdecken Sie|Lesen Sie|Découvrez|Descubre|Conoce|"
    r"Scopri|Descubra|Conheça|Ontdek|Sprawdź|Poznaj)\s(?!(?:is|are|was|were|has|have|had|will|would|can|could|of|and)\b)[a-zß-öø-ÿ]"
)
# The text speaks of itself instead of its subject.
_ABOUT_ITSELF = re.compile(
    r"(?i)\b(?:this|my|our|first|last|next|previous|another)\s(?:\w+\s)?(?:blog ?posts?|article|post|page|series|tutorial|video|episode|"
    r"newsletter|slides|column|website|course|walkthrough)\b|\bin (?:diesem|dem) (?:artikel|beitrag|video)\b|\bdans cet article\b|"
    r"\ben este (?:artículo|post)\b|\btl;?dr\b|\b(?:last|zuletzt) (?:updated|aktualisiert)\b|\bspoilers?\b|\btable of contents\b|\b(?:top|bottom|rest|end) of (?:the|this) (?:post|page|article)\b|"
    r"\bmentioned (?:before|earlier|above)\b|\bpart (?:\d+|one|two|three|I{1,3}) of\b|\A(?:example|step|figure|fig\.|table|listing) \d|\bstay tuned\b"
)
_ANNOUNCING = re.compile(
    r"(?i)\b(?:excited|thrilled|delighted|proud|pleased|honou?red|happy|glad|stoked|psyched|freuen uns|ravis|heureux)\s+(?:to\b|that\b|,? ?zu\b|de\b)|"
    r"\b(?:like|want|proud|here) to announce\b|\bannounce the\b|\b(?:wraps? up|round-?up|giveaway|webinar)\b|\bcovered\.\Z|\A(?:our|the) (?:mission|vision|goal) is\b"
)
# Hours and bookings: a calendar's entry, which nobody who reads of it elsewhere can use.
_CALENDAR = re.compile(
    r"(?i)\b\d{1,2}(?::\d\d)?\s?(?:[ap]\.?m\.?|uhr|h\d\d)(?:\W|\Z)|\b\d{1,2}(?::\d\d)?\s?[-–]\s?\d{1,2}(?::\d\d)?\s?(?:[ap]\.?m|uhr)|"
    r"\b(?:mon|tues|wednes|thurs|fri|satur|sun)days\b|\b(?:rsvp|doors open|tickets? (?:are|cost|can)|free admission|to register|book (?:now|your))\b"
)
_SOON_OLD = re.compile(r"(?i)\b(?:yesterday|tomorrow|tonight|last night|heute|gestern|morgen|hier soir|ayer|mañana)\b")
_ASKED = re.compile(r"\A[\"“„«][^\"“”„«»]{0,120}\?[\"”“»]|\?[\"”“»]?\Z")
_LABEL = re.compile(r"\A(?:[A-ZÀ-Þ][\w’'-]++ ?+){1,5}: |\A[\w.-]++ [—–] [A-ZÀ-Þ]")
# "The roadshow featured": which one?  With "of", "for" or "that" behind it, it is told; and "the bad news is" tells itself.
_THE = re.compile(
    r"\A(?:The|Both|Another|All) (?!(?:[a-z]+ )?(?:news|consensus|lesson|takeaway|upside|downside|irony|truth)\b|[a-z]+ (?:thing|part)\b|real world\b)(?P<what>(?:(?!(?:of|for|that|to|in|on|at|with|who|which|whose|and|or|from|by|as|between|about|is|was|are|were|has|had)\b)"
    r"[a-zà-ÿ][a-zà-ÿ'’-]+ ){1,3}?)(?:(?:also|now|then|still|even|just|immediately|clearly|already|simply|finally|\w+ly) )?"
    r"(?:was|is|were|are|will|would|has|had|have|can|could|may|might|must|should|came|comes|said|says|took|takes|made|"
    r"makes|gave|gives|found|finds|began|begins|went|goes|got|gets|does|did|\w{3,}ed|\w{3,}s)\b"
)
# One of several that were named before.
_OF_SEVERAL = re.compile(
    r"\A(?:(?:The|One|Yet) )?(?:[Oo]thers?|[Ff]irst (?:was|is)|[Ss]econd|[Tt]hird|[Nn]ext|[Ss]ame|[Rr]est|[Nn]either|[Nn]one|[Aa]nother)\b|"
    r"\A(?:One (?:(?:[a-z]+ )?(?:example|case|instance|scenario|option) )?(?:is|was|has|had|can|will)|None)\b(?! of\b)|"
    rf"\A(?:Some|Most|Many|Few|Both|Each|All) (?:{FINITE}|[a-z]+ (?:in|on|at|to|from|with|the|a))\b"
)
_LEANING_START = re.compile(
    r"(?i)\A(?:not|or|even|just|only|unlike|like|then|except|instead|rather|otherwise|either way|from that|at that|no doubt|by then|until then|since then|"
    r"first up|next up|in that|after that|as promised|again|worse|better|da|dann|denn|sondern|(?:der|die|das) (?:war|waren|ist|sind|hat|haben)|(?:um (?:den|die|das|ihn|sie|es)|darum) (?:geht|ging))\b"
)
# "Got a new piano.", "Would love to hear it.": who?
_ELIDED = re.compile(
    r"\A[\"“]?(?:Not (?:the|an?|as|too|so|really|exactly|bad)|(?:Better|Worse|Easier|Harder) than|Need(?:s|ed)?|Would|Can['’]t|Couldn['’]t|Got|Went|Ran|Had|Been|Hoping|Looking|Looked|Thought|Loved|Wish|Am|Did|Didn['’]t|Tried|Finished|Started) (?!(?:I|you|he|she|it|we|they|the)\b)[a-z]|"
    r"\A[\"“]?(?:Gave|Took|Made|Wrote|Saw|Met|Spent|Bought|Added|Fixed|Created|Updated|Improved|Removed|Changed|Moved|Released|Published|Implemented|Built|Switched|Heard|Watched|Visited|Attended|"
    r"Learned|Played) (?:an?|the|my|our|some|support|individual|more|new) "
)
_PUT_IN = re.compile(r"\s[—–]\s[^—–]{1,200}\s[—–]\s|\s?—[^—]{1,200}—\s?")
_SUBORDINATE_ALONE = re.compile(
    r"\A(?:[A-Z][\w’'-]* ?: )?(?:As(?! (?:an?|of|for|to|well)\b)|When|While|Where|Unless|(?:Partly |Mostly |Just )?[Bb]ecause|Although|Though|Whether|Until|Which|Whose)\s[^,;:—]*(?:, (?:of course|though|anyway|really|right)[.!]?)?\Z|"
    r"\A(?:(?:Partly|Mostly|Just|Only|Mainly) )?[Bb]ecause\s[^,;:—]*[;:]"
)
# Where something else can be had, instead of what it says.
_ELSEWHERE = re.compile(
    r"(?i)\b(?:(?:full|complete|detailed|entire|source) (?:list|text|code|details|transcript|report|changelog|story|interview|announcement|"
    r"documentation|notes|video|version)|code|slides|changelog|documentation|details|recording|transcript)\b.{0,60}?\b(?:(?:is|are|be) (?:also )?(?:now )?(?:available|found|"
    r"online|viewed|seen|hosted|posted|here)|on github|in the changelog)\b|\b(?:view|see|visit|check out|take a look at) (?:the|our|his|her|their|my) (?:full|complete|entire|source|website|site|page|"
    r"blog|docs|documentation|changelog|slides|code|forum)\b|\bcheck out (?:the|our|my|his|her|their|this)\b|\bcan be found (?:here|at|on|in the)\b|\bsee here\b"
)
_DEBRIS = re.compile(
    r"[\ufffd↩]|(?<!\.)\.\.(?!\.)|[!?]\.(?=\W|\Z)|\$[^$\s]{0,40}[\\^_{]|(?<=[a-z]{3})(?:The|There|This|These|What|When|With|You|They|For|And)\s[a-z]|(?<=[a-z]{3}[.!?])[A-Z][a-z]{2,} [a-z]|\bimages? courtesy\b|(?<=[a-z\d] )(?:Have|Do|Did|Are) you\b|, (?:left|right|center|centre)[,.]|\b(?:second|third) from (?:left|right)\b|"
    r"\s\.(?:\s|\Z)|[*_]{1,2}\w|\w[*_]{1,2}(?=\W)|[|→•]|\A\W*\d{1,3}[.)]\s|\((?:L|R|left|right|above|below|pictured)\)|\b[A-Z]{4,} [A-Z]{4,} [A-Z]{3,}\b"
)


def _set(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


# Long patterns are tried only where one of their words is heard: hardly any sentence has one.
_LETTERS = re.compile(r"[^\W\d_]+")
_DIGIT = re.compile(r"\d")
_I = _set("i my me mine myself ich mein meine meinem meinen meiner meines je j mon yo mi io eu ik")
_US = _set(
    "we our us wir unser unsere unserem unseren unserer unseres nous notre nosotros nuestra nuestras nuestro nuestros"
)
_YOU_WORDS = frozenset(["you", "your", "yours", "yourself"])
_POINTERS = _set("this these those such here that though too either below above")
_PRONOUNS = _set("he she they it him her his hers their them its elle ils elles leur leurs ella ellos ellas")
_OWN_KIND = _set(
    "blog post posts blogpost blogposts article articles page series tutorial video episode newsletter slides column website course "
    "walkthrough artikel beitrag artículo tl tldr updated aktualisiert spoiler spoilers contents mentioned part example step figure fig table listing tuned"
)
_CRIERS = _set(
    "excited thrilled delighted proud pleased honored honoured happy glad stoked psyched freuen ravis heureux announce wrap wraps round "
    "roundup giveaway webinar covered mission vision goal"
)
_BOOKING = _set(
    "mondays tuesdays wednesdays thursdays fridays saturdays sundays rsvp doors ticket tickets admission register book"
)
_PLACES = _set("available found online viewed hosted posted here github changelog view see visit check look seen")
_DAYS = _set("yesterday tomorrow tonight night heute gestern morgen hier ayer mañana")

DULL = 0.05
"""What one plain fault costs: as much as the features of an average runner-up differ from the best."""

SPOILT = 1.8
"""As many plain faults in one sentence make it no post: of 198 such sentences of real entries readers found 14 % worth
one, of all 1,592 that they graded 39 %."""


def faults(
    text: str,
    language: str | None = "en",
    *,
    follows: bool = False,
    known: frozenset[str] = frozenset(),
    voice: bool = True,
) -> float:
    """Add up what reads badly in a saying that stands alone; 0: nothing.

    `follows`: the sentence that it leans on stands right before it in the post, so that leaning is no fault.
    `known`: words in lower case of the title, which stands beside the post: what they name may be pointed at.
    `voice`: whether the author's "I" counts, which quotation marks make good.
    """
    text = _NUMBERED.sub(" ", text) if " I" in text else text
    bare = _QUOTED.sub(" ", text) if '"' in text or "“" in text or "„" in text or "«" in text else text
    heard = frozenset(_LETTERS.findall(text.lower()))
    found = [
        2.5 * (voice and not _I.isdisjoint(heard) and _says_i(bare, language)),
        0.5 * (not _US.isdisjoint(heard) and _says_we(bare, language) and not _CONTRIBUTED.search(bare)),
        0.5 * _addresses(bare, heard, language),
        1.5 * ("?" in text and ("?" in bare or bool(_ASKED.search(text)))),
        0.7 * ("!" in bare),
        1.8 * bool(_ADDRESSING.match(text)),
        1.2 * (bool(_ORDERING.match(text)) or orders(text)),
        1.2 * bool(_ELIDED.match(text)),
        0.9 * bool(_OPENING.match(text)),
        little(text, bare, heard),
        2.0 * (not _OWN_KIND.isdisjoint(heard) and bool(_ABOUT_ITSELF.search(bare))),
        1.2 * (not _CRIERS.isdisjoint(heard) and bool(_ANNOUNCING.search(text))),
        1.5 * ((bool(_DIGIT.search(bare)) or not _BOOKING.isdisjoint(heard)) and bool(_CALENDAR.search(bare))),
        0.4 * (not _DAYS.isdisjoint(heard) and bool(_SOON_OLD.search(bare))),
        1.0 * bool(_NAMELESS_SPEAKER.search(text)),
        2.0 * (bare != text and not re.search(r"\w{3}", bare)),  # nothing but a quotation
        0.8 * bool(_LABEL.match(text)),
        2.0 * hangs(text),
        1.0 * (not _PLACES.isdisjoint(heard) and bool(_ELSEWHERE.search(text))),
        2.0 * ("www." in text or "://" in text),
        1.5 * bool(_DEBRIS.search(text)),
        2.0 * _listed(bare),
        2.0 * (not has_verb(text, language)),
    ]
    if not follows:
        found += _leanings(text, bare, heard, known)
    return DULL * sum(found)


def spoilt(text: str, language: str | None = "en", *, follows: bool = False) -> bool:
    """Tell whether a sentence has so many faults that saying nothing is better."""
    return faults(text, language, follows=follows, voice=False) >= SPOILT * DULL


def hangs(text: str) -> bool:
    """Tell whether words are a clause that hangs in the air: "Because it rained." and nothing more."""
    return _SUBORDINATE_ALONE.match(_PUT_IN.sub(" ", text)) is not None


def speaks_for_itself(text: str, language: str | None = "en") -> bool:
    """Tell whether words say "I" or "we" outside quotation marks: posted plainly, the bot would say it of itself."""
    bare = _NUMBERED.sub(" ", _QUOTED.sub(" ", text))
    return _says_i(bare, language) or _says_we(bare, language)


def claims(text: str, language: str | None = "en") -> bool:
    """Tell whether words say "I" or "my" of somebody whom no quotation marks name: the bot would say it of itself."""
    own = _SELF.get(language or "en")
    return own is not None and own.search(_NUMBERED.sub(" ", _QUOTED.sub(" ", text))) is not None


def _says_i(bare: str, language: str | None) -> bool:
    if language in _AS_MEANT:
        return _FIRST_PERSON.search(bare) is not None
    return _I_OF.get(language or "") in _LETTERS.findall(bare.lower())


def _says_we(bare: str, language: str | None) -> bool:
    return language in _AS_MEANT and _WE.search(bare) is not None


def _leanings(text: str, bare: str, heard: frozenset[str], known: frozenset[str]) -> list[float]:
    """What leans on a sentence before it, fault by fault."""
    return [
        1.7 * (not _POINTERS.isdisjoint(heard) and bool(_POINTING.search(bare))),
        1.8 * _points_at_unknown(text, known),
        0.6 * ("also" in heard and "but also" not in bare),
        1.6 * bool(_OF_SEVERAL.match(text)),
        0.5 * bool(_LEANING_START.match(text)),
        1.0 * leads_on(text, heard),
        1.5 * (not _PRONOUNS.isdisjoint(heard) and _unresolved(bare, known)),
    ]


def _addresses(bare: str, heard: frozenset[str], language: str | None) -> bool:
    """Tell whether a text speaks to its reader."""
    if not _YOU_WORDS.isdisjoint(heard) and _YOU.search(bare):
        return True
    own = _YOU_OF.get(language or "")
    return own is not None and own.search(bare) is not None


def _points_at_unknown(text: str, known: frozenset[str]) -> bool:
    """Tell whether a text begins with "The …" of a thing that neither it nor the title tells."""
    found = _THE.match(text)
    return found is not None and known.isdisjoint(found["what"].split())


def _listed(bare: str) -> bool:
    """Tell whether words are a list of names more than a sentence."""
    tokens = re.findall(r"[^\W\d_]+", bare)
    return bare.count(",") > 3 and sum(token[0].isupper() for token in tokens) > 0.6 * len(tokens)


def _unresolved(bare: str, known: frozenset[str]) -> float:
    """Judge a pronoun before anything that it could stand for; a name at the start is seen if the title has it, too."""
    pronoun = _PRONOUN.search(bare)
    if not pronoun or (bare[:1].isupper() and bare.split(None, 1)[0].lower() in known):
        return 0.0
    before = bare[: pronoun.start()]
    if any(
        pronoun[0].lower() not in _PERSONAL or not _WHERE.search(before, 0, name.start())
        for name in _NAME.finditer(before)
    ):
        return 0.0
    return 0.5 if len(before.split()) > 4 else 1.0
