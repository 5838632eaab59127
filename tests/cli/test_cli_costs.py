"""What the commands say of money, where a platform takes some."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

from bot.app.vault import FileVault
from bot.model import Secret
from tests.cli.terminal import Terminal
from tests.servers.small_bot import write_config

ACCOUNT = """
[[accounts]]
name = "loud"
platform = "x"
client_id = "app"
post = { at = ["09:00", "13:00", "17:30"] }
"""


def test_check_says_what_the_schedule_costs(terminal: Terminal, folder: Path) -> None:
    """Three posts a day with links are 18 dollars a month, which the default budget ends early."""
    write_config(folder, accounts=ACCOUNT)
    said = terminal.ok("check").out
    assert "costs: loud: its schedule costs about $18.24 a month (91 posts, $0.20 with a link)" in said
    assert "its budget of $5.00 ends it after 25 of them" in said
    assert "costs: loud: X charges for every post and every read, so nothing is sent" in said
    assert len(terminal.ok("check", "--json").json()["costs"]) == 3


def test_check_says_nothing_of_money_where_there_is_none(terminal: Terminal) -> None:
    """Most platforms cost nothing."""
    assert "costs" not in terminal.ok("check").out
    assert terminal.ok("check", "--json").json()["costs"] == []


def test_status_says_what_was_spent(terminal: Terminal, folder: Path) -> None:
    """What the month has cost so far, of the budget, by our own count."""
    terminal.ok("once")
    write_config(folder, accounts=f"{ACCOUNT}i_accept_costs = true\n")
    told = json.dumps({"month": datetime.now(UTC).strftime("%Y-%m"), "spent": 1210})
    FileVault(folder / "starfish.db").put("loud", "spent", Secret(told))
    assert "loud: $1.21 of $5.00 spent this month, by our count" in terminal.ok("status").out
    (account,) = terminal.ok("status", "--json").json()["accounts"]
    assert len(account["costs"]) == 1
