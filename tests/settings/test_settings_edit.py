"""Edits by commands: what changes, what stays, and what is refused."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.core.rules import check_rule
from bot.errors import ConfigError, UsageError
from bot.model import Rule, RuleTest, Secret
from bot.settings import add_account, add_feed, add_feeds, add_rule, init, remove_feed, remove_rule, rules_toml
from tests.settings.config_folder import FediOptions, complaints, loaded, write

FEEDS = """\
# My feeds, in the order I like them.

[[feeds]]
url = "https://a.example/feed"   # the first
tags = ["a"]
# backfill = 1

# the second is better
[[feeds]]
url = 'https://b.example/feed'
[feeds.headers]
Accept-Language = "de"

# --- a new part

[[feeds]]
url = "https://c.example/feed"
"""
GREETING = Rule(
    id="greeting", when=("hi", "hello *"), reply=('Hi "{name}"',), tests=(RuleTest(say="hi", expect="greeting"),)
)


def test_a_feed_is_added_at_the_end(tmp_path: Path) -> None:
    """All that stood there stays, letter by letter; the new feed stands behind it."""
    write(tmp_path, feeds=FEEDS)
    add_feed(tmp_path, "https://d.example/feed", ["x", 'y "z"'])
    text = (tmp_path / "feeds.toml").read_text(encoding="utf-8")
    assert text == FEEDS + '\n[[feeds]]\nurl = "https://d.example/feed"\ntags = ["x", "y \\"z\\""]\n'
    assert loaded(tmp_path).feeds[-1].tags == ("x", 'y "z"')


def test_a_feed_is_removed_with_its_own_comments(tmp_path: Path) -> None:
    """The comments inside a table and right above it go with it; the file's first words and all others stay."""
    write(tmp_path, feeds=FEEDS)
    assert remove_feed(tmp_path, "https://b.example/feed")
    text = (tmp_path / "feeds.toml").read_text(encoding="utf-8")
    assert text == FEEDS[: FEEDS.index("# the second")] + FEEDS[FEEDS.index("# --- a new part") :]
    assert remove_feed(tmp_path, "HTTPS://A.example:443/feed")
    text = (tmp_path / "feeds.toml").read_text(encoding="utf-8")
    assert text == "# My feeds, in the order I like them.\n\n" + FEEDS[FEEDS.index("# --- a new part") :]
    assert remove_feed(tmp_path, "https://c.example/feed")
    text = (tmp_path / "feeds.toml").read_text(encoding="utf-8")
    assert text == "# My feeds, in the order I like them.\n\n# --- a new part\n"
    assert loaded(tmp_path).feeds == ()


def test_what_does_not_stand_there_can_not_be_removed(tmp_path: Path) -> None:
    """False is the answer, and the file is not even written."""
    write(tmp_path, feeds=FEEDS)
    before = (tmp_path / "feeds.toml").stat()
    assert not remove_feed(tmp_path, "https://z.example/feed")
    assert not remove_rule(tmp_path, "nope")
    assert (tmp_path / "feeds.toml").stat() == before


@pytest.mark.parametrize("feeds", ["", "# none yet\n", "feeds = []\n", 'feeds = [{ url = "https://a.example" }]  # inline\n',
                                   'feeds = [\n  # one\n  { url = "https://a.example" },\n]\n'])  # fmt: skip
def test_feeds_are_added_to_any_layout_and_removed_again(tmp_path: Path, feeds: str) -> None:
    """Empty files and lists written inline take a feed too, and give it back; comments stay."""
    write(tmp_path, feeds=feeds)
    known = [feed.url for feed in loaded(tmp_path).feeds]
    add_feed(tmp_path, "https://b.example/", [])
    assert [feed.url for feed in loaded(tmp_path).feeds] == [*known, "https://b.example/"]
    assert remove_feed(tmp_path, "https://b.example")
    assert [feed.url for feed in loaded(tmp_path).feeds] == known
    text = (tmp_path / "feeds.toml").read_text(encoding="utf-8")
    assert all(comment in text for comment in ("# none yet", "# inline", "# one") if comment in feeds)


def test_a_feed_that_can_not_be_is_refused(tmp_path: Path) -> None:
    """A second one of the same address and what is no web address are refused, and nothing is written."""
    write(tmp_path, feeds=FEEDS)
    for url in ("https://a.example:443/feed", "ftp://x.example", "x", "https://u:p@x.example/"):
        with pytest.raises(UsageError):
            add_feed(tmp_path, url, [])
    with pytest.raises(UsageError, match="tags"):
        add_feed(tmp_path, "https://x.example", [""])
    assert (tmp_path / "feeds.toml").read_text(encoding="utf-8") == FEEDS


def test_a_rule_is_added_and_read_back(tmp_path: Path) -> None:
    """What was added is what `load` gives."""
    write(tmp_path)
    add_rule(tmp_path, GREETING)
    got = loaded(tmp_path, check_rule=check_rule).rules[-1]
    assert (got.id, got.when, got.reply, got.tests) == (GREETING.id, GREETING.when, GREETING.reply, GREETING.tests)
    with pytest.raises(UsageError, match="already"):
        add_rule(tmp_path, GREETING)
    with pytest.raises(UsageError, match="is not an action"):
        add_rule(tmp_path, Rule(id="x", when=("x",), reply=("y",), do="dance"))
    assert remove_rule(tmp_path, "greeting")
    assert [rule.id for rule in loaded(tmp_path).rules] == ["hello"]


def test_a_rule_goes_with_the_tests_that_stand_below_it(tmp_path: Path) -> None:
    """Subtables of a rule are part of it."""
    head = '[[rules]]\nid = "a"\nwhen = "x"\nreply = "y"\n'
    tests = '[[rules.tests]]\nsay = "x"\nexpect = "a"\n[[rules.tests]]\nsay = "X"\nexpect = "a"\n'
    rest = '\n# kept\n[[rules]]\nid = "b"\nwhen = "z"\nreply = "y"\n'
    write(tmp_path, rules=head + tests + rest)
    assert remove_rule(tmp_path, "a")
    assert (tmp_path / "rules.toml").read_text(encoding="utf-8") == rest[1:]


def test_an_account_is_added_with_references(tmp_path: Path) -> None:
    """The platform's keys stand beside the name; secrets only by reference."""
    write(tmp_path)
    add_account(tmp_path, "f", "fedi", {"server": "https://s", "token": {"env": "T"}, "post": {"every": "3h"}})
    assert '\n[[accounts]]\nname = "f"\nplatform = "fedi"\nserver = "https://s"\ntoken = { env = "T" }\n' in (
        (tmp_path / "starfish.toml").read_text(encoding="utf-8")
    )
    assert loaded(tmp_path, {"T": "t"}).accounts[-1].options == FediOptions(server="https://s", token=Secret("t"))
    with pytest.raises(UsageError, match="already"):
        add_account(tmp_path, "F", "fedi", {})
    with pytest.raises(UsageError, match="by reference"):
        add_account(tmp_path, "g", "fedi", {"token": Secret("hunter2")})
    with pytest.raises(UsageError, match=r"post\.every"):
        add_account(tmp_path, "g", "fedi", {"post": {"every": "soon"}})


EDITS: list[Callable[[Path], object]] = [
    lambda folder: add_feed(folder, "https://n.example", []),
    lambda folder: remove_feed(folder, "https://n.example"),
    lambda folder: add_rule(folder, GREETING),
    lambda folder: remove_rule(folder, "greeting"),
    lambda folder: add_account(folder, "n", "local", {}),
]


@pytest.mark.parametrize("edit", EDITS)
def test_a_file_with_mistakes_of_syntax_is_left_alone(tmp_path: Path, edit: Callable[[Path], object]) -> None:
    """What can't be read as TOML is reported with its line and not touched."""
    write(tmp_path, starfish="\noops", feeds="\noops", rules="\noops")
    with pytest.raises(ConfigError, match=r"toml:2: "):
        edit(tmp_path)
    assert (tmp_path / "feeds.toml").read_text(encoding="utf-8") == "\noops"


@pytest.mark.parametrize("edit", EDITS)
def test_a_missing_file_is_a_sentence(tmp_path: Path, edit: Callable[[Path], object]) -> None:
    """Where there is no file to edit, the owner is told how to come by one."""
    with pytest.raises(UsageError, match="starfish init"):
        edit(tmp_path)


def test_mode_line_ends_and_byte_order_mark_stay(tmp_path: Path) -> None:
    """An edit changes what it is about, and nothing of the file's kind."""
    path = write(tmp_path) / "feeds.toml"
    path.write_bytes(b'\xef\xbb\xbf# caf\xc3\xa9\r\n[[feeds]]\r\nurl = "https://a.example"\r\n')
    path.chmod(0o640)
    add_feed(tmp_path, "https://b.example", [])
    raw = path.read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf# caf\xc3\xa9\r\n")
    assert raw.count(b"\r\n") == raw.count(b"\n") == 6
    assert path.stat().st_mode & 0o777 == 0o640
    assert [feed.url for feed in loaded(tmp_path).feeds] == ["https://a.example", "https://b.example"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_the_file_stays_its_owners(tmp_path: Path) -> None:
    """`sudo starfish feeds add` takes no file from the service's user, who could not read it any more."""
    init(tmp_path)
    path = tmp_path / "feeds.toml"
    path.chmod(0o640)
    os.chown(path, 65534, 65533)
    add_feed(tmp_path, "https://example.com/feed.xml")
    after = path.stat()
    assert (after.st_uid, after.st_gid, after.st_mode & 0o777) == (65534, 65533, 0o640)


def test_a_link_to_the_file_stays_a_link(tmp_path: Path) -> None:
    """Configs that live elsewhere, linked into the folder, are edited where they live."""
    elsewhere = write(tmp_path / "dotfiles")
    folder = write(tmp_path / "config")
    (folder / "feeds.toml").unlink()
    (folder / "feeds.toml").symlink_to(elsewhere / "feeds.toml")
    add_feed(folder, "https://b.example", [])
    assert (folder / "feeds.toml").is_symlink()
    assert "b.example" in (elsewhere / "feeds.toml").read_text(encoding="utf-8")


def test_nothing_is_left_behind_where_the_file_can_not_be_written(tmp_path: Path) -> None:
    """A folder that takes no files leaves the old file whole, and the error is a sentence."""
    write(tmp_path, feeds=FEEDS)
    tmp_path.chmod(0o500)
    try:
        if os.access(tmp_path, os.W_OK):
            pytest.skip("this user may write anywhere")
        with pytest.raises(UsageError, match="can't be written"):
            add_feed(tmp_path, "https://n.example", [])
    finally:
        tmp_path.chmod(0o700)
    assert (tmp_path / "feeds.toml").read_text(encoding="utf-8") == FEEDS


def test_commands_at_the_same_time_lose_nothing(tmp_path: Path) -> None:
    """Six processes that add three feeds each leave all eighteen in the file."""
    write(tmp_path, feeds="")
    code = (
        "import sys; from pathlib import Path; from bot.settings import add_feed\n"
        "for i in range(3): add_feed(Path(sys.argv[1]), f'https://{sys.argv[2]}.example/{i}', [])"
    )
    running = [subprocess.Popen([sys.executable, "-c", code, str(tmp_path), f"p{n}"]) for n in range(6)]
    assert [process.wait() for process in running] == [0] * 6
    assert len(loaded(tmp_path).feeds) == 18
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "feeds.toml",
        "quotes.txt",
        "rules.toml",
        "starfish.toml",
    ]


@pytest.mark.parametrize("step", [9, pytest.param(1, marks=pytest.mark.slow)])
def test_edits_of_the_starter_files_keep_every_line(tmp_path: Path, step: int) -> None:
    """Each feed and rule of the starter files can be removed, and no comment of another one goes with it."""
    init(tmp_path)
    for name, remove, key in (("feeds", remove_feed, "url"), ("rules", remove_rule, "id")):
        path = tmp_path / f"{name}.toml"
        whole = path.read_text(encoding="utf-8")
        for row in tomllib.loads(whole)[name][::step]:
            assert remove(tmp_path, row[key])
            kept = path.read_text(encoding="utf-8")
            gone = [line for line in whole.splitlines() if line.strip() and line not in kept.splitlines()]
            assert not any(line.startswith("# ---") for line in gone)
            assert tomllib.loads(kept)[name] == [other for other in tomllib.loads(whole)[name] if other != row]
            path.write_text(whole, encoding="utf-8")


WORDS = st.text(
    alphabet=st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp")), min_size=1, max_size=30
)
TEXTS = WORDS.map(str.strip).filter(lambda text: bool(text) and "\ufeff" not in text)
RULES = st.builds(
    Rule,
    id=st.from_regex(r"[a-z][a-z0-9-]{0,10}[a-z]", fullmatch=True),
    when=st.lists(TEXTS, min_size=1, max_size=3).map(tuple),
    like=st.lists(TEXTS, max_size=2).map(tuple),
    reply=st.lists(TEXTS, min_size=1, max_size=3).map(tuple),
    priority=st.integers(-9, 9),
    max_words=st.none() | st.integers(1, 9),
    by=st.sampled_from([None, "owner"]),
    about=st.sampled_from([None, "my_post"]),
    follows=st.sampled_from([(), ("fallback",), ("stop", "fallback")]),
    cooldown=st.none() | st.integers(1, 10**6).map(lambda n: timedelta(seconds=n)),
    tests=st.lists(
        st.builds(RuleTest, say=WORDS, expect=st.just("fallback"), captures=st.dictionaries(TEXTS, WORDS, max_size=2)),
        max_size=2,
    ).map(tuple),
)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(rules=st.lists(RULES, max_size=3, unique_by=lambda rule: rule.id))
def test_exported_rules_are_read_back_as_they_were(tmp_path: Path, rules: list[Rule]) -> None:
    """Whatever words a rule holds, its export is TOML that means the same."""
    folder = write(tmp_path, rules=rules_toml(rules))
    assert complaints(folder) == []
    back = loaded(folder).rules
    assert [(r.id, r.when, r.like, r.reply, r.tests) for r in back] == [
        (r.id, r.when, r.like, r.reply, r.tests) for r in rules
    ]
    assert [(r.priority, r.max_words, r.by, r.about, r.follows, r.cooldown) for r in back] == [
        (r.priority, r.max_words, r.by, r.about, r.follows, r.cooldown) for r in rules
    ]


# --------------------------------------------------------------------------- many feeds at once


def test_a_list_of_feeds_is_added_in_one_go(tmp_path: Path) -> None:
    """Each once, whatever its spelling, those that stand there already stay, and comments with them."""
    file = tmp_path / "feeds.toml"
    file.write_text('# mine\n[[feeds]]\nurl = "https://a.example/feed" # first\n', "utf-8")
    listed = [("https://A.example:443/feed", ("x",)), ("https://b.example", ("y", "z")), ("https://b.example/", ())]
    assert add_feeds(tmp_path, listed) == (1, [])
    text = file.read_text("utf-8")
    assert (
        text
        == '# mine\n[[feeds]]\nurl = "https://a.example/feed" # first\n\n[[feeds]]\nurl = "https://b.example"\ntags = ["y", "z"]\n'
    )
    assert add_feeds(tmp_path, listed) == (0, [])
    assert file.read_text("utf-8") == text


def test_what_can_not_be_a_feed_is_left_out_and_said(tmp_path: Path) -> None:
    """The others are added all the same; of an address with a password in it nothing is repeated."""
    (tmp_path / "feeds.toml").write_text("", "utf-8")
    listed = [("https://ann:hunter2@a.example/", ()), ("gopher://b.example/", ()), ("https://c.example/", ())]
    added, refused = add_feeds(tmp_path, listed)
    assert (added, len(refused)) == (1, 2)
    assert "hunter2" not in "".join(refused)
    assert tomllib.loads((tmp_path / "feeds.toml").read_text("utf-8")) == {"feeds": [{"url": "https://c.example/"}]}


def test_a_list_joins_feeds_that_are_written_inline(tmp_path: Path) -> None:
    """`feeds = [ … ]` stays one array."""
    (tmp_path / "feeds.toml").write_text('feeds = [{ url = "https://a.example/" }]\n', "utf-8")
    assert add_feeds(tmp_path, [("https://b.example/", ("t",)), ("https://c.example/", ())]) == (2, [])
    feeds = tomllib.loads((tmp_path / "feeds.toml").read_text("utf-8"))["feeds"]
    assert [feed["url"] for feed in feeds] == [f"https://{name}.example/" for name in "abc"]
    assert feeds[1]["tags"] == ["t"]
