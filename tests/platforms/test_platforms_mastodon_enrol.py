"""Setting an account up on a server with the Mastodon API, from nothing to a token that was tried."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from bot.errors import DeliveryError, NeedsLogin, Rejected, RetryLater, UsageError
from bot.model import Secret
from bot.net import Client
from bot.net.grants import digest, unpacked
from bot.platforms.mastodon import platform
from bot.ports import Enrolled
from bot.prove.mastodon_server import MastodonServer
from bot.prove.servers import serving
from tests.platforms.contract import CANARY
from tests.servers.wire import wire


class Owner:
    """Somebody at a terminal, and in a browser beside it; when their answers are used up they are gone."""

    def __init__(self, server: MastodonServer, *answers: str) -> None:
        self.server, self.answers = server, [*answers]
        self.heard: list[str] = []
        self.asked: list[tuple[str, bool]] = []

    def say(self, text: str) -> None:
        self.heard.append(text)

    def ask(self, question: str, *, secret: bool = False, default: str = "") -> str:
        self.asked.append((question, secret))
        if not self.answers:
            if default:
                return default
            raise UsageError("nobody answers")
        answer = self.answers.pop(0)
        return self.allow() if answer == "(allow)" else answer or default

    def allow(self) -> str:
        """Open the address that was said last, and allow it."""
        address = next(urlsplit(said) for said in reversed(self.heard) if "/oauth/authorize?" in said)
        return self.server.logins.allow(dict(parse_qsl(address.query))) or "(refused)"


Walk = Callable[..., Any]


@pytest.fixture
async def server() -> AsyncIterator[MastodonServer]:
    """A server with an account whose token is the canary."""
    async with serving(MastodonServer(token=CANARY)) as server:
        yield server


@pytest.fixture
def walk(make_client: Callable[..., Client]) -> Walk:
    """Walk an owner through it."""

    async def walk(owner: Owner, **given: str) -> Enrolled:
        assert platform.enrol is not None
        return await platform.enrol(given, owner, lambda address: make_client(allow_private=()).door([address]))

    return walk


# --------------------------------------------------------------------------- from nothing


@pytest.mark.parametrize("pkce", [True, False])
@pytest.mark.parametrize("fine", [True, False])
async def test_from_an_address_to_a_token(server: MastodonServer, walk: Walk, pkce: bool, fine: bool) -> None:
    """Register, allow in the browser, paste the code; with PKCE and the finest rights, as far as the server knows them."""
    server.logins.pkce, server.logins.fine = pkce, fine
    owner = Owner(server, server.url, "", "(allow)")
    found = await walk(owner)
    assert found == Enrolled(
        handle="@bot@social.example",
        keys={"server": server.url},
        secrets={"token": Secret(CANARY)},
        session={},
        lasting={f"account {server.url}": Secret("id-bot")},
    )
    (app,) = server.logins.apps.values()
    assert ("write:statuses" in app["scopes"]) == fine
    assert [secret for _, secret in owner.asked] == [False, True, False]
    assert CANARY not in "".join(owner.heard)
    assert server.requests == 0


async def test_everything_asked_for_is_what_it_needs(server: MastodonServer, walk: Walk) -> None:
    """Nothing of what the server is asked for reaches beyond reading, posting and its own profile."""
    await walk(Owner(server, server.url, "", "(allow)"))
    (app,) = server.logins.apps.values()
    assert app["scopes"] == {
        *("read:accounts", "read:notifications", "read:statuses"),
        *("write:accounts", "write:media", "write:statuses"),
    }


async def test_a_wrong_code_may_be_corrected(server: MastodonServer, walk: Walk) -> None:
    """Twice; a code works once, so the third time is the last."""
    owner = Owner(server, server.url, "", "nonsense", "(allow)")
    assert (await walk(owner)).handle == "@bot@social.example"
    owner = Owner(server, server.url, "", "a", "b", "c", "(allow)")
    with pytest.raises(NeedsLogin, match="none of 3 codes"):
        await walk(owner)
    assert owner.answers == ["(allow)"]


async def test_a_token_with_an_end_is_remembered(server: MastodonServer, walk: Walk) -> None:
    """With what renews it, so that its owner has no trouble, or else is warned; a life of ages is none worth a word."""
    server.logins.lives, begun = 86400, datetime.now(UTC)
    found = await walk(Owner(server, server.url, "", "(allow)"))
    session = unpacked(found.session["session"])
    assert session is not None
    assert timedelta(days=1) <= session.until - begun < timedelta(days=1, minutes=5)
    assert (session.access, session.refresh, session.root) == (Secret(CANARY), None, digest(Secret(CANARY)))
    server.logins.renewal = "renewal-0"
    found = await walk(Owner(server, server.url, "", "(allow)"))
    session = unpacked(found.session["session"])
    assert session is not None
    assert session.refresh == Secret("renewal-0")
    assert json.loads(found.session["app"].reveal()) == {"client_id": "client-2", "client_secret": "secret-2"}
    for odd in (10**12, "soon", True, -1, None):
        server.logins.lives = odd
        assert (await walk(Owner(server, server.url, "", "(allow)"))).session == {}


@pytest.mark.parametrize("typed", ["{host}", "@bot@{host}", " {host}/ ", "bot@{host}"])
async def test_an_address_is_taken_as_people_write_it(server: MastodonServer, walk: Walk, typed: str) -> None:
    """A bare host, an id on it: https is meant, and nothing answers that here."""
    host = urlsplit(server.url).netloc
    with pytest.raises(RetryLater):
        await walk(Owner(server, typed.format(host=host), CANARY))


@pytest.mark.parametrize("typed", ["{url}/", "{url}/@bot", "{url}/web/home?x=1#y"])
async def test_a_profiles_address_names_its_server(server: MastodonServer, walk: Walk, typed: str) -> None:
    """What stands behind the host is left out."""
    found = await walk(Owner(server, typed.format(url=server.url), CANARY))
    assert found.keys == {"server": server.url}


async def test_what_is_no_address_is_asked_again_or_refused(server: MastodonServer, walk: Walk) -> None:
    """A person may try again; what was given in the command can't be corrected there."""
    owner = Owner(server, "ftp://social.example", "https://", "https://[", "which one?", server.url, CANARY)
    assert (await walk(owner)).handle == "@bot@social.example"
    assert owner.heard == ["That is no address of a server."] * 4
    with pytest.raises(UsageError, match="server's address alone"):
        await walk(Owner(server), server="ftp://social.example", token=CANARY)


# --------------------------------------------------------------------------- a token that is there


async def test_what_is_given_is_not_asked_for(server: MastodonServer, walk: Walk) -> None:
    """Address and token: nothing is left to ask, nothing is registered, and only reading happens."""
    owner = Owner(server)
    found = await walk(owner, server=server.url, token=CANARY)
    assert (owner.asked, server.logins.apps) == ([], {})
    assert found.secrets == {"token": Secret(CANARY)}
    assert {asked.method for asked in server.asked} == {"GET"}


async def test_a_pasted_token_is_typed_unseen(server: MastodonServer, walk: Walk) -> None:
    """Instead of making a new one."""
    owner = Owner(server, CANARY)
    assert (await walk(owner, server=server.url)).secrets == {"token": Secret(CANARY)}
    assert [secret for _, secret in owner.asked] == [True]


@pytest.mark.parametrize("status", [401, 403, 422])
async def test_a_wrong_token_is_refused(server: MastodonServer, walk: Walk, status: int) -> None:
    """In every way that servers say it; the token is in no word of it."""
    server.bad_token = status
    with pytest.raises(NeedsLogin) as told:
        await walk(Owner(server), server=server.url, token="s3cret")
    assert "s3cret" not in str(told.value)


async def test_a_token_without_the_rights_is_refused_now(server: MastodonServer, walk: Walk) -> None:
    """Not at the first post."""
    server.scopes = "read"
    with pytest.raises(NeedsLogin, match="lacks write:statuses"):
        await walk(Owner(server), server=server.url, token=CANARY)


# --------------------------------------------------------------------------- the bot flag


@pytest.mark.parametrize(("answer", "marked"), [("yes", True), ("Y", True), ("no", False), ("never", False)])
async def test_the_flag_is_set_if_its_owner_says_so(
    server: MastodonServer, walk: Walk, answer: str, marked: bool
) -> None:
    """One that is marked already isn't asked about."""
    server.is_bot = False
    await walk(Owner(server, answer), server=server.url, token=CANARY)
    assert server.is_bot == marked


async def test_without_anybody_there_nothing_is_changed(server: MastodonServer, walk: Walk) -> None:
    """A script that gives address and token changes no profile, and goes on."""
    server.is_bot = False
    assert (await walk(Owner(server), server=server.url, token=CANARY)).handle == "@bot@social.example"
    assert not server.is_bot
    assert {asked.method for asked in server.asked} == {"GET"}


async def test_a_flag_that_cannot_be_set_ends_nothing(server: MastodonServer, walk: Walk) -> None:
    """The owner is told where to do it by hand."""
    server.is_bot, server.fixed = False, True
    owner = Owner(server, "yes")
    assert (await walk(owner, server=server.url, token=CANARY)).handle == "@bot@social.example"
    assert "automated account" in owner.heard[-1]


# --------------------------------------------------------------------------- servers that won't


async def test_a_server_that_registers_nobody_says_what_is_left(server: MastodonServer, walk: Walk) -> None:
    """A token can be made by hand in its settings."""
    server.logins.closed = True
    with pytest.raises(Rejected, match="make a token in its settings"):
        await walk(Owner(server, ""), server=server.url)


async def test_a_server_that_is_not_there_is_told(server: MastodonServer, walk: Walk) -> None:
    """Nothing was sent."""
    with pytest.raises(RetryLater):
        await walk(Owner(server), server="http://127.0.0.1:1", token=CANARY)


@pytest.mark.parametrize(
    "body", [b"<html>", b"[]", b"{}", b'{"client_id": 7}', b'{"client_id": "a", "client_secret": null}', b"[" * 9999]
)
async def test_an_answer_of_another_kind_is_no_registration(server: MastodonServer, walk: Walk, body: bytes) -> None:
    """Whatever answers there, it is said in a sentence."""
    async with wire([b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)]) as place:
        with pytest.raises(DeliveryError):
            await walk(Owner(server, ""), server=place.url.rstrip("/"))


@pytest.mark.parametrize("token", ["", "a\nb", "ü", "x" * 5000, None])
async def test_a_token_that_cannot_be_one_is_not_taken(server: MastodonServer, walk: Walk, token: Any) -> None:
    """It would stand in every request's header."""
    owner = Owner(server, "", "(allow)")
    server.logins.token = token
    with pytest.raises(RetryLater):
        await walk(owner, server=server.url)
