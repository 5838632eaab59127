"""A page, or the HTML of a feed entry, to an article.  May import: model, errors, core, and the other modules here.

Runs in the worker (`extract_job`), never in the event loop: a page costs 10 to 100 ms of computing.
"""

from __future__ import annotations

from typing import Any

from bot.articles.body import article_text
from bot.articles.fromfeed import text_of
from bot.articles.metadata import read_metadata
from bot.articles.packing import pack
from bot.articles.problems import problem_of
from bot.articles.tree import decoded, parsed, prune
from bot.errors import PageError
from bot.model import Article


def extract(html: bytes, url: str, *, charset: str | None = None) -> Article:
    """Read the article in the bytes of a page that was got at `url`; what it lacks is empty, and named in `problem`.

    `charset`: of the Content-Type header, believed less than the page's own bytes.  Reads the first 3 MB.

    :raises PageError: there is no HTML in it
    """
    return article_from_html(decoded(html, charset), url)


def article_from_html(html: str, url: str) -> Article:
    """The same for a page that is text already.

    :raises PageError: there is no HTML in it
    """
    tree = parsed(html)
    if tree is None:
        raise PageError("The page is empty.")
    said = read_metadata(tree, url)
    prune(tree)
    text = article_text(tree, url)
    return Article(
        url=url,
        title=said.title,
        text=text,
        site=said.site,
        author=said.author,
        published=said.published,
        language=said.language,
        description=said.description,
        canonical=said.canonical,
        image=said.image,
        problem=problem_of(tree, text, said),
    )


def extract_job(content: bytes, args: dict[str, Any]) -> dict[str, Any]:
    """The worker's door: a page with its `url`, and the `charset` of its header, becomes an article.

    With `feed` the content is the HTML of a feed entry, in UTF-8, and only its `text` comes back.

    :raises PageError: there is no HTML in the page
    """
    if args.get("feed"):
        return {"text": text_of(content.decode("utf-8", "replace"))}
    return pack(extract(content, args["url"], charset=args.get("charset")))
