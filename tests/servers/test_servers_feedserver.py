from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.net import Client
from tests.servers.fixtures import client, clock, make_client

__all__ = ["client", "clock", "make_client"]


@pytest.fixture
def process(tmp_path: Path) -> Iterator[str]:
    """The feed server as a process of its own, serving two documents five times; gives its address."""
    for number in range(2):
        (tmp_path / f"{number}.xml").write_text(f"<rss>{number}</rss>")
    (tmp_path / "index.json").write_text("{}")
    command = [sys.executable, "-m", "tests.servers.feedserver", "--folder", str(tmp_path), "--copies", "5"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2]) as running:
        assert running.stdout is not None
        yield f"http://127.0.0.1:{int(running.stdout.readline())}"
        running.terminate()


async def test_a_folder_is_served_over_and_over_and_changes_when_told(process: str, client: Client) -> None:
    """Documents repeat, validators are answered with 304, and a change brings new validators to the share asked for."""
    first = await client.get(f"{process}/feed/0", cap=1000)
    again = await client.get(f"{process}/feed/2", cap=1000)
    assert first.reply.body == again.reply.body == b"<rss>0</rss>"
    headers = {"If-None-Match": first.reply.headers["etag"], "If-Modified-Since": first.reply.headers["last-modified"]}
    assert (await client.get(f"{process}/feed/0", cap=1000, headers=headers)).reply.status == 304
    changed = await client.door([process]).send("POST", f"{process}/change?share=0.2")
    assert changed.body == b'{"changed": 1}'
    renewed = await client.get(f"{process}/feed/0", cap=1000, headers=headers)
    assert renewed.reply.status == 200
    assert renewed.reply.headers["etag"] != headers["If-None-Match"]
    assert (await client.door([process]).send("POST", f"{process}/quit")).status == 200
