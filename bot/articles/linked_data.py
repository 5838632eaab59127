"""What a page says of itself as JSON-LD (schema.org): the article's own record.  May import: tree."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterator
from typing import Any

from bot.articles.tree import Element

_LONGEST = 300_000  # characters of one script; honest ones have a few thousand
_SCRIPTS = 12  # looked at in a page
_NODES = 2_000  # looked at in a script

_ARTICLES = frozenset(
    [
        "article",
        "newsarticle",
        "blogposting",
        "reportagenewsarticle",
        "analysisnewsarticle",
        "opinionnewsarticle",
        "reviewnewsarticle",
        "backgroundnewsarticle",
        "askpublicnewsarticle",
        "liveblogposting",
        "scholarlyarticle",
        "techarticle",
        "socialmediaposting",
        "report",
        "advertisercontentarticle",
        "satiricalarticle",
        "discussionforumposting",
        "recipe",
        "review",
        "howto",
        "podcastepisode",
    ]
)


def records(tree: Element) -> list[dict[str, Any]]:
    """All typed objects of a page's JSON-LD, the outer before the inner; broken scripts count for nothing."""
    found: list[dict[str, Any]] = []
    scripts = tree.xpath("//script[contains(@type, 'ld+json')]")
    for script in scripts[:_SCRIPTS]:
        source = script.text or ""
        if not source.strip() or len(source) > _LONGEST:
            continue
        try:
            data = json.loads(source.strip().removeprefix("<!--").removesuffix("-->").rstrip(";"), strict=False)
        except (ValueError, RecursionError):
            continue
        found.extend(_objects(data))
    return found


def article_record(found: list[dict[str, Any]]) -> dict[str, Any]:
    """The record of the page's article: the first of an article's kind, or an empty one."""
    return next((record for record in found if kinds(record) & _ARTICLES), {})


def kinds(record: dict[str, Any]) -> set[str]:
    """The types of a record, in lower case, without the address of their vocabulary."""
    given = record.get("@type")
    names = given if isinstance(given, list) else [given]
    return {name.rsplit("/", 1)[-1].lower() for name in names if isinstance(name, str)}


def text_of(value: Any) -> str:  # noqa: ANN401 -- any JSON
    """The string in a value that may be one, or an object with a name or an address, or a list of such."""
    for _ in range(4):
        match value:
            case str():
                return value
            case list() if value:
                value = value[0]
            case dict():
                value = value.get("name") or value.get("url") or value.get("@id") or value.get("@value")
            case _:
                return ""
    return ""


def names_of(value: Any) -> list[str]:  # noqa: ANN401 -- any JSON
    """The names in a value that may be one person or several."""
    people = value if isinstance(value, list) else [value]
    return [name for person in people[:10] if (name := text_of(person))]


def _objects(data: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401 -- any JSON
    """Walk JSON breadth first, without recursion, and give the typed objects."""
    waiting: deque[Any] = deque([data])
    for _ in range(_NODES):
        if not waiting:
            return
        value = waiting.popleft()
        if isinstance(value, dict):
            if "@type" in value:
                yield value
            waiting.extend(inner for inner in value.values() if isinstance(inner, dict | list))
        elif isinstance(value, list):
            waiting.extend(inner for inner in value if isinstance(inner, dict | list))
