"""What reads well and tells little: scenes, steps of a recipe, words that fill, what leads on to the next sentence.  Pure.

May import: nothing of ours.  English; every pattern is anchored, or a list of words that a cheap look comes before.
"""

from __future__ import annotations

import re


def _set(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


# The steps of an explanation, and what was joined to something else: neither is news.
_SCAFFOLD = re.compile(
    r"(?i)\A(?:simultaneously|immediately|afterwards?|subsequently|collectively|together|alternatively|conversely|later on|"
    r"in (?:this|that|which) (?:case|context|scenario|example)|at (?:this|that) (?:point|stage)|at the time|to (?:better |further )?(?:illustrate|proceed|begin|start|do (?:this|that|so)|"
    r"achieve (?:this|that))|as (?:i )?said|bonus|update(?: [\d/]+)?|edit|p\.?s\.?|note)\b[^,:.]{0,30}[,:]|\b(?:let['’]?s|let us)\s[a-z]|"
    r"\A[\"“]?we(?:['’]ll| will) (?:now |first |then |also )?(?:take|look|use|see|start|begin|cover|go|walk|explore|discuss|learn|build|create)\b"
)
# How an author came to write: "A few weeks ago I stumbled upon …"
_DIARY = re.compile(
    r"\A[\"“]?(?:(?:(?:An?|Some|Several|Many|Over|About|Almost|\d+|Two|Three|Four|Five|Ten|Quite|Not|Years|Months|Weeks|Long|Earlier|Back)\b[^,.]{0,24}?\b(?:ago|this (?:week|month|year)|in \d{4})|"
    r"Recently|Lately|Last (?:week|night|month|year|fall|summer|spring|winter|weekend|\w+day)|Yesterday|Today|This (?:week|morning|weekend|month|year)|For (?:a while|years|some time)|"
    r"(?:In|For|Over) the (?:last|past) [^,.]{1,20}|The other day),?\s(?:[^\s,.]+\s){0,4}?(?:I|my|our|we)\b(?!['’](?:re|m) (?:announcing|releasing|launching|introducing|publishing))|"
    r"(?:So )?I (?:\w+ )?(?:stumbled|came across|bought|wrote|posted|converted|published|tweeted|blogged|chatted|went|woke|sat|gave a talk|spoke|chose to|decided to|wanted to (?:write|share)))\b"
)
# Words that fill a sentence and tell nothing, and things that are counted and not named.
_EMPTY = re.compile(
    r"(?i)\bhot topic|\ball over the (?:web|world|internet|place)\b|\bexciting (?:new )?(?:features|things|news|ways|times)\b|\bon the horizon\b|\b(?:come|came) a long way\b|"
    r"\bin general, an? |\bone of the most important|\bthere(?:['’]s| is| are| were) (?:(?:a|quite a) (?:few|lot|couple|number|bunch)|lots|several|many|plenty|various|some|two|three|four|five|six|seven)\b"
    r"[^.,;:]{0,60}?\b(?:reasons?|ways?|things?|options?|steps?|types?|kinds?|differences?|problems?|issues?|factors?|methods?|approaches|solutions?|parts?|aspects?|questions?|love|like about)\b(?![^.:]{0,80}:)|"
    r"\b(?:raise[sd]?|ha(?:s|ve|d)|faces?d?) (?:\w+ )?(?:two|three|four|several|some|many) (?:\w+ )?(?:problems|issues|questions|challenges|advantages|disadvantages|benefits|drawbacks|limitations)\.\Z"
)
_EMPTY_WORDS = _set("hot over exciting horizon way general important there two three four several some many")
# One of the steps of a recipe: for who does it, not for who reads that one can.
_STEP = re.compile(
    r"\A[\"“]?(?:(?:First|Next|Then|Now|Finally|Obviously|Simply|Just|Again|Once [a-z]+ed),? (?:you (?:will |can |need to )?)?)?(?:(?i:add|grind|pour|push|mix|stir|bake|click|tap|press|select|pick|type|go|run|open|"
    r"enter|replace|set|remove|place|put|cut|fold|heat|whisk|combine|sprinkle|cook|serve|attach|drag|drop|paste|copy|install|navigate|choose|insert|create|cover|connect|plug|"
    r"reboot|restart|bring|roll|chop|slice|peel|season|preheat|configure|download|edit|execute|delete|check|change)\s(?:the|an?|your|some|all|each|this|that|these|those|in|into|on|to|it|them|"
    r"half|up|out|from|until|for|[a-z]+ (?:to|with|into)|\d[\d/.]*)\b|(?i:click|select|press|tap|choose|pick|run|type|open)\s[“\"‘'A-Z])"
    r"|\b[Yy]ou should (?:now )?(?:see|have|end up|get)\b"
)
# What somebody went through, and nothing that it taught: "I had to go by bus".
_SCENE = re.compile(
    r"\b(?:I|[Ww]e)(?:['’]d)? (?:\w+ly |just |then |also |once |even |never |first |had )?(?:was|were|had|went|got|gaze|sip|sat|used|made|took|ran|run into|asked|moved|planted|downloaded|encountered|"
    r"released|bought|watched|remember|came|left|drove|woke|looked|turned|walked|met|saw|grew|spent|stepped|step|played|headed|arrived|talked|visited|called|opened)\b|\bI(?:['’]d| would) love to\b|\b(?:kept|made|left|took|gave) me\b"
)
# What somebody has, plans and likes, and who is his.
_PRIVATE = re.compile(
    r"\A[\"“]?(?:Recently|Lately|Yesterday|Two years ago)[, ][^,.]{0,24}?\bI\b|"
    r"\bI(?:['’]m| am) (?:sure|glad|happy|sorry|back|going to|planning|hoping|slowly|currently|in|at|on)\b|\bI(?:['’]ll| will|['’]d| would| want to| hope| plan| wish| have (?:an?|some|been|had|the)|['’]ve)\b|\bmy (?:own |first |last |good |old |\w+est )?"
    r"(?:friends?|wife|husband|sons?|daughters?|kids?|child(?:ren)?|childhood|parents|mother|father|mom|dad|brother|sister|girlfriend|boyfriend|partner|dog|cat|job|journey|life|"
    r"house|apartment|room|desk|commute|birthday|holiday|vacation|trip|hobby|hobbies|favou?rite|ritual|order)\b",
    re.IGNORECASE,
)
# Who wrote it, as it stands under an article: "Ann Lee is a lecturer at the University of Vienna."
_ABOUT_AUTHOR = re.compile(
    r"\A[A-ZÀ-Þ][\w’'.-]+(?: [A-ZÀ-Þ][\w’'.-]+){0,3} is (?:currently )?(?:an?|the) (?:[\w-]+,? ){0,5}?(?i:lecturer|professor|author|writer|engineer|"
    r"developer|founder|co-?founder|director|student|editor|journalist|consultant|fellow|reporter|researcher|analyst|columnist|photographer|freelancer)\b"
)
_STEPS = _set(
    "simultaneously immediately afterward afterwards subsequently collectively together alternatively conversely later said case context scenario example point stage "
    "time illustrate proceed begin start so this that bonus update edit ps p note let we lets"
)
_SELF = _set("i me we")


def little(text: str, bare: str, heard: frozenset[str]) -> float:
    """Add up, in plain faults, what makes a sentence tell little.

    `bare`: the text without what others are quoted with; `heard`: its words in lower case.
    """
    found = (
        0.6 * bool(_DIARY.match(text)),
        0.5 * is_step(text),
        1.0 * (" is " in text and bool(_ABOUT_AUTHOR.match(text))),
        1.2 * (not _EMPTY_WORDS.isdisjoint(heard) and bool(_EMPTY.search(bare))),
        0.6 * (not _SELF.isdisjoint(heard) and bool(_SCENE.search(bare))),
    )
    return sum(found)


def private(text: str) -> bool:
    """Tell whether an author speaks of what he did, has or plans: news to those who know him."""
    return _SCENE.search(text) is not None or _PRIVATE.search(text) is not None


def is_step(text: str) -> bool:
    """Tell whether words are one step of several: "Add the flour and stir."."""
    return _STEP.search(text) is not None


def leads_on(text: str, heard: frozenset[str]) -> bool:
    """Tell whether a sentence is a step of an explanation, joined to what stands before or behind it."""
    return not _STEPS.isdisjoint(heard) and _SCAFFOLD.search(text) is not None
