"""What `load` gives for whole files, and what it warns of."""

from __future__ import annotations

import tomllib
from datetime import time, timedelta
from ipaddress import ip_network
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from bot.model import Caps, Filters, Rate, Rhythm, RuleTest, Secret
from bot.settings.starfish_file import AccountTable, BotTable, CondenseTable, FiltersTable, NetTable, WebTable
from bot.settings.values import CondenseSettings, LlmSettings
from tests.settings.config_folder import CONTACT, WHOLE, FediOptions, complaints, loaded, warned, write

EVERYTHING = f"""
[bot]
name = "urchin"
niche = "tide pools"
timezone = "Pacific/Auckland"
database = "data/urchin.db"
interests = ["anemones", "- giveaway"]
[web]
listen = "[::1]:9000"
password = {{ env = "DOOR" }}
public_url = "https://urchin.example/"
[net]
{CONTACT}
allow_private = ["127.0.0.0/8", "::1"]
spacing = "0s"
[condense]
style = "{{title}}: {{summary}}"
otherwise = "link"
llm = {{ url = "http://127.0.0.1:11434/v1/", model = "small", key = {{ env = "KEY" }} }}
[filters]
include = ["sea"]
exclude = ["advert"]
block = ["spam.example"]
categories = ["Marine"]
languages = ["en"]
min_words = 5
[[accounts]]
name = "fedi"
platform = "fedi"
server = "https://s.example"
token = {{ env = "TOKEN" }}
owner = "@ann@s.example"
feeds = ["pools"]
post = {{ at = ["17:30", "09:00"], jitter = "10m" }}
quiet = "22:00-07:00"
max_per_day = 6
review = true
settle = "90s"
unknown = "resend"
dry_run = true
style = "title"
otherwise = "next"
visibility = "unlisted"
language = "en"
expires = "3d"
caps = {{ person = "3/15m", account = false, thread = 2 }}
hashtags = ["#sea", "shore"]
quotes = 0.25
[[accounts]]
name = "page"
platform = "local"
post = {{ cron = "0  9 * * mon-fri" }}
"""


def test_every_key_of_starfish_toml_arrives(tmp_path: Path) -> None:
    """Each key of starfish.toml stands in the settings as the value that it means."""
    written = tomllib.loads(EVERYTHING)
    tables: tuple[tuple[str, type[BaseModel]], ...] = (
        *(("bot", BotTable), ("web", WebTable), ("net", NetTable), ("condense", CondenseTable)),
        ("filters", FiltersTable),
    )
    for name, table in tables:
        assert written[name].keys() == table.model_fields.keys(), name
    assert AccountTable.model_fields.keys() <= written["accounts"][0].keys()
    env = {"DOOR": "open sesame", "KEY": "k", "TOKEN": "t"}
    folder = write(tmp_path, starfish=EVERYTHING, feeds='[[feeds]]\nurl = "https://a.example"\ntags = ["pools"]\n')
    got = loaded(folder, env)
    assert (got.bot.name, got.bot.niche, got.bot.timezone.key) == ("urchin", "tide pools", "Pacific/Auckland")
    assert got.bot.database == tmp_path / "data/urchin.db"
    assert got.bot.interests == ("anemones", "-giveaway")
    assert (got.web.host, got.web.port, got.web.public_url) == ("::1", 9000, "https://urchin.example")
    assert got.web.password == Secret("open sesame")
    assert got.net.allow_private == (ip_network("127.0.0.0/8"), ip_network("::1/128"))
    assert (got.net.contact, got.net.spacing) == ("https://bot.example.org/", timedelta(0))
    assert got.condense == CondenseSettings(
        llm=LlmSettings(url="http://127.0.0.1:11434/v1", model="small", key=Secret("k")),
        style="{title}: {summary}",
        otherwise="link",
    )
    assert got.filters == Filters(
        include=("sea",),
        exclude=("advert",),
        block=("spam.example",),
        categories=("Marine",),
        languages=("en",),
        min_words=5,
    )
    fedi, page = got.accounts
    assert (fedi.name, fedi.platform, fedi.quotes) == ("fedi", "fedi", 0.25)
    assert fedi.options == FediOptions(server="https://s.example", token=Secret("t"))
    assert fedi.post == Rhythm(at=(time(9), time(17, 30)), jitter=timedelta(minutes=10))
    assert (fedi.owner, fedi.feeds, fedi.quiet) == ("@ann@s.example", ("pools",), (time(22), time(7)))
    assert (fedi.max_per_day, fedi.review, fedi.dry_run) == (6, True, True)
    assert (fedi.settle, fedi.expires) == (timedelta(seconds=90), timedelta(days=3))
    assert (fedi.unknown, fedi.style, fedi.otherwise) == ("resend", "title", "next")
    assert (fedi.visibility, fedi.language, fedi.hashtags) == ("unlisted", "en", ("sea", "shore"))
    assert fedi.caps == Caps(person=Rate(count=3, per=timedelta(minutes=15)), account=None, thread=2)
    assert page.post == Rhythm(cron="0 9 * * mon-fri")
    assert (page.style, page.otherwise) == ("{title}: {summary}", "link"), "as [condense] says"
    assert got.warnings == ()


def test_every_key_of_feeds_toml_arrives(tmp_path: Path) -> None:
    """Each key of a feed stands in its value, secrets as secrets."""
    (feed, plain) = loaded(
        write(
            tmp_path,
            feeds="""
[[feeds]]
url = " https://a.example/feed "
tags = ["a", "b"]
own = true
backfill = "all"
every = "1h"
include = ["x"]
exclude = ["y"]
block = ["Ann"]
categories = ["z"]
languages = ["pt-BR"]
min_words = 3
hashtags = ["#tag"]
max_age = "1w"
style = "quote"
headers = { Accept-Language = "de", X-Token = { env = "T" } }
auth = { env = "LOGIN" }
cookie = { env = "T" }
proxy = { env = "PROXY" }
[[feeds]]
url = "https://b.example/feed"
""",
        ),
        {"T": "t", "LOGIN": "ann:pw", "PROXY": "http://u:p@proxy.example:3128"},
    ).feeds
    assert feed.url == "https://a.example/feed"
    assert (feed.tags, feed.own, feed.backfill, feed.every) == (("a", "b"), True, None, timedelta(hours=1))
    assert feed.filters == Filters(
        include=("x",), exclude=("y",), block=("Ann",), categories=("z",), languages=("pt-BR",), min_words=3
    )
    assert (feed.hashtags, feed.max_age, feed.style) == (("tag",), timedelta(days=7), "quote")
    assert feed.headers == (("Accept-Language", Secret("de")), ("X-Token", Secret("t")))
    assert (feed.auth, feed.cookie) == (Secret("ann:pw"), Secret("t"))
    assert feed.proxy == Secret("http://u:p@proxy.example:3128")
    assert (plain.backfill, plain.own, plain.every, plain.filters) == (1, False, None, Filters())
    assert "ann:pw" not in repr(feed)


def test_every_key_of_rules_toml_arrives(tmp_path: Path) -> None:
    """Each key of a rule stands in its value, with its place and its line."""
    first, second = loaded(
        write(
            tmp_path,
            rules="""
[[rules]]
id = "a"
when = "x"
reply = "one\\ntwo"

[[rules]]
id = "b"
when = ["find {topic}", "f"]
like = "where is it"
regex = ["^x$"]
about = "my_post"
after = "a"
from = "owner"
accounts = ["timeline"]
priority = -5
max_words = 9
cooldown = "10m"
do = "search"
reply = ["y", "z"]
else = "nothing"
tests = [{ say = "", expect = "b", from = "owner", with = { file = "notes", env = "x" }, contains = "y" }]
""",
        )
    ).rules
    assert (first.id, first.when, first.reply, first.order, first.line) == ("a", ("x",), ("one\ntwo",), 0, 2)
    assert (second.when, second.like, second.regex) == (("find {topic}", "f"), ("where is it",), ("^x$",))
    assert (second.about, second.follows, second.by, second.accounts) == ("my_post", ("a",), "owner", ("timeline",))
    assert (second.priority, second.max_words, second.cooldown) == (-5, 9, timedelta(minutes=10))
    assert (second.do, second.reply, second.otherwise) == ("search", ("y", "z"), ("nothing",))
    assert second.tests == (
        RuleTest(say="", expect="b", by="owner", captures={"file": "notes", "env": "x"}, contains="y"),
    )
    assert (second.order, second.line, second.origin) == (1, 7, "file")


def test_defaults_are_those_of_the_design(tmp_path: Path) -> None:
    """Empty files are fine, and give the defaults."""
    got = loaded(write(tmp_path, starfish="", feeds="", rules="", quotes=""))
    assert (got.bot.name, got.bot.timezone.key, got.bot.database) == ("starfish", "UTC", tmp_path / "starfish.db")
    assert (got.web.host, got.web.port, got.web.password) == ("127.0.0.1", 8420, None)
    assert (got.net.allow_private, got.net.spacing) == ((), None)
    assert (got.accounts, got.feeds, got.rules, got.quotes) == ((), (), (), ())


def test_an_account_of_few_words_has_the_defaults_of_the_design(tmp_path: Path) -> None:
    """Settle, unknown, style and caps are those of the design; the local timeline is capped by the minute only."""
    starfish = (
        f'[net]\n{CONTACT}[[accounts]]\nname = "f"\nplatform = "fedi"\nserver = "s"\ntoken = {{ env = "T" }}\n'
        '[[accounts]]\nname = "l"\nplatform = "local"\n[[accounts]]\nname = "m"\nplatform = "local"\ncaps.thread = 9\n'
    )
    fedi, local, capped = loaded(write(tmp_path, starfish=starfish), {"T": "t"}).accounts
    assert (fedi.settle, fedi.unknown, fedi.style, fedi.otherwise) == (timedelta(minutes=2), "hold", "takeaway", "next")
    assert (fedi.dry_run, fedi.review, fedi.expires, fedi.post) == (False, False, None, None)
    assert fedi.caps == Caps()
    assert local.caps == Caps(person=Rate(count=60, per=timedelta(minutes=1)), account=None, thread=None)
    assert capped.caps == Caps(person=Rate(count=60, per=timedelta(minutes=1)), account=None, thread=9)


def test_a_rehearsing_account_needs_no_secret(tmp_path: Path) -> None:
    """With dry_run a missing secret is a warning; the account beside it still needs its own."""
    rehearsing = '[[accounts]]\nname = "f"\nplatform = "fedi"\nserver = "s"\ntoken = { env = "NOPE" }\ndry_run = true\n'
    folder = write(tmp_path, starfish=f"[net]\n{CONTACT}{rehearsing}")
    assert loaded(folder).accounts[0].options == FediOptions(server="s", token=Secret(""))
    assert warned(folder) == ['starfish.toml:7: token: the environment variable "NOPE" is not set']
    serious = rehearsing.replace('"f"', '"g"').replace("dry_run = true", "dry_run = false")
    write(tmp_path, starfish=f"[net]\n{CONTACT}{rehearsing}{serious}")
    assert complaints(folder) == ['starfish.toml:13: token: the environment variable "NOPE" is not set']


def test_absolute_and_home_paths_of_the_database_stay(tmp_path: Path) -> None:
    """Only a relative database path is taken from the config folder."""
    absolute = loaded(write(tmp_path, starfish='bot.database = "/var/lib/x.db"\n')).bot.database
    assert absolute == Path("/var/lib/x.db")
    home = loaded(write(tmp_path, starfish='bot.database = "~/x.db"\n')).bot.database
    assert home == Path("~/x.db").expanduser()


def test_byte_order_marks_and_foreign_line_ends_are_fine(tmp_path: Path) -> None:
    """Files saved by editors of other systems are read all the same, with the right lines."""
    write(tmp_path)
    for name in ("starfish.toml", "feeds.toml", "rules.toml", "quotes.txt"):
        text = (tmp_path / name).read_bytes()
        (tmp_path / name).write_bytes(b"\xef\xbb\xbf" + text.replace(b"\n", b"\r\n"))
    assert loaded(tmp_path).quotes == ("Listen first.",)
    (tmp_path / "feeds.toml").write_bytes(b'[[feeds]]\r\nurl = "https://a.example"\r\nevry = 1\r\n')
    assert complaints(tmp_path)[0].startswith("feeds.toml:3: ")


def test_quotes_are_lines_without_comments(tmp_path: Path) -> None:
    """Blank lines and comments are passed over, spaces folded, authors kept."""
    quotes = "# ours\n\n  Listen   first. — Ann \n#no\nsay #yes\n"
    assert loaded(write(tmp_path, quotes=quotes)).quotes == ("Listen first. — Ann", "say #yes")


def test_without_quotes_there_are_none(tmp_path: Path) -> None:
    """quotes.txt may be absent."""
    (write(tmp_path) / "quotes.txt").unlink()
    assert loaded(tmp_path).quotes == ()


RULE = '[[rules]]\nid = "{}"\nwhen = ["{}"]\nreply = "y"\n'
WARNINGS = [
    ("no feeds", {"feeds": ""}, "feeds.toml: there are no feeds, so there is nothing to share; try: starfish feeds add URL"),
    ("no accounts", {"starfish": f"[net]\n{CONTACT}"}, "starfish.toml:1: there is no account, so nothing will be posted or answered; add [[accounts]]"),
    ("the example contact", {"starfish": '[net]\ncontact = "https://example.com/bot"\n[[accounts]]\nname = "a"\nplatform = "local"'}, "starfish.toml:2: contact is still the example; put your own address there, so that a site's owner can reach you"),
    ("an example of two rules", {"rules": RULE.format("a", "x y") + RULE.format("b", "X  y")}, 'rules.toml:7: when "X  y" is an example of rule "a" already'),
    ("an example twice", {"rules": RULE.format("a", 'x", "x')}, 'rules.toml:3: when "x" is an example of this rule already'),
    ("a tag of no feed", {"starfish": f'[net]\n{CONTACT}[[accounts]]\nname = "a"\nplatform = "local"\nfeeds = ["audoi"]', "feeds": '[[feeds]]\nurl = "https://a.example"\ntags = ["audio"]'}, 'starfish.toml:6: no feed has the tag "audoi"; did you mean "audio"?'),
    ("always quiet", {"starfish": f'[net]\n{CONTACT}[[accounts]]\nname = "a"\nplatform = "local"\npost = {{ at = ["23:00", "03:00"] }}\nquiet = "22:00-07:00"'}, "starfish.toml:7: every time of post.at lies in quiet, so nothing will be posted"),
    ("quoting nothing", {"rules": '[[rules]]\nid = "q"\nwhen = "q"\nreply = "{quote}"\ndo = "quote"\n', "quotes": "# none\n"}, 'rules.toml:5: rule "q" quotes, but quotes.txt holds no quotes'),
    ("a private feed", {"feeds": '[[feeds]]\nurl = "http://localhost:9/x"\n'}, 'feeds.toml:2: localhost is a private address and will be refused; allow it: allow_private = ["127.0.0.1"] in [net]'),
    ("a long quote", {"quotes": "x" * 281}, "quotes.txt:1: this quote has 281 characters; more than 280 rarely fit into a post"),
]  # fmt: skip


@pytest.mark.parametrize(("texts", "expected"), [pytest.param(*row[1:], id=row[0]) for row in WARNINGS])
def test_what_is_hardly_meant_is_a_warning(tmp_path: Path, texts: dict[str, str], expected: str) -> None:
    """Each oddity that is allowed is warned of, with its line, and is the only warning."""
    assert warned(write(tmp_path, **texts)) == [expected]


def test_an_allowed_private_feed_is_no_warning(tmp_path: Path) -> None:
    """What allow_private covers is meant."""
    starfish = WHOLE["starfish.toml"].replace("[net]", '[net]\nallow_private = ["127.0.0.0/8", "::1"]')
    feeds = "".join(f'[[feeds]]\nurl = "http://{host}:9/x"\n' for host in ("127.0.0.2", "localhost", "[::1]"))
    assert warned(write(tmp_path, starfish=starfish, feeds=feeds)) == []


def test_rules_written_in_odd_layouts_know_their_lines(tmp_path: Path) -> None:
    """Inline rules, and texts that quote a header, are located all the same."""
    inline = 'rules = [\n  { id = "a", when = "x", reply = "y" },\n\n  { id = "b", when = "z", reply = "y" },\n]\n'
    assert [rule.line for rule in loaded(write(tmp_path, rules=inline)).rules] == [2, 4]
    quoting = (
        '[[rules]]\nid = "a"\nwhen = "x"\nreply = """y\n[[rules]]\n"""\n[[rules]]\nid = "b"\nwhen = "z"\nreply = "y"\n'
    )
    assert [rule.line for rule in loaded(write(tmp_path, rules=quoting)).rules] == [1, 7]


def test_the_same_words_in_another_context_are_no_warning(tmp_path: Path) -> None:
    """Two rules may share an example when they answer in different situations."""
    rules = (
        RULE.format("a", "more")
        + RULE.format("b", "more")
        + 'about = "my_post"\n'
        + RULE.format("c", "MORE")
        + 'from = "owner"\n'
    )
    assert warned(write(tmp_path, rules=rules)) == []


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    text=st.text(alphabet=st.sampled_from("[]{}=\"'#.,\n -abtrue019é\\"), max_size=80),
    name=st.sampled_from(["starfish", "feeds", "rules"]),
)
def test_whatever_the_file_load_ends_in_settings_or_sentences(tmp_path: Path, text: str, name: str) -> None:
    """Any text is read, or refused with a ConfigError whose places lie inside the file; nothing else is ever raised."""
    folder = write(tmp_path, **{name: text})
    for said in complaints(folder):
        place, _, sentence = said.partition(": ")
        line = place.rpartition(":")[2]
        assert sentence
        assert not line.isdigit() or 1 <= int(line) <= text.count("\n") + 1


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(raw=st.binary(max_size=60), name=st.sampled_from(["starfish.toml", "feeds.toml", "rules.toml", "quotes.txt"]))
def test_any_bytes_end_in_settings_or_sentences(tmp_path: Path, raw: bytes, name: str) -> None:
    """Files of any bytes never raise anything but a ConfigError."""
    (write(tmp_path) / name).write_bytes(raw)
    complaints(tmp_path)


def test_brackets_without_end_are_refused(tmp_path: Path) -> None:
    """A file nested deeper than Python's stack is a mistake, not a crash."""
    for text in ("x = " + "[" * 5000, "x = " + "[" * 5000 + "]" * 5000, "\n" + "a = { b = " * 3000):
        assert complaints(write(tmp_path, feeds=text))
