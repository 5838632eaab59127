"""Tokens of OAuth 2.0: what an answer hands out, what is kept of it, and what is shown of a secret."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import Unsure
from bot.model import Secret
from bot.net.grants import LONGEST, NEVER, Fixed, Session, challenge, digest, session_of, unpacked

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
    assert "secret" not in digest(Secret("secret"))


def test_a_challenge_is_the_one_of_the_standard() -> None:
    """RFC 7636, appendix B."""
    assert challenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk") == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
