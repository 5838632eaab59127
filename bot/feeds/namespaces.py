"""The namespaces of feeds, by the names that our parsers use.  May import: the standard library."""

from __future__ import annotations

from functools import lru_cache

# Namespaces whose elements mean what they would mean without one; compared in lower case without the final slash.
_BARE = frozenset((
    "", "http://www.w3.org/2005/atom", "http://purl.org/atom/ns#", "http://purl.org/rss/1.0",
    "http://my.netscape.com/rdf/simple/0.9", "http://backend.userland.com/rss", "http://backend.userland.com/rss2",
    "http://blogs.law.harvard.edu/tech/rss", "http://purl.org/rss/1.0/modules/rss091#", "http://purl.org/net/rss1.1#",
))  # fmt: skip
_PREFIXES = {
    "http://purl.org/dc/elements/1.1": "dc",
    "http://purl.org/dc/terms": "dcterms",
    "http://purl.org/rss/1.0/modules/content": "content",
    "http://purl.org/rss/1.0/modules/syndication": "sy",
    "http://www.itunes.com/dtds/podcast-1.0.dtd": "itunes",
    "http://search.yahoo.com/mrss": "media",
    "http://rssnamespace.org/feedburner/ext/1.0": "feedburner",
    "http://prismstandard.org/namespaces/basic/2.0": "prism",
    "http://purl.org/rss/1.0/modules/prism": "prism",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#": "rdf",
}


class Names(dict[str, str]):
    """Names of elements by lxml's tag, with our own prefix: "title", "dc:creator", "?:unknown"."""

    def __init__(self, root_tag: str) -> None:
        super().__init__()
        self.root_namespace = root_tag[1:].partition("}")[0] if root_tag.startswith("{") else ""

    def __missing__(self, tag: str) -> str:
        self[tag] = name = _named(tag, self.root_namespace)
        return name


@lru_cache(maxsize=1_024)  # all feeds use the same few dozen
def _named(tag: str, root_namespace: str) -> str:
    namespace, _, local = tag[1:].partition("}") if tag.startswith("{") else ("", "", tag)
    folded = namespace.lower().rstrip("/")
    if folded in _BARE or (namespace == root_namespace and folded not in _PREFIXES):
        return local.lower()
    return f"{_PREFIXES.get(folded, '?')}:{local.lower()}"
