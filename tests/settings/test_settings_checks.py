"""What is wrong, or hardly meant, though each key by itself is fine."""

from __future__ import annotations

from dataclasses import replace
from datetime import time, timedelta
from ipaddress import ip_network
from zoneinfo import ZoneInfo

import pytest

from bot.model import Account, Feed, Rhythm, Rule
from bot.settings.checks import (
    account_warnings,
    lacking,
    long_quote,
    misplaced,
    private_feeds,
    rule_warnings,
    same_address,
    twice,
)
from bot.settings.lines import Where

UTC = ZoneInfo("UTC")


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("https://example.com", "https://example.com/"),
        ("HTTPS://Example.COM./feed", " https://example.com/feed "),
        ("https://example.com:443/feed", "https://example.com/feed"),
        ("http://example.com:80/feed#top", "http://example.com/feed"),
    ],
)
def test_two_spellings_of_one_address_are_one(left: str, right: str) -> None:
    """Case of scheme and host, the usual port, a last dot, a fragment and spaces around make no difference."""
    assert same_address(left) == same_address(right)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("https://example.com/a", "https://example.com/A"),
        ("https://example.com/a?b", "https://example.com/a"),
        ("https://example.com:8443/", "https://example.com/"),
        ("http://example.com:443/", "http://example.com/"),
        ("http://example.com/", "https://example.com/"),
        ("http://[::1", "http://[::2"),
        ("http://a:x/", "http://b:x/"),
    ],
)
def test_what_may_be_two_addresses_is_two(left: str, right: str) -> None:
    """Also where neither can be read."""
    assert same_address(left) != same_address(right)


def test_a_feed_that_stands_twice_is_named_with_its_first_line() -> None:
    """The third time, too, it is the first line that is told; what is no text is another check's matter."""
    urls = ["https://a.example/", 7, "https://b.example", "https://A.example", "https://a.example:443/"]
    data = {"feeds": [{"url": url} for url in urls]}
    found = list(twice(data, "feeds", "url", lambda where: 10 + int(where[1])))
    assert [mistake.where for mistake in found] == [("feeds", 3, "url"), ("feeds", 4, "url")]
    assert all("first in line 10" in mistake.sentence for mistake in found)
    assert list(twice({"feeds": "none"}, "feeds", "url", lambda _: 1)) == []


def lacks(data: dict[str, object]) -> list[Where]:
    return [mistake.where for mistake in lacking(data)]


@pytest.mark.parametrize(
    ("post", "wrong"),
    [
        ({"at": ["09:00"]}, False),
        ({"every": "1h"}, False),
        ({"cron": "0 9 * * *"}, False),
        ({"at": []}, True),
        ({"jitter": "1m"}, True),
        ({"at": ["09:00"], "every": "1h"}, True),
        ({"at": [], "cron": "x"}, True),
        ("09:00", False),
    ],
)
def test_a_schedule_is_one_of_three(post: object, wrong: bool) -> None:
    """None, two, or no times at all are mistakes of the whole; what is no table is another check's matter."""
    assert lacks({"accounts": [{}, {"post": post}]}) == ([("accounts", 1, "post")] if wrong else [])


@pytest.mark.parametrize(
    ("web", "wrong"),
    [
        ({"listen": "127.0.0.1:8420"}, False),
        ({"listen": "[::1]:8420"}, False),
        ({"listen": "localhost:8420"}, False),
        ({"listen": "0.0.0.0:8420"}, True),
        ({"listen": "[::]:8420"}, True),
        ({"listen": "0.0.0.0:8420", "password": {"env": "X"}}, False),
        ({"listen": ":8420"}, False),
        ({"listen": 8420}, False),
        ({}, False),
    ],
)
def test_a_page_beyond_this_machine_needs_a_password(web: object, wrong: bool) -> None:
    """Wherever only this machine reaches it, it needs none."""
    assert lacks({"web": web}) == ([("web", "listen")] if wrong else [])


def test_an_else_needs_an_action() -> None:
    """Without one nothing could be missing."""
    rules = [{"else": "x"}, {"else": "x", "do": "why"}, {"do": "why"}, {"else": ""}]
    assert lacks({"rules": rules}) == [("rules", 0, "else")]


def test_a_table_in_another_file_is_sent_home() -> None:
    """What is known nowhere is another check's matter."""
    homes = {"feeds": "feeds.toml", "bot": "starfish.toml"}
    (mistake,) = misplaced({"feeds": [], "bot": {}, "else": 1}, homes, "starfish.toml")
    assert mistake.where == ("feeds",)
    assert mistake.sentence == '"feeds" belongs in feeds.toml'


NIGHT = (time(22), time(7))
ACCOUNT = Account(name="timeline", platform="local")


@pytest.mark.parametrize(
    ("times", "quiet", "silent"),
    [
        ((time(23), time(6)), NIGHT, True),
        ((time(23), time(9)), NIGHT, False),
        ((time(23),), None, False),
        ((), NIGHT, False),
    ],
)
def test_an_account_that_only_posts_when_it_is_quiet_is_warned_of(
    times: tuple[time, ...], quiet: tuple[time, time] | None, silent: bool
) -> None:
    """One time outside is enough to be heard."""
    account = Account(name="a", platform="local", post=Rhythm(at=times), quiet=quiet)
    found = [mistake.where for mistake in account_warnings([ACCOUNT, account], [], UTC)]
    assert found == ([("accounts", 1, "quiet")] if silent else [])


@pytest.mark.parametrize(
    ("rhythm", "zone", "silent"),
    [
        (Rhythm(every=timedelta(days=1)), "Europe/London", True),
        (Rhythm(every=timedelta(days=1)), "America/New_York", False),  # the grid's midnight is 19:00 there
        (Rhythm(every=timedelta(hours=12)), "UTC", False),
        (Rhythm(cron="*/10 2,3 * * *"), "UTC", True),
        (Rhythm(cron="0 2,12 * * *"), "UTC", False),
        (Rhythm(cron="0 12 29 2 *"), "UTC", False),
    ],
)
def test_so_is_one_whose_rhythm_only_meets_the_night(rhythm: Rhythm, zone: str, silent: bool) -> None:
    """Of a span it depends on the zone; what comes once in four years is rare, not silent."""
    account = Account(name="a", platform="local", post=rhythm, quiet=NIGHT)
    assert bool(list(account_warnings([account], [], ZoneInfo(zone)))) is silent


def test_a_tag_that_no_feed_has_is_warned_of() -> None:
    """Where there are feeds at all."""
    account = Account(name="a", platform="local", feeds=("audio", "vide"))
    feeds = [Feed(url="https://a.example/", tags=("audio", "video"))]
    (mistake,) = account_warnings([account], feeds, UTC)
    assert mistake.where == ("accounts", 0, "feeds", 1)
    assert "video" in mistake.sentence
    assert list(account_warnings([account], [], UTC)) == []
    assert len(list(account_warnings([], feeds, UTC))) == 1


@pytest.mark.parametrize(
    ("url", "warned"),
    [
        ("http://127.0.0.1:8000/feed", False),
        ("http://localhost/feed", False),
        ("http://10.0.0.1/feed", True),
        ("http://[::1]/feed", True),
        ("http://192.168.1.1/feed", True),
        ("http://8.8.8.8/feed", False),
        ("https://intranet.example/feed", False),
        ("https://", False),
    ],
)
def test_a_private_feed_that_is_not_allowed_is_warned_of(url: str, warned: bool) -> None:
    """By its address alone: where a name leads is seen when it is asked."""
    found = list(private_feeds([Feed(url=url)], [ip_network("127.0.0.0/8")]))
    assert [mistake.where for mistake in found] == ([("feeds", 0, "url")] if warned else [])


def test_an_example_of_two_rules_is_warned_of_under_the_same_conditions() -> None:
    """Whatever its case and spaces; under another condition, or in another account, it may well stand twice."""
    first = Rule(id="a", when=("hello  there", "hi"), order=0)
    again = Rule(id="b", when=("Hello there",), like=("hi",), order=1)
    other = Rule(id="c", when=("hi",), accounts=("club",), order=2)
    repeated = Rule(id="d", like=("x", "x"), order=3)
    found = [(mistake.where, mistake.sentence) for mistake in rule_warnings([first, again, other, repeated], [])]
    assert [where for where, _ in found] == [("rules", 1, "when", 0), ("rules", 1, "like", 0), ("rules", 3, "like", 1)]
    assert 'rule "a"' in found[0][1]
    assert "this rule" in found[2][1]


def test_a_rule_that_quotes_needs_quotes() -> None:
    """Otherwise it would have nothing to say."""
    rule = Rule(id="wise", when=("wise",), do="quote", order=4)
    assert [mistake.where for mistake in rule_warnings([rule], [])] == [("rules", 4, "do")]
    assert list(rule_warnings([rule], ["Listen."])) == []


def test_a_name_that_nothing_fills_in_is_warned_of_with_its_reply() -> None:
    """What only a search knows stays empty in a rule that searches nothing."""
    rule = Rule(id="a", when=("hi",), reply=("Hm.", "See {article.url}"), order=4)
    (mistake,) = rule_warnings([rule], [])
    assert mistake.where == ("rules", 4, "reply", 1)
    assert "{article.url} always stays empty" in mistake.sentence
    assert list(rule_warnings([replace(rule, do="search")], [])) == []


def test_a_quote_is_as_long_as_a_post_at_most() -> None:
    """One character more is warned of, with its length."""
    assert long_quote("a" * 280) is None
    assert "281 characters" in (long_quote("a" * 281) or "")
