from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from yarl import URL

from bot.net import Client
from bot.net.robots import KEPT, REMEMBERED, RETRIED, RobotsBook, Rules, fits, read
from bot.ports import Reply
from tests.servers.feedserver import FeedServer
from tests.servers.fixtures import Hands


@pytest.mark.parametrize(
    ("pattern", "path", "expected"),
    [
        ("/", "/anything", True),
        ("/fish", "/fish.html", True),
        ("/fish", "/Fish", False),
        ("/fish/", "/fish", False),
        ("/*.php", "/a/b.php?x=1", True),
        ("/*.php$", "/a/b.php?x=1", False),
        ("/*.php$", "/a/b.php", True),
        ("/a*b*c", "/a1b2c3", True),
        ("/a*b*c", "/a1c2b3", False),
        ("/a*b$", "/ab1b", True),
        ("/ab*b$", "/ab", False),
        ("*", "/", True),
        ("*/fish*.php", "/fish/a.php", True),
        ("/$", "/", True),
        ("/$", "/a", False),
        ("/a$b", "/a$b", True),
    ],
)
def test_patterns_fit_as_the_standard_says(pattern: str, path: str, expected: bool) -> None:
    """Prefixes, stars and the end mark, as in RFC 9309's examples."""
    assert fits(pattern, path) is expected


@given(st.text(alphabet="ab*$/", max_size=12), st.text(alphabet="ab/$", max_size=12))
def test_patterns_agree_with_a_slow_matcher(pattern: str, path: str) -> None:
    """The linear matcher says the same as plain recursion over every choice."""

    def slow(rest: str, left: str) -> bool:
        if not rest:
            return True
        if rest == "$":
            return not left
        if rest[0] == "*":
            return any(slow(rest[1:], left[at:]) for at in range(len(left) + 1))
        return bool(left) and rest[0] == left[0] and slow(rest[1:], left[1:])

    assert fits(pattern, path) == slow(pattern, path)


ROBOTS = b"""\
User-agent: *
Disallow: /private/   # comment
Allow: /private/open
Disallow: /*?print

User-agent: OtherBot
User-agent: starfish/2.0
Disallow: /not-for-us
Allow: /

User-agent: BadBot
Disallow: /
"""


def test_the_group_that_names_us_counts_alone() -> None:
    """A group for us replaces the one for everybody, whatever the case and version in it."""
    rules = read(ROBOTS)
    assert rules.allow("/private/x")
    assert not rules.allow("/not-for-us/x")


def test_without_a_group_of_ours_the_one_for_everybody_counts() -> None:
    """Wildcards and the longest rule decide; robots.txt itself is always allowed."""
    rules = read(ROBOTS.replace(b"starfish", b"jellyfish"))
    assert not rules.allow("/private/x")
    assert rules.allow("/private/open/x")
    assert not rules.allow("/article?print=1")
    assert rules.allow("/article")
    assert rules.allow("/robots.txt")


def test_equal_rules_allow_and_encodings_are_one() -> None:
    """Allowing wins a tie, and percent-encoding makes no difference."""
    assert read(b"User-agent: *\nDisallow: /a\nAllow: /a").allow("/a")
    assert not read("User-agent: *\nDisallow: /ä/%61".encode()).allow("/%C3%A4/a")


def test_an_empty_disallow_allows_everything() -> None:
    """As people write it who want to be read."""
    assert read(b"User-agent: *\nDisallow:\n").allow("/x")


@given(st.binary(max_size=300))
def test_any_bytes_are_read(content: bytes) -> None:
    """A robots.txt that is none never raises."""
    assert isinstance(read(content), Rules)


async def test_robots_is_asked_once_a_day(client: Client, server: FeedServer, clock: Hands) -> None:
    """One question per origin and day, however many pages there are."""
    server.put("/robots.txt", "User-agent: *\nDisallow: /no", content_type="text/plain")
    assert [await client.robots_allow(server.url(path)) for path in ("/yes", "/no", "/no/x")] == [True, False, False]
    assert server.hits("/robots.txt") == 1
    clock.now += timedelta(hours=25)
    server.put("/robots.txt", "", content_type="text/plain")
    assert await client.robots_allow(server.url("/no"))
    assert server.hits("/robots.txt") == 2


async def test_many_pages_at_once_ask_once(client: Client, server: FeedServer) -> None:
    """Those who come while the question is under way wait for its answer."""
    server.put("/robots.txt", "User-agent: *\nDisallow: /no", delay=0.02)
    answers = await asyncio.gather(*(client.robots_allow(server.url("/no")) for _ in range(10)))
    assert answers == [False] * 10
    assert server.hits("/robots.txt") == 1


async def test_rules_of_half_a_mebibyte_are_read(client: Client, server: FeedServer) -> None:
    """500 KiB count, as the standard asks, and what comes after them doesn't."""
    last = b"Disallow: /late\n"
    first = b"User-agent: *\n"
    filler = b"#" * (500 * 1024 - len(first) - len(last) - 1) + b"\n"
    server.put("/robots.txt", first + filler + last + b"Disallow: /beyond\n", content_type="text/plain")
    assert not await client.robots_allow(server.url("/late"))
    assert await client.robots_allow(server.url("/beyond"))


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 499])
async def test_a_refusal_is_no_rule(client: Client, server: FeedServer, status: int) -> None:
    """Whatever stands in the page that says so."""
    server.put("/robots.txt", "User-agent: *\nDisallow: /", status=status)
    assert await client.robots_allow(server.url("/x"))


async def test_rules_count_for_a_day_to_the_moment() -> None:
    """A second before they are not asked for again; then they are."""
    clock, asked = Hands(), []

    async def fetch(url: URL) -> Reply:
        asked.append(str(url))
        return Reply(status=200, headers={}, body=b"", url=str(url))

    book = RobotsBook(clock)
    for span, times in ((timedelta(0), 1), (KEPT - timedelta(seconds=1), 1), (timedelta(seconds=1), 2)):
        clock.now += span
        assert await book.allows(URL("https://example.com/a?b#c"), fetch)
        assert asked == ["https://example.com/robots.txt"] * times


async def test_the_rules_of_a_thousand_hosts_are_remembered() -> None:
    """Beyond, the oldest are asked for again, and those that are over go first."""
    clock, asked = Hands(), []

    async def fetch(url: URL) -> Reply:
        asked.append(url.host)
        return Reply(status=500 if url.host == "down.example" else 200, headers={}, body=b"", url=str(url))

    async def visit(*hosts: str) -> list[str | None]:
        """Who is asked when these are visited in turn."""
        asked.clear()
        for host in hosts:
            await book.allows(URL(f"https://{host}/"), fetch)
        return list(asked)

    book = RobotsBook(clock)
    await visit("first.example", "down.example", *(f"h{number}.example" for number in range(REMEMBERED - 2)))
    assert await visit("first.example", "h0.example") == []
    clock.now += RETRIED
    assert await visit("new.example", "first.example") == ["new.example"]  # the place of the one that is over
    assert await visit("newer.example", "first.example") == ["newer.example", "first.example"]


async def test_missing_robots_allow_and_failing_ones_do_not(client: Client, server: FeedServer, clock: Hands) -> None:
    """A 404 is a yes, a 500 is a "not now" that is asked again after an hour."""
    assert await client.robots_allow(server.url("/x"))
    clock.now += timedelta(hours=25)
    server.put("/robots.txt", status=500)
    assert not await client.robots_allow(server.url("/x"))
    clock.now += timedelta(minutes=59)
    assert not await client.robots_allow(server.url("/x"))
    assert server.hits("/robots.txt") == 2
    clock.now += timedelta(minutes=2)
    server.put("/robots.txt", "")
    assert await client.robots_allow(server.url("/x"))


async def test_an_unreachable_robots_is_no_objection(client: Client) -> None:
    """Where nobody answers, the page itself will say so."""
    assert await client.robots_allow("http://127.0.0.1:1/x")
    assert await client.robots_allow("http://10.0.0.1/x")
    assert await client.robots_allow("file:///etc/passwd")


async def test_a_held_host_is_not_asked(client: Client, server: FeedServer, clock: Hands) -> None:
    """During a hold the answer is "not now", without a request."""
    client.load_holds({f"127.0.0.1:{server.port}": clock() + timedelta(minutes=5)})
    assert not await client.robots_allow(server.url("/x"))
    assert server.hits() == 0
    clock.now += timedelta(minutes=6)
    assert await client.robots_allow(server.url("/x"))


async def test_robots_behind_redirects_and_endless_ones_are_read_in_part(client: Client, server: FeedServer) -> None:
    """Redirects are followed; of an endless file the beginning counts."""
    server.redirect("/robots.txt", "/elsewhere", 302)
    server.put("/elsewhere", "User-agent: *\nDisallow: /no\n" + "# filler\n" * 100_000, content_type="text/plain")
    assert not await client.robots_allow(server.url("/no"))
    assert await client.robots_allow(server.url("/yes"))


@pytest.mark.parametrize(("hops", "allowed"), [(5, False), (6, True)])
async def test_five_redirects_lead_to_rules(client: Client, server: FeedServer, hops: int, allowed: bool) -> None:
    """As RFC 9309 (2.3.1.2) asks for; where they lead on for longer, there are none."""
    path = "/robots.txt"
    for hop in range(hops):
        server.redirect(path, f"/hop-{hop}", 302)
        path = f"/hop-{hop}"
    server.put(path, "User-agent: *\nDisallow: /", content_type="text/plain")
    assert await client.robots_allow(server.url("/x")) is allowed
