"""A feed's categories as hashtags.  Pure; may import: core.clean, model, regex.

At most two, the owner's first; a category that says nothing of the subject makes none.
"""

from __future__ import annotations

import re

import regex

from bot.core.clean import clean
from bot.model import Account, Candidate

_MOST = 2
_LONGEST = 24  # characters
_WORDS = 3  # of a category; more are a sentence
_PART = regex.compile(r"(?:\p{L}\p{M}*+|\p{N})++")  # the vowels of many scripts are marks
_ASIDE = re.compile(r"\([^()]{0,80}\)")
_APOSTROPHE = re.compile(r"(?<=\w)['’](?=\w)")
_LISTED = re.compile(r"\w[,;，、]\s*\w")  # a list, or a name turned round: "Lee, Ann"
_SUBREDDIT = re.compile(r"\A/?r/(?=\w+\Z)")
# Where publishing software puts what nobody sorted, what sites call all they have, and what tells only the language.
_OF_NOTHING = """
uncategorized, uncategorised, unkategorisiert, unsorted, allgemein, allgemeines, général, non classé, sin categoría, senza categoria, sem categoria,
geen categorie, bez kategorii, без рубрики, general, misc, miscellaneous, other, others, various, default, none, null, blog, blogs, weblog, weblogs,
blogging, post, posts, article, articles, entry, news, nachrichten, aktuelles, noticias, actualités, notizie, notícias, nieuws, wiadomości, новости,
featured, feature, features, headlines, paid, premium, free, all, home, latest, archive, snippets, links, video, videos, another category,
english, deutsch, français, español, italiano, português, nederlands, polski
"""
_NO_SUBJECT = frozenset(" ".join(name.split()) for name in _OF_NOTHING.split(","))
# Signs that no hashtag can hold, by what people write instead.
_SPELT = {"c#": "CSharp", "f#": "FSharp", "c++": "Cpp", ".net": "DotNet"}


def hashtags_of(candidate: Candidate, account: Account, credit: str = "") -> tuple[str, ...]:
    """Make at most two hashtags: the configured ones first, then the feed's own categories, none of them the credit."""
    tags: list[str] = []
    seen = {"", "#" + "".join(_PART.findall(clean(credit))).lower()}
    named = dict.fromkeys((*candidate.hashtags, *account.hashtags), True) | dict.fromkeys(candidate.categories, False)
    for name, configured in named.items():
        tag = f"#{name}" if configured else "" if " ".join(name.lower().split()) in _NO_SUBJECT else hashtag(name)
        if tag.lower() not in seen:
            seen.add(tag.lower())
            tags.append(tag)
    return tuple(tags[:_MOST])


def hashtag(name: str) -> str:
    """Make a hashtag of a category: "machine learning" is "#MachineLearning"; empty if it makes none."""
    name = clean(name)
    if spelt := _SPELT.get(name.lower()):
        return f"#{spelt}"
    parts = _PART.findall(_APOSTROPHE.sub("", _ASIDE.sub(" ", _SUBREDDIT.sub("", name))))
    joined = "".join(part if len(parts) == 1 else _capital(part) for part in parts)
    if not 1 < len(joined) <= _LONGEST or joined.isdigit() or len(parts) > _WORDS or _LISTED.search(name):
        return ""
    return f"#{joined}"


def _capital(part: str) -> str:
    """Begin a word with a capital letter, where it has one that is a single character."""
    first = part[:1].upper()
    return part if len(first) != 1 else first + part[1:]
