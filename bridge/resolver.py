"""CheckedResolver: names become addresses here, and only addresses that were checked are dialled."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Final

from aiohttp.abc import AbstractResolver, ResolveResult

if TYPE_CHECKING:
    from .egress import EgressPolicy
    from .lookups import ConnectionLookups

_MOST_ADDRESSES: Final = 32


class CheckedResolver(AbstractResolver):
    """Resolves a name at each new connection and hands its addresses to the connector, which dials exactly those.

    Nothing is cached, so a name cannot be checked with one address and dialled with another.

    Args:
        policy: Decides which addresses may be dialled.
        lookups: Asks the system.
    """

    def __init__(self, policy: EgressPolicy, lookups: ConnectionLookups) -> None:
        self._policy = policy
        self._lookups = lookups

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Return the addresses of `host`; of very many, those that the system prefers.

        Raises:
            EgressRefusedError: One of them may not be reached.
            OSError: There are none.
        """
        infos = await self._lookups.addresses(host, port, family)
        addresses = list(dict.fromkeys((str(info[4][0]), info[0]) for info in infos))[:_MOST_ADDRESSES]
        self._policy.check(host, port, (address for address, _ in addresses))
        return [
            ResolveResult(hostname=host, host=address, port=port, family=kind, proto=0, flags=socket.AI_NUMERICHOST)
            for address, kind in addresses
        ]

    async def close(self) -> None:
        """Do nothing: there is nothing to free."""
