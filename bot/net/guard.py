"""Which addresses the bot may connect to: decided per socket, after DNS and before the first packet.  May import: errors.

The check sits in the connector's socket factory, so it sees the very address that would be connected to: literal
addresses, names that resolve to something private, names that change their mind between two look-ups, and the
targets of redirects all pass here.
"""

from __future__ import annotations

import socket
from collections.abc import Sequence
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
AddressInfo = tuple[int | socket.AddressFamily, int | socket.SocketKind, int, str, tuple[Any, ...]]

PORTS = frozenset({80, 443, 8000, 8008, 8080, 8081, 8088, 8443, 8888})
"""Where websites live.  Anything else at a public address (mail, databases, consoles) is not ours to knock at."""

# The IANA special-purpose registries, November 2026.  Our own list: `is_global` differs between Python's patch levels.
NOT_PUBLIC_4 = tuple(
    IPv4Network(text)
    for text in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",  # private use
        "100.64.0.0/10",  # shared address space of providers
        "127.0.0.0/8",  # loopback
        "169.254.0.0/16",  # link-local, and the metadata services of clouds
        "172.16.0.0/12",  # private use
        "192.0.0.0/24",  # protocol assignments
        "192.0.2.0/24",  # documentation
        "192.88.99.0/24",  # 6to4 relays, deprecated
        "192.168.0.0/16",  # private use
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, and the broadcast address
    )
)
UNICAST_6 = IPv6Network("2000::/3")
"""All global unicast addresses of IPv6; loopback, link-local, unique local and multicast lie outside."""
NOT_PUBLIC_6 = tuple(
    IPv6Network(text)
    for text in (
        "2001::/23",  # protocol assignments: Teredo, ORCHID, benchmarks
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4: an IPv4 address in disguise
        "3fff::/20",  # documentation
    )
)
NAT64 = ip_network("64:ff9b::/96")
"""Where networks without IPv4 put the public IPv4 addresses (RFC 6052); judged by the address inside."""


class Refused(OSError):
    """The socket factory's no.  Its text is always the same, so that a name with many private addresses stays one no."""


@lru_cache(maxsize=1024)
def plain(text: str) -> Address:
    """Read a socket's address, without a zone, as the address that the packets will really reach.

    :raises ValueError: if it is no address
    """
    address = ip_address(text.partition("%")[0])
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return address.ipv4_mapped
        if address in NAT64:
            return IPv4Address(int(address) & 0xFFFF_FFFF)
    return address


def public(address: Address) -> bool:
    """Whether an address belongs to the public internet."""
    if isinstance(address, IPv4Address):
        return not any(address in network for network in NOT_PUBLIC_4)
    return address in UNICAST_6 and not any(address in network for network in NOT_PUBLIC_6)


def inside(address: Address, networks: Sequence[Network]) -> bool:
    """Whether an address lies in one of the networks; families don't mix."""
    return any(address.version == network.version and address in network for network in networks)


class Guard:
    """A socket factory for aiohttp that opens sockets to public addresses, and to those that the owner allowed."""

    def __init__(self, allowed: Sequence[Network] = ()) -> None:
        self._allowed = tuple(allowed)

    def allows(self, host: str, port: int) -> bool:
        """Whether a socket to this address may be opened: allowed networks at any port, public ones at `PORTS`."""
        address = plain(host)
        return inside(address, self._allowed) or (public(address) and port in PORTS)

    def __call__(self, info: AddressInfo) -> socket.socket:
        """Open the socket, or refuse.

        :raises Refused: for an address or port that is not ours to connect to
        """
        family, kind, protocol, _, target = info
        if not self.allows(str(target[0]), int(target[1])):
            raise Refused("not a public web address")
        return socket.socket(family, kind, protocol)


def unguarded(info: AddressInfo) -> socket.socket:
    """Open any socket: for hosts that the owner wrote down themselves (accounts, proxies)."""
    family, kind, protocol, _, _ = info
    return socket.socket(family, kind, protocol)
