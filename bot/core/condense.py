"""An article in a few words of its own substance.  Pure; may import: model, core.

The words are the article's sentences, or safe shortenings of them where nothing fits whole, or the publisher's own
description: ranked by a small linear model, chosen for a budget, told in the article's order.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from bot.core.clean import clean
from bot.core.compress import tidied
from bot.core.gate import PASSED, Source, Verdict, balanced, gate, source_of
from bot.core.merit import Merit, Said
from bot.core.patterns import dangles
from bot.core.rank import Saying, sayings
from bot.core.reading import Reading, headline, read, sentence_of
from bot.core.sentences import sentences
from bot.core.taste import DULL, speaks_for_itself
from bot.core.terms import names, terms, words
from bot.core.text import cut, measure
from bot.model import Article, Limits

_ASKED = frozenset(
    ["you", "your", "du", "ihr", "sie", "vous", "votre", "usted", "tu"]
)  # questions to one person, as in interviews
_NEXT = 8  # of the best sentences are tried behind a description
_ALIKE = 0.34  # of the content words of what follows may stand in the description: more would say it twice
_BEFORE = -2  # a description's place: before the article, and the article's first sentence doesn't follow it
_WISHED = 1.0  # more than scores ever differ: what the style asks for goes first

# Somebody's words of some length, and a verb that gives them to somebody.
_QUOTED = re.compile(r"[\"“„«]\s?\w[^\"“”„«»]{19,}[\"“”»]|「[^「」]{12,}」")
_SPEAKS = re.compile(
    r"(?i)\b(?:said|says|told|tells|adds|added|explains|explained|writes|wrote|asks|asked|argues|argued|recalls|recalled|warns|warned|notes|"
    r"noted|according|sagt|sagte|erklärt|erklärte|meint|so|laut|dit|déclare|déclaré|explique|selon|dice|dijo|afirma|afirmó|según|disse|"
    r"spiega|spiegato|detto|dichiarato|afferma|racconta|secondo|segundo|diz|afirmou|explicou|contou|zegt|zei|volgens|mówi|powiedział|powiedziała|сказала?|заявила?|говорит|рассказала?|сказав|dedi|söyledi|sade|säger)\b|"
    r"と[^「」。]{0,40}(?:話|述|語)|说|表示|指出|말했다|밝혔다"
)
# Where nothing is parted by spaces, sentences aren't either.
_PUT_TOGETHER = re.compile(r"(?<=[。！？｡])([”」』）]?) (?=[\u3000-\u30ff\u3400-\u9fff\uff01-\uff60“])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """The words for a post, and whether they are worth it."""

    text: str  # complete sentences; else the best clause cut at a word and "…"; empty only without any text
    adds_value: bool
    reason: str = ""  # the point of the value gate that failed, in words
    language: str | None = None
    title: str = ""
    credit: str = ""  # site or author; empty: neither is known
    merit: float | None = None  # how much is told and how well, to compare with other articles' (`choose.told`)


def condense(
    article: Article,
    *,
    budget: int | None,
    unit: Limits,
    style: str = "takeaway",
    use_description: bool = True,
    gated: bool = False,
) -> Summary:
    """Say an article in complete sentences within `budget` (in the unit of `unit`, words alone); None: one, uncut.

    `style`: "quote" (somebody's own words, with who said them), "question" (one that the article asks, then the
    takeaway), "title"; any other is the takeaway, and so is one that the article has nothing for.
    `use_description`: the publisher's own description may be said too.  `gated`: the best that passes the value gate,
    if anything does; otherwise the best, and the gate only reports.
    """
    reading = read(article)
    source = source_of(article, reading)
    if style == "title" and reading.title:
        text = _fitted(reading.title, budget, unit)
        verdict = Verdict(passes=bool(text), reason="" if text else "There is no room for its title.")
        return _summary(text, verdict, article, reading)
    described = _described(article, reading, source) if use_description and style == "takeaway" else []
    said = _said(reading, described, budget, unit, style)
    of_publisher = {each.text for each in said if each.of_publisher}
    if gated:
        for text, merit in Merit(article, reading, budget, unit).best_first(said):
            if gate(text, source, own_words=text in of_publisher).passes:
                return replace(_summary(text, PASSED, article, reading), merit=merit)
    text = said[0].text if said else _least(reading, budget, unit)
    judged = text if said or article.text.strip() else ""  # a title alone is nothing to say
    return _summary(text, gate(judged, source, own_words=text in of_publisher), article, reading)


def condense_job(content: bytes, args: dict[str, Any]) -> dict[str, Any]:
    """Condense in the worker process: `content` is a packed Article, the arguments are those of `condense` as JSON."""
    unit = Limits(**args["unit"])
    summary = condense(
        unpack(content),
        budget=args.get("budget"),
        unit=unit,
        style=args.get("style", "takeaway"),
        use_description=args.get("use_description", True),
        gated=args.get("gated", False),
    )
    return asdict(summary)


def pack(article: Article) -> bytes:
    """Write an Article as JSON, for the worker."""
    fields = asdict(article)
    if article.published:
        fields["published"] = article.published.isoformat()
    return json.dumps(fields).encode()


def unpack(content: bytes) -> Article:
    """Read an Article from JSON.

    :raises ValueError: it is no JSON
    :raises TypeError: it is no packed Article
    """
    fields = json.loads(content)
    if not isinstance(fields, dict):
        raise TypeError("An article is packed as a JSON object.")
    if fields.get("published"):
        fields["published"] = datetime.fromisoformat(fields["published"])
    return Article(**fields)


def _summary(text: str, verdict: Verdict, article: Article, reading: Reading) -> Summary:
    return Summary(
        text=_PUT_TOGETHER.sub(r"\1", text),
        adds_value=verdict.passes,
        reason=verdict.reason,
        language=reading.language,
        title=reading.title,
        credit=clean(article.site) or clean(article.author),
    )


def _said(reading: Reading, described: list[str], budget: int | None, unit: Limits, style: str) -> list[Said]:
    """Give everything complete that could be said, best first."""

    def fits(text: str) -> bool:
        return budget is None or measure(text, unit) <= budget

    found = sayings(reading, None if budget is None else fits)
    ranked = [Said(saying.text, saying.score, saying.parts) for saying in found]
    if style == "quote":
        wished = [replace(each, score=each.score + _WISHED * _is_quote(each.text)) for each in ranked]
        ranked = sorted(wished, key=lambda each: not _is_quote(each.text))
    elif style == "question" and (asked := _asked(reading, fits)):
        both = [Said(f"{asked} {each.text}", each.score + _WISHED) for each in ranked if asked not in each.text]
        ranked = [*(each for each in both if fits(each.text)), Said(asked, _WISHED), *ranked]
    best = ranked[0].score if ranked else 0.0
    fitting = [Said(text, best + DULL, of_publisher=True) for text in described if fits(text)]
    if fitting and budget is not None and measure(fitting[0].text, unit) <= budget / 2:
        fitting += _continued(
            fitting[0], [each for each in found if len(each.parts) == 1][:_NEXT], reading.language, fits
        )
    return [*fitting, *ranked]


def _continued(first: Said, then: list[Saying], language: str | None, fits: Callable[[str], bool]) -> Iterator[Said]:
    """Let one of the article's own sentences follow a description that leaves half of the room free."""
    opening = sentence_of(first.text, _BEFORE, language, opens=True)
    for saying in then:
        text = f"{first.text} {saying.text}"
        alike = len(saying.form.content & opening.content) / max(len(saying.form.content), 1)
        if alike <= _ALIKE and fits(text) and not dangles(saying.text, language):
            yield Said(text, first.score + DULL / 2, (opening, saying.form), of_publisher=True)


def _described(article: Article, reading: Reading, source: Source) -> list[str]:
    """Give the publisher's own description, and its first sentence, as far as they could be said as they are.

    It may paraphrase, but every name in it must stand in the article, to the letter.
    """
    whole = tidied(clean(article.description))
    if not whole or headline(whole, article.site) == reading.title:
        return []
    held = set(words(source.text.casefold()))
    parts = dict.fromkeys([whole, *sentences(whole, reading.language)[:1]])
    return [
        text
        for text in parts
        if held.issuperset(words(" ".join(names(text)).casefold())) and gate(text, source, own_words=True).passes
    ]


def _asked(reading: Reading, fits: Callable[[str], bool]) -> str:
    """Find what the article asks: its title if that is a question, else one of its own about its own subject."""
    asked = [reading.title, *(sentence.text for sentence in reading.sentences)]
    often = {term for term, count in reading.counts.items() if count > 1} | reading.title_terms
    for text in asked:
        if not text.endswith("?") or dangles(text, reading.language) or not balanced(text) or not fits(text):
            continue
        about = often.intersection(terms(text, reading.language))
        of_somebody = speaks_for_itself(text, reading.language) or not _ASKED.isdisjoint(text.lower().split())
        if text == reading.title or (len(about) > 1 and len(words(text)) > 4 and not of_somebody):
            return text
    return ""


def _is_quote(text: str) -> bool:
    """Tell whether words are one whole quotation with something around it that says whose."""
    around = _QUOTED.sub(" ", text)
    return around != text and bool(_SPEAKS.search(around)) and balanced(text) and len(sentences(text)) == 1


def _least(reading: Reading, budget: int | None, unit: Limits) -> str:
    """Say the best sentence's beginning, where nothing complete fits; the title, where there are no sentences."""
    ranked = sayings(reading)
    text = tidied(reading.sentences[ranked[0].sentences[0]].text) if ranked else reading.title
    return _fitted(text, budget, unit)


def _fitted(text: str, budget: int | None, unit: Limits) -> str:
    return text if budget is None else cut(text, budget, unit)
