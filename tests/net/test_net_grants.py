"""Tokens of OAuth 2.0: what an answer hands out, what is kept of it, and what is shown of a secret."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import NeedsLogin, RetryLater, Unsure
from bot.model import Secret
from bot.net.grants import (
    EARLY,
    LONGEST,
    NEVER,
    SESSION,
    App,
    Fixed,
    Office,
    Renewed,
    Session,
    challenge,
    digest,
    session_of,
    unpacked,
)
from bot.ports import Http, Reply
from tests.servers.fixtures import Hands

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
GOOD: dict[str, Any] = {"access_token": "a-1", "token_type": "Bearer"}


def test_an_answer_is_read() -> None:
    """Token, refresh token, rights, and an end by our clock."""
    said = {**GOOD, "refresh_token": "r-1", "expires_in": 600, "scope": " read  write "}
    read = session_of(said, NOW, None)
    until = NOW + timedelta(minutes=10)
    assert read == Session(access=Secret("a-1"), refresh=Secret("r-1"), until=until, scope="read write")


@pytest.mark.parametrize("life", [None, 0, -5, True, "600", LONGEST + 1, 1e3, []])
def test_what_says_no_end_has_the_servers_usual_one_or_none(life: object) -> None:
    """As RFC 6749 allows; ages are none."""
    said = {**GOOD, "expires_in": life}
    assert session_of(said, NOW, None).until == NEVER
    assert session_of(said, NOW, 7200).until == NOW + timedelta(hours=2)


@pytest.mark.parametrize("token", [None, "", 7, "a b", "a\r\nX: y", "é", "x" * 5000, ["a"]])
def test_what_could_not_stand_in_a_header_is_no_token(token: object) -> None:
    """An access token is needed; without a good refresh token there is none."""
    with pytest.raises(Unsure):
        session_of({**GOOD, "access_token": token}, NOW, None)
    assert session_of({**GOOD, "refresh_token": token}, NOW, None).refresh is None


@given(access=st.text(), refresh=st.none() | st.text(min_size=1), seconds=st.integers(0, 200_000_000), scope=st.text())
def test_what_is_kept_is_read_again(access: str, refresh: str | None, seconds: int, scope: str) -> None:
    """Whatever a server hands out, and also without an end."""
    for until in (NOW + timedelta(seconds=seconds), NEVER):
        session = Session(
            access=Secret(access), refresh=Secret(refresh) if refresh else None, until=until, scope=scope, root="r"
        )
        assert unpacked(session.packed()) == session


@pytest.mark.parametrize(
    "kept", ["", "x", "[]", "{}", "5", "[" * 9999, '{"access": "a", "refresh": "", "until": "soon"}', '{"until": 1e99}']
)
def test_a_damaged_session_is_none(kept: str) -> None:
    """Then the owner's own token serves, or the owner is told."""
    assert unpacked(Secret(kept)) is None
    assert unpacked(None) is None
    whole = json.loads(Session(access=Secret("a"), refresh=None, until=NOW).packed().reveal())
    for name in whole:
        assert unpacked(Secret(json.dumps({**whole, name: [1]}))) is None


async def test_a_token_without_an_end_is_used_as_it_is() -> None:
    """And a 401 to it is final."""
    login = Fixed(Secret("a-1"), "root")
    assert await login.headers("GET", "https://example.org/") == {"Authorization": "Bearer a-1"}
    assert not await login.renew(await login.headers())
    assert login.identity == "root"


def test_a_word_for_a_token_tells_nothing_of_it() -> None:
    """It is the same each time, and another for another."""
    assert digest(Secret("a")) == digest(Secret("a")) != digest(Secret("b"))
    assert digest(None) == ""
    assert digest(Secret("a")) == "ca978112ca1bbdca"  # it is stored, so no release may change it
    assert "secret" not in digest(Secret("secret"))


def test_a_challenge_is_the_one_of_the_standard() -> None:
    """RFC 7636, appendix B."""
    assert challenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk") == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


# --------------------------------------------------------------------------- asking for a token, and the next one

URL = "https://server.example/token"
CODE = {"grant_type": "authorization_code", "code": "c"}


@dataclass
class Counter:
    """A token endpoint that answers in turn, and remembers what it was asked; without an answer it can't be reached."""

    answers: list[Reply] = field(default_factory=list)
    asked: list[tuple[dict[str, str], dict[str, str]]] = field(default_factory=list)

    async def send(self, method: str, url: str, **more: Any) -> Reply:
        assert (method, url) == ("POST", URL)
        self.asked.append((dict(more["form"]), dict(more["headers"])))
        await asyncio.sleep(0)  # others do something meanwhile, as with every real request
        if not self.answers:
            raise RetryLater("nobody answers")
        return self.answers.pop(0)

    def hands_out(self, number: int, *, seconds: int | None = 3600, refresh: bool = True) -> None:
        """Next time, hand out the tokens of that number."""
        said = {
            "access_token": f"a-{number}",
            "refresh_token": f"r-{number}" if refresh else None,
            "expires_in": seconds,
        }
        self.answers.append(said_by(200, said))


def said_by(status: int, said: object) -> Reply:
    return Reply(status=status, headers={}, body=json.dumps(said).encode(), url=URL)


@dataclass
class Memory:
    """A vault."""

    kept: dict[tuple[str, str], Secret] = field(default_factory=dict)

    def put(self, account: str, name: str, value: Secret) -> None:
        self.kept[account, name] = value

    def get(self, account: str, name: str) -> Secret | None:
        return self.kept.get((account, name))


def office(door: Counter, app: App | None = None, **more: Any) -> Office:
    app = app or App(client_id="id")
    return Office(http=cast("Http", door), url=URL, app=app, lost="It renews no more.", **more)


@dataclass
class Desk:
    """A login that is renewed, and all that it works with."""

    door: Counter = field(default_factory=Counter)
    vault: Memory = field(default_factory=Memory)
    clock: Hands = field(default_factory=Hands)

    def login(self, root: str = "root", first: str | None = "r-0") -> Renewed:
        given = Secret(first) if first else None
        return Renewed("fedi", office(self.door), self.vault, self.clock, root=root, first=given)

    @property
    def spent(self) -> list[str]:
        """The refresh tokens that were shown."""
        return [form["refresh_token"] for form, _ in self.door.asked]


def bearer(number: int) -> dict[str, str]:
    return {"Authorization": f"Bearer a-{number}"}


async def test_an_app_says_who_it_is_as_its_server_wants_it() -> None:
    """By its name alone where it has no secret; with one in the header, or in the form where that alone is read."""
    secret = App(client_id="id", client_secret=Secret("s"))
    for app, in_form, form, headers in (
        (None, False, {}, {}),
        (secret, False, {}, {"Authorization": "Basic aWQ6cw=="}),
        (secret, True, {"client_secret": "s"}, {}),
        (None, True, {}, {}),
    ):
        door = Counter()
        door.hands_out(1)
        session = await office(door, app, in_form=in_form).granted(CODE, NOW)
        assert session.access == Secret("a-1")
        assert door.asked == [({**CODE, "client_id": "id", **form}, headers)]


@pytest.mark.parametrize("status", [400, 401, 403, 422])
async def test_a_refused_grant_is_for_the_owner(status: int) -> None:
    """What is lost, or what the caller says instead, and the command that gets it back."""
    door = Counter([said_by(status, {"error": "invalid_grant"})] * 2)
    with pytest.raises(NeedsLogin, match="renews no more") as told:
        await office(door).granted(CODE, NOW)
    assert told.value.advice("fedi") == "Let it in anew with: starfish accounts renew fedi"
    with pytest.raises(NeedsLogin, match="The code is old"):
        await office(door).granted(CODE, NOW, refused="The code is old.")


@pytest.mark.parametrize(("status", "said"), [(500, {}), (503, {}), (429, {}), (404, {}), (200, {}), (200, "a-1")])
async def test_what_is_no_answer_may_be_one_later(status: int, said: object) -> None:
    """A server that stumbles, or speaks of something else, has refused nothing."""
    with pytest.raises(RetryLater):
        await office(Counter([said_by(status, said)])).granted(CODE, NOW)


async def test_a_token_is_used_until_shortly_before_its_end() -> None:
    """Five minutes before it the next one is asked for, with the refresh token that came last."""
    desk = Desk()
    desk.door.hands_out(1)
    login = desk.login()
    assert login.identity == "root"
    assert await login.headers() == await login.headers() == bearer(1)
    desk.clock.now += timedelta(hours=1) - EARLY - timedelta(seconds=1)
    assert await desk.login().headers() == bearer(1)
    desk.door.hands_out(2)
    desk.clock.now += timedelta(seconds=1)
    assert await login.headers() == bearer(2)
    assert desk.spent == ["r-0", "r-1"]
    assert login.identity == "root"


async def test_a_server_that_names_no_new_refresh_token_keeps_the_old_one() -> None:
    """As RFC 6749 (6) allows."""
    desk = Desk()
    desk.door.hands_out(1, refresh=False)
    await desk.login().headers()
    desk.door.hands_out(2)
    desk.clock.now += timedelta(hours=1)
    assert await desk.login().headers() == bearer(2)
    assert desk.spent == ["r-0", "r-0"]


async def test_a_server_that_is_away_costs_nothing_before_the_end() -> None:
    """The old token serves to its last second, and only then the post waits."""
    desk = Desk()
    desk.door.hands_out(1)
    login = desk.login()
    await login.headers()
    desk.clock.now += timedelta(hours=1, seconds=-1)
    assert await login.headers() == bearer(1)
    desk.clock.now += timedelta(seconds=1)
    with pytest.raises(RetryLater):
        await login.headers()
    with pytest.raises(RetryLater):
        await Desk().login().headers()


async def test_two_logins_of_one_account_show_a_refresh_token_once() -> None:
    """After a reload who listens goes on with the old one: a token that is shown twice is lost, and the account with it."""
    desk = Desk()
    one, other = desk.login(), desk.login()
    desk.door.hands_out(1)
    assert list(await asyncio.gather(one.headers(), other.headers())) == [bearer(1)] * 2
    desk.door.hands_out(2)
    assert all(await asyncio.gather(one.renew(bearer(1)), other.renew(bearer(1))))
    assert desk.spent == ["r-0", "r-1"]


async def test_a_new_token_of_the_owners_puts_the_old_session_aside() -> None:
    """What was handed out for another one is stale; where the owner gave none, what the walk got counts."""
    desk = Desk()
    desk.door.hands_out(1)
    await desk.login().headers()
    desk.door.hands_out(2)
    anew = desk.login(root="other", first="r-9")
    assert anew.identity == "other"
    assert await anew.headers() == bearer(2)
    assert desk.spent == ["r-0", "r-9"]
    assert desk.login(root="root").session() is None
    walked = desk.login(root="", first=None)
    assert (await walked.headers(), walked.identity) == (bearer(2), "other")


async def test_who_was_never_let_in_is_told_so() -> None:
    """Without a session and without a token to begin with; and a session that can't be renewed is lost."""
    desk = Desk()
    with pytest.raises(NeedsLogin, match="never let in"):
        await desk.login(first=None).headers()
    last = Session(access=Secret("a-1"), refresh=None, until=desk.clock.now + timedelta(hours=1), root="root")
    desk.vault.put("fedi", SESSION, last.packed())
    assert await desk.login().headers() == bearer(1)
    desk.clock.now += timedelta(hours=1)
    with pytest.raises(NeedsLogin, match="renews no more"):
        await desk.login().headers()
    assert desk.door.asked == []


async def test_a_token_that_was_taken_back_is_renewed_once() -> None:
    """By whoever used it; who comes with an older one finds the new one there already."""
    desk = Desk()
    desk.door.hands_out(1)
    login = desk.login()
    used = await login.headers()
    desk.door.hands_out(2)
    assert await login.renew(used)
    assert await login.renew(used)
    assert desk.spent == ["r-0", "r-1"]
    assert await login.headers() == bearer(2)


async def test_another_process_may_be_faster() -> None:
    """Where the server refuses because our refresh token was spent meanwhile, what was kept meanwhile serves."""
    desk = Desk()
    desk.door.hands_out(1)
    login = desk.login()
    used = await login.headers()
    theirs = Session(access=Secret("a-7"), refresh=Secret("r-7"), until=NEVER, root="root")

    class Racing(Counter):
        async def send(self, method: str, url: str, **more: Any) -> Reply:
            desk.vault.put("fedi", SESSION, theirs.packed())
            return said_by(400, {"error": "invalid_grant"})

    faster = Renewed("fedi", office(Racing()), desk.vault, desk.clock, root="root")
    assert await faster.renew(used)
    assert await faster.headers() == bearer(7)
    desk.door.answers.append(said_by(400, {"error": "invalid_grant"}))
    with pytest.raises(NeedsLogin):
        await login.renew(await login.headers())
