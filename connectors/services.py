"""Services: what all runs of a host use."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bridge import Transports, api_client_extension
from runtime import Sandbox

from .clients import ClientMaker
from .refresher import Refresher
from .wall import Wall

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bridge import EgressPolicy
    from runtime import PoolPolicy

INNER_SHARE = 8


@dataclass(frozen=True, kw_only=True)
class Services:
    """What all runs of a host use.

    Attributes:
        wall: Where methods run.
        clients: Makes their clients.
        refresher: Gets new credentials in place of expired ones.
    """

    wall: Wall
    clients: ClientMaker
    refresher: Refresher


@asynccontextmanager
async def open_services(
    *, egress: EgressPolicy, workers: int, spares: int, policy: PoolPolicy | None
) -> AsyncIterator[Services]:
    """Start the sandbox and what lies around it; stop all of it at the end.

    Args:
        egress: Which addresses methods may reach.
        workers: Most methods at a time, each in a worker process; there is one more for every `INNER_SHARE` of them,
            for what methods wait for.
        spares: Worker processes kept ready.
        policy: How they are shared and replaced.
    """
    sandbox = Sandbox(
        extensions=(api_client_extension(),),
        workers=workers,
        inner_workers=max(1, workers // INNER_SHARE),
        spares=spares,
        policy=policy,
    )
    transports = Transports(policy=egress)
    try:
        async with sandbox:
            wall = Wall(sandbox=sandbox, transports=transports, policy=egress)
            clients = ClientMaker(wall)
            refresher = Refresher(wall, clients)
            try:
                yield Services(wall=wall, clients=clients, refresher=refresher)
            finally:
                await refresher.aclose()
    finally:  # after the sandbox: a run that is ended must not see its sockets go first
        await transports.aclose()
