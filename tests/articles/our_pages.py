"""Small pages of our own writing, each with one thing that real pages have."""

from __future__ import annotations

PROSE = (
    "The harbour at Wick was built for eleven hundred boats, and on a Saturday in August all of them were in.",
    "Herring had to be gutted within a day, so three thousand women came up from the islands every summer to do it.",
    (
        "They worked in crews of three, two with knives and one packing, and a good crew filled thirty barrels between "
        "dawn and dusk."
    ),
    (
        "What the ledgers show is how little of the price ever reached them: four pence of every pound that a barrel "
        "fetched in Stettin."
    ),
    "When the shoals moved away in the nineteen-twenties the crews went home, and the sheds were sold for their slate.",
)


# As long as an article that a feed carries whole.
LONG = tuple(f"Of the summer of {year} they wrote: {text}" for year in (1861, 1862, 1863, 1864) for text in PROSE)


def paragraphs(*texts: str) -> str:
    """Texts as HTML paragraphs."""
    return "".join(f"<p>{text}</p>\n" for text in texts)


def page(body: str = "", *, head: str = "", title: str = "Eleven hundred boats | The Tide", lang: str = "en") -> str:
    """A page with the furniture of an ordinary site around `body`; without one, around five paragraphs of prose."""
    return f"""<!DOCTYPE html>
<html lang="{lang}"><head><meta charset="utf-8"><title>{title}</title>{head}
<style>p {{ color: teal }}</style><script>track("everything");</script></head>
<body>
<header><a href="/">The Tide</a></header>
<nav><ul><li><a href="/news">News</a></li><li><a href="/boats">Boats</a></li></ul></nav>
<main><article><h1>Eleven hundred boats</h1>
{body or paragraphs(*PROSE)}
</article></main>
<aside><h2>Most read</h2><p>Ten knots that every child should know before the summer is over and done.</p></aside>
<footer><p>Copyright The Tide. All rights reserved.</p></footer>
</body></html>"""
