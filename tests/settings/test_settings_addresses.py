"""Web addresses, networks, where to listen, how to be reached."""

from __future__ import annotations

from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.settings import addresses
from bot.settings.words import Unfit
from tests.settings.config_folder import refusal


@pytest.mark.parametrize(
    "url",
    [
        "https://example.org/feed.xml",
        "http://example.org",
        "HTTPS://Example.org:8443/a?b=c#d",
        "http://127.0.0.1:9000/x",
        "http://[::1]:9000/x",
        "https://bücher.example/feed",
        "https://example.org/feed?url=https://x@y.example",
    ],
)
def test_a_web_address_stays_as_it_is_written(url: str) -> None:
    """An address that can be opened is taken to the letter, without the spaces around it."""
    assert addresses.web_url(f" {url}\t") == url


@pytest.mark.parametrize(
    ("url", "better"),
    [
        ("example.org/feed", "https://example.org/feed"),
        ("feed://example.org/x", "https://example.org/x"),
        ("feed:https://example.org/x", "https://example.org/x"),
        ("itpc://example.org/pod", "https://example.org/pod"),
    ],
)
def test_a_near_miss_is_answered_with_the_address(url: str, better: str) -> None:
    """Without a scheme, or with a feed reader's, the web address is proposed."""
    with pytest.raises(Unfit) as caught:
        addresses.web_url(url)
    assert str(caught.value).endswith(f'did you mean "{better}"?')


@pytest.mark.parametrize(
    "url",
    ["", "https://", "https:///feed", "http://:80/", "ftp://x.example/", "javascript:alert(1)", "file:///etc/passwd",
     "https://a b.example/", "https://a.example/\r\nHost: b", "http://a.example:99999/", "http://[::1/", "https://[x]/",
     "http://a.example:port/", "//a.example/feed", "https://" + "a" * 2000 + ".example", 3, None],
)  # fmt: skip
def test_what_can_not_be_opened_is_refused(url: object) -> None:
    """Other schemes, broken hosts and ports, spaces and control characters are mistakes."""
    with pytest.raises(Unfit):
        addresses.web_url(url)


@pytest.mark.parametrize("url", ["https://ann:hunter2@a.example/", "https://hunter2@a.example/"])
def test_credentials_in_an_address_are_refused_and_not_repeated(url: str) -> None:
    """A password in an address is never shown again."""
    with pytest.raises(Unfit) as caught:
        addresses.web_url(url)
    assert "hunter2" not in str(caught.value)


def test_networks_are_ranges_or_single_addresses() -> None:
    """Both families are taken; bits beyond the mask are a slip."""
    assert addresses.network("10.0.0.0/8") == ip_network("10.0.0.0/8")
    assert addresses.network("fd00::/8") == ip_network("fd00::/8")
    assert addresses.network("127.0.0.1") == ip_network("127.0.0.1/32")
    with pytest.raises(Unfit, match=r'did you mean "10\.0\.0\.0/8"'):
        addresses.network("10.1.2.3/8")
    for wrong in ("local", "10.0.0.0/33", "", 10):
        with pytest.raises(Unfit):
            addresses.network(wrong)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("127.0.0.1:8420", ("127.0.0.1", 8420)),
        ("[::1]:0", ("::1", 0)),
        ("localhost:80", ("localhost", 80)),
        ("0.0.0.0:65535", ("0.0.0.0", 65535)),
    ],
)
def test_where_to_listen_is_an_address_and_a_port(text: str, expected: tuple[str, int]) -> None:
    """IPv6 stands in brackets; port 0 takes any free one."""
    assert addresses.listen(text) == expected


@pytest.mark.parametrize(
    ("text", "better"),
    [
        (8420, "127.0.0.1:8420"),
        ("8420", "127.0.0.1:8420"),
        (":8420", "127.0.0.1:8420"),
        ("localhost", "localhost:8420"),
    ],
)
def test_half_of_where_to_listen_is_completed(text: object, better: str) -> None:
    """A port or a host alone is answered with the whole."""
    with pytest.raises(Unfit) as caught:
        addresses.listen(text)
    assert str(caught.value).endswith(f'did you mean "{better}"?')


@pytest.mark.parametrize("text", ["", "a b:80", "127.0.0.1:65536", "127.0.0.1:http", "::1:80:x", "127.0.0.1:-1", None])
def test_other_places_to_listen_are_refused(text: object) -> None:
    """No port, no host, or one that can't be."""
    with pytest.raises(Unfit):
        addresses.listen(text)


@pytest.mark.parametrize(
    ("host", "expected"),
    [("127.0.0.1", True), ("127.9.9.9", True), ("::1", True), ("LOCALHOST", True), ("0.0.0.0", False), ("::", False),
     ("192.168.1.2", False), ("localhost.example.org", False), ("", False)],
)  # fmt: skip
def test_loopback_is_what_nobody_else_reaches(host: str, expected: bool) -> None:
    """Only this machine's own addresses are loopback; every address at once is not."""
    assert addresses.is_loopback(host) is expected


def test_a_contact_fits_into_a_header() -> None:
    """A page or a mail address in ASCII, without anything that ends a comment in a header."""
    assert addresses.contact("https://ann.example/bot") == "https://ann.example/bot"
    assert addresses.contact("ann@example.org") == "ann@example.org"
    for wrong in ("Ann", "ann @example.org", "änn@example.org", "https://x.example/(a)", "a@b\r\nX: y", "", None):
        with pytest.raises(Unfit):
            addresses.contact(wrong)


@given(text=st.text(max_size=60) | st.from_regex(r"https?://[a-z@:\[\]./?#%0-9-]{0,40}", fullmatch=True))
def test_any_text_is_an_address_or_a_sentence(text: str) -> None:
    """No text makes a reader raise anything but Unfit."""
    for reader in (addresses.web_url, addresses.network, addresses.listen, addresses.contact):
        assert (refusal(reader, text) or "fine").isprintable()
