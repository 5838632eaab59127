from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.feeds.places import known_places, likely_places

CHANNEL = "UC" + "a1_-" * 5 + "zz"
VIDEOS = "https://www.youtube.com/feeds/videos.xml"


@pytest.mark.parametrize(
    ("address", "feed"),
    [
        (f"https://www.youtube.com/channel/{CHANNEL}", f"{VIDEOS}?channel_id={CHANNEL}"),
        (f"https://m.youtube.com/channel/{CHANNEL}/videos", f"{VIDEOS}?channel_id={CHANNEL}"),
        ("https://youtube.com/user/somebody", f"{VIDEOS}?user=somebody"),
        ("https://www.youtube.com/playlist?list=PL1234567890abcdef", f"{VIDEOS}?playlist_id=PL1234567890abcdef"),
        ("https://www.youtube.com/watch?v=abc&list=PL1234567890abcdef", f"{VIDEOS}?playlist_id=PL1234567890abcdef"),
        ("https://old.reddit.com/r/synthesizers/", "https://www.reddit.com/r/synthesizers/.rss"),
        ("https://www.reddit.com/r/synthesizers/top", "https://www.reddit.com/r/synthesizers/.rss"),
        ("https://reddit.com/r/synthesizers+modular", "https://www.reddit.com/r/synthesizers+modular/.rss"),
        ("https://reddit.com/u/ann", "https://www.reddit.com/user/ann/.rss"),
        ("https://www.reddit.com/user/ann/submitted/", "https://www.reddit.com/user/ann/.rss"),
        ("https://www.reddit.com/r/a/comments/1abc/title/", "https://www.reddit.com/r/a/comments/1abc/.rss"),
        ("https://github.com/aio-libs/aiohttp", "https://github.com/aio-libs/aiohttp/releases.atom"),
        ("https://github.com/aio-libs/aiohttp/releases/latest", "https://github.com/aio-libs/aiohttp/releases.atom"),
        ("https://github.com/aio-libs/aiohttp/tags", "https://github.com/aio-libs/aiohttp/tags.atom"),
        ("https://github.com/aio-libs/aiohttp/commits", "https://github.com/aio-libs/aiohttp/commits.atom"),
        ("https://github.com/aio-libs/aiohttp/commits/3.14", "https://github.com/aio-libs/aiohttp/commits/3.14.atom"),
        ("https://www.github.com/aio-libs/aiohttp.git", "https://github.com/aio-libs/aiohttp/releases.atom"),
        ("https://GitHub.com/ann", "https://github.com/ann.atom"),
        ("https://gitlab.com/a/b/-/releases", "https://gitlab.com/a/b/-/tags?format=atom"),
        ("https://codeberg.org/a/b", "https://codeberg.org/a/b/releases.rss"),
        ("https://medium.com/@ann", "https://medium.com/feed/@ann"),
        ("https://medium.com/netflix-techblog/", "https://medium.com/feed/netflix-techblog"),
        ("https://medium.com/@ann/on-reverb-1a2b3c4d5e6f", "https://medium.com/feed/@ann"),
        ("https://medium.com/tag/music", "https://medium.com/feed/tag/music"),
        ("https://ann.medium.com/", "https://ann.medium.com/feed"),
        ("https://ann.substack.com/archive", "https://ann.substack.com/feed"),
        ("https://ann.wordpress.com", "https://ann.wordpress.com/feed/"),
        ("http://ann.blogspot.co.uk/", "https://ann.blogspot.co.uk/feeds/posts/default"),
        ("https://ann.tumblr.com", "https://ann.tumblr.com/rss"),
        ("https://bsky.app/profile/ann.example.com", "https://bsky.app/profile/ann.example.com/rss"),
        ("https://stackoverflow.com/questions/tagged/c%2b%2b", "https://stackoverflow.com/feeds/tag/c%2b%2b"),
        ("https://news.ycombinator.com/news", "https://news.ycombinator.com/rss"),
        ("https://arxiv.org/list/cs.SD/recent", "https://rss.arxiv.org/rss/cs.SD"),
        ("https://vimeo.com/ann/videos", "https://vimeo.com/ann/videos/rss"),
        ("https://dev.to/ann", "https://dev.to/feed/ann"),
    ],
)
def test_the_shape_of_an_address_tells_its_feed(address: str, feed: str) -> None:
    """Sites that keep their feeds at a known place are asked there first."""
    places = list(known_places(address))
    assert places[0].url == feed
    assert places[0].how


@pytest.mark.parametrize(
    "address",
    [
        "https://example.com/",
        "https://github.com/a/b/issues/1",
        "https://github.com/",
        "https://notgithub.com/a/b",
        "https://github.com.evil.example/a/b",
        "https://www.youtube.com/@somebody",
        "https://www.youtube.com/playlist?list=../../x",
        f"https://evil.example/youtube.com/channel/{CHANNEL}",
        "https://vimeo.com/123456",
        "https://github.com/ann.atom",
        "https://www.reddit.com/r/synthesizers.rss",
        "https://medium.com/p/1a2b3c4d5e6f",
        "",
        "nonsense",
    ],
)
def test_other_addresses_tell_nothing(address: str) -> None:
    """Neither deeper pages nor hosts that only look alike."""
    assert list(known_places(address)) == []


def test_a_name_on_youtube_is_found_in_its_page() -> None:
    """The page of `/@name` holds the channel's number."""
    page = f'<script>{{"externalId":"{CHANNEL}"}}</script>'.encode()
    (place,) = known_places("https://www.youtube.com/@somebody", page)
    assert place.url == f"{VIDEOS}?channel_id={CHANNEL}"


def test_profiles_and_communities_come_first_among_the_likely() -> None:
    """Mastodon's profiles and Lemmy's communities have their places."""
    assert likely_places("https://example.social/@ann")[0].url == "https://example.social/@ann.rss"
    assert (
        likely_places("https://example.social/@ann@other.example/")[0].url
        == "https://example.social/@ann@other.example.rss"
    )
    assert likely_places("https://example.social/@ann-b")[0].url == "https://example.social/@ann-b.rss"
    assert likely_places("https://example.social/tags/synths/")[0].url == "https://example.social/tags/synths.rss"
    assert likely_places("https://lemmy.example/c/synths")[0].url == "https://lemmy.example/feeds/c/synths.xml"


def test_the_software_of_a_page_says_where_its_feed_is() -> None:
    """A generator saves guessing."""
    for generator, path in (("WordPress 6.9", "/feed/"), ("Hugo 0.150", "/index.xml"), ("Ghost 6", "/rss/")):
        assert likely_places("https://example.com/a/b", generator)[0].url == f"https://example.com{path}"


def test_a_blog_below_its_site_is_looked_for_there_first() -> None:
    """`/blog/some-post` belongs to `/blog/feed`."""
    urls = [place.url for place in likely_places("https://example.com/blog/some-post")]
    assert urls[:2] == ["https://example.com/blog/feed", "https://example.com/blog/rss.xml"]
    assert "https://example.com/feed" in urls


@given(st.text(max_size=60), st.binary(max_size=100), st.text(max_size=30))
def test_any_address_gives_few_places_on_its_own_site(tail: str, page: bytes, generator: str) -> None:
    """Never more than eight guesses, all on the same host; no text raises."""
    list(known_places(tail, page))
    address = f"https://example.com/{tail}"
    try:
        places = likely_places(address, generator)
    except ValueError:
        raise AssertionError(address) from None
    assert 6 <= len(places) <= 8
    assert len({place.url for place in places}) == len(places)
    assert all(place.url.startswith("https://example.com/") for place in places)
