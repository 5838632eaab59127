"""An article through the worker's pipe and back, as plain JSON.  May import: model, errors.

A module of its own, so that the bot's process never imports the extractor.
"""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from bot.errors import PageError
from bot.model import Article

_TEXTS = ("url", "title", "text", "site", "author", "description", "canonical", "image")


def pack(article: Article) -> dict[str, Any]:
    """An article as plain JSON."""
    return asdict(article) | {"published": article.published and article.published.isoformat()}


def unpack(packed: dict[str, Any]) -> Article:
    """The article that `pack` wrote.

    :raises PageError: it is something else
    """
    try:
        written = packed["published"]
        article = replace(Article(**packed), published=datetime.fromisoformat(written) if written else None)
    except (TypeError, ValueError, KeyError) as error:
        raise PageError(f"The worker's answer is no article ({error}).") from error
    if not all(isinstance(getattr(article, name), str) for name in _TEXTS):
        raise PageError("The worker's answer is no article (a text is something else).")
    return article
