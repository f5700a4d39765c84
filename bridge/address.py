"""What kind of address an IP address is.

The table is written out, since `ipaddress.is_global` calls several addresses global that are not, and changes between
versions of Python. Source: the IANA special-purpose address registries.
"""

from __future__ import annotations

import re
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final, TypeAlias

Address: TypeAlias = IPv4Address | IPv6Address

_LITERAL: Final = re.compile(r"[0-9.]+|.*:.*", re.DOTALL)
"""What addresses look like; reading a name as one costs two exceptions."""
_MOST_KEPT: Final = 512

_KINDS_OF_IPV4: Final = tuple(
    (IPv4Network(network), kind)
    for network, kind in (
        ("0.0.0.0/8", "unspecified"),
        ("10.0.0.0/8", "private"),
        ("100.64.0.0/10", "carrier-grade NAT"),
        ("127.0.0.0/8", "loopback"),
        ("168.63.129.16/32", "cloud metadata"),
        ("169.254.0.0/16", "link-local"),
        ("172.16.0.0/12", "private"),
        ("192.0.0.0/24", "reserved"),
        ("192.0.2.0/24", "documentation"),
        ("192.88.99.0/24", "6to4 relay"),
        ("192.168.0.0/16", "private"),
        ("198.18.0.0/15", "benchmarking"),
        ("198.51.100.0/24", "documentation"),
        ("203.0.113.0/24", "documentation"),
        ("224.0.0.0/4", "multicast"),
        ("240.0.0.0/4", "reserved"),
    )
)

_GLOBAL_UNICAST: Final = IPv6Network("2000::/3")
_NAT64: Final = IPv6Network("64:ff9b::/96")
_KINDS_OF_IPV6: Final = tuple(
    (IPv6Network(network), kind)
    for network, kind in (
        ("::/128", "unspecified"),
        ("::1/128", "loopback"),
        ("fc00::/7", "private"),
        ("fe80::/10", "link-local"),
        ("ff00::/8", "multicast"),
        ("2001::/23", "reserved"),
        ("2001:db8::/32", "documentation"),
        ("2002::/16", "6to4"),
        ("3fff::/20", "documentation"),
    )
)


@lru_cache(maxsize=_MOST_KEPT)
def literal(host: str) -> Address | None:
    """Return the address that a host is already, so that nothing will be resolved; None for a name."""
    if not _LITERAL.fullmatch(host):
        return None
    try:
        return ip_address(host.partition("%")[0])
    except ValueError:
        return None


def embedded(address: Address) -> Address:
    """Return the IPv4 address that an IPv4-mapped or NAT64 address leads to; any other address as it is."""
    if isinstance(address, IPv4Address):
        return address
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    return address


def kind_if_special(address: Address) -> str | None:
    """Return the kind of an address that is not on the public internet; None for one that is."""
    address = embedded(address)
    if isinstance(address, IPv4Address):
        return next((kind for network, kind in _KINDS_OF_IPV4 if address in network), None)
    kind = next((kind for network, kind in _KINDS_OF_IPV6 if address in network), None)
    return kind or (None if address in _GLOBAL_UNICAST else "reserved")
