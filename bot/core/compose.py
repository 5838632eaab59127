"""Words, credit and link to a post of any platform.  Pure; may import: model, errors, core.

A post is its words, then whose they are, then the link on a line of its own, whole, then hashtags where the platform
uses them.  What must go for length goes in the order hashtags, credit, sentences, words; the link stays.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from bot.core.addresses import host_of, without_trackers
from bot.core.condense import Summary, condense
from bot.core.credit import credit_of
from bot.core.hashtags import hashtags_of
from bot.core.language import language_of
from bot.core.reading import headline
from bot.core.sentences import closed, sentences
from bot.core.taste import claims, speaks_for_itself
from bot.core.text import clean, cut, defused, fits, measure
from bot.errors import Rejected
from bot.model import Account, Article, Candidate, Draft, Limits, Post

STYLES = ("takeaway", "quote", "question", "title", "digest")
"""What an account's `style` may be, besides a template: a text with placeholders."""

TEMPLATE_NAMES = ("title", "summary", "link", "credit", "author", "site", "feed", "hashtags")
"""What may stand in braces in a template; nothing else does."""

_SCARCE = 160
"""Where words have less room than this, two sentences hardly fit, and hashtags would cost the better one."""

_PLACEHOLDER = re.compile(r"\{([^{}\s]{0,40})\}")
_QUOTES = {"de": ("„", "“"), "pl": ("„", "”"), "fr": ("« ", " »"), "es": ("«", "»"), "it": ("«", "»"), "pt": ("«", "»")}
_LABELS = re.compile(r"(?<=\S)(?:\s+[#＃](?=\w*[^\W\d_])\w+){2,}\Z")
_GAP = re.compile(r"[ \t]+(?=\n|\Z)|\n{3,}")
# Where a template's name has no value ("\0"): empty brackets around it, what parts it from a line's beginning or end, and
# what parts it from what follows.
_HOLLOW = re.compile(r"[ \t]*[(\[][ \t,;:|·–—-]*\0[\0 \t,;:|·–—-]*[)\]]")
_HANGING = re.compile(r"\A[ \t]*\0[\0 \t,;:|·–—-]*|[ \t,;:|·–—-]*\0[\0 \t,;:|·–—-]*\Z|\0[ \t]*[,;:|·–—-]*[ \t]*")


def say(article: Article, candidate: Candidate, account: Account, limits: Limits) -> Draft:
    """Say of an article what fits beside its link and credit, and adds value; the draft tells if nothing did.

    The owner's own note is the takeaway, word for word.  With `otherwise = "link"`, what fails the value gate becomes
    its title with the link, and counts as worth posting, because the owner chose so.
    """
    if candidate.note:
        noted = Summary(text=clean(candidate.note, lines=True), adds_value=True, language=account.language)
        return draft(article, noted, candidate, account, limits)
    best: Draft | None = None
    if "{" in account.style and "{summary}" not in account.style:
        title = replace(_nothing(article), adds_value=bool(candidate.title or article.title))
        return draft(article, title, candidate, account, limits)
    whole = draft(article, replace(_nothing(article), text="x"), candidate, account, limits)
    for bare in _leaner(whole):
        room = limits.max_length - _around(bare, limits)
        if room <= 0 or (bare.hashtags and room < _SCARCE):
            continue
        style = "takeaway" if "{" in account.style or account.style == "digest" else account.style
        summary = condense(article, budget=room, unit=limits, style=style, gated=True)
        made = draft(article, summary, candidate, account, limits)
        made = _as_quotation(replace(made, credit=bare.credit, hashtags=bare.hashtags), article, account, limits)
        if made.adds_value and fits(_laid(made.text, made, limits), limits):
            if not claims(made.text, made.language):
                return _tagged(made, whole, limits)
            made = replace(made, adds_value=False, reason="It says “I”, and there is no room for quotation marks.")
        best = best or made
    best = best or draft(article, _nothing(article), candidate, account, limits)
    best = replace(best, adds_value=False, reason=best.reason or "Nothing complete fits beside the link.")
    return _plain_link(best, article, candidate) if account.otherwise == "link" else best


def draft(article: Article, summary: Summary, candidate: Candidate, account: Account, limits: Limits) -> Draft:
    """Put a summary together with its link, credit and hashtags; foreign words are defused, the owner's are not."""
    link = without_trackers(candidate.link) or article.canonical or article.url
    title = defused(_headline(article, candidate))
    known = (summary.credit, clean(candidate.feed_title), clean(article.author), host_of(link))
    credit = next(filter(None, map(credit_of, known)), "")
    hashtags = hashtags_of(candidate, account, credit) if limits.hashtags else ()
    text = summary.text if candidate.note else defused(summary.text)
    if "{" in account.style and not candidate.note:
        author = credit_of(clean(article.author or candidate.author))
        site = credit_of(clean(article.site)) or credit
        values = {
            "title": title, "summary": text, "link": link, "credit": credit, "hashtags": " ".join(hashtags),
            "author": author if author.casefold() != site.casefold() or "{site}" not in account.style else "", "site": site,
            "feed": credit_of(clean(candidate.feed_title)),
        }  # fmt: skip
        text = substituted(_without_the_empty(account.style, values), values)
        text = _GAP.sub(lambda gap: "\n\n" if "\n" in gap[0] else "", text).strip()
        credit = "" if any(f"{{{name}}}" in account.style for name in ("credit", "author", "site", "feed")) else credit
        hashtags = ()  # a template says itself where they stand
    return Draft(
        text=text,
        link=link or None,
        credit=credit,
        hashtags=hashtags,
        language=summary.language or candidate.language or account.language,
        title=title,
        adds_value=summary.adds_value,
        reason=summary.reason,
        merit=summary.merit,
    )


def fit(draft: Draft, limits: Limits, *, account: str, dedupe_key: str) -> Post:
    """Cut a draft to the platform's length without splitting a word, link or grapheme.

    Counted in the platform's own unit; a link costs what the platform says, not what it measures.  Hashtags go first,
    then the credit, then whole sentences from the end, then words with "…"; the link stays.

    :raises Rejected: the link alone doesn't fit
    """
    text = _fitted(draft, limits)
    return Post(
        account=account,
        text=text,
        dedupe_key=dedupe_key,
        link=draft.link,
        language=draft.language,
        title=draft.title,
    )


def further(article: Article, said: str, budget: int) -> str:
    """Say what of an article was not said yet, in complete sentences within `budget` characters; "" if there is none."""
    known = clean(said).casefold()
    rest = [
        sentence
        for paragraph in article.text.split("\n")
        for sentence in sentences(paragraph, article.language)
        if clean(sentence).casefold() not in known
    ]
    left = replace(article, text="\n".join(rest), description="")
    if not rest:
        return ""
    summary = condense(left, budget=budget, unit=Limits(max_length=budget, unit="characters"), use_description=False)
    return "" if summary.text.endswith("…") else defused(summary.text)


def shorten(post: Post, limits: Limits) -> Post:
    """Make a post that turned out too long fit, in the same order as `fit`; its link stays, and its language.

    :raises Rejected: the link alone doesn't fit
    """
    words = post.text.replace(post.link, "").strip() if post.link else post.text
    return replace(post, text=_fitted(Draft(text=words, link=post.link), limits))


def reply_fit(text: str, limits: Limits) -> str:
    """Cut a reply to the platform's length: whole sentences if any fit, else words with "…"; may come out empty."""
    if fits(text, limits):
        return text
    return _shorter(Draft(text=text), limits) or cut(text, limits.max_length, limits, max_bytes=limits.max_bytes)


def substituted(template: str, values: Mapping[str, str]) -> str:
    """Put values into a template in one pass: what a value holds is never taken for a placeholder."""
    return _PLACEHOLDER.sub(lambda match: values.get(match[1], match[0]), template)


def _without_the_empty(template: str, values: Mapping[str, str]) -> str:
    """Leave out of a template the names that have no value, with what would look odd without them."""
    kept = []
    for line in template.split("\n"):
        told = _PLACEHOLDER.sub(lambda match: match[0] if values.get(match[1], match[0]) else "\0", line)
        if told == line:
            kept.append(line)
        elif _PLACEHOLDER.search(told):  # a line whose names are all empty says nothing
            kept.append(_HANGING.sub("", _HOLLOW.sub("\0", told)))
    return "\n".join(kept)


def _around(bare: Draft, limits: Limits) -> int:
    """Measure what stands around the words, which are "x": credit, link and hashtags, and a template's own text."""
    return measure(_laid(bare.text, bare, limits), limits) - measure("x", limits)


def _headline(article: Article, candidate: Candidate) -> str:
    title = headline(headline(candidate.title or article.title, article.site), candidate.feed_title)
    return _LABELS.sub("", title)


def _nothing(article: Article) -> Summary:
    return Summary(
        text="",
        adds_value=False,
        language=language_of(article.text or article.title, article.language),
        credit=clean(article.site) or clean(article.author),
    )


def _leaner(whole: Draft) -> Iterator[Draft]:
    """Give a draft with ever less around its words."""
    yield whole
    if whole.hashtags:
        yield replace(whole, hashtags=())
    if whole.credit:
        yield replace(whole, hashtags=(), credit="")


def _tagged(made: Draft, whole: Draft, limits: Limits) -> Draft:
    """Put back as many hashtags as fit beside words that were chosen without them."""
    if made.credit != whole.credit:
        return made
    for most in range(len(whole.hashtags), len(made.hashtags), -1):
        tagged = replace(made, hashtags=whole.hashtags[:most])
        if fits(_laid(tagged.text, tagged, limits), limits):
            return tagged
    return made


def _as_quotation(made: Draft, article: Article, account: Account, limits: Limits) -> Draft:
    """Put the author's "I" and "we" in quotation marks, if it stands in the article or its description to the letter and there is room.

    Without them the bot would claim to have done what the author did.
    """
    if (
        "{" in account.style
        or not speaks_for_itself(made.text, made.language)
        or any(mark in made.text for mark in '"“”„«»')
        or made.text[1:] not in defused(clean(f"{article.text}\n{article.description}"))
    ):
        return made
    opened, closed = _QUOTES.get(made.language or "", ("“", "”"))
    quoted = replace(made, text=f"{opened}{made.text}{closed}")
    return quoted if fits(_laid(quoted.text, quoted, limits), limits) else made


def _plain_link(failed: Draft, article: Article, candidate: Candidate) -> Draft:
    title = defused(_headline(article, candidate))
    if not title:
        return failed  # a bare link tells nobody what it is
    return replace(
        failed,
        text=title,
        adds_value=True,
        reason=f"A plain link, as the account wishes: {failed.reason}",
        merit=0.0,
    )


def _laid(words: str, about: Draft, limits: Limits) -> str:
    """Lay a post out: words, whose they are, the link on its own line, hashtags."""
    link = about.link if about.link and about.link not in words else ""
    credit = f"— {about.credit}" if about.credit else ""
    tags = " ".join(about.hashtags) if limits.hashtags else ""
    tail = "\n".join(part for part in (credit, link, tags) if part)
    return f"{words}\n\n{tail}" if words and tail else words or tail


def _fitted(draft: Draft, limits: Limits) -> str:
    if draft.link and not fits(draft.link, limits):
        raise Rejected(
            f"The link alone is longer than the {limits.max_length} {limits.units} that the platform allows."
        )
    for leaner in _leaner(draft):
        text = _laid(draft.text, leaner, limits)
        if fits(text, limits):
            return text
    words = draft.text
    if draft.link:  # a template may hold the link: what stands around it must go
        words = words.replace(draft.link, " ").strip()
    bare = replace(draft, text=words, hashtags=(), credit="")
    for kept in (replace(bare, credit=draft.credit), bare):  # fewer sentences with the credit before more without it
        if text := _shorter(kept, limits):
            return text
    room = limits.max_length - measure(_laid("x", bare, limits), limits) + measure("x", limits)
    room_bytes = None
    if limits.max_bytes is not None:
        room_bytes = limits.max_bytes - len(_laid("x", bare, limits).encode("utf-8", "replace")) + 1
    return _laid(cut(words, max(room, 0), limits, max_bytes=room_bytes), bare, limits)


def _shorter(kept: Draft, limits: Limits) -> str:
    """Leave whole sentences out from the end until the post fits; empty if not even the first does."""
    ends = _ends(kept.text)

    def upto(count: int) -> str:
        return _laid(closed(kept.text[: ends[count - 1]], kept.text), kept, limits)

    low, high = 0, len(ends)  # how many sentences fit: found by halving, since texts of hostile length come here too
    while low < high:
        middle = (low + high + 1) // 2
        if fits(upto(middle), limits):
            low = middle
        else:
            high = middle - 1
    return upto(low) if low else ""


def _ends(text: str) -> list[int]:
    """Find where each sentence of a text ends, so that its line breaks are kept."""
    ends: list[int] = []
    at = 0
    for sentence in sentences(text):
        at = text.index(sentence, at) + len(sentence)
        ends.append(at)
    return ends
