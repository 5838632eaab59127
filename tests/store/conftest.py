from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from bot.store import Store, Writer, open_store
from tests.store.given import NOW


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where a database may be."""
    return tmp_path / "starfish.db"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    """A new, open store."""
    with open_store(path, mode="run", now=NOW) as opened:
        yield opened


@pytest.fixture
async def db(store: Store) -> AsyncIterator[Writer]:
    """The same, for asyncio."""
    writer = Writer(store)
    yield writer
    await writer.close()
