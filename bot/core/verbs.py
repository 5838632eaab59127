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
abandon abide abolish absorb accelerate accept accompany accumulate accuse ache achieve acknowledge acquire acquit act
activate adapt add address adhere adjourn adjust administer admire admit adopt adore advise advocate affect afflict
aggregate agree aim allege alleviate allocate allow alter amass amaze amend amplify amuse analyse analyze animate
annex announce annoy answer anticipate apologise apologize appear appease applaud apply appoint approach approve argue
arise arrange arrest arrive ascend ask aspire assemble assert assess assign assist assume assure atone attach attack
attempt attend attest attract automate avenge avert avoid await awaken baffle bake ban base bathe beat befriend beg
behave behold believe belittle bellow belong benefit besiege bet betray bicker bind bite blame blend bless block
blossom blow blush boast boil bolster bombard boost borrow bother bounce brag break breathe breed brew bribe bring
broaden browse bruise buckle budge build burn burrow bury calculate call camouflage cancel captivate capture care
carry carve catch cater cause cease celebrate censor centralise challenge change chant chase chat cheat check cherish
chew choke choose chop chronicle chuckle circulate circumvent cite claim clarify classify clean climb cling close
clutch coerce coexist cohere coincide collapse collect collide combat combine commemorate commence commend commission
commit communicate compare compel compensate compete compile complain complement complicate comply compose comprehend
compress comprise compute conceal concede concentrate concern conclude conduct confer confess confide confine confirm
conform confront confuse congratulate congregate conjure connect conquer consent conserve consider consist consolidate
conspire constitute constrain construct consult consume contain contaminate contemplate contend continue contradict
contrast contribute control converge converse convert convey convict convince cook cool cooperate copy correlate
correspond corrode corrupt cost count cover cower crack cram crash crave crawl create creep cringe cripple criticise
criticize cross crumble crush cry culminate cultivate curate curb cure curtail customise customize cut dance dangle
dare darken dazzle deal debate debug decay deceive decide decline decode decorate decrease dedicate deduce deepen
defeat defend defer define deflect defuse defy degrade delay delegate delete deliberate delight deliver delve demand
demolish demonstrate demote denote denounce deny depend depict deplete deploy deport depose deprecate deprive derive
descend describe deserve design destroy detach detail detain detect deter deteriorate determine dethrone develop
devote devour diagnose dictate die differ differentiate dig digest dilute diminish dip disagree disappear disappoint
disapprove discard discern disclose discourage discover discuss dislike dismantle dismiss dispel disperse displace
display dispose dispute disregard disrupt dissolve dissuade distinguish distribute disturb dive diverge diversify
divide document dodge dominate donate double doubt download drag drain drape draw dread dream drift drill drive drool
drop drown dry duplicate dwell dwindle earn eat eclipse edit educate elaborate elect elevate elicit eliminate elude
emanate embark embody embrace emerge emigrate emit emphasise emphasize employ empower emulate enable enact encapsulate
encircle enclose encode encompass encourage end endorse endure enforce engage engulf enhance enjoy enlarge enlighten
enlist enrage enrich enroll ensue ensure entail entangle enter entertain entice entitle entrust envision envy equate
equip erase erode erupt escalate escape establish evade evaluate evaporate evict evoke evolve exaggerate examine
exasperate exceed excel excite exclaim exclude execute exemplify exert exhale exhaust exhibit exist expand expect
expedite expire explain explode exploit explore export expose express extend extinguish extract face facilitate fade
fail fall falter fascinate fasten favour feature feed feel fetch fiddle fight file fill fit fix flatten flatter flee
flicker flinch flip flirt float flock flourish flow fluctuate fly focus fold follow forage force forecast forfeit form
formulate fortify foster fray freeze frolic frustrate fry fuel fulfil fulfill fumble furnish fuse gain gallop garner
gasp gather generate giggle glance glare glide glimpse glitter glorify glow gnaw govern grab grant graze greet grill
grin grind groan grow grumble guarantee guess guide hack hail halt handle hang happen harm harvest hasten hate haunt
heal hear heighten hide hinder hire hit hoard hoist hold hope host hover howl hug hum hunt hurry hurt hustle
hypothesise hypothesize identify ignore illuminate illustrate imagine imitate immerse impair impart impede imperil
implement imply import impose impress improve improvise incite incline include incorporate increase incur indicate
induce indulge infect infer inflate inflict inform infuriate infuse ingest inherit inhibit initiate inject inquire
inscribe insert insist inspect inspire install instigate instruct insulate insult insure integrate intend intensify
interact intercept interpret interrupt intervene interview intimidate intrigue introduce invade invent invert invest
investigate invite invoke involve irritate isolate iterate jail jeopardise jeopardize jog join jostle juggle jump
justify kick kill kiss kneel knit knock lack lag lament latch laugh launch lay lean leap learn leave legalise
legitimise lend levy liberate license lie lift like limit linger link list listen live liven loathe locate lock look
loom loosen lose love lower lurk magnify maintain manage mandate manoeuvre manufacture mark marry marvel match matter
mature measure mediate meditate meet melt memorise mend mention merge migrate mimic mind mislead miss mobilise mock
modify monitor motivate mount mourn move multiply mumble mutate mutter name nap narrate narrow navigate neglect
negotiate nibble nominate note notice nourish nudge nurture obey oblige obscure observe obsess obstruct obtain occupy
occur offend offer omit ooze open operate oppose oppress optimise optimize organise organize originate oscillate oust
outdo outgrow outlast outlaw outline outlive outperform outrun outsell outsource outweigh overcome overflow overlook
overpower override overrule overrun oversee overshadow overthrow overwhelm owe own pamper panic paralyse parse pass
paste pause pave pay peak peel perceive perforate perform perish permit perpetuate persecute persist persuade pertain
perturb pervade pester petrify pick pinch pitch placate plan play plead please plummet plunder plunge point poke
pollute ponder portray possess post postpone pour praise pray preach precede preclude predate predict prefer prepare
prescribe preserve preside pretend prevail prevent prick print probe proceed proclaim procure prod produce profess
profit prohibit proliferate prolong promise prompt propagate propel propose prosper protect protrude prove provide
provoke prune publish pull punch punish pursue push qualify quarrel quench quit quote radiate rain raise ravage reach
react read reaffirm realize reappear reassure rebel rebuff rebuild rebuke recall recede receive recite reckon reclaim
recline recognize recoil recommend reconcile reconsider record recount recover recruit rectify recur redeem redefine
redesign redirect reduce reelect refer refine reflect refrain refresh refuse refute regain regard regenerate regulate
rehabilitate rehearse reign reinforce reiterate reject rejoice rejuvenate relate relax release relinquish relish
relocate rely remain remember remind reminisce remove rename render renew renounce renovate rent repair repay repeat
repel repent replace replenish replicate report represent repress reprimand reproach reproduce repulse require rescind
rescue resemble resent reshape reside resign resist resolve resonate resort respond rest restart restore restrain
restrict result resume resurface resurrect retain retaliate retell rethink retire retort retract retreat retrieve
return reunite revamp reveal revere reverse revert revise revisit revive revolve rewrite rid rinse rip ripen rise risk
roam roar roast rock roll rotate rouse rub ruin rule rumble rupture rush sacrifice saddle sag sail salute salvage
satisfy saturate save savour scale scare scatter scold scorch score scramble scrape scratch scream scrub scrutinise
seal search seduce seek seep segregate seize sell send separate serve settle sever shake shape share shatter shave
shelter shift shine ship shiver shock shoot shove showcase shred shriek shrink shrug shuffle shut simmer sing sink sip
sit sizzle ski skim skip slam slap slash slaughter slay sleep slide sling slip slow smash smell smile smoke smother
smuggle snap sneak sneeze sniff snore snub soak soar sob soften solicit solve soothe sort sound span spark sparkle
speak specialise specialize specify speculate spell spend spill spin split spoil sponsor spotlight sprawl spray spread
spring sprout squander squash squeeze stab stabilise stagger stagnate stalk stammer stampede stand start startle
starve state stay steal steer stem step stick stifle stimulate sting stink stir stockpile stop stray streamline
strengthen stretch strike strip stroll struggle strum study stuff stumble stun subdue submit subscribe subside
substitute subtract subvert succeed suck sue suffer suggest suit summarise summarize summon superimpose supersede
support suppose suppress surf surge surmise surpass surprise surrender surround survive suspect suspend sustain
swallow swap sway swear sweep swell swim swing swirl switch symbolise symbolize sympathise tackle tailor taint talk
tally tamper target tarnish taste taunt teach tear tease tempt tend terminate terrify test testify thank thaw think
threaten thrill thrive throb throw thrust thump thwart tickle tie tighten tilt tinker tiptoe toggle tolerate topple
torment torture toss touch tow trace train trample transcend transcribe transfer transform transgress translate
transmit transport trap travel traverse treat tremble trick trickle trigger trim trounce trust try tumble tune turn
twinkle twist uncover undergo undermine underpin underscore understand unfold unify unite unleash unlock unpack
unravel unsettle unveil update upgrade uphold upload uproot urge usher usurp utilise utilize utter vacate validate
value vanish vanquish vaporise vary veer verify vibrate vie view vilify vindicate violate visit vote vow wade wag
wager wail wait waive wake walk wander wane warn wash waste watch wave weaken wear weave weigh welcome whip whisper
widen wield wilt win wince wipe wire wish withdraw withhold withstand wobble wonder woo worry worsen wrap wreak
wrestle wriggle wring write yank yawn yearn yield yodel zoom
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
_TO_NAMES = _set("Meet Visit Watch See Read Join Try Ask Follow Enjoy Listen Hear Remember Consider Discover")
# "Consider the cost" is an order, "link of the day" none.
_NOT_ORDERED = _set("of for to in on at with from by and or is")
_AUXILIARIES = r"(?:is|are|was|were|be|been|has|have|had|will|would|can|could|may|might|must|should|do|does|did)"
_AUXILIARY = re.compile(_AUXILIARIES)
_FINITE = re.compile(rf"(?i){FINITE}")
_PARTICIPLE = re.compile(
    r"[\"“]?[A-Z]\w{2,}ed (?:in|inside|on|at|by|with|for|to|from|as|under|over|through|the|a|an|my|our|your|their|his|her|its)\s"
)
_MADE = re.compile(r"\w{4,}(?:ize|izes|ify|ifies)")
_SHORT_PAST = _set("died lied tied used owed eyed vied")
_NO_PAST = _set("hundred indeed speed seed breed embed naked sacred wicked based")
_AGAIN = re.compile(r"re|un|over|under|out|mis")  # rebuilt, undid, overran
_PREFIXED = 5  # letters: shorter words only look as if they had one
_CONTRACTED = re.compile(
    r"(?i)\b(?:I|you|he|she|it|we|they|that|there|here|who|what|where|how|when|why|let)['’](?:s|re|ve|ll|d|m)\b|n['’]t\b|\w['’]s (?:an?|not|been|going|still|also|just)\b"
)
# "Rob articulates his ideas", "the spirit latches onto a girl": whatever the verb is.
_HANDLES = re.compile(
    r"(?<=[\w’'] )[a-z]{3,}[a-rt-z]s (?:the|an?|his|her|its|their|our|my|your|how|what|why|onto|into|itself|himself|herself|them|him)\b"
)
_SUBJECT = re.compile(r"\b(?:I|[Ww]e|[Tt]hey|[Hh]e|[Ss]he) [a-z]")
_WORD = re.compile(r"[^\W_]+")
_GERMAN = re.compile(rf"(?i)\b{FINITE}\b|\b(?-i:[a-zäöü]){{2,}}(?-i:t|en|te|ten|ln|rn)\b|\b(?:gibts|hats|wars|gehts)\b")
# A clause that belongs to a noun has a verb of its own, which makes no sentence of what stands around it.
_RELATIVE = re.compile(r"(?:(?<=\w )that|(?<=[\w,] )(?:who|which|whose|where|whom))\s[^,;:—–]*")
# "Feed-reading" is no verb; "co-founded" is one by its end.
_COMPOUND = re.compile(r"\b[^\W_]+-(?=\w)")
_OPENS_RELATIVE = re.compile(r"(?i)\b(?:(?:that|who|which)\b(?: (?P<next>[^\W\d_]+))?|(?:whose|where|whom)\b)")
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
    bare = _COMPOUND.sub("", _RELATIVE.sub(" ", text))
    if _CONTRACTED.search(bare) or _SUBJECT.search(bare) or _HANDLES.search(bare):
        return True
    found = _WORD.findall(bare)
    if len(found) > 1 and _is_order(*found[:2]):
        return True
    if "," not in bare and _PARTICIPLE.match(bare):
        # "Skilled in reviews of plans made for it": nothing that may belong to a noun makes a sentence there.
        return any(
            _AUXILIARY.fullmatch(word.lower()) or (_FINITE.fullmatch(word) and not _of_noun(word, after))
            for word, after in pairwise([*found[1:], ""])
        )
    # Capital letters begin names, "the Crooked Dice", unless they begin nearly every word, as in headlines.
    named = sum(word[0].isupper() for word in found) <= len(found) * 0.6
    if any(_tells(before.lower(), word, named=named) for before, word in pairwise(["", *found])):
        return True
    # "The team that won the cup celebrated": more verbs than clauses to hold them.
    clauses = [clause["next"] or "" for clause in _OPENS_RELATIVE.finditer(text)]
    of_clauses = sum(_is_verb(word.lower()) and not _FINITE.fullmatch(word) for word in clauses)
    return _RELATIVE.search(text) is not None and len(_AS_ONE.findall(text)) + of_clauses > len(clauses)


def orders(text: str) -> bool:
    """Tell whether English words begin as an order does: "Maintain the …"; a noun that looks like a verb is none."""
    first, second = [*text.lstrip('"“').split(" ", 2), "", ""][:2]
    return (first.lower() in _STEMS or first.lower() in _BARE) and second.lower() in _OBJECTS


def _is_order(first: str, second: str) -> bool:
    if first in _TO_NAMES:
        return True
    if not second[0].islower() or second in _NOT_ORDERED:
        return False
    return first.lower() in _STEMS or first.lower() in _BARE


def _of_noun(word: str, after: str) -> bool:
    """Tell whether a past belongs to a noun: "pains associated with …"."""
    return word.lower().endswith("ed") and (after in _NOT_ORDERED or not after)


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
    if len(word) > _PREFIXED and (again := _AGAIN.match(word)):
        rest = word[again.end() :]
        return rest in _STEMS or rest.removesuffix("s") in _STEMS or _FINITE.fullmatch(rest) is not None
    return word.endswith("ies") and f"{word[:-3]}y" in _STEMS
