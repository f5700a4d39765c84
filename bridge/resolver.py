"""CheckedResolver: names become addresses here, and only addresses that were checked are dialled."""

from __future__ import annotations

import asyncio
import socket
from typing import TYPE_CHECKING, Final

from aiohttp.abc import AbstractResolver, ResolveResult

if TYPE_CHECKING:
    from .egress import EgressPolicy

_MOST_ADDRESSES: Final = 32


class CheckedResolver(AbstractResolver):
    """Resolves a name at each new connection and hands its addresses to the connector, which dials exactly those.

    Nothing is cached, so a name cannot be checked with one address and dialled with another.

    Args:
        policy: Decides which addresses may be dialled.
    """

    def __init__(self, policy: EgressPolicy) -> None:
        self._policy = policy

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Return the addresses of `host`.

        Raises:
            EgressRefusedError: One of them may not be reached.
            OSError: There are none.
        """
        infos = await asyncio.get_running_loop().getaddrinfo(
            host, port, family=family, type=socket.SOCK_STREAM, flags=socket.AI_ADDRCONFIG
        )
        addresses = list(dict.fromkeys((str(info[4][0]), info[0]) for info in infos))
        self._policy.check(host, port, (address for address, _ in addresses))
        return [
            ResolveResult(hostname=host, host=address, port=port, family=kind, proto=0, flags=socket.AI_NUMERICHOST)
            for address, kind in addresses[:_MOST_ADDRESSES]
        ]

    async def close(self) -> None:
        """Do nothing: there is nothing to free."""
