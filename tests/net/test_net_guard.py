from __future__ import annotations

import socket
from ipaddress import IPv4Address, IPv6Address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.net.guard import PORTS, Guard, Refused, plain, public

NOT_PUBLIC = [
    "0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.127.255.255", "127.0.0.1", "127.255.255.254",
    "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.1", "192.0.0.192", "192.0.2.1", "192.88.99.1", "192.168.1.1",
    "198.18.0.1", "198.19.255.255", "198.51.100.7", "203.0.113.9", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255",
    "::", "::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::127.0.0.1", "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "100::1", "2001::1", "2001:0:7f00:1::1", "2001:db8::1", "2001:10::1", "2002:7f00:1::1",
    "2002:a9fe:a9fe::", "3fff::1", "5f00::1", "fc00::1", "fd12:3456::1", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1",
]  # fmt: skip
PUBLIC = [
    "1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.1", "100.63.255.255", "100.128.0.1", "126.255.255.255", "128.0.0.1",
    "169.253.255.255", "172.15.255.255", "172.32.0.1", "192.167.255.255", "192.169.0.1", "198.17.255.255", "198.20.0.1",
    "223.255.255.255", "2606:4700::1111", "2a00:1450::1", "2001:4860:4860::8888", "::ffff:8.8.8.8", "64:ff9b::808:808",
]  # fmt: skip


@pytest.mark.parametrize("text", NOT_PUBLIC)
def test_no_special_address_is_public(text: str) -> None:
    """Every range of the special-purpose registries is refused, in disguise too."""
    assert not public(plain(text))


@pytest.mark.parametrize("text", PUBLIC)
def test_ordinary_addresses_are_public(text: str) -> None:
    """The neighbours of the special ranges, and well-known resolvers, are public."""
    assert public(plain(text))


@given(st.ip_addresses(v=4))
def test_a_mapped_address_is_judged_as_the_one_inside(address: IPv4Address) -> None:
    """Writing an IPv4 address as an IPv6 one never changes the verdict."""
    mapped = IPv6Address(b"\0" * 10 + b"\xff\xff" + address.packed)
    nat64 = IPv6Address(b"\0\x64\xff\x9b" + b"\0" * 8 + address.packed)
    assert public(plain(str(mapped))) == public(plain(str(nat64))) == public(address)


@given(st.ip_addresses(v=6))
def test_what_python_calls_private_is_never_public(address: IPv6Address) -> None:
    """Our own list is at least as strict as the standard library's."""
    if public(plain(str(address))):
        assert address.is_global or address.ipv4_mapped or str(address).startswith("64:ff9b::")


@given(st.ip_addresses(v=4))
def test_what_python_calls_private_is_never_public_in_ipv4(address: IPv4Address) -> None:
    """Our own list is at least as strict as the standard library's."""
    if public(address):
        assert address.is_global
        assert not address.is_multicast
        assert not address.is_reserved


def test_public_addresses_only_at_ports_of_websites() -> None:
    """Mail, databases and consoles at a public address are not ours to knock at."""
    guard = Guard()
    assert sorted(PORTS) == [
        80,
        443,
        8000,
        8008,
        8080,
        8081,
        8088,
        8443,
        8888,
    ]  # each one more is a service to knock at
    assert all(guard.allows("1.1.1.1", port) for port in PORTS)
    assert not any(guard.allows("1.1.1.1", port) for port in (0, 22, 25, 53, 3306, 5432, 6379, 9200, 11211, 27017))


def test_allowed_networks_at_any_port_and_nothing_beside_them() -> None:
    """What the owner allowed is exact: that network, any port, mapped spelling too; the next network stays refused."""
    guard = Guard([ip_network("192.168.7.0/24")])
    assert guard.allows("192.168.7.9", 31337)
    assert guard.allows("::ffff:192.168.7.9", 31337)
    assert not guard.allows("192.168.8.9", 80)
    assert not guard.allows("127.0.0.1", 80)


def test_the_socket_factory_opens_or_refuses() -> None:
    """A refused address never gets a socket; an allowed one gets one of its family."""
    guard = Guard([ip_network("127.0.0.0/8")])
    opened = guard((socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 9)))
    assert opened.family == socket.AF_INET
    opened.close()
    with pytest.raises(Refused):
        guard((socket.AF_INET, socket.SOCK_STREAM, 6, "", ("10.0.0.1", 80)))
