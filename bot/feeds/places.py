"""Where well-known sites keep their feeds, as data.  Pure.  May import: the standard library only."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import parse_qs, urljoin, urlsplit


@dataclass(frozen=True, slots=True)
class Place:
    """An address where a feed should be, and what it would be."""

    url: str
    how: str


@dataclass(frozen=True, slots=True)
class _Site:
    """A kind of address, `host/path`, and the feed that belongs to it."""

    shape: re.Pattern[str]
    feed: str
    how: str


def _site(shape: str, feed: str, how: str) -> _Site:
    return _Site(re.compile(shape, re.ASCII), feed, how)


_NAME = r"([\w.~-]{1,100})"
_NAMES = r"([\w.~+-]{1,100})"
_YOUTUBE = "https://www.youtube.com/feeds/videos.xml"
_END = r"/?$"

SITES = (
    _site(rf"(?:www\.|m\.)?youtube\.com/channel/(UC[\w-]{{22}})(?:/\w+)?{_END}", rf"{_YOUTUBE}?channel_id=\1", "YouTube's feed of the channel"),
    _site(rf"(?:www\.|m\.)?youtube\.com/user/{_NAME}(?:/\w+)?{_END}", rf"{_YOUTUBE}?user=\1", "YouTube's feed of the channel"),
    _site(rf"(?:(?:www|old|new)\.)?reddit\.com/r/{_NAMES}(?:/(?:hot|new|top|rising))?{_END}", r"https://www.reddit.com/r/\1/.rss", "Reddit's feed of the community"),
    _site(rf"(?:(?:www|old|new)\.)?reddit\.com/u(?:ser)?/{_NAME}(?:/submitted)?{_END}", r"https://www.reddit.com/user/\1/.rss", "Reddit's feed of the person"),
    _site(rf"(?:(?:www|old|new)\.)?reddit\.com/r/{_NAME}/comments/(\w{{1,20}})(?:/[^/]*)?{_END}", r"https://www.reddit.com/r/\1/comments/\2/.rss", "Reddit's feed of the thread"),
    _site(rf"(?:www\.)?github\.com/{_NAME}/{_NAME}/tags{_END}", r"https://github.com/\1/\2/tags.atom", "GitHub's feed of the tags"),
    _site(rf"(?:www\.)?github\.com/{_NAME}/{_NAME}/commits{_END}", r"https://github.com/\1/\2/commits.atom", "GitHub's feed of the commits"),
    _site(rf"(?:www\.)?github\.com/{_NAME}/{_NAME}/commits/{_NAME}{_END}", r"https://github.com/\1/\2/commits/\3.atom", "GitHub's feed of the branch"),
    _site(rf"(?:www\.)?github\.com/{_NAME}/([\w.~-]{{1,100}}?)(?:\.git|/releases(?:/latest)?)?{_END}", r"https://github.com/\1/\2/releases.atom", "GitHub's feed of the releases"),
    _site(rf"(?:www\.)?github\.com/{_NAME}{_END}", r"https://github.com/\1.atom", "GitHub's feed of the account"),
    _site(rf"gitlab\.com/{_NAME}/{_NAME}(?:/-/(?:tags|releases))?{_END}", r"https://gitlab.com/\1/\2/-/tags?format=atom", "GitLab's feed of the tags"),
    _site(rf"codeberg\.org/{_NAME}/{_NAME}(?:/releases)?{_END}", r"https://codeberg.org/\1/\2/releases.rss", "Codeberg's feed of the releases"),
    _site(rf"(?:www\.)?medium\.com/tag/{_NAME}{_END}", r"https://medium.com/feed/tag/\1", "Medium's feed of the tag"),
    _site(rf"(?:www\.)?medium\.com/(@?[\w.~-]{{1,100}})(?:/[^/]*-[0-9a-f]{{8,12}})?{_END}", r"https://medium.com/feed/\1", "Medium's feed"),
    _site(rf"([\w-]{{1,63}}\.medium\.com){_END}", r"https://\1/feed", "Medium's feed"),
    _site(rf"([\w-]{{1,63}}\.substack\.com)(?:/archive|/about)?{_END}", r"https://\1/feed", "Substack's feed"),
    _site(rf"([\w-]{{1,63}}\.wordpress\.com){_END}", r"https://\1/feed/", "WordPress's feed"),
    _site(rf"([\w-]{{1,63}}\.blogspot\.[a-z.]{{2,6}}){_END}", r"https://\1/feeds/posts/default", "Blogger's feed"),
    _site(rf"([\w-]{{1,63}}\.tumblr\.com){_END}", r"https://\1/rss", "Tumblr's feed"),
    _site(rf"bsky\.app/profile/([\w.:-]{{1,100}}){_END}", r"https://bsky.app/profile/\1/rss", "Bluesky's feed of the person"),
    _site(rf"stackoverflow\.com/questions/tagged/([\w.+#%-]{{1,60}}){_END}", r"https://stackoverflow.com/feeds/tag/\1", "Stack Overflow's feed of the tag"),
    _site(rf"news\.ycombinator\.com(?:/news)?{_END}", "https://news.ycombinator.com/rss", "Hacker News's feed"),
    _site(rf"arxiv\.org/list/([\w.-]{{2,30}})(?:/\w+)?{_END}", r"https://rss.arxiv.org/rss/\1", "arXiv's feed of the subject"),
    _site(rf"vimeo\.com/([a-z]\w{{1,60}})(?:/videos)?{_END}", r"https://vimeo.com/\1/videos/rss", "Vimeo's feed of the person"),
    _site(rf"dev\.to/{_NAME}{_END}", r"https://dev.to/feed/\1", "DEV's feed of the person"),
)  # fmt: skip
"""Tried in this order, on the address in lower-case host and its path."""

GENERATORS = (
    ("wordpress", "/feed/"),
    ("hugo", "/index.xml"),
    ("jekyll", "/feed.xml"),
    ("hexo", "/atom.xml"),
    ("ghost", "/rss/"),
    ("eleventy", "/feed.xml"),
    ("drupal", "/rss.xml"),
    ("discourse", "/latest.rss"),
    ("squarespace", "/?format=rss"),
    ("wix", "/blog-feed.xml"),
    ("gatsby", "/rss.xml"),
    ("zola", "/atom.xml"),
)
"""Where the software that a page names as its maker puts the feed."""

USUAL = ("/feed", "/rss.xml", "/atom.xml", "/feed.xml", "/index.xml", "/rss")
"""Where feeds usually are; few, because a request for nothing is a rude one."""

MOST = 8
"""Places that one discovery may try."""

_CHANNEL_IN_PAGE = re.compile(rb'(?:"(?:channelId|externalId)":"|/channel/)(UC[\w-]{22})')
_PROFILE = re.compile(r"/(?:@[\w.-]{1,100}(?:@[\w.-]{1,100})?|tags/\w{1,100})/?$", re.ASCII)


def known_places(address: str, page: bytes = b"") -> Iterator[Place]:
    """Tell the feed of an address from its shape, and from its page where the shape isn't enough (YouTube's names)."""
    parts = urlsplit(address)
    host = (parts.hostname or "").lower()
    playlist = parse_qs(parts.query).get("list", [""])[0]
    if host.removeprefix("www.").removeprefix("m.") in {"youtube.com", "youtu.be"}:
        if re.fullmatch(r"[\w-]{10,64}", playlist, re.ASCII):
            yield Place(f"{_YOUTUBE}?playlist_id={playlist}", "YouTube's feed of the playlist")
        if found := _CHANNEL_IN_PAGE.search(page):
            yield Place(f"{_YOUTUBE}?channel_id={found[1].decode()}", "YouTube's feed of the channel")
    if parts.path.endswith((".rss", ".atom")):
        return  # it is the feed's own address
    for site in SITES:
        if match := site.shape.match(host + parts.path):
            yield Place(match.expand(site.feed), site.how)
            return


def likely_places(address: str, generator: str = "") -> list[Place]:
    """Where a site may have its feed although it doesn't say so, likeliest first."""
    places = []
    path = urlsplit(address).path
    if _PROFILE.search(path):
        places.append(
            Place(urljoin(address, path.rstrip("/") + ".rss"), "the feed of the profile or tag (Mastodon and its kin)")
        )
    if community := re.search(r"/c/([\w.@-]{1,100})/?$", path, re.ASCII):
        places.append(Place(urljoin(address, f"/feeds/c/{community[1]}.xml"), "Lemmy's feed of the community"))
    for name, where in GENERATORS:
        if name in generator.lower():
            places.append(Place(urljoin(address, where), f"where {name.capitalize()} puts its feed"))
    # Blogs often live below their site: /blog/ and /blog/some-post both belong to /blog/feed.
    first = re.match(r"/(blog|news|journal|weblog|articles|posts)(?=/|$)", path)
    usual = [f"{first[0]}{end}" for end in USUAL[:2]] if first else []
    places.extend(Place(urljoin(address, where), "a place where feeds usually are") for where in (*usual, *USUAL))
    unique: dict[str, Place] = {}
    for place in places:
        unique.setdefault(place.url, place)
    return list(unique.values())[:MOST]
