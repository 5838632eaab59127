"""A server with the Mastodon API that we didn't write: mastodon-mock, installed by name in an environment of its own.

Its known deviations (links counted in full under an advertised 23, short ids, odd rate-limit headers) are welcome here.
"""

from __future__ import annotations

import asyncio
import json
import logging
import re
import socket
import subprocess
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import aclosing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest

from bot.errors import NeedsLogin, RetryLater, TooLong, Unsure
from bot.model import Account, Secret
from bot.net import Client
from bot.platforms.mastodon import platform
from bot.platforms.mastodon.options import Options
from bot.ports import Tools
from tests.platforms.contract import MemoryVault
from tests.platforms.stages import real_post as post
from tests.servers.fixtures import Hands
from tests.servers.installed import environment
from tests.servers.lossy import lossy

pytestmark = pytest.mark.server

CONFIG = """
[server]
port = {port}
[[seed.accounts]]
username = "bot"
access_token = "tok_bot"
[[seed.accounts]]
username = "ann"
access_token = "tok_ann"
[[seed.accounts]]
username = "cat"
access_token = "tok_cat"
"""


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """A running mastodon-mock, until the module's tests are over."""
    binaries = environment("mastodon-mock", "mastodon-mock==0.6.1")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    folder: Path = tmp_path_factory.mktemp("mock")
    (folder / "mock.toml").write_text(CONFIG.format(port=port), "utf-8")
    words = [str(binaries / "mastodon_mock"), "serve", "--in-memory", "--config", "mock.toml", "--log-level", "warning"]
    with (folder / "log").open("wb") as log, subprocess.Popen(words, cwd=folder, stdout=log, stderr=log) as process:
        try:
            _await_port(process, port, folder / "log")
            yield port
        finally:
            process.terminate()


def _await_port(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    for _ in range(600):
        if process.poll() is not None:
            pytest.skip(f"mastodon-mock does not start here: {log.read_text('utf-8', 'replace')[-300:]}")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        subprocess.run(["sleep", "0.1"], check=True)  # it takes two seconds to import
    pytest.skip("mastodon-mock does not listen")


class Both:
    """The bot's account and Ann's, on one server."""

    def __init__(self, port: int, make_client: Callable[..., Client]) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.make_client = make_client
        self.vault = MemoryVault()

    def bot(self, url: str = "", token: str = "tok_bot") -> Any:
        options = Options(server=url or self.url, token=Secret(token), poll=timedelta(seconds=1))
        http = self.make_client(allow_private=()).door([options.server])
        log = logging.getLogger("acc")
        tools = Tools(http=http, vault=self.vault, log=log, now=lambda: datetime.now(UTC))
        return platform.open(Account(name="acc", platform="mastodon", options=options), options, tools)

    async def ask(self, method: str, path: str, body: object = None, token: str = "tok_ann") -> Any:
        door = self.make_client(allow_private=()).door([self.url])
        reply = await door.send(method, self.url + path, json=body, headers={"Authorization": f"Bearer {token}"})
        return json.loads(reply.body)

    async def fault(self, **effect: Any) -> None:
        match = {"methods": ["POST"], "path": "/api/v1/statuses"}
        await self.ask("POST", "/api/v1/_mock/faults", {"match": match, "effect": effect, "count": 1})


@pytest.fixture
def both(port: int, make_client: Callable[..., Client], clock: Hands) -> Both:
    """Both accounts; the server keeps what earlier tests said."""
    clock.now = datetime.now(UTC)
    return Both(port, make_client)


async def test_it_posts_once_and_finds_it(both: Both) -> None:
    """The key is honoured, and the post found after a restart, by its link and by its words."""
    for one in (post("one"), post("two", "Words alone, “quoted” — & naïve 👩‍👩‍👧")):
        assert await both.bot().find(one) is None
        first, second = await both.bot().publish(one), await both.bot().publish(one)
        found = await both.bot().find(one)
        assert first.remote_id == second.remote_id == found.remote_id


async def test_what_is_lost_on_the_way_back_is_looked_for(both: Both, port: int) -> None:
    """Ten posts whose answers a proxy cuts, each at another byte: ten are there, not twenty."""
    async with lossy(port) as proxy:
        for number in range(10):
            proxy.loses, proxy.after = 1, number * 60
            one = post(f"lost{number}")
            with pytest.raises(Unsure):
                await both.bot(proxy.url).publish(one)
            assert (await both.bot(proxy.url).find(one)).note == "found"
        assert proxy.lost == 10
    me = await both.ask("GET", "/api/v1/accounts/verify_credentials", token="tok_bot")
    statuses = await both.ask("GET", f"/api/v1/accounts/{me['id']}/statuses?limit=40")
    assert sum("example.org/lost" in one["content"] for one in statuses) == 10


async def test_its_refusals_are_understood(both: Both) -> None:
    """A bad token, a rate limit in its dialect, a failure, a cut answer, a text that is too long by its own count."""
    with pytest.raises(NeedsLogin):
        await both.bot(token="nobody").publish(post("bad"))
    await both.fault(type="ratelimit")
    with pytest.raises(RetryLater):
        await both.bot().publish(post("limit"))
    await both.fault(type="status", status=503)
    with pytest.raises(Unsure):
        await both.bot().publish(post("503"))
    await both.fault(type="malformed")
    with pytest.raises(Unsure):
        await both.bot().publish(post("cut"))
    account = both.bot()
    await account.prepare()
    assert account.limits.link_cost == 23
    with pytest.raises(TooLong):
        await account.publish(post("long", f"{'word ' * 60} https://example.org/{'x' * 300}"))


async def test_a_mention_is_heard_and_answered(both: Both) -> None:
    """From nothing: what was said before is history; then each mention once, in order, and the answer in its thread."""
    await both.ask("POST", "/api/v1/statuses", {"status": "@bot before"})
    async with asyncio.timeout(60), aclosing(both.bot().mentions(None)) as mentions:
        hearing = asyncio.ensure_future(anext(mentions))
        while not any(name.startswith("heard-from") for _, name in both.vault.kept):
            await asyncio.sleep(0.01)
        for number in range(3):
            await both.ask("POST", "/api/v1/statuses", {"status": f"@bot hello {number}", "visibility": "public"})
        heard = [(await hearing)[1], *[(await anext(mentions))[1] for _ in range(2)]]
    assert [mention.text for mention in heard] == ["hello 0", "hello 1", "hello 2"]
    assert heard[0].author.startswith("@ann@")
    answer = post(
        "answer",
        "Hello Ann!",
        reply_to=heard[0].remote_id,
        reply_to_author=heard[0].author,
        reply_context=heard[0].context,
        visibility=heard[0].visibility,
    )
    assert await both.bot().find(answer) is None
    receipt = await both.bot().publish(answer)
    assert (await both.bot().find(answer)).remote_id == receipt.remote_id
    said = await both.ask("GET", f"/api/v1/statuses/{receipt.remote_id}")
    assert (said["in_reply_to_id"], said["visibility"]) == (heard[0].remote_id, "unlisted")
    await both.bot().delete(receipt)
    await both.bot().delete(receipt)
    assert await both.bot().find(answer) is None


async def test_it_examines_well(both: Both) -> None:
    """All is fine but the bot flag, which nobody set."""
    assert [what for fine, what in await both.bot().examine() if not fine] == [
        "it is not marked as a bot: say so in its profile's settings, where it is called an automated account"
    ]


class Owner:
    """Somebody at a terminal who allows everything in a browser beside it."""

    def __init__(self) -> None:
        self.heard: list[str] = []

    def say(self, text: str) -> None:
        self.heard.append(text)

    def ask(self, question: str, *, secret: bool = False, default: str = "") -> str:
        if "code" not in question:
            return default or "yes"
        address = urlsplit(self.heard[-1])
        allowed = urlencode({**dict(parse_qsl(address.query)), "username": "cat"}).encode()
        page = f"http://{address.netloc}{address.path}"
        with urllib.request.urlopen(page, data=allowed, timeout=20) as answer:
            found = re.search(r"code: ([^<\s]+)", answer.read().decode())
        assert found is not None
        return found[1]


async def test_an_account_is_set_up_from_nothing(both: Both) -> None:
    """Its own registration, picker and exchange: the token that comes of it posts, and the account is marked as a bot."""
    assert platform.enrol is not None
    owner = Owner()
    found = await platform.enrol(
        {"server": both.url}, owner, lambda address: both.make_client(allow_private=()).door([address])
    )
    assert found.handle.startswith("@cat@")
    account = both.bot(token=found.secrets["token"].reveal())
    assert [what for fine, what in await account.examine() if not fine] == []
    assert (await account.publish(post("enrolled"))).remote_id
