"""`queue`, `outbox`, `retract`: the owner decides about deliveries."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.cli.terminal import Terminal
from tests.servers.feedserver import FeedServer
from tests.servers.small_bot import LOCAL, PIECES, rss, write_config


@pytest.fixture
def reviewed(site: FeedServer, tmp_path: Path) -> Terminal:
    """A bot whose drafts wait, with one draft."""
    url = site.put("/reviewed.xml", rss(PIECES[:4]))
    terminal = Terminal(write_config(tmp_path / "config", feeds=[url], accounts=LOCAL + "review = true\n"))
    assert terminal.ok("once", "--post", "--json").json()["delivered"] == 0
    return terminal


def test_list_shows_drafts_and_backlog_with_their_times(reviewed: Terminal) -> None:
    """A draft waits for somebody and has no time; the backlog has the coming slots, in order."""
    items = reviewed.ok("queue", "list", "--json").json()["items"]
    assert [item["state"] for item in items] == ["draft", "backlog", "backlog", "backlog"]
    assert items[0]["expected"] is None
    times = [datetime.fromisoformat(item["expected"]) for item in items[1:]]
    assert times == sorted(set(times))
    assert all(item["url"] and item["title"] for item in items)
    assert reviewed.ok("queue", "list").out.count("backlog") == 3
    assert reviewed("queue", "list", "--account", "nosuch").code == 2


def test_an_approved_draft_goes_out(reviewed: Terminal) -> None:
    """Approved, it is sent by the next call; a second approval is a mistake."""
    assert "approved, goes now" in reviewed.ok("queue", "approve", 1).out
    assert reviewed("queue", "approve", 1).code == 2
    assert reviewed.ok("once", "--json").json()["delivered"] == 1
    assert reviewed("queue", "approve", 1).code == 2
    assert reviewed("queue", "approve", 99).code == 2


def test_drafts_approved_together_go_one_a_slot(reviewed: Terminal) -> None:
    """The second of two approved drafts gets the next slot's time, so that there is no burst."""
    reviewed.ok("queue", "approve", 1)
    reviewed.ok("once")
    reviewed.ok("once", "--post")
    said = reviewed.ok("queue", "approve", 2).out
    assert "approved, goes at " in said
    assert reviewed.ok("once", "--json").json()["delivered"] == 0


def test_an_edited_draft_keeps_its_link_and_must_fit(reviewed: Terminal) -> None:
    """New words go out with the link whole; nothing at all, or too much, is a mistake."""
    link = reviewed.ok("queue", "list", "--json").json()["items"][0]["url"]
    reviewed.ok("queue", "edit", 1, "--text", "A better takeaway.")
    assert reviewed("queue", "edit", 1, "--text", "x" * 300).code == 2
    assert reviewed("queue", "edit", 1, "--text", "  ").code == 2
    reviewed.ok("queue", "approve", 1)
    reviewed.ok("once")
    (item,) = reviewed.ok("timeline", "--jsonl").lines()
    assert (item["text"], item["url"]) == (f"A better takeaway.\n{link}", link)
    assert reviewed("queue", "edit", 1, "--text", "Too late.").code == 2


def test_a_rejected_draft_is_not_offered_again(reviewed: Terminal) -> None:
    """Its article is gone from the queue for good, and `why` tells the reason."""
    link = reviewed.ok("queue", "list", "--json").json()["items"][0]["url"]
    reviewed.ok("queue", "reject", 1, "--reason", "seen elsewhere")
    assert link not in [item["url"] for item in reviewed.ok("queue", "list", "--json").json()["items"]]
    assert "seen elsewhere" in reviewed.ok("why", link).out
    assert reviewed("queue", "reject", 1).code == 2
    assert reviewed.ok("once", "--post", "--json").json()["slots"][0]["outbox"] == 2


def test_a_snoozed_draft_comes_back_later(reviewed: Terminal) -> None:
    """Put off, and approved meanwhile, it doesn't go before its time."""
    said = reviewed.ok("queue", "snooze", 1, "--for", "1d").out
    assert said.startswith("outbox 1: put off until ")
    assert "UTC" not in said  # it is told by the owner's clock, as every time is
    assert reviewed("queue", "snooze", 1, "--for", "soon").code == 2
    assert reviewed("queue", "snooze", 7, "--for", "1h").code == 2


def test_outbox_shows_deliveries_by_state(terminal: Terminal) -> None:
    """The newest first, with receipt; only states that there are; and a sentence where there is nothing to show."""
    terminal.ok("once")
    assert terminal.ok("outbox", "list").out == "Nothing was sent yet, and nothing waits.\n"
    assert terminal.ok("outbox", "list", "--state", "held", "--state", "unknown").out == "Nothing is held or unknown.\n"
    terminal.ok("once", "--post")
    terminal.ok("once", "--post")
    items = terminal.ok("outbox", "list", "--json").json()["items"]
    assert [item["id"] for item in items] == [2, 1]
    assert all(item["state"] == "sent" and item["receipt"]["id"] for item in items)
    assert terminal.ok("outbox", "list", "--state", "held", "--json").json() == {"items": []}
    assert terminal("outbox", "list", "--state", "lost").code == 2
    assert terminal("outbox", "list", "--account", "nosuch").code == 2


@pytest.mark.parametrize("command", ["resend", "mark-sent"])
def test_what_is_sent_needs_no_decision(terminal: Terminal, command: str) -> None:
    """A sent delivery can't be sent again by mistake, nor can one that isn't there."""
    terminal.ok("once", "--post")
    said = terminal("outbox", command, 1)
    assert said.code == 2
    done = {
        "resend": "held, refused or unknown can be sent again",
        "mark-sent": "held or unknown can be marked as sent",
    }
    assert said.err == f"starfish: outbox 1 is sent; only what is {done[command]}\n"
    assert terminal("outbox", command, 9).code == 2


def test_a_post_is_taken_back(terminal: Terminal) -> None:
    """A retracted post leaves the timeline and stays away; a link never posted is a mistake."""
    terminal.ok("once", "--post")
    (item,) = terminal.ok("timeline", "--jsonl").lines()
    assert "is taken back" in terminal.ok("retract", item["url"]).out
    assert terminal.ok("timeline", "--jsonl").lines() == []
    terminal.ok("once", "--post")
    assert item["url"] not in [one["url"] for one in terminal.ok("timeline", "--jsonl").lines()]
    assert terminal("retract", "https://never.example/").code == 2


def test_a_note_that_would_have_to_be_cut_is_refused(terminal: Terminal) -> None:
    """The owner's words are posted as they write them, or not at all."""
    terminal.ok("once")
    told = terminal("share", "https://example.org/long-read", "--note", "word " * 100)
    assert told.code == 2
    assert "has room for" in told.err


def test_expected_times_count_what_is_out_today(site: FeedServer, tmp_path: Path) -> None:
    """Where the day's posts are out, the backlog is expected from tomorrow on."""
    url = site.put("/full-day.xml", rss(PIECES))
    account = LOCAL.replace('"1h"', '"1m"') + "max_per_day = 1\n"
    terminal = Terminal(write_config(tmp_path / "config", feeds=[url], accounts=account))
    assert terminal.ok("once", "--post", "--json").json()["delivered"] == 1
    (first, *_) = terminal.ok("queue", "list", "--json").json()["items"]
    here = ZoneInfo("Europe/London")
    assert datetime.fromisoformat(first["expected"]).astimezone(here).date() > datetime.now(here).date()
    (shown, *_) = terminal.ok("preview", "--json").json()["items"]
    assert shown["at"] == first["expected"]
