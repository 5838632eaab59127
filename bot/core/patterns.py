"""What sentences begin with when they lean on others, and what sells instead of telling, in eight languages.  Pure.

May import: nothing.  Collected by hand; every pattern is anchored or a plain list of words, so matching is linear.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

_DANGLING = {
    "en": """
this that these those it its it's it’s he she they him her his hers their theirs them he's she's they're he’s she’s
they’re that's that’s but and so or nor yet however then thus hence therefore moreover furthermore additionally also
besides meanwhile instead nevertheless nonetheless otherwise consequently accordingly similarly likewise conversely
such another others both neither either here there's there’s here's here’s indeed still because which who whose plus
likewise again too secondly thirdly finally lastly what's what’s
""",
    "de": """
dies diese dieser dieses diesen diesem er sie es ihm ihr ihre ihren ihrem sein seine seinen seinem aber und oder doch
jedoch dann also deshalb daher darum außerdem zudem ferner dennoch trotzdem stattdessen allerdings dabei dadurch dafür
dagegen damit danach darauf daraus darin darüber davon dazu denn hier dort solche beide auch inzwischen sondern das dazu
""",
    "fr": """
ce cet cette ces cela ça c'est c’est il elle ils elles lui leur leurs son sa ses mais et ou donc or ni car cependant
pourtant toutefois alors ainsi puis ensuite enfin aussi néanmoins également celui celle ceux celles ici là
""",
    "es": """
este esta esto estos estas ese esa eso esos esas él ella ello ellos ellas su sus pero y o e u así entonces luego además
también sin embargo aunque aquí allí tal tales ambos ambas aquel aquella
""",
    "it": """
questo questa questi queste quello quella quelli quelle ciò egli lui lei essa esso loro suo sua suoi sue ma e o ed
però quindi dunque così poi inoltre anche infatti tuttavia invece qui lì entrambi tale tali
""",
    "pt": """
este esta isto estes estas esse essa isso esses essas aquele aquela ele ela eles elas seu sua seus suas mas e ou porém
contudo todavia então assim logo depois também além aqui ali ambos tal tais
""",
    "nl": """
dit dat deze die het hij zij ze hem haar zijn hun maar en of dus echter dan daarom daarna toen ook bovendien toch hier
daar zo zulke beide want
""",
    "pl": """
to ten ta te ci tego tej tych on ona ono oni one jego jej ich ale i a lub albo więc jednak zatem dlatego potem następnie
także również też ponadto natomiast tutaj tam oba obie bo gdyż
""",
}
_STARTS = {language: frozenset(words.split()) for language, words in _DANGLING.items()}
_ANY_START = frozenset(word for language in ("en", "de", "fr", "es") for word in _STARTS[language])

# "This week" and "that year" point at the day of the post, not at another sentence.
_POINTS_AT_TODAY = re.compile(
    r"(?i)(?:this|these)\s+(?:week|weekend|year|month|morning|evening|afternoon|spring|summer|autumn|fall|winter|"
    r"monday|tuesday|wednesday|thursday|friday|saturday|sunday|paper|article|post|study|work|tutorial|guide|days|release|edition)\b|"
    r"dies(?:e|es|en|er)\s+(?:woche|wochenende|jahr|monat)\b|cette\s+(?:semaine|année)\b|este\s+(?:año|mes)\b|both\s+\w+\s+and\b|so\s+(?:far|many|much|few)\b|"
    r"(?:es gibt|es geht|it is (?:time|possible)|es ist)\b|sin\s+(?!embargo)"
)
_FIRST_WORD = re.compile(r"[\s\"'“”„«»‘’(\[¿¡—–\-]*([^\W\d_]++(?:['’][^\W\d_]++)?)")
_LEANS_ANYWHERE = re.compile(
    r"(?i)\b(?:as (?:mentioned|noted|discussed|described|shown|explained) (?:above|earlier|before|below)|see (?:above|below)|"
    r"the (?:above|following|latter|former)\b|(?:in|of|about|with) (?:it|them|this|these|that),|"
    r"(?:pictured|shown|listed) (?:above|below|left|right)|(?:siehe|wie) (?:oben|unten)|ci-dessous|ci-dessus)"
)
_LEANING_HINTS = ("above", "below", "earlier", "before", "latter", "former", "following", "it,", "them,", "this,", "that,", "these,",
    "left", "right", "oben", "unten", "ci-dess")  # fmt: skip

_SELLING = re.compile(
    r"(?i)\b(?:you won['’]?t believe|what happens next|blow your mind|will shock you|jaw[- ]dropping|must[- ]see|"
    r"click (?:here|below|through)|read more|read on|find out (?:more|how|why)|learn more|keep reading|for more (?:information|info|insights|details)|(?:please|[!.,]) consider (?:sharing|supporting|donating|subscribing)|thanks for (?:watching|listening|tuning in)|stay tuned|"
    r"subscribe|sign up|(?:our|my|this|free|weekly|daily|monthly|the (?:\w+ )?)\s?newsletter|newsletter(?= subscri)|(?:to|in) your inbox|need to know to start the day|follow us|like us on|share this|join (?:us|our|the waitlist)|buy now|order now|shop now|"
    r"you can (?:now )?(?:buy|purchase|order|pre-?order)|(?:source )?codes? (?:is|are|will be) (?:\w+ )?available|(?:full|complete) list of \w+ (?:is|are|can be)|(?:from|on|at|in|see|visit) our (?:own )?(?:website|site|download page|(?:web|online )?(?:store|shop)|forum|discord|slack)|limited time|don['’]?t miss|act now|free trial|discount code|promo code|coupon|use code|affiliate|sponsor(?:ed|ing|s)?|"
    r"this video|watch the video|photo(?:graph)? by|\bvia (?:pixabay|unsplash|flickr|pexels|shutterstock)|getty images|all rights reserved|patreon|in this (?:post|article|video|"
    r"tutorial|episode),? (?:we|i)(?:['’]ll| will)|thanks for reading|let (?:us|me) know in the comments|comments? below|privacy information|"
    r"abonnieren|jetzt (?:kaufen|bestellen|anmelden)|mehr lesen|weiterlesen|(?:unser(?:e[nm])?|mein(?:e[nm])?|den|zum|im) newsletter|abonnez[- ]vous|cliquez|lire la suite|"
    r"suscr[ií]b\w+|haz clic|leer más|iscriviti|clicca|leggi (?:anche|tutto)|inscreva[- ]se|clique aqui|leia mais|"
    r"abonneer|klik hier|lees (?:meer|verder)|subskrybuj|kliknij|czytaj (?:więcej|dalej))\b"
)

# One of these words is in every such phrase: a cheap look first, since hardly any sentence needs the long pattern.
_SELLING_WORDS = """
believe information info insights details consider happens mind shock jaw must click read find learn reading stay subscribe sign newsletter inbox know follow like share join
buy order shop limited miss act trial discount promo coupon code affiliate sponsor sponsored sponsoring sponsors video photo
photograph pixabay unsplash flickr pexels shutterstock getty rights patreon post article tutorial episode thanks comment comments privacy purchase preorder pre list website site download store webstore webshop forum discord slack abonnieren jetzt lesen weiterlesen
abonnez cliquez suite suscríbete suscribete suscríbase suscríbanse suscribirse suscribirte suscribir suscribiros clic más iscriviti clicca leggi inscreva clique leia abonneer klik lees
subskrybuj kliknij czytaj
"""
_SELLERS = frozenset(_SELLING_WORDS.split())
_WORD = re.compile(r"[^\W\d_]+")


def dangles(sentence: str, language: str | None) -> bool:
    """Tell whether a sentence begins with a word that leans on the sentence before it, or points elsewhere in the text."""
    if _POINTS_AT_TODAY.match(sentence):
        return False
    match = _FIRST_WORD.match(sentence)
    first = match[1].lower() if match else ""
    starts = _STARTS.get(language or "", _ANY_START if language is None else frozenset())
    if language in ("en", None):  # "It’ll", "they’ve", "that’d"
        first = first.replace("’", "'").partition("'")[0]
    return first in starts or (
        any(hint in sentence for hint in _LEANING_HINTS) and bool(_LEANS_ANYWHERE.search(sentence))
    )


# No sentence ends with these: something was cut off behind them.
_CALLING = """
who whom which whose the a an of and or but than because although while its their our your my is are was were has have
says mr mrs dr rs st vs der die das ein eine einen und oder aber weil dass mit von für le la les un une des du et ou
mais qui que pour dans el los las una y pero con por para il lo gli ma che di per o os um uma mas com het een en maar
van voor oraz ale który która
"""
_OPEN_ENDS = frozenset(_CALLING.split())


def open_ended(text: str) -> bool:
    """Tell whether the last word calls for another one."""
    last = text[-24:].rstrip(".!?").rsplit(None, 1)
    return bool(last) and last[-1].lower() in _OPEN_ENDS


def sells(text: str, heard: Iterable[str] | None = None) -> str:
    """Give the phrase of a text that baits or sells instead of telling; empty if there is none.

    `heard`: its words in lower case, where they are known.
    """
    if _SELLERS.isdisjoint(_WORD.findall(text.lower()) if heard is None else heard):
        return ""
    match = _SELLING.search(text)
    return match[0] if match else ""
