"""An extractor that dies of certain pages."""

from __future__ import annotations

import os
from typing import Any

from bot.articles.extract import extract_job


def die_of_the_first(content: bytes, args: dict[str, Any]) -> dict[str, Any]:
    """Extract as ever, unless the page is deadly."""
    if b"deadly" in content:
        os._exit(9)
    return extract_job(content, args)
