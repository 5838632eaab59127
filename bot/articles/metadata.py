"""Who wrote what, where and when: what a page says of its article.  May import: core, tree, linked_data, dates.

Everything here is foreign: texts come out clean and short, addresses valid or empty.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.articles.dates import in_address, moment
from bot.articles.linked_data import article_record, kinds, names_of, records, text_of
from bot.articles.tree import Element
from bot.core.same import canonical, host_of, is_front_page, safe_link
from bot.core.text import clean

_TITLE, _NAME, _DESCRIPTION = 300, 100, 1_000  # characters kept

_SEPARATOR = re.compile(r"\s+[|–—·•»«:‹››-]+\s+|\s*[|»›]\s*|\s+::\s+")
_BY = re.compile(
    r"(?:written |posted |story |words |article )?(?:by|von|par|por|di|door|av|af|od)[:\s]\s*", re.IGNORECASE
)
_NOBODY = re.compile(
    r"(?:admin(?:istrator)?|editor|staff|redaktion|redacción|rédaction|redazione|author|unknown|none|null|guest)\Z"
)
_NOT_A_NAME = re.compile(r"https?:|www\.|[@{}<>|\\=]|\d{3}")
_AUTHOR_METAS = ("author", "article:author", "parsely-author", "sailthru.author", "dc.creator", "byl")
_LANGUAGE = re.compile(r"[a-z]{2,3}(?=[-_][A-Za-z0-9]|\Z)", re.IGNORECASE)
_EDGES = " |–—·•»«:-"  # what a site's name leaves behind
_LETTERS = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Metadata:
    """What a page says of its article; empty where it says nothing that can be believed."""

    title: str = ""
    site: str = ""
    author: str = ""
    published: datetime | None = None
    language: str | None = None
    description: str = ""
    canonical: str = ""
    image: str = ""
    video: bool = False  # its main thing is a video
    free: bool | None = None  # whether it says that everybody may read it


def read_metadata(tree: Element, url: str) -> Metadata:
    """Read the head of a parsed, unpruned page that was got at `url`."""
    metas = _metas(tree)
    found = records(tree)
    record = article_record(found)
    site = _site(metas, record, found, url)
    title = _title(tree, metas, record, site, url)
    own = _own_address(tree, metas, url)
    return Metadata(
        title=title,
        site=host_of(url) if _same(site, title) else site,
        author=_author(tree, metas, record, (site, host_of(url).rsplit(".", 1)[0], host_of(url))),
        published=_published(tree, metas, record, own or url),
        language=_language(tree, metas),
        description=_first(
            _DESCRIPTION,
            metas.get("og:description"),
            record.get("description"),
            metas.get("description"),
            metas.get("twitter:description"),
        ),
        canonical=own,
        image=_image(metas, record, url),
        video=_is_video(metas, record, found),
        free=_free(record),
    )


def _metas(tree: Element) -> Mapping[str, str]:
    """The first non-empty content of every named meta element, names in lower case."""
    metas: dict[str, str] = {}
    for meta in tree.iter("meta"):
        name = meta.get("property") or meta.get("name") or meta.get("itemprop") or meta.get("http-equiv")
        content = meta.get("content")
        if name and content and content.strip():
            metas.setdefault(name.strip().lower()[:60], content[:10_000])
    return metas


def _first(longest: int, *values: Any) -> str:  # noqa: ANN401 -- whatever a page's JSON holds
    """The first value with something in it, clean, on one line."""
    for value in values:
        text = clean(text_of(value)[: 4 * longest])
        if text:
            return text if len(text) <= longest else text[:longest].rsplit(" ", 1)[0].rstrip() + "…"
    return ""


def _same(left: str, right: str) -> bool:
    """Whether two names are one, case, spaces and punctuation aside."""
    return _folded(left) == _folded(right) != ""


def _folded(name: str) -> str:
    return _LETTERS.sub("", name).casefold()


# --------------------------------------------------------------------------- title and site


def _title(tree: Element, metas: Mapping[str, str], record: dict[str, Any], site: str, url: str) -> str:
    headings = [text for h1 in tree.findall(".//h1")[:5] if (text := clean(h1.text_content()[:1_000]))]
    page = tree.find(".//head/title")
    if page is None:
        page = tree.find(".//title")
    shown = page.text_content() if page is not None else ""
    title = _first(_TITLE, metas.get("og:title"), record.get("headline"), metas.get("twitter:title"), shown)
    if not title or _same(title, site):  # a template's title: the page's own heading says more
        others = [*headings, _first(_TITLE, shown)]
        title = next((other for other in others if other and not _same(other, site)), title)
    return _without_site(title, site, url, headings).strip(_EDGES)


def _without_site(title: str, site: str, url: str, headings: list[str]) -> str:
    """Take the site's name off the end, or the beginning, of a title."""
    if any(_same(title, heading) for heading in headings):
        return title
    host = host_of(url).rsplit(".", 2)
    names = {_folded(site), *map(_folded, (".".join(host), *host[:-1]))} - {""}
    parts = [*_SEPARATOR.finditer(title)]
    if not parts:
        return title
    head, tail = title[: parts[0].start()], title[parts[-1].end() :]
    if _folded(tail) in names:
        return _without_site(title[: parts[-1].start()].rstrip(), site, url, headings)
    if _folded(head) in names:
        return title[parts[0].end() :].lstrip()
    for part in parts:  # "Title - Section - Site", where the page itself heads its article with the title alone
        if any(_same(title[: part.start()], heading) for heading in headings):
            return title[: part.start()].rstrip()
    return title


def _site(metas: Mapping[str, str], record: dict[str, Any], found: list[dict[str, Any]], url: str) -> str:
    website = next((item for item in found if "website" in kinds(item)), {})
    name = _first(
        _NAME, metas.get("og:site_name"), record.get("publisher"), website.get("name"), metas.get("application-name")
    )
    if name and not name.startswith(("http:", "https:")):
        return name
    return host_of(url)


# --------------------------------------------------------------------------- people, times, languages


def _author(tree: Element, metas: Mapping[str, str], record: dict[str, Any], sites: tuple[str, ...]) -> str:
    named = names_of(record.get("author")) + [metas[name] for name in _AUTHOR_METAS if name in metas]
    people = _people(named, sites)
    if not people:
        marks = tree.xpath("//*[@rel='author' or @itemprop='author' or @class='byline' or @class='author-name']")[:3]
        people = _people([mark.text_content()[:200] for mark in marks], sites)
    return ", ".join(people[:3])


def _people(named: list[str], sites: tuple[str, ...]) -> list[str]:
    """The believable names among those given, each once; one entry may hold several."""
    people: list[str] = []
    for given in named:
        name = _BY.sub("", clean(given[:200]), count=1).strip(" ,;|-–")
        if not 2 <= len(name) <= _NAME or _NOT_A_NAME.search(name) or _NOBODY.match(name.lower()):
            continue
        if not _folded(name) or any(_same(name, site) for site in sites):
            continue
        # The second source often repeats the first, with more or with fewer of the names: the fuller one stays.
        if not any(_folded(name) in _folded(known) for known in people):
            people = [known for known in people if _folded(known) not in _folded(name)] + [name]
    return people


def _published(tree: Element, metas: Mapping[str, str], record: dict[str, Any], url: str) -> datetime | None:
    said = [text_of(record.get("datePublished"))]
    said += [
        metas.get(name, "")
        for name in (
            *("article:published_time", "og:published_time", "datepublished", "date", "dc.date", "dc.date.issued"),
            *("dcterms.created", "pubdate", "publishdate", "publish-date", "parsely-pub-date", "sailthru.date"),
            *("citation_publication_date", "article:published", "cxenseparse:recs:publishtime"),
        )
    ]
    for value in said:
        if found := moment(value):
            return found
    if found := in_address(url):
        return found
    times = tree.xpath("//time[@datetime and (@itemprop='datePublished' or @pubdate)] | //article//time[@datetime]")
    times += tree.xpath("//time[@datetime]") if not times else []
    return next((found for time in times[:3] if (found := moment(time.get("datetime")))), None)


def _language(tree: Element, metas: Mapping[str, str]) -> str | None:
    root = tree.getroottree().getroot()
    for said in (
        root.get("lang"),
        root.get("{http://www.w3.org/XML/1998/namespace}lang"),
        root.get("xml:lang"),
        metas.get("og:locale"),
        metas.get("content-language"),
    ):
        if said and (match := _LANGUAGE.match(said.strip())):
            return match[0].lower()
    return None


# --------------------------------------------------------------------------- addresses


def _own_address(tree: Element, metas: Mapping[str, str], url: str) -> str:
    """The address that the page gives as its own: on the same site, and not its front page.

    A page of one site that claims to be an article of another would silence that article.
    """
    links = tree.xpath("//link[contains(concat(' ', translate(@rel, 'CANOIL', 'canoil'), ' '), ' canonical ')]/@href")
    for claim in [*links[:2], metas.get("og:url", "")]:
        own = safe_link(str(claim), url)
        if own and _same_site(own, url) and not (is_front_page(canonical(own)) and not is_front_page(canonical(url))):
            return own
    return ""


def _same_site(left: str, right: str) -> bool:
    """Whether two addresses belong to one site, as far as that can be told from names; AMP caches belong to all."""
    one, other = host_of(left), host_of(right)
    if other.endswith(("cdn.ampproject.org", "bing-amp.com")) or canonical(left) == canonical(right):
        return True
    return (
        one == other
        or one.endswith(f".{other}")
        or other.endswith(f".{one}")
        or (one.split(".")[-2:] == other.split(".")[-2:] and len(one.split(".")[-2]) > 3)
    )


def _image(metas: Mapping[str, str], record: dict[str, Any], url: str) -> str:
    for said in (
        metas.get("og:image:secure_url"),
        metas.get("og:image"),
        metas.get("og:image:url"),
        metas.get("twitter:image"),
        metas.get("twitter:image:src"),
    ):
        if said and (address := safe_link(said, url)):
            return address
    image = record.get("image")
    image = image[0] if isinstance(image, list) and image else image
    return safe_link(text_of(image.get("url") if isinstance(image, dict) else image), url)


# --------------------------------------------------------------------------- what kind of page it is


def _is_video(metas: Mapping[str, str], record: dict[str, Any], found: list[dict[str, Any]]) -> bool:
    if metas.get("og:type", "").lower().startswith("video"):
        return True
    return not record and any("videoobject" in kinds(item) for item in found)


def _free(record: dict[str, Any]) -> bool | None:
    said = record.get("isAccessibleForFree")
    if isinstance(said, str):
        return {"true": True, "false": False}.get(said.strip().lower().rsplit("/", 1)[-1])
    return said if isinstance(said, bool) else None
