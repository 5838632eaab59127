"""Real pages of many sites through the extractor: nothing fails, what people marked is found, no article is a wall."""

from __future__ import annotations

import json
import os
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from bot.articles.extract import extract
from bot.articles.packing import unpack
from bot.model import Article
from bot.worker import Worker

DATA = Path(os.environ.get("STARFISH_DATA") or Path(__file__).parents[2].parent / "shared" / "data") / "pages"

pytestmark = pytest.mark.skipif(
    not (DATA / "index.json").exists(),
    reason="real pages are not part of the project; STARFISH_DATA names their folder",
)


@cache
def told() -> list[tuple[dict[str, Any], Article]]:
    """Every page with its marks, and the article that we find in it."""
    index = json.loads((DATA / "index.json").read_text("utf-8"))
    return [(page, extract((DATA / page["file"]).read_bytes(), page["url"])) for page in index]


def test_every_page_is_an_article() -> None:
    """No real article is called a wall, a film or empty, and each has a title and text."""
    assert [(page["file"], article.problem) for page, article in told() if article.problem] == []
    assert [page["file"] for page, article in told() if not article.title or len(article.text) < 300] == []


def test_titles_are_the_publishers() -> None:
    """At least nine of ten titles are the publisher's own, with or without what their page adds."""
    agreeing = sum(article.title in page["title"] or page["title"] in article.title for page, article in told())
    assert agreeing >= 0.9 * len(told())


def test_descriptions_are_the_publishers() -> None:
    """At least nine of ten descriptions begin as the publisher's does."""
    agreeing = sum(article.description[:40] == " ".join(page["description"].split())[:40] for page, article in told())
    assert agreeing >= 0.9 * len(told())


def test_what_people_marked_is_found_and_the_rest_left() -> None:
    """Of the marked snippets at least 92 of 100 wanted ones are in the text, and 97 of 100 unwanted ones aren't."""
    wanted = [(snippet in article.text) for page, article in told() for snippet in page.get("with", ())]
    unwanted = [(snippet in article.text) for page, article in told() for snippet in page.get("without", ())]
    assert sum(wanted) >= 0.92 * len(wanted)
    assert sum(unwanted) <= 0.03 * len(unwanted)


def test_what_is_said_of_an_article_is_well_formed() -> None:
    """Addresses are addresses, names are names, languages are codes, texts have neither blank lines nor blank ends."""
    for page, article in told():
        for address in (article.canonical, article.image):
            assert not address or address.startswith(("https://", "http://")), page["file"]
        assert article.language is None or (article.language.isalpha() and article.language.islower()), page["file"]
        assert not any(sign in article.author for sign in "@/{<"), page["file"]
        assert "\n\n" not in article.text, page["file"]
        assert article.text == article.text.strip(), page["file"]
        assert "\n" not in article.title + article.description + article.site + article.author, page["file"]


async def test_the_worker_tells_the_same() -> None:
    """Through the worker every page gives the article that it gives here."""
    worker = Worker()
    try:
        for page, article in told():
            packed = await worker.run("extract", (DATA / page["file"]).read_bytes(), url=page["url"])
            assert unpack(packed) == article
    finally:
        await worker.close()
