"""What a page says of itself as JSON-LD."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bot.articles.linked_data import article_record, kinds, names_of, records, text_of
from bot.articles.tree import parsed


def read(*scripts: str) -> list[dict[str, Any]]:
    """The records of a page with these scripts."""
    return records(parsed("".join(f'<script type="application/ld+json">{script}</script>' for script in scripts)))


def test_the_article_is_found_in_a_graph() -> None:
    """An article within a graph, after the site and its crumbs, is the page's record."""
    graph = {"@graph": [{"@type": "WebSite", "name": "The Tide"}, {"@type": ["NewsArticle"], "headline": "Boats"}]}
    assert article_record(read(json.dumps(graph)))["headline"] == "Boats"


def test_a_types_vocabulary_doesnt_matter() -> None:
    """Full addresses of types mean the same as their names."""
    assert kinds({"@type": "https://schema.org/BlogPosting"}) == {"blogposting"}
    assert kinds({"@type": ["Article", None, 3]}) == {"article"}
    assert kinds({}) == set()


@pytest.mark.parametrize(
    "script",
    ["", "{", "null", "[[[", "[" * 100_000, "1e999999", '{"@type": "Article"', "x" * 400_000, "<!-- -->", '"text"'],
)
def test_broken_scripts_count_for_nothing(script: str) -> None:
    """What isn't JSON, or nests without end, is passed over."""
    assert read(script, '{"@type": "Article", "headline": "Boats"}') == [{"@type": "Article", "headline": "Boats"}]


def test_sloppy_scripts_are_read() -> None:
    """Line breaks in strings, a comment's frame and a last semicolon are forgiven."""
    assert read('<!--{"@type": "Article", "headline": "Two\nlines"};-->')[0]["headline"] == "Two\nlines"


def test_a_flood_of_objects_ends() -> None:
    """A script with very many objects is looked at in part."""
    assert len(read(json.dumps([{"@type": "Person"}] * 10_000))) <= 2_000


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("Ann", "Ann"),
        ({"name": "Ann"}, "Ann"),
        ([{"@type": "Person", "name": ["Ann", "Bob"]}], "Ann"),
        ({"url": "https://example.com"}, "https://example.com"),
        ({"name": {"name": {"name": {"name": "too deep"}}}}, ""),
        (None, ""),
        (3, ""),
        ([], ""),
    ],
)
def test_a_value_may_be_wrapped(value: object, text: str) -> None:
    """Strings, objects with names and lists of them all give one text."""
    assert text_of(value) == text


def test_names_may_be_many() -> None:
    """One author or several, named plainly or as objects."""
    assert names_of([{"name": "Ann"}, "Bob", {"url": ""}]) == ["Ann", "Bob"]
    assert names_of("Ann") == ["Ann"]
    assert names_of(None) == []
