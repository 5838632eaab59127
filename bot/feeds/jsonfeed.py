"""JSON Feed 1.0 and 1.1.  May import: feeds.raw."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from bot.core.addresses import safe_link
from bot.feeds.raw import Item, RawFeed, language_code, link_of, newest, plain_title, raw_entry


def read_json(content: bytes, url: str) -> RawFeed | None:
    """Read a JSON Feed; None if it is none.  Whatever has another type than it should is as good as absent."""
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):  # a number of 5,000 digits and 100,000 brackets are legal JSON
        return None
    if not isinstance(document, Mapping):
        return None
    items = document.get("items")
    if not isinstance(items, Sequence) or isinstance(items, str) or not _is_feed(document, items):
        return None
    objects = [item for item in items if isinstance(item, Mapping)]
    language = language_code(_text(document, "language"))
    site = link_of(_text(document, "home_page_url"), url)
    authors = _authors(document)
    kept = newest([_text(item, "date_published") or _text(item, "date_modified") for item in objects])
    return RawFeed(
        entries=[raw_entry(_item(objects[at], site or url, authors), language) for at in kept],
        title=plain_title(_text(document, "title"), is_html=False),
        link=site,
        language=language,
        hub=_hub(document, url),
        topic=safe_link(_text(document, "feed_url"), url) or None,
        size=len(content),
    )


def _is_feed(document: Mapping[str, object], items: Sequence[object]) -> bool:
    if "jsonfeed.org/version" in _text(document, "version"):
        return True
    # Some forget to say so; a list of things with addresses and texts, under a title, is one all the same.
    first = items[0] if items else None
    return bool(_text(document, "title")) and isinstance(first, Mapping) and {"id", "url"} <= first.keys()


def _item(item: Mapping[str, object], base: str, authors: list[str]) -> Item:
    return Item(
        guid=_id(item),
        links=[("alternate", "text/html", _text(item, name)) for name in ("url", "external_url")]
        + [("enclosure", _text(one, "mime_type"), _text(one, "url")) for one in _objects(item, "attachments")],
        title=_text(item, "title"),
        title_is_html=False,
        bodies=[
            (_text(item, "content_html"), True),
            (_text(item, "content_text"), False),
            (_text(item, "summary"), False),
        ],
        authors=_authors(item) or authors,
        published=_text(item, "date_published"),
        updated=_text(item, "date_modified"),
        categories=[tag for tag in _list(item, "tags") if isinstance(tag, str)],
        language=_text(item, "language"),
        base=base,
    )


def _text(values: Mapping[str, object], name: str) -> str:
    value = values.get(name)
    return value if isinstance(value, str) else ""


def _id(item: Mapping[str, object]) -> str:
    value = item.get("id")
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**20:
        return str(value)  # ids are often numbers
    return _text(item, "id")


def _list(values: Mapping[str, object], name: str) -> Sequence[object]:
    value = values.get(name)
    return value if isinstance(value, list) else ()


def _objects(values: Mapping[str, object], name: str) -> list[Mapping[str, object]]:
    return [one for one in _list(values, name) if isinstance(one, Mapping)]


def _authors(values: Mapping[str, object]) -> list[str]:
    found = [*_list(values, "authors"), values.get("author")]
    return [_text(author, "name") for author in found if isinstance(author, Mapping)]


def _hub(document: Mapping[str, object], url: str) -> str | None:
    for hub in _objects(document, "hubs"):
        if _text(hub, "type").lower() == "websub":
            return safe_link(_text(hub, "url"), url) or None
    return None
