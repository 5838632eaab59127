"""Foreign HTML to plain text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.markup import plain


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("plain words", "plain words"),
        ("<p>One\nline</p><p>Two &amp; three</p>", "One line\nTwo & three"),
        ("a<br>b<br/>c", "a\nb\nc"),
        ("<b>bo</b>ld", "bold"),
        ("<ul><li>x<li>y</ul>z", "x\ny\nz"),
        ("<td>1</td><td>2</td>", "1 2"),
        ("<script>if (a < b) {}</script>text<style>p{}</style>", "text"),
        ("<SCRIPT>x</SCRIPT >y", "y"),
        ("<script>never ends", ""),
        ("before<svg><text>no</text></svg>after", "before\nafter"),
        ("<svg>no end, so it hides nothing", "no end, so it hides nothing"),
        ("<!-- <p>no</p> -->yes", "yes"),
        ("<![CDATA[raw]]> text", "raw text"),
        ("<a title='a > b' href=\"c>d\">link</a>", "link"),
        ("3 < 4 and 5 > 4", "3 < 4 and 5 > 4"),
        ("AT&T &lt;b&gt; &hearts; &#x41;", "AT&T <b> ♥ A"),
        ("&#99999999999999999999;ok&#xFFFFFFFFFF;", "ok"),
        ("one&amp;nbsp;&amp;#8217;two&amp;amp;three", "one ’two&three"),
        ("<?xml version='1'?><!DOCTYPE html>hi", "hi"),
        ("</p>unopened", "unopened"),
        ("<p", ""),
        ("the election<sup>1</sup> was", "the election was"),
        ("won.<sup><a href='#n2'>[2]</a></sup> Then", "won. Then"),
        ("it<a href='#n3'><sup>3</sup></a> is", "it is"),
        ("in 2020<sup class=ref><a href='#n'>4, 5</a></sup>", "in 2020"),
        ("<em>claims</em><sup>*</sup> it", "claims it"),
        ("10<sup>6</sup> of 3 m<sup>2</sup>, 9 feet<sup>2</sup>, s<sup>-1</sup>", "10⁶ of 3 m², 9 feet², s⁻¹"),
        ("the 1<sup>st</sup> x<sup>a&lt;b</sup> Brand<sup>TM</sup>", "the 1st xa<b BrandTM"),
        ("never<sup>ends", "neverends"),
        ("y<sup>" + "2" * 500 + "</sup>", "y" + "2" * 500),
    ],
)
def test_text_comes_out_of_markup(markup: str, text: str) -> None:
    """Blocks part lines, inline tags part nothing, hidden elements and comments vanish, references are read."""
    assert plain(markup) == text


def test_text_below_very_deep_markup_is_kept() -> None:
    """No depth of nesting cuts an article off."""
    assert plain("<b>" * 5_000 + "kept" + "</b>" * 5_000) == "kept"


@given(st.text("<>/!-'\"= abpscriptdv&;#x1\n[]CDAT", max_size=80))
def test_any_markup_gives_text(markup: str) -> None:
    """Whatever comes, there is a result without control characters."""
    assert all(char >= " " or char == "\n" for char in plain(markup))


@pytest.mark.parametrize(
    "piece",
    [
        "<",
        '<a "',
        "<a '>",
        "<script>",
        "<svg>",
        "<svg></svg>",
        "<!--",
        "<![CDATA[",
        "&#1",
        "&",
        "<p><b>",
        "<a b=c ",
        "</div>",
        "<sup>",
        "<a><sup>1</sup>",
    ],
)
def test_hostile_runs_are_read_through(piece: str) -> None:
    """Two hundred thousand characters of broken markup come back at once."""
    plain(piece * (200_000 // len(piece)))
