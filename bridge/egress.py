"""EgressPolicy: which addresses requests may reach."""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import TYPE_CHECKING, Final, Self, TypeAlias

from .address import embedded, is_literal, kind_if_special
from .errors import ConfigurationError, EgressRefusedError
from .origin import Origin

if TYPE_CHECKING:
    from collections.abc import Iterable

    import httpx

    from .address import Address

Network: TypeAlias = IPv4Network | IPv6Network

_ENTRY: Final = re.compile(
    r"(\[(?P<ipv6>[^\]]+)\]|(?P<host>[^:\[\]]+)|(?P<bare_ipv6>[^\[\]]*:[^\[\]]*:[^\[\]]*))(:(?P<port>\d{1,5}))?"
)
_HOST_NAME: Final = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*\.?")
_MOST_PORT: Final = 65535


@dataclass(frozen=True, kw_only=True)
class Opening:
    """An address that is not public, and may be reached all the same.

    Attributes:
        host: A name whose every address is open, in lower case; or None.
        network: Addresses that are open under any name; or None.
        port: The one port that is open; None opens all.
    """

    host: str | None
    network: Network | None
    port: int | None

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `HOST[:PORT]`, where HOST is a name, an address or a network such as `10.0.0.0/8`.

        An IPv6 address with a port stands in brackets.

        Raises:
            ConfigurationError: It is no such text.
        """
        match = _ENTRY.fullmatch(text.strip().lower())
        host = match and (match["ipv6"] or match["host"] or match["bare_ipv6"])
        port = int(match["port"]) if match and match["port"] else None
        network = _network(host) if host else None
        named = host and _HOST_NAME.fullmatch(host)
        if not (network or named) or (port is not None and not 0 < port <= _MOST_PORT):
            raise ConfigurationError(
                f"{text!r} is not HOST or HOST:PORT, with a host name, an address or a network.", key="allow"
            )
        return cls(host=None if network else host, network=network, port=port)

    def admits(self, host: str, port: int, address: Address) -> bool:
        """Whether `address`, to which `host` resolved, may be reached on `port`."""
        if self.port is not None and self.port != port:
            return False
        if self.network is None:
            return host == self.host
        return any(candidate in self.network for candidate in {address, embedded(address)})


@dataclass(frozen=True, kw_only=True)
class EgressPolicy:
    """Which addresses requests may reach: all public ones, and those that were opened.

    Attributes:
        openings: Exceptions for addresses that are not public.
    """

    openings: tuple[Opening, ...] = ()

    @classmethod
    def default(cls) -> Self:
        """Return the policy that allows public addresses only."""
        return cls()

    @classmethod
    def from_allow(cls, entries: Iterable[str]) -> Self:
        """Return the policy that opens `entries` beside public addresses; see `Opening.parse`.

        Raises:
            ConfigurationError: An entry cannot be read.
        """
        return cls(openings=tuple(Opening.parse(entry) for entry in entries))

    def admit(self, url: httpx.URL) -> None:
        """Refuse a URL whose host is an address that may not be reached; names are judged when they are resolved.

        Raises:
            EgressRefusedError: `address`.
        """
        if is_literal(url.host):
            self.check(url.host, Origin.of(url).port, [url.host])

    def check(self, host: str, port: int, addresses: Iterable[str]) -> None:
        """Refuse a host if any of its addresses is refused.

        Args:
            host: As it stands in the URL, in lower case.
            port: That will be dialled.
            addresses: All that `host` resolved to, or `host` itself where it is an address.

        Raises:
            EgressRefusedError: `address`. Does not tell the method what a name resolved to.
        """
        for text in addresses:
            address = ip_address(text.partition("%")[0])
            kind = kind_if_special(address)
            if kind and not any(opening.admits(host, port, address) for opening in self.openings):
                way = f"To open it: --allow {_entry(host, port)}"
                raise EgressRefusedError(
                    f"{host} leads to an address that methods may not reach ({kind}). {way}", key="address"
                )


def _network(text: str) -> Network | None:
    try:
        return ip_network(text, strict=False)
    except ValueError:
        return None


def _entry(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
