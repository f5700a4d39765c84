"""EgressPolicy: which addresses and origins requests may reach."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import TYPE_CHECKING, Final, Literal, Self, TypeAlias

from .address import embedded, kind_if_special, literal
from .bad_ports import BAD_PORTS
from .errors import ConfigurationError, EgressRefusedError
from .own_address import is_own

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .address import Address
    from .origin import Origin

Network: TypeAlias = IPv4Network | IPv6Network

_ENTRY: Final = re.compile(
    r"(\[(?P<ipv6>[^\]]+)\]|(?P<host>[^:\[\]]+)|(?P<bare_ipv6>[^\[\]]*:[^\[\]]*:[^\[\]]*))(:(?P<port>\d{1,5}))?"
)
_HOST_NAME: Final = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*\.?")
_MOST_PORT: Final = 65535
_MOST_KEPT: Final = 512


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
        return address in self.network or embedded(address) in self.network


@dataclass(frozen=True, kw_only=True)
class EgressPolicy:
    """Which addresses requests may reach: all public ones but this machine's own, and those that were opened.

    Ports that belong to other protocols than HTTP are closed, also on public addresses, unless one was opened by its
    number.

    Attributes:
        openings: Exceptions for addresses that are not public.
        other_origins: Whether a client may be used for other origins than that of its own base; without one, every
            origin is another. None of them sees its credentials in either case.
    """

    openings: tuple[Opening, ...] = ()
    other_origins: Literal["allow", "refuse"] = "allow"
    _admitted: set[Origin] = field(default_factory=set, init=False, repr=False, compare=False)
    """Origins that were admitted, and always will be: whether an address is this machine's own may change."""

    @classmethod
    def default(cls) -> Self:
        """Return the policy that allows public addresses only."""
        return cls()

    @classmethod
    def from_allow(cls, entries: Iterable[str], *, other_origins: Literal["allow", "refuse"] = "allow") -> Self:
        """Return the policy that opens `entries` beside public addresses; see `Opening.parse`.

        Args:
            entries: What to open.
            other_origins: As the attribute.

        Raises:
            ConfigurationError: An entry cannot be read.
        """
        return cls(openings=tuple(Opening.parse(entry) for entry in entries), other_origins=other_origins)

    def admit_origin(self, origin: Origin, own: Origin | None) -> None:
        """Refuse another origin than the client's own, where the policy says so.

        Args:
            origin: Of a request, or of a redirect.
            own: The origin of the client's base, where it has one.

        Raises:
            EgressRefusedError: `origin`.
        """
        if self.other_origins == "refuse" and not (own and own.reaches(origin)):
            whose = f"it may be used for {own} only" if own else "it has no baseUri"
            raise EgressRefusedError(f"The client may not be used for {origin}: {whose}.", key="origin")

    def admit(self, origin: Origin) -> None:
        """Refuse an origin whose host is an address that may not be reached; names are judged when they are resolved.

        Raises:
            EgressRefusedError: `address`.
        """
        if origin in self._admitted:
            return
        address = literal(origin.host)
        if address is None:
            self._check_port(origin.host, origin.port, self.openings)
        elif not self._check(origin.host, origin.port, address):
            return
        if len(self._admitted) == _MOST_KEPT:
            self._admitted.clear()
        self._admitted.add(origin)

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
            self._check(host, port, ip_address(text.partition("%")[0]))

    def _check(self, host: str, port: int, address: Address) -> bool:
        """Refuse an address that may not be reached; return whether one that may was opened."""
        openings = [opening for opening in self.openings if opening.admits(host, port, address)]
        self._check_port(host, port, openings)
        if not openings:
            self._refuse_special(host, port, address)
        return bool(openings)

    def _check_port(self, host: str, port: int, openings: Iterable[Opening]) -> None:
        if port in BAD_PORTS and not any(opening.port == port for opening in openings):
            reason = f"Port {port} belongs to another protocol than HTTP, and methods may not reach it."
            raise EgressRefusedError(f"{reason} {_way(host, port)}", key="address")

    def _refuse_special(self, host: str, port: int, address: Address) -> None:
        kind = kind_if_special(address) or ("this machine" if is_own(address) else None)
        if kind:
            reason = f"{host} leads to an address that methods may not reach ({kind})."
            raise EgressRefusedError(f"{reason} {_way(host, port)}", key="address")


def _network(text: str) -> Network | None:
    try:
        return ip_network(text, strict=False)
    except ValueError:
        return None


def _way(host: str, port: int) -> str:
    """Tell how to open it."""
    return f"To open it: --allow [{host}]:{port}" if ":" in host else f"To open it: --allow {host}:{port}"
