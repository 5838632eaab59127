"""Synapse, the reference homeserver: installed by its package name, on loopback, with its database in a file."""

from __future__ import annotations

import json
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest

from bot.net import Client
from tests.servers.installed import environment

PACKAGE = "matrix-synapse==1.163.2"
STARTS_WITHIN = 90.0
"""Seconds until it must answer, on a loaded machine."""

API = "/_matrix/client/v3"
CONFIG = """
listeners: [{{bind_addresses: [127.0.0.1], port: {port}, type: http, tls: false, resources: [{{names: [client]}}]}}]
database: {{name: sqlite3, args: {{database: "{folder}/homeserver.db"}}}}
trusted_key_servers: []
suppress_key_server_warning: true
federation_domain_whitelist: []
bcrypt_rounds: 4
presence: {{enabled: false}}
rc_login: {{address: {many}, account: {many}, failed_attempts: {many}}}
rc_message: {many}
rc_room_creation: {many}
rc_joins: {{local: {many}, remote: {many}}}
rc_invites: {{per_room: {many}, per_user: {many}, per_issuer: {many}}}
"""
MANY = "{per_second: 1000, burst_count: 1000}"


@dataclass
class Synapse:
    """One server, which may be stopped and started again on the same data."""

    binaries: Path
    folder: Path
    port: int
    _process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"

    def prepare(self) -> None:
        """Write its configuration."""
        self._run("-m", "synapse.app.homeserver", "--server-name", "localhost", "--config-path", "homeserver.yaml",
                  "--data-directory", str(self.folder), "--generate-config", "--report-stats=no")  # fmt: skip
        over = CONFIG.format(port=self.port, folder=self.folder, many=MANY)
        (self.folder / "over.yaml").write_text(over, "utf-8")

    def start(self) -> None:
        """Start it, and wait until it answers; skips the test, with the reason, where it doesn't."""
        words = ["-m", "synapse.app.homeserver", "--config-path", "homeserver.yaml", "--config-path", "over.yaml"]
        with (self.folder / "log").open("ab") as log:
            python = str(self.binaries / "python")
            self._process = subprocess.Popen([python, *words], cwd=self.folder, stdout=log, stderr=log)
        end = time.monotonic() + STARTS_WITHIN
        while time.monotonic() < end and self._process.poll() is None:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.1)
        last = (self.folder / "log").read_text("utf-8", "replace")[-400:]
        self.stop()
        pytest.skip(f"Synapse does not start here: {last}")

    def stop(self) -> None:
        """Stop it; its data stay."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(30)
            self._process = None

    def register(self, name: str, *, admin: bool = False) -> None:
        """Make somebody known."""
        program = str(self.binaries / "register_new_matrix_user")
        rights = "--admin" if admin else "--no-admin"
        self._run(program, "-c", "homeserver.yaml", "-u", name, "-p", f"pw-{name}", rights, self.url, python=False)

    def _run(self, *words: str, python: bool = True) -> None:
        program = [str(self.binaries / "python"), *words] if python else list(words)
        subprocess.run(program, cwd=self.folder, check=True, capture_output=True, timeout=STARTS_WITHIN)


@contextmanager
def synapse(folder: Path) -> Iterator[Synapse]:
    """A running server with the users bot, ann, cat and the administrator root."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    server = Synapse(environment("synapse", PACKAGE), folder, port)
    try:
        server.prepare()
        server.start()
        for name in ("bot", "ann", "cat"):
            server.register(name)
        server.register("root", admin=True)
        yield server
    finally:
        server.stop()


class Person:
    """Somebody with a client of their own."""

    def __init__(self, url: str, make_client: Callable[..., Client]) -> None:
        self.url = url
        self._door = make_client(allow_private=()).door([url])
        self.token = ""
        self._number = 0

    async def log_in(self, name: str, device: str = "PHONE") -> Person:
        """Log in; gives this person."""
        who = {"type": "m.id.user", "user": name}
        asked = {"type": "m.login.password", "identifier": who, "password": f"pw-{name}", "device_id": device}
        self.token = (await self.ask("POST", "/login", asked))["access_token"]
        return self

    async def ask(self, method: str, path: str, body: object = None, api: str = API, **query: str) -> Any:
        """One request, and what came back."""
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        asked = f"{self.url}{api}{path}{'?' if query else ''}{urlencode(query)}"
        reply = await self._door.send(method, asked, json=body, headers=headers)
        said = json.loads(reply.body)
        assert reply.status == 200, (path, said)
        return said

    async def room(self, *invited: str, **more: Any) -> str:
        """Open a room, and invite people."""
        made = await self.ask("POST", "/createRoom", {"preset": "private_chat", "invite": list(invited), **more})
        return str(made["room_id"])

    async def say(self, room: str, text: str, **content: Any) -> str:
        """Say something in a room; gives the event's id."""
        self._number += 1
        said = {"msgtype": "m.text", "body": text, **{name.replace("__", "."): what for name, what in content.items()}}
        path = f"/rooms/{quote(room)}/send/m.room.message/{id(self)}-{self._number}"
        return str((await self.ask("PUT", path, said))["event_id"])

    async def call(self, room: str, text: str) -> str:
        """Say something to the bot, as today's clients do."""
        return await self.say(room, f"bot: {text}", m__mentions={"user_ids": ["@bot:localhost"]})

    async def redact(self, room: str, event: str) -> None:
        """Take something back."""
        self._number += 1
        await self.ask("PUT", f"/rooms/{quote(room)}/redact/{quote(event)}/{id(self)}-{self._number}", {})

    async def read(self, room: str, sender: str = "@bot:localhost") -> list[dict[str, Any]]:
        """All messages of somebody in a room, oldest first."""
        wanted, said, place = json.dumps({"types": ["m.room.message"], "senders": [sender]}), list[dict[str, Any]](), ""
        while True:
            query = {"dir": "b", "limit": "100", "filter": wanted} | ({"from": place} if place else {})
            page = await self.ask("GET", f"/rooms/{quote(room)}/messages", **query)
            said += page["chunk"]
            if "end" not in page:
                return said[::-1]
            place = page["end"]
