from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model import Secret
from bot.web.login import MAX_PASSWORD, SESSION_LASTS, TRIES, TRIES_OF_ALL, TRIES_WINDOW, Login, TooManyTries

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
KEY = b"k" * 32


def test_the_link_works_once() -> None:
    """A token lets in once; another one, an empty one and one of another start never."""
    login = Login(key=KEY)
    token = login.new_token()
    assert login.spend(token)
    assert not login.spend(token)
    assert not login.spend("")
    assert not Login(key=KEY).spend(login.new_token())


def test_a_session_ends() -> None:
    """It lasts thirty days, and not a second more."""
    login = Login(key=KEY)
    cookie = login.open_session(NOW)
    assert login.session(cookie, NOW + SESSION_LASTS - timedelta(seconds=1)) is not None
    assert login.session(cookie, NOW + SESSION_LASTS) is None


def test_a_kept_key_keeps_sessions_over_a_restart() -> None:
    """With the same key the cookie is good, with another it isn't."""
    cookie = Login(key=KEY).open_session(NOW)
    assert Login(key=KEY).session(cookie, NOW) is not None
    assert Login(key=b"x" * 32).session(cookie, NOW) is None
    assert Login().session(cookie, NOW) is None


def test_logging_out_ends_the_session_itself() -> None:
    """A copy of the cookie is worth nothing after it; other sessions go on."""
    login = Login(key=KEY)
    mine, other = login.open_session(NOW), login.open_session(NOW)
    session = login.session(mine, NOW)
    assert session is not None
    login.close(session)
    assert login.session(mine, NOW) is None
    assert login.session(other, NOW) is not None


@given(st.text(), st.integers(0, 200))
def test_a_changed_cookie_is_no_session(noise: str, at: int) -> None:
    """Whatever is put into it, wherever."""
    login = Login(key=KEY)
    cookie = login.open_session(NOW)
    forged = cookie[:at] + noise + cookie[at + len(noise) :]
    assert (login.session(forged, NOW) is not None) == (forged == cookie)
    assert login.session(noise, NOW) is None


def test_a_forms_token_belongs_to_its_session() -> None:
    """It fits its own session and no other."""
    login = Login(key=KEY)
    one, two = (login.session(login.open_session(NOW), NOW) for _ in range(2))
    assert one is not None
    assert two is not None
    assert login.csrf_fits(one, login.csrf(one))
    assert not login.csrf_fits(one, login.csrf(two))
    assert not login.csrf_fits(one, "\ud800")


@pytest.mark.parametrize("password", ["open sesame", "пароль 🐙", "x" * MAX_PASSWORD])
async def test_the_right_password_and_no_other(password: str) -> None:
    """Also in other scripts; again and again; never one that is only near."""
    login = Login(Secret(password), key=KEY)
    assert await login.check(password, "a", NOW)
    assert await login.check(password, "a", NOW)
    for wrong in (password + "x", password[:-1], "", password.swapcase() + " ", "\ud800"):
        assert not await login.check(wrong, wrong, NOW)


async def test_without_a_password_nothing_fits() -> None:
    """Not even the empty one."""
    login = Login(key=KEY)
    assert not login.has_password
    assert not await login.check("", "a", NOW)


async def test_a_guessing_address_waits_and_others_do_not() -> None:
    """After five wrong ones an address waits until its first guess is five minutes old."""
    login = Login(Secret("right"), key=KEY)
    for _ in range(TRIES):
        assert not await login.check("wrong", "a", NOW)
    with pytest.raises(TooManyTries) as caught:
        await login.check("right", "a", NOW + timedelta(minutes=1))
    assert caught.value.after == TRIES_WINDOW - timedelta(minutes=1)
    assert await login.check("right", "b", NOW)
    assert await login.check("right", "a", NOW + TRIES_WINDOW)


async def test_many_addresses_together_wait_too() -> None:
    """Guesses from everywhere are bounded as a whole; who logged in before is not locked out by them."""
    login = Login(Secret("right"), key=KEY)
    for number in range(TRIES_OF_ALL):
        assert not await login.check("x" * 2000, f"address {number}", NOW)
    with pytest.raises(TooManyTries):
        await login.check("wrong", "another", NOW)


async def test_a_giant_guess_is_not_hashed() -> None:
    """It is simply wrong."""
    assert not await Login(Secret("right"), key=KEY).check("x" * 60_000, "a", NOW)


def test_nothing_secret_is_printed() -> None:
    """Neither the password nor the key stands in what a log could show."""
    login = Login(Secret("right"), key=KEY)
    assert "right" not in repr(login)
    assert "right" not in repr(vars(login))
