"""Whose an article is, in a few words: the credit of a post.  Pure; may import: model, core.text."""

from __future__ import annotations

import re

from bot.core.text import ELLIPSIS, cut, defused
from bot.model import Limits

_PARTS = re.compile(r"\s+[|–—·:/»>-]+\s+|:\s|--")
_LONG_CREDIT = 24  # from here on a name is cut at its own seams
_MOST_CREDIT = 40  # characters of a site's or author's name
# What publishing software puts around the name of a site in the title of its feed.
_AROUND_NAME = re.compile(
    r"(?i)\A(?:(?:home|posts?|articles|blog|recent content(?: in \S{1,40})?|latest(?: posts?)?|entries|stories) (?:on|by) |(?:rss|flux rss|atom)(?: feed)? (?:of|for|du|de) |"
    r"comments (?:on|for) |www\.(?=\S+\.\w)|newest submissions : |@[\w.-]{1,80} - |[\w.-]{1,20} updates on (?=arxiv))|(?: on medium| / @\w{1,40}| (?:neueste|aktuelle) (?:meldungen|nachrichten)|(?: -|:)? (?:rss|atom)(?: feed)?| (?:news)?feed|(?: search)? (?:results|records)(?: found)?(?: \d+)?)\Z"
)
_NAMELESS = """
home homepage blog blogs news latest newest recent posts post articles entries feed rss atom all top stories
headlines world politics index updates submissions main general untitled journal weblog website startseite aktuell
nachrichten accueil actualités inicio noticias
admin administrator root webmaster super user editor editors editorial staff writer author guest anonymous unknown none null
redaktion redacción rédaction redazione redactie redakcja
"""
_NO_NAME = frozenset(_NAMELESS.split())
"""Words that name no site and nobody, alone or together: "Top Stories", "World News", "Blog", "Staff Writer"."""


def credit_of(name: str) -> str:
    """Give a name as a credit: one short line that pings nobody; empty if it names nobody, as "Top Stories" does.

    Of "A Site | All Its News" it is the first part, of "Blog - Ann Lee" the one that is a name.
    """
    name = defused(_AROUND_NAME.sub("", name).strip() or name)
    parts = [part for part in _PARTS.split(name) if len(part) > 2] or [name]
    named = [part for part in parts if not _NO_NAME.issuperset(part.casefold().split())]
    if not named:
        return ""
    if len(name) > _LONG_CREDIT or len(named) < len(parts):
        name = named[0]
    if len(name) <= _MOST_CREDIT:
        return name
    whole, listed, _ = name[: _MOST_CREDIT - 1].rpartition(", ")  # of a list of names as many as fit
    return f"{whole}{ELLIPSIS}" if listed else cut(name, _MOST_CREDIT, Limits(max_length=_MOST_CREDIT))
