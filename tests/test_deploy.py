"""`config/deploy`: what starts the bot on a server says what the bot understands, and promises what it keeps."""

from __future__ import annotations

import asyncio
import json
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path

import click
import pytest

from bot.app.run import DRAIN
from bot.app.secretfiles import FOLDER as SECRETS
from bot.cli import starfish
from bot.worker.sandbox import confine
from tests.servers.running_bot import running_bot
from tests.servers.small_bot import write_config

ROOT = Path(__file__).parents[1]
DEPLOY = ROOT / "config" / "deploy"
UNIT = DEPLOY / "starfish.service"
CONTAINER = (DEPLOY / "Containerfile").read_text("utf-8")
COMPOSE = (DEPLOY / "compose.yaml").read_text("utf-8")


def sections(text: str) -> Mapping[str, Mapping[str, Sequence[str]]]:
    """A unit file: section → key → values."""
    found: dict[str, dict[str, list[str]]] = {}
    keys: dict[str, list[str]] = {}
    for line in text.splitlines():
        if line.startswith("["):
            keys = found.setdefault(line.strip("[]"), {})
        elif line and not line.startswith("#"):
            key, _, value = line.partition("=")
            keys.setdefault(key, []).append(value)
    return found


UNIT_SAYS = sections(UNIT.read_text("utf-8"))
SERVICE = UNIT_SAYS["Service"]


def understood(words: Sequence[str]) -> list[str]:
    """Parse a command line as the program would, without running it; gives the command's path."""
    path: list[str] = []
    command: click.Command = starfish
    context, left = click.Context(starfish), list(words)
    while isinstance(command, click.Group):
        name, found, left = command.resolve_command(context, left)
        assert name is not None
        assert found is not None
        path.append(name)
        command = found
    command.make_context(path[-1], left, parent=context)
    return path


# --------------------------------------------------------------------------- systemd


def test_the_unit_runs_a_command_that_there_is() -> None:
    """ExecStart and the commands of its comments are understood by the command line, with the folder that it may write."""
    (line,) = SERVICE["ExecStart"]
    program, *words = shlex.split(line)
    assert program.endswith("/bin/starfish")
    assert understood(words) == ["run"]
    (home,) = SERVICE["ReadWritePaths"]
    assert words[-1].startswith(f"{home}/")
    told = re.findall(r"/opt/starfish/bin/starfish ([a-z][^\n]*)", UNIT.read_text("utf-8"))
    assert [understood(shlex.split(one))[0] for one in told] == ["init", "status", "run"]
    assert f"sudo cp {UNIT.relative_to(ROOT)} /etc/systemd/system/" in UNIT.read_text("utf-8")


def test_the_unit_knows_what_the_exit_codes_mean() -> None:
    """Neither a mistake in the files nor a second bot is started again and again."""
    assert SERVICE["RestartPreventExitStatus"] == ["2 3"]
    assert SERVICE["Restart"] == ["on-failure"]
    assert SERVICE["Type"] == ["notify"]


def test_a_stop_is_given_the_time_that_it_takes() -> None:
    """Longer than the drain, in the unit and in the container."""
    (seconds,) = SERVICE["TimeoutStopSec"]
    assert int(seconds.removesuffix("s")) > DRAIN + 5
    assert f"stop_grace_period: {seconds}" in COMPOSE


def test_the_unit_leaves_the_worker_its_own_sandbox() -> None:
    """The child lowers its limits and filters its own calls: what it needs for that is not taken from it."""
    denied = " ".join(SERVICE["SystemCallFilter"])
    assert "@resources" not in denied.replace("@system-service", "")
    assert "MemoryDenyWriteExecute" not in SERVICE
    assert "setrlimit" not in denied
    assert confine.__module__ == "bot.worker.sandbox"


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="there is no systemd here to ask")
def test_systemd_finds_nothing_wrong_and_little_exposed(tmp_path: Path) -> None:
    """`systemd-analyze verify` is silent, and `security` counts less than 2 of 10."""
    mine = tmp_path / "starfish.service"
    mine.write_text(UNIT.read_text("utf-8").replace("/opt/starfish/bin/starfish run", f"{sys.executable} -m bot run"))
    verified = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(mine)], capture_output=True, text=True, timeout=60, check=False
    )
    assert (verified.returncode, verified.stderr) == (0, "")
    rated = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--threshold=20", str(mine)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    if "unrecognized option" in rated.stderr:
        pytest.skip("this systemd can't rate a unit that is not installed")
    assert rated.returncode == 0, rated.stdout[-200:]


# --------------------------------------------------------------------------- containers


def instructions(name: str) -> list[str]:
    """What stands behind an instruction of the Containerfile, lines that go on joined."""
    joined = CONTAINER.replace("\\\n", " ")
    return re.findall(rf"^{name} (.*)$", joined, re.MULTILINE)


def test_the_container_is_made_of_what_there_is() -> None:
    """Every file that is copied in exists, all that the build needs is copied, and the command is one."""
    sources = [word for line in instructions("COPY") if "--from" not in line for word in line.split()[:-1]]
    assert all((ROOT / name).exists() for name in sources)
    assert {"pyproject.toml", "README.md", "LICENSE", "bot", "config"} <= set(sources)
    (entry,), (command,) = instructions("ENTRYPOINT"), instructions("CMD")
    assert json.loads(entry) == ["starfish"]
    assert understood(json.loads(command)) == ["run"]
    assert instructions("USER") == ["starfish"]


def test_the_compose_file_builds_that_container() -> None:
    """Its paths lead to the Containerfile from where it stands, and the volume is where the bot looks for its files."""
    (context,) = re.findall(r"context: (\S+)", COMPOSE)
    (dockerfile,) = re.findall(r"dockerfile: (\S+)", COMPOSE)
    assert (DEPLOY / context).resolve() == ROOT
    assert (ROOT / dockerfile).is_file()
    (volume,) = instructions("VOLUME")
    (home,) = instructions("WORKDIR")
    assert volume == f"{home}/config"
    assert f":{volume}" in COMPOSE


async def looked(port: int) -> int:
    """Run the container's own health check against a port; gives its exit code."""
    (line,) = re.findall(r"HEALTHCHECK .*?CMD (\[.*\])", CONTAINER.replace("\\\n", " "))
    _, flag, program = json.loads(line)
    assert "8420" in program
    child = await asyncio.create_subprocess_exec(
        sys.executable, flag, program.replace("8420", str(port)), stderr=asyncio.subprocess.DEVNULL
    )
    return await asyncio.wait_for(child.wait(), 30)


async def test_the_health_check_tells_a_bot_from_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is well where the page of an open address asks for its password, and ill where nobody answers."""
    monkeypatch.setenv("STARFISH_PASSWORD", "correct horse battery staple")
    folder = write_config(tmp_path / "config")
    main = folder / "starfish.toml"
    told = 'listen = "0.0.0.0:0"\npassword = { env = "STARFISH_PASSWORD" }'
    main.write_text(main.read_text("utf-8").replace('listen = "127.0.0.1:0"', told), "utf-8")
    async with running_bot(folder) as bot:
        await bot.start()
        port = int(bot.said[0].strip().strip("/").rpartition(":")[2])
        assert await looked(port) == 0
        assert await bot.stop() == 0
        assert await looked(port) != 0


def test_the_packages_take_what_is_shipped_and_nothing_that_a_bot_left_beside_it() -> None:
    """Whoever ran the bot from a checkout has its database and its secrets in the folder that the starter files come from."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    targets = project["tool"]["hatch"]["build"]["targets"]
    shipped = {f"config/{name}" for name in ("starfish.toml", "feeds.toml", "rules.toml", "quotes.txt", "deploy")}
    assert targets["wheel"]["force-include"] == {name: name.replace("config/", "bot/starter/") for name in shipped}
    included = targets["sdist"]["include"]
    assert {name for name in included if "config" in name} == {f"/{name}" for name in shipped}
    assert all((ROOT / name.lstrip("/")).exists() for name in included)


def test_what_accounts_keep_is_not_committed() -> None:
    """Secrets and databases beside the starter files are no part of the repository."""
    ignored = (ROOT / ".gitignore").read_text("utf-8").split()
    assert {f"{SECRETS}/", "*.db", "*.secrets", "*.db.*"} <= set(ignored)
