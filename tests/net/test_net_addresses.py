from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from yarl import URL

from bot.errors import FeedRefused
from bot.net.addresses import checked, host_of, shown


@pytest.mark.parametrize(
    "text",
    [
        "https://example.com/feed.xml",
        "HTTP://EXAMPLE.com",
        "http://例え.jp/フィード?x=ü",
        "https://example.com:8443/a b",
        " https://example.com/ ",
        "http://[2606:4700::1111]/",
    ],
)
def test_web_addresses_pass(text: str) -> None:
    """Addresses as people and feeds write them are read."""
    assert checked(text).scheme in {"http", "https"}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "example.com",
        "//example.com/",
        "file:///etc/passwd",
        "ftp://example.com/",
        "gopher://example.com/",
        "javascript:alert(1)",
        "data:text/plain,hi",
        "http://",
        "http:///path",
        "https://user@example.com/",
        "https://user:password@example.com/",
        "https://:password@example.com/",
        "http://example.com:0/",
        "http://example.com:99999/",
        "http://exa\r\nmple.com/",
        "http://example.com/\x00",
        "http://[::1/",
        "http://" + "a" * 9000,
    ],
)
def test_anything_else_is_refused(text: str) -> None:
    """Other schemes, user names, missing hosts, control characters and over-long ones are refused with a sentence."""
    with pytest.raises(FeedRefused):
        checked(text)


@given(st.text(max_size=60), st.sampled_from(["", "http://", "https://", "http://[", "//"]))
def test_every_text_is_read_or_refused(text: str, start: str) -> None:
    """No text makes the check fail in another way than by refusing."""
    with contextlib.suppress(FeedRefused):
        assert checked(start + text).host


def test_a_host_is_its_name_and_its_unusual_port() -> None:
    """Plain and secure addresses of one name are one host; another port is another host."""
    assert host_of("https://Example.com/a") == host_of(URL("http://example.com./b")) == "example.com"
    assert host_of("http://example.com:8080/") == "example.com:8080"
    assert host_of("http://[::1]:8080/") == "[::1]:8080"


def test_shown_addresses_keep_no_secret() -> None:
    """Names, passwords and the values of a query are hidden; what helps to recognise the address stays."""
    assert shown("https://ann:pass@example.com/feed?token=abc&plain#part") == "https://example.com/feed?token=…&…"
    assert shown("http://example.com/?") == "http://example.com/?"
    assert shown("//ann:pass@example.com/") == "//example.com/"
    assert shown("https://a:b@c@example.com/x") == "https://example.com/x"


@given(st.text(alphabet="abc/:?&=#@.\\ ", max_size=40))
def test_no_query_value_is_ever_shown(rest: str) -> None:
    """Wherever a canary stands as a password or a value, it is not shown."""
    assert "CANARY" not in shown(f"https://u:CANARY@example.com/{rest}")
    assert "CANARY" not in shown(f"https://example.com/?a=CANARY{rest}")
