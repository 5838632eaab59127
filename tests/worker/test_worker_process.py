"""The worker's children and their parent, each a process of its own."""

from __future__ import annotations

import os
import select
import subprocess
import sys
from pathlib import Path

import pytest

from bot.worker import Bounds
from bot.worker.process import command, environment

HERE = str(Path(__file__).parent)

PARENT = """
import asyncio, sys
from bot.worker import Bounds, Worker

async def main(job):
    worker = Worker(jobs={"echo": "odd_jobs:echo", "sleep": "odd_jobs:sleep", "spin": "odd_jobs:spin"})
    await worker.warm()
    task = asyncio.create_task(worker.run(job, b"")) if job != "idle" else None
    for _ in range(5):
        await asyncio.sleep(0)
    print(*worker.pids, flush=True)
    await asyncio.get_running_loop().create_future()

asyncio.run(main(sys.argv[1]))
"""

STREAMLESS = """
import asyncio, os, sys
from bot.worker import Worker

async def main():
    worker = Worker(jobs={"echo": "odd_jobs:echo"})
    answer = await worker.run("echo", b"through")
    await worker.close()
    with open(sys.argv[1], "w") as file:
        file.write(answer["text"])

for number in (0, 1, 2):
    os.close(number)
asyncio.run(main())
"""


def surroundings() -> dict[str, str]:
    """The environment of a small program that uses the odd jobs."""
    root = str(Path(__file__).parents[2])
    return environment() | {"PYTHONPATH": os.pathsep.join((HERE, root))}


@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="needs a way to wait for a process that isn't ours (Linux)")
@pytest.mark.parametrize("doing", ["idle", "sleep", "spin"])
def test_a_child_dies_with_its_parent(doing: str) -> None:
    """SIGKILL of the bot ends its children, whether they wait, hang or compute."""
    with subprocess.Popen(
        [sys.executable, "-c", PARENT, doing], stdout=subprocess.PIPE, text=True, env=surroundings()
    ) as parent:
        assert parent.stdout is not None
        watch = os.pidfd_open(int(parent.stdout.readline()))
        try:
            parent.kill()
            assert select.select([watch], [], [], 10)[0] == [watch]
        finally:
            os.close(watch)


def test_it_works_without_standard_streams(tmp_path: Path) -> None:
    """A bot started with its standard streams closed has a worker all the same."""
    written = tmp_path / "answer"
    subprocess.run([sys.executable, "-c", STREAMLESS, str(written)], env=surroundings(), check=True, timeout=60)
    assert written.read_text() == "through"


def test_a_child_whose_parent_is_gone_ends_at_once() -> None:
    """A child that finds another parent than the one that it was told of doesn't stay."""
    orders = list(command({}, Bounds()))
    orders[-2] = orders[-2].replace(f'"parent": {os.getpid()}', '"parent": 1')
    done = subprocess.run(
        orders, stdin=subprocess.PIPE, capture_output=True, env=environment(), timeout=60, check=False
    )
    assert done.returncode == 0
    assert done.stdout == b""


def test_a_child_ends_with_its_pipe() -> None:
    """Where the kernel doesn't tell of a parent's death, the end of the pipe does."""
    done = subprocess.run(
        command({}, Bounds()), stdin=subprocess.DEVNULL, capture_output=True, env=environment(), timeout=60, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


def test_relative_import_paths_are_made_absolute(monkeypatch: pytest.MonkeyPatch) -> None:
    """A bot started in its checkout finds itself in the child, too."""
    monkeypatch.setattr(sys, "path", ["", "folder", *sys.path])
    paths = command({}, Bounds())[-1]
    assert f'["{Path.cwd()}", "{Path.cwd() / "folder"}", ' in paths
