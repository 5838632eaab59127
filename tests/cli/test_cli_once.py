"""`init`, `once`, `share`, `pause`, `resume`, `block`: commands that act."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.core.text import measure
from bot.platforms.local import LIMITS
from bot.store import open_store
from tests.cli.terminal import Said, Terminal, call
from tests.servers.feedserver import FeedServer
from tests.servers.fixtures import START
from tests.servers.small_bot import LOCAL, PIECES, rss, write_config


def test_init_writes_a_config_that_is_right_and_never_overwrites(tmp_path: Path) -> None:
    """Four files, without a mistake; a second time they are left alone, with exit 2."""
    folder = tmp_path / "new" / "config"
    assert call("init", str(folder)).code == 0
    names = {"starfish.toml", "feeds.toml", "rules.toml", "quotes.txt"}
    assert {path.name for path in folder.iterdir()} == names
    assert Terminal(folder).ok("check").out.endswith("No mistakes.\n")
    (folder / "feeds.toml").write_text("# mine\n", "utf-8")
    again = call("init", str(folder))
    assert again.code != 0
    assert (folder / "feeds.toml").read_text("utf-8") == "# mine\n"


def test_init_writes_where_the_other_commands_read(tmp_path: Path) -> None:
    """The folder is DIR, else that of --config, where every other command looks for it."""
    assert call("init", "--config", str(tmp_path / "a")).code == 0
    assert (tmp_path / "a" / "starfish.toml").is_file()
    assert call("init", str(tmp_path / "b"), "--config", str(tmp_path / "c")).code == 0
    assert (tmp_path / "b").is_dir()
    assert not (tmp_path / "c").exists()


def test_the_first_call_only_gathers(terminal: Terminal) -> None:
    """`once` on a new database posts nothing; its JSON says what each feed brought."""
    done = terminal.ok("once", "--json").json()
    assert set(done) == {"feeds", "slots", "answered", "delivered"}
    assert set(done["feeds"][0]) == {"url", "status", "entries", "new", "error", "next_at"}
    assert (done["feeds"][0]["status"], done["feeds"][0]["new"]) == ("new", len(PIECES))
    assert (done["slots"], done["delivered"]) == ([], 0)


def test_who_calls_it_by_hand_is_told_when_the_next_post_is_due(terminal: Terminal) -> None:
    """Nothing posted at the first call is no riddle: it is said when a later one has a slot to fill."""
    *_, last = terminal.ok("once").out.splitlines()
    assert last.startswith("timeline: its next slot is ")


def test_a_quiet_call_sends_nobody_a_mail(terminal: Terminal, site: FeedServer) -> None:
    """Cron mails whatever is said: where all is well, and where a feed has a bad day, that is nothing."""
    assert terminal.ok("once", "--quiet", "--post") == Said(0, "", "")
    site.put("/feed.xml", status=503)
    assert terminal.ok("once", "--quiet") == Said(0, "", "")
    assert len(terminal.ok("timeline", "--jsonl").lines()) == 1


def test_later_calls_fill_at_most_one_slot(site: FeedServer, tmp_path: Path) -> None:
    """However many slots came due since the last call, one post goes out."""
    url = site.put("/often.xml", rss(PIECES))
    often = '[[accounts]]\nname = "timeline"\nplatform = "local"\npost = { every = "1s" }\n'
    terminal = Terminal(write_config(tmp_path / "config", feeds=[url], accounts=often))
    terminal.ok("once")
    with open_store(tmp_path / "config" / "starfish.db", mode="run", now=START) as store:
        last = store.owner.get("last_call")
        assert last is not None
        store.owner.put("last_call", last.replace("2026", "2025"))
    done = terminal.ok("once", "--json").json()
    assert [one["outbox"] for one in done["slots"] if one["outbox"]] == [1]
    assert done["delivered"] == 1
    assert len(terminal.ok("timeline", "--jsonl").lines()) == 1


def test_every_post_is_one_extra_and_each_link_comes_once(terminal: Terminal) -> None:
    """`--post` again and again: one post a call, each another article, within the limit, its link whole."""
    for _ in range(5):
        done = terminal.ok("once", "--post", "--json").json()
        assert done["delivered"] == 1
        assert done["slots"][-1]["slot"].startswith("extra:")
    items = terminal.ok("timeline", "--jsonl").lines()
    assert len({item["url"] for item in items}) == len(items) == 5
    assert all(item["text"].endswith(item["url"]) and measure(item["text"], LIMITS) <= 300 for item in items)


def test_what_did_not_arrive_is_not_called_delivered(site: FeedServer, tmp_path: Path) -> None:
    """A post in doubt, held, waiting or refused is none that was delivered; one that the platform took is."""
    hook = site.url("/hook")
    account = f'[[accounts]]\nname = "hook"\nplatform = "webhook"\nurl = "{hook}"\nsettle = "1s"\n'
    terminal = Terminal(write_config(tmp_path / "config", feeds=[], accounts=account))
    terminal.ok("once")
    for status, delivered in ((400, 0), (200, 1), (500, 0), (429, 0)):
        site.put("/hook", status=status)
        terminal.ok("post", f"Words for {status}", "--account", "hook")
        done = terminal.ok("once", "--json").json()
        assert (status, done["delivered"]) == (status, delivered)


def test_extra_posts_ignore_quiet_and_count_for_the_day(site: FeedServer, tmp_path: Path) -> None:
    """The owner's own wish goes at night too, and is one of the day's posts."""
    url = site.put("/day.xml", rss(PIECES))
    account = LOCAL + 'quiet = "00:00-23:59"\nmax_per_day = 2\n'
    terminal = Terminal(write_config(tmp_path / "config", feeds=[url], accounts=account))
    assert [terminal.ok("once", "--post", "--json").json()["delivered"] for _ in range(3)] == [1, 1, 0]
    assert "2 posts of today" in terminal.ok("once", "--post").out


def test_a_bad_feed_is_a_result_and_not_a_failure(terminal: Terminal, site: FeedServer) -> None:
    """Exit 0, with the feed and its reason named, once: the log says it too only where it is asked to say more."""
    site.put("/feed.xml", b"nothing")
    said = terminal.ok("once")
    assert "1 with a problem" in said.out
    assert (said.out.count(site.url("/feed.xml")), said.err) == (1, "")
    for more, logged in (((), False), (("--verbose",), True)):
        said = terminal.ok("feeds", "refresh", "--all", *more)
        assert (said.out.count(site.url("/feed.xml")), site.url("/feed.xml") in said.err) == (1, logged)


def test_a_second_process_exits_3(terminal: Terminal, folder: Path) -> None:
    """While one process holds the bot, `once`, `run` and `feeds refresh` know it; others work beside it."""
    terminal.ok("once")
    with open_store(folder / "starfish.db", mode="run", now=START):
        for command in ("once", "run"):
            said = terminal(command)
            assert (said.code, said.out) == (3, "")
            assert len(said.err.splitlines()) == 1
        assert "1 feed marked due" in terminal.ok("feeds", "refresh", "--all").out
        assert "polls what is due by itself" in terminal.ok("feeds", "refresh").out
        for beside in (["status"], ["timeline"], ["pause"], ["resume"], ["queue", "list"], ["block", "spam.example"]):
            terminal.ok(*beside)


def test_the_owners_own_find_goes_first(terminal: Terminal, site: FeedServer) -> None:
    """A shared link is queued with its title, and is the next post, with the owner's words."""
    terminal.ok("once")
    page = "".join(f"<p>{part}</p>" for part in PIECES[4].paragraphs)
    link = site.put("/find", f"<title>A find</title><article>{page}</article>", content_type="text/html")
    said = terminal.ok("share", link, "--note", "The best thing on this all year.")
    assert "queued for" in said.out
    terminal.ok("once", "--post")
    (item,) = terminal.ok("timeline", "--jsonl").lines()
    assert item["url"] == link
    assert "The best thing on this all year." in item["text"]


def test_a_find_is_known_before_it_is_posted(terminal: Terminal) -> None:
    """A link that stands in no feed: what is said of it are whole sentences, and `why` knows it as the owner's own."""
    terminal.ok("once")
    link = "http://127.0.0.1:9/refused"
    said = terminal.ok("share", link, "--note", "Worth it.").out
    assert ". It is queued all the same" in said
    assert ".." not in said
    assert said.count(link) == 1
    assert "your own find, with the words “Worth it.”" in terminal.ok("why", link).out
    assert terminal.ok("why", link, "--json").json()["candidates"][0]["link"] == link


def test_of_a_file_only_the_owner_can_say_something(terminal: Terminal, site: FeedServer) -> None:
    """Sound, by its address or by its head, is shared with a note; without one it is said what it is, with exit 2."""
    terminal.ok("once")
    unnamed = site.put("/episode", content_type="video/mp4", fault="endless")
    for link, what in ((site.url("/12.mp3"), "a sound file"), (unnamed, "a video")):
        said = terminal("share", link)
        assert (said.code, f"The link leads to {what}, not to a page. Say what you make of it" in said.err) == (2, True)
        assert terminal("why", link).code == 1
        assert "queued for" in terminal.ok("share", link, "--note", "An hour on tides.").out
        assert f"leads to {what}" in terminal("condense", link).out
    assert site.hits("/12.mp3") == 0


def test_a_find_for_a_second_account_stays_with_the_first(terminal: Terminal) -> None:
    """Named for one account, a find is kept from the others; named for another one too, it is for both."""
    assert terminal.folder is not None
    starfish = terminal.folder / "starfish.toml"
    more = "".join(LOCAL.replace("timeline", name) for name in ("second", "third"))
    starfish.write_text(starfish.read_text("utf-8") + more, "utf-8")
    terminal.ok("once")
    link = "http://127.0.0.1:9/both"
    terminal.ok("share", link, "--note", "Worth it.", "--account", "timeline")
    terminal.ok("share", link, "--note", "Worth it.", "--account", "second")
    decisions = terminal.ok("why", link, "--json").json()["decisions"]
    assert [(one["account"], one["verdict"]) for one in decisions] == [("third", "rejected")]


def test_why_tells_a_score_of_today_from_the_decision_of_then(terminal: Terminal) -> None:
    """What was shared is explained by the reasons of its day; today's score says that it is today's."""
    terminal.ok("once", "--post")
    (item,) = terminal.ok("timeline", "--jsonl").lines()
    told = terminal.ok("why", item["url"], "--json").json()
    assert [score["decided"] for score in told["scores"]] == [True]
    assert told["decisions"][0]["reason"]
    assert "it would score" in terminal.ok("why", item["url"]).out


def test_sharing_what_is_no_link_is_a_mistake(terminal: Terminal) -> None:
    """Exit 2 for no address; and for an account that there is none of, in the same words everywhere."""
    terminal.ok("once")
    assert terminal("share", "not a link").code == 2
    (said,) = {
        terminal(*words, "--account", "timelime").err
        for words in (
            ("share", "https://example.com/x"),
            ("pause",),
            ("preview",),
            ("post", "x"),
            ("accounts", "check"),
        )
    }
    assert said == 'starfish: there is no account "timelime"; did you mean "timeline"?\n'


def test_a_pause_silences_and_resume_speaks(terminal: Terminal) -> None:
    """Paused: no post is planned or sent, and it is said why; resumed: the next one goes."""
    terminal.ok("once")
    terminal.ok("pause", "--account", "timeline")
    assert terminal.ok("once", "--post", "--json").json()["delivered"] == 0
    assert terminal.ok("status", "--json").json()["accounts"][0]["paused"]
    terminal.ok("resume")
    assert terminal.ok("once", "--post", "--json").json()["delivered"] == 1
    assert terminal.ok("resume").out == "all accounts: none was silent\n"
    terminal.ok("pause")
    assert terminal.ok("resume").out == "all accounts: speak again\n"
    assert terminal.ok("resume", "--account", "timeline").out == "timeline: was not silent\n"


def test_a_pause_wants_a_span_and_an_account_that_there_are(terminal: Terminal) -> None:
    """Exit 2 for either mistake, and a span is said back."""
    terminal.ok("once")
    assert terminal("pause", "--for", "soon").code == 2
    assert "there is no account" in terminal("pause", "--account", "nosuch").err
    said = terminal.ok("pause", "--for", "2h").out
    assert "silent for 2h, until " in said
    status = terminal.ok("status").out
    assert f"the bot is paused by its owner {said.strip().rpartition(', ')[2]}" in status  # by the same clock


def test_status_promises_no_post_while_nothing_is_sent(terminal: Terminal, site: FeedServer) -> None:
    """Silent until resumed: no next post; for a while: one after it; a rehearsal says that it is one."""
    terminal.ok("once")
    terminal.ok("pause")
    (account,) = terminal.ok("status", "--json").json()["accounts"]
    assert account["next_slot"] is None
    terminal.ok("resume")
    terminal.ok("pause", "--for", "2d")
    (account,) = terminal.ok("status", "--json").json()["accounts"]
    assert datetime.fromisoformat(account["next_slot"]) > datetime.now(UTC) + timedelta(days=1)
    said = terminal.ok("share", site.put("/found", "<p>x</p>"), "--note", "Worth a look.").out
    terminal.ok("resume")
    at = datetime.fromisoformat(account["next_slot"]).astimezone(ZoneInfo("Europe/London"))
    assert f"queued for {at:%a %-d %b %H:%M}" in said
    assert terminal.folder is not None
    starfish = terminal.folder / "starfish.toml"
    starfish.write_text(starfish.read_text("utf-8") + "max_per_day = 1\n", "utf-8")
    assert terminal.ok("once", "--post", "--json").json()["delivered"] == 1
    (account,) = terminal.ok("status", "--json").json()["accounts"]
    assert datetime.fromisoformat(account["next_slot"]).date() > datetime.now(UTC).date()
    starfish.write_text(starfish.read_text("utf-8") + "dry_run = true\n", "utf-8")
    assert "rehearses, sends nothing (dry_run)" in terminal.ok("status").out


def test_status_tells_until_when_a_platform_wants_to_be_left_alone(terminal: Terminal) -> None:
    """An account that waits for its platform doesn't speak, and posts no sooner; afterwards it does, without a word."""
    terminal.ok("once")
    assert terminal.folder is not None
    until = datetime.now(UTC).replace(microsecond=0) + timedelta(days=2)
    with open_store(terminal.folder / "starfish.db", mode="run", now=datetime.now(UTC)) as store:
        store.outbox.hold_account("timeline", until, "too many requests", now=datetime.now(UTC))
    said = terminal.ok("status").out
    assert f"waits until {until.astimezone(ZoneInfo('Europe/London')):%a %-d %b %H:%M}: too many requests" in said
    (account,) = terminal.ok("status", "--json").json()["accounts"]
    assert datetime.fromisoformat(account["next_slot"]) > until
    with open_store(terminal.folder / "starfish.db", mode="run", now=datetime.now(UTC)) as store:
        store.outbox.lock_out("timeline", "who are you?", now=datetime.now(UTC))
        assert store.outbox.let_in("timeline")  # which ends the wait, too
    (account,) = terminal.ok("status", "--json").json()["accounts"]
    assert (account["held"], account["paused"]) == (None, None)


def test_a_blocked_site_is_not_shared(terminal: Terminal) -> None:
    """Nothing of a blocked domain goes out of any feed, until the block is taken back."""
    terminal.ok("once")
    assert terminal.ok("block", "127.0.0.1").out == "127.0.0.1: blocked\n"
    assert "blocked already" in terminal.ok("block", " 127.0.0.1 ").out
    assert terminal.ok("block", "https://Spam.example/@Max").out == "max@spam.example: blocked\n"
    assert "neither a person nor a domain" in terminal("block", "https://spam.example/article").err
    assert terminal("block", " @").code == 2  # nobody
    assert terminal("block", "two people").code == 2
    assert terminal.ok("once", "--post", "--json").json()["delivered"] == 0
    assert terminal.ok("preview", "--json").json() == {"items": []}
    terminal.ok("block", "127.0.0.1", "--undo")
    assert terminal.ok("once", "--post", "--json").json()["delivered"] == 1
