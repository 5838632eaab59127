"""The development data of condensing: articles with reference summaries, split in halves by a hash of their id.

The folder is `$STARFISH_DATA`, else `../shared/data` beside the repository; its README says what is in it.
"""

from __future__ import annotations

import io
import json
import os
import re
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

import feedparser

from bot.core.clean import clean
from bot.core.language import language_of
from bot.core.markup import plain
from bot.core.sentences import sentences
from bot.core.terms import terms
from bot.model import Article

MOST_OF_ONE_FEED = 6


@dataclass(frozen=True, slots=True)
class Sample:
    """An article and what people said of it in few words."""

    kind: str
    id: str
    article: Article
    references: tuple[str, ...]

    @property
    def half(self) -> int:
        """Which half it belongs to, 0 or 1: a hash of its id, so that nobody chooses."""
        return blake2b(self.id.encode(), digest_size=8).digest()[0] & 1


def folder() -> Path:
    """Find the data.

    :raises SystemExit: it is not there
    """
    path = Path(os.environ.get("STARFISH_DATA") or Path(__file__).parents[3] / "shared" / "data")
    if not (path / "summaries").is_dir():
        raise SystemExit(f"There is no development data in {path}; set STARFISH_DATA.")
    return path


def samples() -> list[Sample]:
    """Load everything: science, two kinds of news, publishers' descriptions by kind, descriptions found in feeds."""
    found = []
    for kind in ("science_tldr", "news_highlights", "news_single_sentence", "publisher_descriptions"):
        for line in (folder() / "summaries" / f"{kind}.jsonl").read_text(encoding="utf-8").splitlines():
            item = json.loads(line)
            found.append(
                _sample(
                    kind,
                    str(item["id"]),
                    item["sents"],
                    item["refs"],
                    item["title"],
                    item.get("site"),
                    item.get("lang"),
                    item.get("url"),
                )
            )
    return found + _of_feeds()


def _sample(
    kind: str,
    key: str,
    lines: list[str],
    references: list[str],
    title: str,
    site: str | None,
    language: str | None,
    url: str | None = None,
) -> Sample:
    text = "\n".join(lines)
    language = language or ("en" if kind != "publisher_descriptions" else None)
    if kind == "publisher_descriptions":
        kind = "copied" if _verbatim(references[0], text) else "paraphrased"
        kind = kind if (language or "en").startswith("en") else "other_languages"
    article = Article(url=url or "https://example.com/", title=title, text=text, site=site or "", language=language)
    return Sample(kind, key, article, tuple(references))


def _of_feeds() -> list[Sample]:
    """Take entries that carry both their full text and a description of its own."""
    found: list[Sample] = []
    seen = set()
    for path in sorted((folder() / "feeds").iterdir()):
        if path.suffix == ".json":
            continue
        of_this = 0
        # Our own reader keeps the fullest text of an entry only; here both are asked for.
        for entry in feedparser.parse(io.BytesIO(path.read_bytes())).entries[:60]:  # noqa: TID251
            markup = max((part.get("value", "") for part in entry.get("content") or []), key=len, default="")
            title, text, description = (
                clean(plain(entry.get("title", ""))),
                plain(markup),
                clean(plain(entry.get("summary", ""))),
            )
            language = language_of(text)
            if of_this >= MOST_OF_ONE_FEED or description in seen or not _is_description(description, text, language):
                continue
            seen.add(description)
            of_this += 1
            kind = "feed_copied" if _verbatim(description, text) else "feed_paraphrased"
            key = blake2b(description.encode(), digest_size=8).hexdigest()
            found.append(_sample(kind, key, text.split("\n"), [description], title, None, language))
    return found


def _is_description(description: str, text: str, language: str | None) -> bool:
    """Tell whether a feed's summary describes the text: 8 to 70 words, complete, mostly of the text's own content."""
    content, body = terms(description, language), set(terms(text, language))
    return (
        8 <= len(description.split()) <= 70
        and not description.endswith(("…", "...", "[…]"))
        and "appeared first" not in description
        and len(sentences(text, language)) >= 5
        and bool(content)
        and sum(term in body for term in content) >= 0.5 * len(content)
        and len(description) < 0.9 * len(text)
    )


def _verbatim(description: str, text: str) -> bool:
    def folded(each: str) -> str:
        return re.sub(r"\W+", " ", each.lower()).strip()

    return folded(description)[:60] in folded(text)
