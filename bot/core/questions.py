"""Questions that name a topic in so many words: "what do you know about tape?", "was weißt du über Tonband?".

They are for the archive, whatever the owner's rules say of other things.  Pure; may import: phrases, search, words.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache
from itertools import chain

from bot.core.phrases import Phrase
from bot.core.search import telling_words
from bot.core.words import Words

_ENGLISH = (
    "[and|so] what [else] (do|did|can|could) you (know|have|got|tell|say|find|read) [me|us] (about|on|of|regarding) {topic}",
    "[do] you know (anything|something|much|more|a lot) (about|on|of) {topic}",
    "(tell|show|give|send) (me|us) [something|anything|more|all|everything] (about|on) {topic}",
    "[is there|are there|do you have|have you got|got] [any] (anything|something|more|articles|posts|news) (about|on|of) {topic}",
    "have you [read|seen|found|heard|shared] (anything|something|articles|posts|news) (about|on|of) {topic}",
    "(i want|i would like|i'd like|i wish) to (know|read|learn|hear|see) [something|more] (about|on) {topic}",
    "(what|how) about {topic}",
)
_GERMAN = (
    "was (weißt|wisst|wissen|hast|habt|haben) (du|ihr|sie) [alles] (über|zu|zum|zur|von|vom) {topic}",
    "(hast|habt|haben|kennst) (du|ihr|sie) (etwas|was|irgendwas|artikel|beiträge|neues) (über|zu|zum|zur|von|vom) {topic}",
    "gibt es (etwas|was|irgendwas|artikel|beiträge|neues) [neues] (über|zu|zum|zur|von|vom) {topic}",
    "(gibt's|gibts) (etwas|was|irgendwas|neues) [neues] (über|zu|zum|zur|von|vom) {topic}",
    "(erzähl|erzähle|sag|zeig|zeige) (mir|uns) [etwas|was|mehr|alles] (über|zu|zum|zur|von|vom) {topic}",
    "(was|etwas|irgendwas|neues|mehr|artikel) (über|zu|zum|zur) {topic}",
    "(suche|such|finde) [nach|artikel über|etwas über|etwas zu] {topic}",
)
_FRENCH = (
    "que (sais tu|savez vous) (sur|de|du|des) {topic}",
    "[qu'est ce] que (tu sais|vous savez) (sur|de|du|des) {topic}",
    "(as tu|avez vous|tu as|vous avez|y a t il|il y a) (quelque chose|des articles|des nouvelles|du nouveau) (sur|de|du) {topic}",
    "(parle|parlez|dis|dites|raconte|racontez) (moi|nous) [quelque chose|tout|plus] (sur|de|du|des) {topic}",
    "(quoi de neuf|du nouveau|des nouvelles|des articles|quelque chose) (sur|de|du) {topic}",
    "(cherche|trouve) [moi] [quelque chose sur|des articles sur] {topic}",
)
_SPANISH = (
    "qué (sabes|sabe|saben) (de|del|sobre|acerca de) {topic}",
    "(tienes|tiene|tenéis|tienen|hay) (algo|artículos|noticias|novedades) (de|del|sobre|acerca de) {topic}",
    "(cuéntame|dime|háblame|muéstrame) [algo|más|todo] (de|del|sobre|acerca de) {topic}",
    "(algo|noticias|novedades|artículos) (de|del|sobre|acerca de) {topic}",
    "(busca|búscame|encuentra) [algo sobre|artículos sobre] {topic}",
)
_OTHERS = (
    "(che cosa|cosa|che) (sai|sapete) (di|del|della|su|sul|sulla) {topic}",
    "(hai|avete|c'è) (qualcosa|articoli|notizie|novità) (di|del|della|su|sul|sulla) {topic}",
    "o que [você|voce|tu] (sabe|sabes) (de|do|da|sobre) {topic}",
    "(tens|tem|há) (algo|alguma coisa|artigos|notícias) (de|do|da|sobre) {topic}",
    "wat (weet je|weet u|weten jullie) (over|van) {topic}",
    "(heb je|hebt u|is er) (iets|artikelen|nieuws) (over|van) {topic}",
)
_NAMING_PERSONS = """me myself you yourself us it this that him her them mich dich sich uns euch ihn mir dir moi toi lui
nous vous mi ti usted ustedes nosotros mim voce te voi mij jou u"""
_PERSONS = frozenset(_NAMING_PERSONS.split())
"""As folded words: whom a question is about that is none for the archive."""

_LEADERS = """
about on of regarding uber zu zum zur von vom suche such finde sur de du des cherche trouve del sobre acerca busca
buscame encuentra di della su sul sulla do da over van
"""
_LEADING = frozenset(_LEADERS.split())
"""Folded words of which one stands before the topic of each of these questions: without one there is nothing to try."""

_WHAT = frozenset({"what", "who"})
_IS = frozenset({"is", "are", "was", "were"})
_OF_ONE_WORD = frozenset({"whats", "whos", "explain", "define"})
_ARTICLES = frozenset({"a", "an", "the"})

_MOST_WORDS = 8


@cache
def _questions() -> Mapping[str, Sequence[Phrase]]:
    """All of them by a word that they need, compiled at the first mention that no rule knows."""
    questions = [Phrase(source) for source in (*_ENGLISH, *_GERMAN, *_FRENCH, *_SPANISH, *_OTHERS)]
    counts = Counter(word for question in questions for word in question.folded if word)
    filed: dict[str, list[Phrase]] = {}
    for question in questions:
        for word in question.anchor(counts) or ():
            filed.setdefault(word, []).append(question)
    return filed


def topic_asked(words: Words) -> str | None:
    """What a question asks the archive for, in the asker's own words; None where it asks for nothing of the kind.

    At most eight words, one of them telling something; a question about the bot or the asker has no topic.
    """
    if not 2 <= len(words.exact) <= 20:
        return None
    if asked := _asked_plainly(words):
        return asked
    if _LEADING.isdisjoint(words.folded_all):
        return None
    filed, having = _questions(), frozenset(words.folded_all)
    anchors = filed.keys() & having
    if not anchors:
        return None
    questions = [question for word in anchors for question in filed[word] if question.required <= having]
    if not questions:
        return None
    for view, places in chain([(words.folded_all, None)], words.views()):
        for question in questions:
            hit = question.match(view, folded=True)
            if hit is not None and _is_topic(view[slice(*hit.captures["topic"])]):
                start, end = hit.captures["topic"]
                return words.captured(*((start, end) if places is None else (places[start], places[end - 1] + 1)))
    return None


def _asked_plainly(words: Words) -> str | None:
    """The topic of the commonest questions, "what is …?" and "define …", by a look at their first words."""
    said = words.folded_all
    if said[0] in _OF_ONE_WORD:
        start = 1
    elif said[0] in _WHAT and said[1] in _IS:
        start = 2
    else:
        return None
    if len(said) > start + 1 and said[start] in _ARTICLES:
        start += 1
    topic = said[start:]
    return words.captured(start, len(said)) if topic and _is_topic(topic) else None


def _is_topic(topic: Sequence[str]) -> bool:
    return len(topic) <= _MOST_WORDS and topic[0] not in _PERSONS and bool(telling_words(topic))
