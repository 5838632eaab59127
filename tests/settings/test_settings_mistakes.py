"""Every kind of mistake, with its very line and its very words."""

from pathlib import Path

import pytest

from bot.core.rules import check_rule
from bot.errors import ConfigError
from bot.settings import init
from tests.settings.config_folder import CONTACT, WHOLE, complaints, loaded, write

LOCAL = '[[accounts]]\nname = "a"\nplatform = "local"\n'
FEDI = '[[accounts]]\nname = "f"\nplatform = "fedi"\nserver = "https://s.example"\n'

STARFISH = [
    (
        "unknown key",
        '[bot]\nname = "x"\nniche = "y"\nnich = "y"',
        '4: "nich" is not a setting of [bot]; did you mean "niche"?',
    ),
    ("unknown table", "[bot]\n[acounts]\n", '2: "acounts" is not a table of starfish.toml; did you mean "accounts"?'),
    ("table of another file", '[bot]\n\n[[feeds]]\nurl = "https://a.example"', '3: "feeds" belongs in feeds.toml'),
    (
        "one bracket too few",
        '[accounts]\nname = "a"',
        "1: accounts is a list of tables: write its name in two pairs of brackets, [[…]]",
    ),
    (
        "timezone",
        '[bot]\ntimezone = "Europe/Londn"',
        '2: timezone "Europe/Londn" is unknown; did you mean "Europe/London"?',
    ),
    ("timezone that is a folder", '[bot]\ntimezone = "Europe"', '2: timezone "Europe" is unknown'),
    ("timezone that is a path", '[bot]\ntimezone = "../../etc/passwd"', '2: timezone "../../etc/passwd" is unknown'),
    ("wrong type", "[bot]\nname = 3", '2: name must be text like "fediverse", not 3'),
    (
        "a name with a space",
        '[bot]\nname = "star fish"',
        '2: name "star fish" is not a name: letters, digits, “.”, “-” and “_” only, at most 40; did you mean "star-fish"?',
    ),
    (
        "an interest that is none",
        '[bot]\ninterests = [\n  "a",\n  "-",\n]',
        '4: interests "-" names nothing; "-giveaway" mutes, "giveaway" wishes for',
    ),
    (
        "nobody's home",
        '[bot]\ndatabase = "~nobody-has-this-name/a.db"',
        '2: database "~nobody-has-this-name/a.db" begins with a home folder that is unknown here; write the whole path',
    ),
    ("text for a list", '[bot]\ninterests = "synths"', '2: interests must be a list; did you mean ["synths"]?'),
    (
        "listen beyond loopback",
        '[web]\nlisten = "0.0.0.0:80"',
        '2: listen opens the page beyond this machine, which needs password = { env = "STARFISH_PASSWORD" }',
    ),
    (
        "listen beyond loopback by IPv6",
        '[web]\nlisten = "[::]:80"',
        '2: listen opens the page beyond this machine, which needs password = { env = "STARFISH_PASSWORD" }',
    ),
    (
        "listen without a port",
        '[web]\nlisten = "127.0.0.1"',
        '2: listen "127.0.0.1" is not "address:port"; did you mean "127.0.0.1:8420"?',
    ),
    (
        "a plain password",
        '[web]\npassword = "hunter2"',
        '2: password is a secret, which must not stand in this file; write password = { env = "STARFISH_PASSWORD" } or password = { file = "…" }',
    ),
    (
        "a private range",
        '[net]\nallow_private = ["127.0.0.1/8"]',
        '2: allow_private "127.0.0.1/8" has bits beyond its mask; did you mean "127.0.0.0/8"?',
    ),
    (
        "a contact",
        '[net]\ncontact = "Ann"',
        '2: contact "Ann" must be a web address or an e-mail address, in plain ASCII',
    ),
    ("a span", "[net]\nspacing = 1", '2: spacing 1 has no unit; did you mean "1s"?'),
    (
        "dotted keys",
        'net.contact = "a@b.example"\nnet.spacing = "fast"',
        '2: spacing "fast" is not a span; a span is written like "90s", "15m", "2h", "7d" or "1w"',
    ),
    (
        "inside an inline table",
        '[condense]\nllm = { url = "http://[::1]:80/v1", modle = "m", model = "m" }',
        '2: "modle" is not a setting of condense.llm; did you mean "model"?',
    ),
    ("missing inside an inline table", '[condense]\nllm = { url = "http://h/v1" }', '2: condense.llm needs "model"'),
    ("a style", '[condense]\nstyle = "takeway"', '2: style "takeway" is unknown; did you mean "takeaway"?'),
    ("a filter's type", '[filters]\nmin_words = "3"', '2: min_words must be a whole number, not "3"'),
    (
        "a filter's word",
        '[filters]\nexclude = ["ad",\n"🎉"]',
        '3: exclude "🎉" has no letter or digit, so nothing has it',
    ),
    ("a filter's bound", "[filters]\nmin_words = -3", "2: min_words must be at least 0, not -3"),
    (
        "a language",
        '[filters]\nlanguages = ["en",\n"german"]',
        '3: languages "german" is not a language code like "en"; did you mean "de"?',
    ),
    (
        "a span for a schedule",
        LOCAL + 'post = "2h"',
        '4: post must be a table; did you mean post = { every = "2h" }?',
    ),
    (
        "a time for a schedule",
        LOCAL + 'post = "9:00"',
        '4: post must be a table; did you mean post = { at = ["9:00"] }?',
    ),
    (
        "times for a schedule",
        LOCAL + 'post = ["09:00", "17:30"]',
        '4: post must be a table; did you mean post = { at = ["09:00", "17:30"] }?',
    ),
    (
        "a cron line for a schedule",
        LOCAL + 'post = "0 9 * * mon-fri"',
        '4: post must be a table; did you mean post = { cron = "0 9 * * mon-fri" }?',
    ),
    (
        "something else for a schedule",
        LOCAL + "post = true",
        '4: post must be a table, like { every = "2h" }, not true',
    ),
    ("an account without a name", '[[accounts]]\nplatform = "local"', '1: an account needs "name"'),
    (
        "an unknown platform",
        '[[accounts]]\nname = "a"\nplatform = "lokal"',
        '3: platform "lokal" is unknown; did you mean "local"?',
    ),
    (
        "an unknown platform like nothing",
        '[[accounts]]\nname = "a"\nplatform = "zzz"',
        '3: platform "zzz" is unknown; there are "fedi" and "local"',
    ),
    (
        "an account twice",
        '[[accounts]]\nname = "a"\nplatform = "local"\n[[accounts]]\nname = "A"\nplatform = "local"',
        '5: name "A" stands twice, first in line 2',
    ),
    (
        "an account's unknown key",
        '[[accounts]]\nname = "a"\nplatform = "local"\nquite = "22:00-07:00"',
        '4: "quite" is not a setting of an account; did you mean "quiet"?',
    ),
    (
        "another platform's key",
        '[[accounts]]\nname = "a"\nplatform = "local"\nserver = "x"',
        '4: "server" is not a setting of an account',
    ),
    (
        "a platform's key misspelt",
        FEDI + 'token = { env = "T" }\nretris = 3',
        '6: "retris" is not a setting of an account; did you mean "retries"?',
    ),
    (
        "a platform's key missing",
        '[[accounts]]\nname = "f"\nplatform = "fedi"\ntoken = { env = "T" }',
        '1: this account needs "server"',
    ),
    ("a platform's key of another type", FEDI + 'token = { env = "T" }\nretries = "3x"', "6: retries"),
    (
        "a plain token",
        FEDI + 'token = "abc"',
        '5: token is a secret, which must not stand in this file; write token = { env = "FEDI_TOKEN" } or token = { file = "…" }',
    ),
    (
        "a reference misspelt",
        FEDI + 'token = { evn = "T" }',
        '5: token is a secret; write token = { env = "FEDI_TOKEN" } or token = { file = "…" }',
    ),
    ("a missing variable", FEDI + 'token = { env = "NOPE" }', '5: token: the environment variable "NOPE" is not set'),
    ("an empty variable", FEDI + 'token = { env = "EMPTY" }', '5: token: the environment variable "EMPTY" is empty'),
    ("a missing file", FEDI + 'token = { file = "nope" }', "5: token: the secret file"),
    (
        "no rhythm",
        '[[accounts]]\nname = "a"\nplatform = "local"\npost = { jitter = "1m" }',
        "4: post needs exactly one of at, every and cron, and has none of them",
    ),
    (
        "two rhythms",
        '[[accounts]]\nname = "a"\nplatform = "local"\npost = { every = "1h", cron = "0 9 * * *" }',
        "4: post needs exactly one of at, every and cron, and has every and cron",
    ),
    (
        "two rhythms in a subtable",
        '[[accounts]]\nname = "a"\nplatform = "local"\n[accounts.post]\nevery = "1h"\nat = ["09:00"]',
        "4: post needs exactly one of at, every and cron, and has at and every",
    ),
    ("no times", '[[accounts]]\nname = "a"\nplatform = "local"\npost = { at = [] }', "4: post.at has no times"),
    (
        "a time",
        '[[accounts]]\nname = "a"\nplatform = "local"\npost.at = [\n  "09:00",\n  "25:00",\n]',
        '6: post.at "25:00" is not a time of day; a time is written like "09:00" or "17:30"',
    ),
    (
        "a time twice",
        '[[accounts]]\nname = "a"\nplatform = "local"\npost = { at = ["09:00", "9:00"] }',
        "4: post names a time twice in at",
    ),
    (
        "too much jitter",
        '[[accounts]]\nname = "a"\nplatform = "local"\npost = { at = ["09:00", "09:10"], jitter = "10m" }',
        "4: post has a jitter as long as the time between two posts; make it shorter",
    ),
    (
        "cron fields",
        '[[accounts]]\nname = "a"\nplatform = "local"\npost = { cron = "0 9 * *" }',
        '4: post.cron "0 9 * *" is not a cron expression: it takes five fields, like "0 9 * * mon-fri"',
    ),
    (
        "cron values",
        '[[accounts]]\nname = "a"\nplatform = "local"\npost = { cron = "99 9 * * *" }',
        '4: post.cron "99 9 * * *" is not a cron expression: bad minute',
    ),
    (
        "no time at all",
        '[[accounts]]\nname = "a"\nplatform = "local"\npost = { every = "0s" }',
        '4: post.every "0s" is no time at all; the shortest is "1s"',
    ),
    (
        "quiet",
        '[[accounts]]\nname = "a"\nplatform = "local"\nquiet = "22:00"',
        '4: quiet "22:00" is not a window; it is written like "22:00-07:00"',
    ),
    (
        "a cap",
        '[[accounts]]\nname = "a"\nplatform = "local"\n[accounts.caps]\nperson = "6 per hour"',
        '5: caps.person "6 per hour" is not a cap; did you mean "6/h"?',
    ),
    (
        "a cap on threads",
        '[[accounts]]\nname = "a"\nplatform = "local"\ncaps = { thread = 0 }',
        "4: caps.thread must be a number from 1, or false for no cap, not 0",
    ),
    (
        "a choice",
        '[[accounts]]\nname = "a"\nplatform = "local"\nunknown = "hodl"',
        '4: unknown "hodl" is unknown; did you mean "hold"?',
    ),
    (
        "a choice like nothing",
        '[[accounts]]\nname = "a"\nplatform = "local"\notherwise = "x"',
        '4: otherwise "x" is unknown; it can be "next" or "link"',
    ),
    (
        "a switch",
        '[[accounts]]\nname = "a"\nplatform = "local"\nreview = "yes"',
        '4: review must be true or false, not "yes"',
    ),
    (
        "a hashtag",
        '[[accounts]]\nname = "a"\nplatform = "local"\nhashtags = ["two words"]',
        '4: hashtags "two words" can\'t be a hashtag: letters, digits and “_” only, one letter at least; did you mean "twowords"?',
    ),
]

FEEDS = [
    (
        "unknown key",
        '[[feeds]]\nurl = "https://a.example"\nevry = "1h"',
        '3: "evry" is not a setting of a feed; did you mean "every"?',
    ),
    ("no url", '[[feeds]]\ntags = ["x"]', '1: a feed needs "url"'),
    (
        "not http",
        '[[feeds]]\nurl = "ftp://a.example/f"',
        '2: url "ftp://a.example/f" is not a web address; it must begin with http:// or https://',
    ),
    (
        "no scheme",
        '[[feeds]]\nurl = "a.example/f"',
        '2: url "a.example/f" is not a web address; did you mean "https://a.example/f"?',
    ),
    (
        "a feed scheme",
        '[[feeds]]\nurl = "feed://a.example/f"',
        '2: url "feed://a.example/f" is not a web address; did you mean "https://a.example/f"?',
    ),
    (
        "credentials in it",
        '[[feeds]]\nurl = "https://ann:hunter2@a.example/f"',
        '2: url has a name or password in it; take them out and write auth = { env = "…" }',
    ),
    (
        "twice",
        '[[feeds]]\nurl = "https://a.example"\n\n[[feeds]]\nurl = "HTTPS://A.example:443/"',
        '5: url "HTTPS://A.example:443/" stands twice, first in line 2',
    ),
    (
        "twice, inline",
        'feeds = [\n  { url = "https://a.example" },\n  { url = "https://a.example" },\n]',
        '3: url "https://a.example" stands twice, first in line 2',
    ),
    (
        "backfill",
        '[[feeds]]\nurl = "https://a.example"\nbackfill = "some"',
        '3: backfill must be a number from 0, or "all", not "some"',
    ),
    ("a tag", '[[feeds]]\nurl = "https://a.example"\ntags = ["a", ""]', "3: tags is empty"),
    (
        "auth in plain text",
        '[[feeds]]\nurl = "https://a.example"\nauth = "ann:hunter2"',
        '3: auth is a secret, which must not stand in this file; write auth = { env = "FEED_AUTH" } or auth = { file = "…" }',
    ),
    (
        "auth without a colon",
        '[[feeds]]\nurl = "https://a.example"\nauth = { env = "T" }',
        "3: auth must hold user:password, with a colon between",
    ),
    (
        "a proxy that is none",
        '[[feeds]]\nurl = "https://a.example"\nproxy = { env = "T" }',
        "3: proxy must hold the address of a proxy that begins with http:// or https://",
    ),
    (
        "a secret header",
        '[[feeds]]\nurl = "https://a.example"\nheaders = { "X-Api-Key" = "abc" }',
        '3: headers "X-Api-Key" looks like a secret; write "X-Api-Key" = { env = "FEED_SECRET" }',
    ),
    (
        "a header of ours",
        '[[feeds]]\nurl = "https://a.example"\nheaders = { "If-None-Match" = "abc" }',
        '3: headers "If-None-Match" is set by the bot itself',
    ),
    (
        "a header's name",
        '[[feeds]]\nurl = "https://a.example"\nheaders = { "A B" = "abc" }',
        '3: headers "A B" is not the name of a header',
    ),
    (
        "a header's value",
        '[[feeds]]\nurl = "https://a.example"\nheaders = { Accept-Language = "de\\r\\nHost: x" }',
        '3: headers "Accept-Language" holds characters that a header can\'t carry',
    ),
]

RULES = [
    ("no id", '[[rules]]\nwhen = "x"\nreply = "y"', '1: a rule needs "id"'),
    ("twice", '[[rules]]\nid = "a"\nwhen = "x"\nreply = "y"\n[[rules]]\nid = "a"\nwhen = "z"\nreply = "y"', '6: id "a" stands twice, first in line 2'),
    ("after nothing", '[[rules]]\nid = "greeting"\nwhen = "x"\nreply = "y"\nafter = "greting"', '5: after "greting" names no rule; did you mean "greeting"?'),
    ("one of several after nothing", '[[rules]]\nid = "greeting"\nwhen = "x"\nreply = "y"\nafter = ["greeting",\n"greting"]', '6: after "greting" names no rule; did you mean "greeting"?'),
    ("after a number", '[[rules]]\nid = "a"\nwhen = "x"\nreply = "y"\nafter = 3', "5: after must be text, or a list of texts, not 3"),
    ("no such account", '[[rules]]\nid = "a"\nwhen = "x"\nreply = "y"\naccounts = ["timeline",\n"timelin"]', '6: accounts: "timelin" names no account; did you mean "timeline"?'),
    ("a test of nothing", '[[rules]]\nid = "hello"\nwhen = "x"\nreply = "y"\ntests = [\n  { say = "x", expect = "hello" },\n  { say = "y", expect = "helo" },\n]', '7: expect "helo" names no rule; did you mean "hello"?'),
    ("a test's key", '[[rules]]\nid = "a"\nwhen = "x"\nreply = "y"\n[[rules.tests]]\nsay = "x"\nexpects = "a"\nexpect = "a"', '7: "expects" is not a setting of a test; did you mean "expect"?'),
    ("an action", '[[rules]]\nid = "a"\nwhen = "x"\nreply = "y"\ndo = "serch"', '5: do "serch" is not an action; did you mean "search"?'),
    ("else without do", '[[rules]]\nid = "a"\nwhen = "x"\nreply = "y"\nelse = "z"', "5: else is said when an action finds nothing, and this rule has no do"),
    ("about", '[[rules]]\nid = "a"\nwhen = "x"\nreply = "y"\nabout = "my post"', '5: about "my post" is unknown; did you mean "my_post"?'),
    ("a table for a word", '[[rules]]\nid = "a"\nwhen = "x"\nreply = "y"\nfrom = { x = 1 }', '5: from must be "owner", not a table'),
    ("a reply's type", '[[rules]]\nid = "a"\nwhen = "x"\nreply = ["y",\n 3]', '5: reply must be text like "…", not 3'),
    ("an unknown name in a reply", '\n[[rules]]\nid = "a"\nwhen = "x"\nreply = "{nam}"', '2: rule "a": {nam} is not a name that a reply can use; did you mean “name”?'),
    ("a phrase", '[[rules]]\nid = "a"\nwhen = "x ("\nreply = "y"', '1: rule "a": when: “x (”: a ( is never closed; add )'),
    ("a rule that never matches", '[[rules]]\nid = "a"\nreply = "y"', '1: rule "a": it can never match: give it `when`, `like` or `regex`'),
    ("a bad phrase beside a bad key", '[[rules]]\nid = "a"\nwhen = "x ("\nreply = "y"\npriority = 99999999\n', '1: rule "a": when: “x (”: a ( is never closed; add )'),
]  # fmt: skip


def cases() -> list[object]:
    """Every case with the file that it stands in."""
    tables = (("starfish", STARFISH), ("feeds", FEEDS), ("rules", RULES))
    return [pytest.param(file, text, what, id=f"{file}: {name}") for file, rows in tables for name, text, what in rows]


@pytest.mark.parametrize(("file", "text", "expected"), cases())
def test_a_mistake_is_named_with_its_line(tmp_path: Path, file: str, text: str, expected: str) -> None:
    """Each kind of mistake is reported with its line, what is wrong, and what was probably meant."""
    said = complaints(write(tmp_path, **{file: text}), {"T": "t", "EMPTY": " "}, check_rule)
    assert any(line.startswith(f"{file}.toml:{expected}") for line in said), said
    assert all(line.startswith(f"{file}.toml:") for line in said if "names no account" not in line)


def test_all_mistakes_of_all_files_come_at_once(tmp_path: Path) -> None:
    """Mistakes of every kind in every file are told together, in the order of files and lines."""
    folder = write(
        tmp_path,
        starfish=f'[net]\n{CONTACT}[bot]\ntimezone = "Mars"\nnam = "x"\n[[accounts]]\nname = "a"\nplatform = "lcal"\n',
        feeds='[[feeds]]\nurl = "https://a.example"\nown = yes\nbackfill = -1\n',
        rules='[[rules]]\nid = "a"\nwhen = "x"\nreply = "{x}"\nafter = "b"\ndo = "dance"\n',
        quotes="fine\n# comment\nbad \x07 bell\n",
    )
    places = [line.split(": ", maxsplit=1)[0] for line in complaints(folder, check_rule=check_rule)]
    assert places == [
        *("starfish.toml:4", "starfish.toml:5", "starfish.toml:8"),
        *("feeds.toml:3", "feeds.toml:4"),
        *("rules.toml:1", "rules.toml:5", "rules.toml:6"),
        "quotes.txt:3",
    ]


def test_mistakes_of_one_rule_stand_beside_each_other(tmp_path: Path) -> None:
    """A rule with a wrong key has its phrases and replies looked through all the same."""
    folder = write(tmp_path, rules='[[rules]]\nid = "a"\nwhen = "x"\nreply = "{x}"\nmax_words = 0\n')
    assert [line[:14] for line in complaints(folder, check_rule=check_rule)] == ["rules.toml:1: ", "rules.toml:5: "]


def test_no_secret_is_ever_repeated(tmp_path: Path) -> None:
    """Whatever is wrong with a secret, a message does not contain it."""
    folder = write(
        tmp_path,
        starfish=f'[web]\npassword = "hunter2"\n[condense]\nllm = {{ url = "https://u:hunter2@h/", key = "hunter2" }}\n{FEDI}token = "hunter2"\n',
        feeds=(
            '[[feeds]]\nurl = "https://u:hunter2@a.example/"\nauth = "hunter2"\ncookie = "hunter2"\nproxy = { env = "P" }\n'
            'headers = { Authorization = "hunter2" }\n'
        ),
    )
    said = complaints(folder, {"P": "hunter2"})
    assert len(said) >= 8
    assert "hunter2" not in "\n".join(said)


def test_a_control_character_in_a_value_is_shown_escaped(tmp_path: Path) -> None:
    """A message stays one plain line whatever stood in the file."""
    folder = write(tmp_path, starfish='[bot]\nname = "a\\u001b[31m\\n\\u202eb"\n')
    (said,) = complaints(folder)
    assert said.isprintable()
    assert said.startswith("starfish.toml:2: name")


def test_an_unreadable_line_does_not_hide_the_others(tmp_path: Path) -> None:
    """Below a line that is not TOML, mistakes are still found, and nothing is called missing that stood on it."""
    folder = write(tmp_path, feeds='[[feeds]]\nurl = https://a.example\nevry = "1h"\n\n[[feeds]]\ntags = [\nown = 1\n')
    assert complaints(folder) == [
        'feeds.toml:2: url: text stands in quotes; did you mean url = "https://a.example"?',
        'feeds.toml:3: "evry" is not a setting of a feed; did you mean "every"?',
        'feeds.toml:5: a feed needs "url"',
        "feeds.toml:6: a bracket that is opened here is never closed",
        "feeds.toml:7: own must be true or false, not 1",
    ]


def test_a_missing_folder_is_one_mistake(tmp_path: Path) -> None:
    """Without a folder there is one thing to say: how to make one."""
    with pytest.raises(ConfigError) as caught:
        loaded(tmp_path / "nope")
    (problem,) = caught.value.problems
    assert "starfish init" in problem.what


@pytest.mark.parametrize("name", ["starfish.toml", "feeds.toml", "rules.toml"])
def test_a_missing_file_is_named(tmp_path: Path, name: str) -> None:
    """A file that is not there is named, with how to come by one."""
    (write(tmp_path) / name).unlink()
    (said,) = complaints(tmp_path)
    assert said == f"{name}: is missing; an empty file will do, and `starfish init somewhere` writes one to copy from"


def test_a_folder_without_any_of_the_files_is_one_mistake(tmp_path: Path) -> None:
    """It is empty, or the wrong one: there is one thing to say, and what is proposed works."""
    with pytest.raises(ConfigError) as caught:
        loaded(tmp_path)
    (problem,) = caught.value.problems
    assert problem.what == f"none of the bot's files is in it; `starfish init {tmp_path}` writes them"
    init(tmp_path)
    loaded(tmp_path, check_rule=check_rule)


@pytest.mark.parametrize("name", list(WHOLE))
def test_a_file_that_is_not_utf8_is_named_with_its_line(tmp_path: Path, name: str) -> None:
    """Bytes of another encoding are found on their line."""
    (write(tmp_path) / name).write_bytes(b"# fine\n# caf\xe9\n")
    assert f"{name}:2: is not UTF-8 text; save the file as UTF-8" in complaints(tmp_path)


@pytest.mark.parametrize("name", list(WHOLE))
def test_a_folder_in_place_of_a_file_is_a_mistake(tmp_path: Path, name: str) -> None:
    """What can't be read as a file is a sentence, never a traceback."""
    (write(tmp_path) / name).unlink()
    (tmp_path / name).mkdir()
    assert any(line.startswith(f"{name}: can't be read: ") for line in complaints(tmp_path))


def test_places_are_shown_as_the_owner_typed_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A relative folder stays relative, and one below the current folder becomes so."""
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "config", feeds="oops\n")
    for folder in (Path("config"), tmp_path / "config"):
        with pytest.raises(ConfigError) as caught:
            loaded(folder)
        assert caught.value.problems[0].where == "config/feeds.toml:1"
