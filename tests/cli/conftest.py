"""The command line in this process, a config folder, and a site in a thread beside it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.terminal import Terminal
from tests.servers.feedserver import FeedServer
from tests.servers.small_bot import PIECES, rss, write_config


@pytest.fixture(scope="module")
def site() -> Iterator[FeedServer]:
    """A real server in a thread of its own, since a command runs its own event loop."""
    loop, server = asyncio.new_event_loop(), FeedServer()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        asyncio.run_coroutine_threadsafe(server.__aenter__(), loop).result(10)
        yield server
    finally:
        asyncio.run_coroutine_threadsafe(server.__aexit__(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


@pytest.fixture
def folder(site: FeedServer, tmp_path: Path) -> Path:
    """A config with one feed of a dozen good articles."""
    return write_config(tmp_path / "config", feeds=[site.put("/feed.xml", rss(PIECES), etag='"1"')])


@pytest.fixture
def terminal(folder: Path) -> Terminal:
    """The command line, for that config."""
    return Terminal(folder)
