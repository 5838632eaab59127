"""What `starfish check` says of the manners of accounts."""

from __future__ import annotations

from pathlib import Path

from bot.app.checking import examine
from tests.servers.small_bot import read_config, write_config


def test_an_owner_is_missed_only_where_people_can_speak_to_the_bot(tmp_path: Path) -> None:
    """A webhook hears nobody, so nobody could give it an order."""
    hook = '[[accounts]]\nname = "hook"\nplatform = "webhook"\nurl = "http://127.0.0.1:9/"\n'
    fedi = '[[accounts]]\nname = "fedi"\nplatform = "mastodon"\nserver = "https://a.example"\ntoken = { file = "t" }\ndry_run = true\n'
    post = 'post = { at = ["09:00"] }\n'
    found = examine(read_config(write_config(tmp_path / "config", accounts=hook + post + fedi + post)))
    assert [sentence.split()[0] for sentence in found.manners if "names no owner" in sentence] == ["fedi"]
