"""A platform from elsewhere: installed as its own distribution, it is found, checked, posted through, and proven."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bot.app.installed import platforms
from bot.prove.servers import serving
from tests.examples.guestbook.guestbook_server import GuestbookServer
from tests.servers.feedserver import FeedServer
from tests.servers.running_bot import ROOT
from tests.servers.small_bot import PIECES, rss, write_config

HERE = Path(__file__).parent / "guestbook"
PATIENCE = 200
ACCOUNT = """
[[accounts]]
name = "book"
platform = "guestbook"
server = "{url}"
token = {{ env = "BOOK" }}
post = {{ every = "1h" }}
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the example is installed: by pip, from its folder, without a network."""
    pytest.importorskip("hatchling", reason="it is built here, without a network")
    target = tmp_path_factory.mktemp("installed")
    options = ["--quiet", "--disable-pip-version-check", "--no-deps", "--no-build-isolation", "--no-index"]
    done = subprocess.run(
        [sys.executable, "-m", "pip", "install", *options, "--target", str(target), str(HERE)],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return target


def surroundings(place: Path, **more: str) -> dict[str, str]:
    """The environment in which the example is installed."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join((str(place), str(ROOT))), **more}


async def starfish(place: Path, *words: str) -> tuple[int, Any]:
    """Call the program; gives its exit code and the object that it printed."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", *words, "--json"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=surroundings(place, BOOK="t0ken"),
        cwd=ROOT,
    )
    async with asyncio.timeout(PATIENCE):
        out, errors = await process.communicate()
    assert out, errors.decode()
    return process.returncode or 0, json.loads(out)


def test_nobody_knows_it_before_it_is_installed() -> None:
    """It is no part of the bot."""
    assert "guestbook" not in platforms()


def test_only_its_module_is_installed(place: Path) -> None:
    """Neither its server nor its tests."""
    assert [path.name for path in place.glob("*.py")] == ["starfish_guestbook.py"]


async def test_the_bot_posts_through_it(place: Path, tmp_path: Path) -> None:
    """Found by its entry point, its keys are checked, its account is examined, and an article is shared there, once."""
    async with FeedServer() as site, serving(GuestbookServer(token="t0ken")) as book:
        feed = site.put("/feed.xml", rss(PIECES))
        folder = write_config(tmp_path / "config", feeds=[feed], accounts=ACCOUNT.format(url=book.url))
        config = ("--config", str(folder))

        code, found = await starfish(place, "check", *config)
        assert (code, found["mistakes"]) == (0, [])
        code, found = await starfish(place, "accounts", "check", *config)
        assert code == 0, found
        assert "Ann" in found["findings"][0]["what"]

        code, found = await starfish(place, "once", "--post", *config)
        assert code == 0, found
        (entry,) = book.kept
        assert book.requests == 1
        assert len(entry.text) <= 400
        assert book.there()[0].startswith("http")


async def test_a_mistake_in_its_keys_has_its_line(place: Path, tmp_path: Path) -> None:
    """As in ours."""
    block = ACCOUNT.format(url="ftp://book.example").replace("token", "tokn")
    folder = write_config(tmp_path / "config", accounts=block)
    code, found = await starfish(place, "check", "--config", str(folder))
    assert code == 2
    sentences = " ".join(one["what"] for one in found["mistakes"])
    assert 'did you mean "token"?' in sentences
    assert "server's address alone" in sentences


def test_it_keeps_the_contract_of_all_platforms(place: Path) -> None:
    """Each test that ours pass, in an environment where it is installed."""
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-q", "-p", "no:randomly", "-c", str(ROOT / "pyproject.toml")),
            *("--rootdir", str(ROOT), str(HERE / "contract_guestbook.py")),
        ],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
        env=surroundings(place, PYTEST_ADDOPTS=""),
        cwd=ROOT,
    )
    assert done.returncode == 0, done.stdout[-3000:]
    assert int(done.stdout.rsplit(" passed", 1)[0].rsplit(maxsplit=1)[-1]) > 50


def test_the_guide_shows_it_as_it_is() -> None:
    """The example in the author's guide is the very file that is installed and tested here."""
    guide = (ROOT / ".github" / "PLATFORMS.md").read_text("utf-8")
    for name in ("starfish_guestbook.py", "pyproject.toml"):
        assert (HERE / name).read_text("utf-8").strip() in guide, name
