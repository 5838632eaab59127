"""Which words can be the verb that makes words a sentence.  Pure; may import: nothing of ours.

No grammar: lists of the commonest verbs and the look of regular forms.  A verb that is missed makes a good sentence
look like a fragment, so whoever asks lets it cost little.
"""

from __future__ import annotations

import re
from itertools import pairwise


def _set(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


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
abandon abolish absorb accelerate accept accuse achieve acknowledge acquire act adapt add address adjust administer
admire admit adopt advise advocate affect aggregate agree aim allege alleviate allow alter amplify analyse analyze
announce annoy answer anticipate apologise apologize appear apply approach approve argue arise arrange arrest arrive
ask assemble assess assign assist assume assure attach attack attempt attend attract automate avoid await ban base
beat beg behave believe belong benefit bet bind bite blame blend bless block blow boast boil boost bounce break
breathe breed bring browse build burn bury calculate call cancel capture care carry carve catch cause celebrate
challenge change chase chat check choose chop chronicle circulate cite claim classify clean climb close coincide
collapse collect collide combat combine commission commit communicate compare compete compile complain complement
comply compose compress comprise compute conceal concede concentrate concern conclude conduct confess confirm confuse
congratulate connect conquer consider consist consult contain continue contradict contrast contribute control convert
convey convince cook cool cooperate copy correspond cost count cover crash crawl create criticise criticize cross
crush cry curate curb cure cut dance dare darken deal debate debug decide decline decorate decrease dedicate defeat
defend define defy delay delight deliver demand demonstrate denounce deny depend deploy deprive derive descend
describe deserve design destroy detail detect deteriorate determine develop devote diagnose dictate die differ
differentiate dig digest dip discourage discover discuss dislike dismiss display dispute disrupt distinguish
distribute disturb dive divide document dominate donate double doubt download drag drain draw dream drift drill drive
drop drown dry earn eat edit educate elaborate elect eliminate embrace emerge emphasise emphasize employ empower
enable encourage end enhance enjoy enlist ensue ensure entail enter entertain envy erase escape establish evaluate
evolve examine exceed exclude execute exhibit exist expand expect expire explain explode exploit explore export
express extend face facilitate fade fail fall favour feature feed feel fetch fight file fill fit fix flee flip float
flow fly focus fold follow force forecast form foster freeze frustrate fry fuel fulfil fulfill furnish gain gather
generate glance glow govern grab grant greet grill grind grow guarantee guess guide hack halt handle hang happen harm
harvest hate haunt heal hear hide hire hit hold hope host hug hum hunt hurry hurt hypothesise hypothesize identify
ignore illustrate imagine import impose impress improve include increase indicate infect infer inform inherit inhibit
inject insert insist inspect inspire install insult integrate intend intensify interact interpret interrupt interview
introduce invade invent invest investigate invite involve isolate iterate jail join juggle jump justify kick kill kiss
knit knock lack lag lament latch laugh launch lay lean leap learn leave lend license lie lift like limit link list
listen live lock look lose love lower lurk maintain manage mandate mark marry match matter mature measure meet melt
mend mention merge migrate mind miss mock modify monitor motivate mount move multiply name narrow navigate neglect
negotiate nominate note notice observe obtain occupy occur offer open operate optimise optimize organise organize
originate outline outperform outweigh overcome oversee owe own panic pass pause pay peak peel perform permit persist
persuade pick pinch pitch plan play please plunge point ponder portray possess post postpone pour praise pray preach
predate predict prefer prepare preserve preside pretend prevail prevent print probe proceed produce profit prohibit
proliferate promise prompt propose prosper protect prove provide publish pull punch punish pursue push qualify quit
quote rain raise reach react read realize rebuild recall receive reckon recognize recommend record recount recover
recruit recur redesign redirect reduce refer refine reflect refuse regard regulate rehearse reign reinforce reject
rejoice relate relax release rely remain remember remind remove rename render renew rent repair repeat replace report
represent reproduce require rescue resemble resent reside resign resist resolve resort respond rest restart restore
result resume retain retell retire retreat retrieve return reveal revolve rewrite rinse rise risk roam roast rock roll
rotate rub ruin rule rush sacrifice sail salute satisfy save scale scare scatter score scrape scream seal search seek
seize sell send separate serve settle shake shape share shelter shift shine ship shock shoot showcase shrink shrug
shuffle shut simmer sing sink sip sit ski skip sleep slide slip slow smash smell smile smoke snap soar soften solve
sort sound span spark speak specialise specialize specify spell spend spill spin split sponsor spotlight spray spread
spring squeeze stand start state stay steal steer stem step stick stimulate stir stop strengthen stretch strike strip
struggle study stuff submit subscribe succeed suck sue suffer suggest suit summarise summarize support suppose surf
surge surpass surprise surround survive suspect suspend sustain swallow swear sweep swim swing switch tackle tailor
talk tally target taste teach tear tease tempt tend test thank think threaten thrive throw tie tighten toggle tolerate
toss touch tow trace transfer transform translate transmit transport trap travel treat trigger trim trust try tumble
tune turn twist uncover undergo undermine underpin underscore understand unify unite unlock unpack unveil update
upgrade uphold upload urge utilise utilize value vanish vary verify view violate visit vote vow wait wake walk wander
warn wash waste watch wave weaken wear weave weigh welcome whip whisper widen wield win wipe wire wish withdraw
withstand wonder worry wrap write yearn yield zoom
"""
_PAST = """
arose awoke bent bit bled blew bore bred burnt cannot clung crept dealt drank dreamt dwelt fed fled flung forbade
forgave forgot froze hid hung knelt laid lay leapt learnt lent lit overcame overtook quit rang rid rode sang sank
shone shook shot shrank shut slept slid sought spat sped spelt spilt split spoilt sprang spread stank stole strode
strove struck stuck stung sunk swam swept swore swung tore trod understood underwent upheld wept withdrew withheld
withstood woke wound wove wrung
"""
_STEMS = frozenset((*_COMMON.split(), *_PAST.split()))
# "A list of", "the last attack", "to list": what these stand before is no finite verb.
_NOUN_AHEAD = """
a an the to of in on at for with by from into as and or his her its their our my your this that these those no some
any every each new old big small good great last next first second own more most best
"""
_BEFORE_NOUNS = frozenset(["", *_NOUN_AHEAD.split()])
# The same before forms that are mostly verbs: "Some said" is a sentence, "the said house" is none.
_NOMINAL = _set("a an the to of in on at for with by from as his its their our my your") | {""}
_BARE = _set("be find show need want help use work let keep run see tell bring get go come give make take put set cut")
_OBJECTS = _set("the a an your our my its it this these those them up out each every all any")
# "Consider the cost" is an order, "link of the day" none.
_NOT_ORDERED = _set("of for to in on at with from by and or is")
_AUXILIARIES = r"(?:is|are|was|were|be|been|has|have|had|will|would|can|could|may|might|must|should|do|does|did)"
_AUXILIARY = re.compile(_AUXILIARIES)
_FINITE = re.compile(rf"(?i){FINITE}")
_MADE = re.compile(r"\w{4,}(?:ize|izes|ify|ifies)")
_SHORT_PAST = _set("died lied tied used owed eyed vied")
_NO_PAST = _set("hundred indeed speed seed breed embed naked sacred wicked based")
_CONTRACTED = re.compile(
    r"(?i)\b(?:I|you|he|she|it|we|they|that|there|here|who|what|where|how|when|why|let)['’](?:s|re|ve|ll|d|m)\b|n['’]t\b|\w['’]s (?:an?|not|been|going|still|also|just)\b"
)
_SUBJECT = re.compile(r"\b(?:I|[Ww]e|[Tt]hey|[Hh]e|[Ss]he) [a-z]")
_WORD = re.compile(r"[^\W_]+")
_GERMAN = re.compile(rf"(?i)\b{FINITE}\b|\b(?-i:[a-zäöü]){{2,}}(?-i:t|en|te|ten|ln|rn)\b|\b(?:gibts|hats|wars|gehts)\b")
# A clause that belongs to a noun has a verb of its own, which makes no sentence of what stands around it.
_RELATIVE = re.compile(r"(?:(?<=\w )that|(?<=[\w,] )(?:who|which|whose|where|whom))\s[^,;:—–]*")
_OPENS_RELATIVE = re.compile(r"(?i)\b(?:that|who|which|whose|where|whom)\b(?: (?P<next>[^\W\d_]+))?")
# "Have already lived" and "was to be handled" are one verb each.
_AS_ONE = re.compile(
    rf"(?i)\b(?:{_AUXILIARIES}\s(?:(?:\w+ly|already|also|not|never|ever|always|just|now|then|still|even|long|to)\s)?){{0,4}}{FINITE}\b"
)


def has_verb(text: str, language: str | None = "en") -> bool:
    """Tell whether words have a verb of their own; in languages that we have no list for: whether they are many enough."""
    if language == "de":
        return bool(_GERMAN.search(text[:1].lower() + text[1:]))  # questions begin with it
    if language not in ("en", None):
        return len(_WORD.findall(text)) > 4 or max(text, default="") > "\u2e80"
    bare = _RELATIVE.sub(" ", text)
    if _CONTRACTED.search(bare) or _SUBJECT.search(bare):
        return True
    found = _WORD.findall(bare)
    if len(found) > 1 and _is_order(*found[:2]):
        return True
    # Capital letters begin names, "the Crooked Dice", unless they begin nearly every word, as in headlines.
    named = sum(word[0].isupper() for word in found) <= len(found) * 0.6
    if any(_tells(before.lower(), word, named=named) for before, word in pairwise(["", *found])):
        return True
    # "The team that won the cup celebrated": more verbs than clauses to hold them.
    clauses = [clause["next"] or "" for clause in _OPENS_RELATIVE.finditer(text)]
    of_clauses = sum(_is_verb(word.lower()) and not _FINITE.fullmatch(word) for word in clauses)
    return bare != text and len(_AS_ONE.findall(text)) + of_clauses > len(clauses)


def orders(text: str) -> bool:
    """Tell whether English words begin as an order does: "Maintain the …"; a noun that looks like a verb is none."""
    first, second = [*text.lstrip('"“').split(" ", 2), "", ""][:2]
    return (first.lower() in _STEMS or first.lower() in _BARE) and second.lower() in _OBJECTS


def _is_order(first: str, second: str) -> bool:
    return (first.lower() in _STEMS or first.lower() in _BARE) and second.lower() not in _NOT_ORDERED


def _tells(before: str, word: str, *, named: bool) -> bool:
    """Judge whether a word is a verb that makes a sentence, by the word before it, if any."""
    lower = word.lower()
    if _AUXILIARY.fullmatch(lower):
        return before != "to" and not (before and named and word[0].isupper())  # nor in May, nor by Will
    if before in _NOMINAL or (named and word[0].isupper()):
        return False
    if _FINITE.fullmatch(lower) or lower in _SHORT_PAST:
        return lower not in _NO_PAST
    if before in ("this", "that"):
        return lower.endswith("s") and _is_verb(lower)  # "this results in", but "this result"
    return (before not in _BEFORE_NOUNS and _is_verb(lower)) or _MADE.fullmatch(lower) is not None


def _is_verb(word: str) -> bool:
    if word in _STEMS or word.removesuffix("s") in _STEMS or word.removesuffix("es") in _STEMS:
        return True
    return word.endswith("ies") and f"{word[:-3]}y" in _STEMS
