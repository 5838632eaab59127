"""A page to an article, whole, and the worker's door to it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.articles.extract import article_from_html, extract, extract_job
from bot.articles.packing import pack, unpack
from bot.errors import PageError, WorkerError
from bot.model import Article
from bot.worker import Worker
from tests.articles.our_pages import PROSE, page

URL = "https://www.tide.example/boats/eleven-hundred"
HEAD = """
<meta property="og:title" content="Eleven hundred boats">
<meta property="og:site_name" content="The Tide">
<meta property="og:description" content="What the ledgers of the herring curers show.">
<meta property="og:image" content="/img/boats.jpg">
<meta property="article:published_time" content="2026-11-20T08:00:00+01:00">
<meta name="author" content="Mary Sinclair">
<link rel="canonical" href="https://www.tide.example/boats/1100">
"""
TOLD = Article(
    url=URL,
    title="Eleven hundred boats",
    text="\n".join(PROSE),
    site="The Tide",
    author="Mary Sinclair",
    published=datetime(2026, 11, 20, 7, tzinfo=UTC),
    language="en",
    description="What the ledgers of the herring curers show.",
    canonical="https://www.tide.example/boats/1100",
    image="https://www.tide.example/img/boats.jpg",
)


def without_heading(article: Article) -> Article:
    """The article without its title as the first line, which the search may keep or not."""
    return replace(article, text=article.text.removeprefix("Eleven hundred boats\n"))


def test_a_whole_page_becomes_a_whole_article() -> None:
    """Everything that a page says of its article is in the article."""
    assert without_heading(extract(page(head=HEAD).encode(), URL)) == TOLD


def test_text_and_bytes_are_the_same_page() -> None:
    """A page that is text already gives the same article."""
    assert article_from_html(page(head=HEAD), URL) == extract(page(head=HEAD).encode(), URL)


@pytest.mark.parametrize("content", [b"", b"   ", b"<!-- nothing -->", b"\xff\xfe"])
def test_nothing_is_no_page(content: bytes) -> None:
    """Where there is no element, there is a sentence about it."""
    with pytest.raises(PageError, match=r"^The page is empty\.$"):
        extract(content, URL)


@given(content=st.binary(max_size=200))
def test_any_bytes_are_an_article_or_a_page_error(content: bytes) -> None:
    """No bytes make extraction fail otherwise."""
    try:
        article = extract(content, URL)
    except PageError:
        return
    assert article.url == URL


def test_the_job_gives_plain_json() -> None:
    """What the job gives crosses the pipe and is the same article on the other side."""
    packed = extract_job(page(head=HEAD).encode(), {"url": URL, "charset": "utf-8"})
    assert without_heading(unpack(json.loads(json.dumps(packed)))) == TOLD


def test_the_job_reads_a_feeds_html_too() -> None:
    """Long HTML of a feed entry is read by the same job, for its text alone."""
    assert extract_job("<p>Grüße.</p><p>Read more</p>".encode(), {"feed": True}) == {"text": "Grüße."}


@pytest.mark.parametrize("article", [TOLD, replace(TOLD, published=None, problem="paywall", language=None)])
def test_packing_is_undone_by_unpacking(article: Article) -> None:
    """Times and absent values survive."""
    assert unpack(pack(article)) == article


@pytest.mark.parametrize(
    "spoilt",
    [{}, {"url": 3}, {"published": "soon"}, {"published": 3}, {"text": None}, {"title": ["x"]}, {"more": "x"}],
)
def test_what_is_no_article_is_a_page_error(spoilt: dict[str, Any]) -> None:
    """A child that a document took over can't pass off something else."""
    with pytest.raises(PageError):
        unpack(pack(TOLD) | spoilt if spoilt else {})


SENTENCES = "".join(f"<p>{text}</p>" for text in PROSE)
HOSTILE = {
    "8,000 attributes": "<div " + " ".join(f"a{n}=x" for n in range(8_000)) + f">{SENTENCES}</div>",
    "64,000 levels": "<div>" * 64_000 + SENTENCES,
    "80,000 links": f"<article>{SENTENCES}" + "<a href=/x>link</a>" * 80_000,
    "100,000 cells": f"<article>{SENTENCES}" + "<table><tr><td>" * 33_000,
    "3 million <": "<" * 3_000_000,
    "3 million spaces": "<p>x" + " " * 2_900_000 + "y</p>",
    "a title of 800 kB": "<title>" + "a | " * 200_000 + f"</title>{SENTENCES}",
    "deep JSON-LD": "<script type='application/ld+json'>" + "[" * 290_000 + f"</script>{SENTENCES}",
    "surrogates and NULs": "<p>&#xD800;&#xDFFF;&#0;&#x110000;\x00</p>" + SENTENCES,
    "300,000 marks": "<article><p>a" + "\u0301" * 300_000 + f"</p>{SENTENCES}",
    "a text of 3 MB": "<article><p>" + "word " * 600_000,
}


async def test_hostile_pages_cost_no_child() -> None:
    """Each of these pages is read, in part or as empty, within the limits of the worker, by one and the same child."""
    worker = Worker()
    try:
        await worker.run("extract", SENTENCES.encode(), url=URL)
        before = worker.pids
        for name, html in HOSTILE.items():
            article = unpack(await worker.run("extract", html.encode("utf-8", "replace"), url=URL))
            assert len(article.text) <= 200_010, name
        assert worker.pids == before
    finally:
        await worker.close()


@pytest.mark.slow
async def test_200_000_attributes_are_too_slow_for_the_worker_only() -> None:
    """The one page that the parser needs minutes for ends by the limit, and the next page is read."""
    worker = Worker()
    html = "<div " + " ".join(f"a{n}='x'" for n in range(200_000)) + ">x</div>"
    try:
        with pytest.raises(WorkerError, match="too slow"):
            await worker.run("extract", html.encode(), url=URL)
        assert unpack(await worker.run("extract", page().encode(), url=URL)).problem is None
    finally:
        await worker.close()
