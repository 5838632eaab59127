"""The reference servers of the AT Protocol, from npm: a personal data server, and an AppView where its databases can be had.

Everything is installed outside the checkout and kept between runs; what is started is ended by its own process id.
"""

from __future__ import annotations

import json
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest

from tests.servers.installed import cache

PACKAGE = "@atproto/dev-env@0.3.215"
"""Pinned: what is said of real servers in the code was seen with this one."""

INSTALLING, STARTING = 400, 60
"""Seconds: npm compiles one of the packages where its prebuilt file can't be had."""

PROGRAMS = ("redis-server", "initdb", "postgres")

SCRIPT = """
const { TestNetwork, TestNetworkNoAppView, mockMailer } = require('@atproto/dev-env')
const { ports, whole } = JSON.parse(process.argv[1])
const pds = { port: ports.pds, hostname: 'localhost', enableDidDocWithSession: true }
const main = async () => {
  const network = whole
    ? await TestNetwork.create({
        dbPostgresSchema: 'bot', pds, plc: { port: ports.plc }, ozone: { port: ports.ozone },
        bsky: { port: ports.bsky, dbPostgresSchema: 'bsky', publicUrl: `http://localhost:${ports.bsky}` },
      })
    : await TestNetworkNoAppView.create({ pds, plc: { port: ports.plc } })
  mockMailer(network.pds)
  process.on('SIGTERM', async () => { await network.close(); process.exit(0) })
  console.log('READY')
}
main().catch((error) => { console.error(error); process.exit(1) })
"""


class Person:
    """Somebody with an account there, who speaks the protocol without any code of the bot's."""

    def __init__(self, url: str, handle: str, password: str) -> None:
        self.url, self.handle, self.password = url, handle, password
        self._token = ""
        self.did = ""

    def join(self) -> None:
        """Open the account."""
        mail = f"{self.handle.partition('.')[0]}@test.invalid"
        said = {"handle": self.handle, "email": mail, "password": self.password}
        made = self.ask("com.atproto.server.createAccount", said)
        self._token, self.did = made["accessJwt"], made["did"]

    def ask(self, method: str, body: object = None, **query: object) -> Any:
        """Call a method: with a body it is one that writes."""
        words = f"?{urlencode(query, doseq=True)}" if query else ""
        headers = {
            "Content-Type": "application/json",
            **({"Authorization": f"Bearer {self._token}"} if self._token else {}),
        }
        data = json.dumps(body).encode() if body is not None else None
        with urlopen(Request(f"{self.url}/xrpc/{method}{words}", data, headers), timeout=30) as answer:
            read = answer.read()
        return json.loads(read) if read else {}

    def say(self, text: str, *, to: Person | None = None, answers: Any = None, created: str = "", **more: Any) -> Any:
        """Post something: to somebody, by a tag in front; or as an answer to a post, given as it was when it was made."""
        record: dict[str, Any] = {"$type": "app.bsky.feed.post", "text": text, "createdAt": created or _now(), **more}
        if to is not None:
            feature = {"$type": "app.bsky.richtext.facet#mention", "did": to.did}
            index = {"byteStart": 0, "byteEnd": len(to.handle) + 1}
            record |= {"text": f"@{to.handle} {text}", "facets": [{"index": index, "features": [feature]}]}
        if answers is not None:
            parent = {"uri": answers["uri"], "cid": answers["cid"]}
            record["reply"] = {"root": answers.get("root", parent), "parent": parent}
        made = self.ask(
            "com.atproto.repo.createRecord", {"repo": self.did, "collection": "app.bsky.feed.post", "record": record}
        )
        return {**made, "root": record.get("reply", {}).get("root", {"uri": made["uri"], "cid": made["cid"]})}

    def posts(self) -> list[dict[str, Any]]:
        """All that they said, as their server keeps it, oldest first."""
        found: list[dict[str, Any]] = []
        cursor = ""
        while True:
            asked = {"repo": self.did, "collection": "app.bsky.feed.post", "limit": 100, "reverse": "true"}
            page = self.ask("com.atproto.repo.listRecords", **asked, **({"cursor": cursor} if cursor else {}))
            found += page["records"]
            if not (cursor := page.get("cursor", "")):
                return found


class Network:
    """Where the servers are."""

    def __init__(self, url: str, *, whole: bool) -> None:
        self.url = url
        self.whole = whole  # whether there is an AppView, so that people hear of each other
        self._people = 0

    def person(self, name: str) -> Person:
        """Somebody new there."""
        self._people += 1
        made = Person(self.url, f"{name}{self._people}.test", f"pw-{name}-{self._people}")
        made.join()
        return made


@contextmanager
def bluesky_network() -> Iterator[Network]:
    """Start the servers; skips with the reason where they can't be had."""
    modules = _modules()
    _programs()
    whole = all(map(_program, PROGRAMS))
    ports = {name: _free_port() for name in ("pds", "plc", "bsky", "ozone", "redis", "postgres")}
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bluesky-", ignore_cleanup_errors=True)))
        env = {**os.environ, "LOG_ENABLED": "false", "NODE_PATH": str(modules)}
        if whole:
            stack.enter_context(_redis(folder, ports["redis"]))
            stack.enter_context(_postgres(folder, ports["postgres"]))
            env["REDIS_HOST"] = f"127.0.0.1:{ports['redis']}"
            env["DB_POSTGRES_URL"] = f"postgresql://pg@127.0.0.1:{ports['postgres']}/postgres"
            env["DB_POSTGRES_SCHEMA"] = "bot"
        log = folder / "network.log"
        node = ["node", "-e", SCRIPT, "--", json.dumps({"ports": ports, "whole": whole})]
        stack.enter_context(_running(node, log, cwd=modules.parent, env=env))
        _await(lambda: b"READY" in log.read_bytes(), "the network of the AT Protocol", log)
        yield Network(f"http://localhost:{ports['pds']}", whole=whole)


def _modules() -> Path:
    """The folder of installed packages."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        pytest.skip("Node.js is not installed, so the servers of the AT Protocol can't be run")
    place = cache() / "atproto-dev-env"
    marker = place / "complete"
    if not (marker.exists() and marker.read_text("utf-8") == PACKAGE):
        place.mkdir(parents=True, exist_ok=True)
        (place / "package.json").write_text('{"private": true}', "utf-8")
        words = ["npm", "install", "--no-audit", "--no-fund", PACKAGE]
        try:
            subprocess.run(words, cwd=place, check=True, capture_output=True, timeout=INSTALLING)
        except (OSError, subprocess.SubprocessError) as error:
            said = getattr(error, "stderr", b"") or str(error).encode()
            pytest.skip(f"{PACKAGE} can't be installed: {said[-300:].decode('utf-8', 'replace')}")
        marker.write_text(PACKAGE, "utf-8")
    return place / "node_modules"


def _programs() -> None:
    """Install the AppView's databases where that is allowed; without them only half can be shown."""
    if all(map(_program, PROGRAMS)) or os.geteuid() != 0 or shutil.which("apt-get") is None:
        return
    words = ["apt-get", "install", "-y", "--no-install-recommends", "redis-server", "postgresql"]
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    with suppress(OSError, subprocess.SubprocessError):
        subprocess.run(words, check=True, capture_output=True, timeout=INSTALLING, env=env)


def _program(name: str) -> str | None:
    if found := shutil.which(name):
        return found
    return next(map(str, sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), reverse=True)), None)


@contextmanager
def _redis(folder: Path, port: int) -> Iterator[None]:
    words = [
        str(_program("redis-server")),
        "--port",
        str(port),
        "--bind",
        "127.0.0.1",
        "--save",
        "",
        "--dir",
        str(folder),
    ]
    with _running(words, folder / "redis.log"):
        _await(lambda: _listens(port), "Redis", folder / "redis.log")
        yield


@contextmanager
def _postgres(folder: Path, port: int) -> Iterator[None]:
    """A database of one's own; Postgres refuses to be root."""
    data, user = folder / "data", None
    data.mkdir()
    if os.geteuid() == 0:
        user = "postgres"
        entry = pwd.getpwnam(user)
        folder.chmod(0o755)
        os.chown(data, entry.pw_uid, entry.pw_gid)
    initdb = [str(_program("initdb")), "-D", str(data), "-U", "pg", "--auth=trust", "-E", "UTF8", "-N"]
    subprocess.run(initdb, check=True, capture_output=True, timeout=STARTING, user=user, cwd="/")
    options = [f"port={port}", "listen_addresses=127.0.0.1", f"unix_socket_directories={data}", "fsync=off"]
    words = [str(_program("postgres")), "-D", str(data), *(part for one in options for part in ("-c", one))]
    with _running(words, folder / "postgres.log", user=user, cwd="/"):
        _await(lambda: _listens(port), "Postgres", folder / "postgres.log")
        yield


@contextmanager
def _running(words: list[str], log: Path, **more: Any) -> Iterator[None]:
    """A program of ours, until the end of the block."""
    with log.open("wb") as said, subprocess.Popen(words, stdout=said, stderr=said, **more) as process:
        try:
            yield
        finally:
            process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(10)
            process.kill()


def _await(true: Any, what: str, log: Path) -> None:
    until = time.monotonic() + STARTING
    while not true():
        if time.monotonic() > until:
            pytest.skip(f"{what} does not start here: {log.read_text('utf-8', 'replace')[-300:]}")
        time.sleep(0.1)  # real programs are waited for by looking


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _now() -> str:
    seconds = time.time()
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds)) + f".{int(seconds * 1000) % 1000:03d}Z"


__all__ = ["HTTPError", "Network", "Person", "bluesky_network"]
