"""Services: what all runs of a host use."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bridge import CryptoThreads, RateGates, Transports, api_client_extension
from runtime import Sandbox

from .auth_methods import AuthMethods
from .clients import ClientMaker
from .credential_source import CredentialSource
from .kept_streams import KeptStreams
from .memory_keeper import MemoryKeeper
from .oauth import OAuth
from .refresher import Refresher
from .store_keeper import StoreKeeper
from .wall import Wall

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Mapping

    from bridge import EgressPolicy
    from runtime import DiskCache, Module, PoolPolicy, SandboxReport

    from .credential_store import CredentialStore
    from .environment import RunEnvironment
    from .keeper import Keeper

INNER_SHARE = 8


@dataclass(frozen=True, kw_only=True)
class Services:
    """What all runs of a host use.

    Attributes:
        wall: Where methods run.
        clients: Makes their clients.
        refresher: Gets new credentials in place of expired ones.
        streams: What methods gave, and is still being read.
        sandbox_report: What stands around the workers.
        credentials: Where credentials are kept, if anywhere.
    """

    wall: Wall
    clients: ClientMaker
    refresher: Refresher
    streams: KeptStreams
    sandbox_report: SandboxReport
    credentials: CredentialStore | None

    @asynccontextmanager
    async def apart(self, environment: RunEnvironment) -> AsyncIterator[Services]:
        """Give services for one run, which remember nothing of other runs and of which nothing is remembered.

        A store is used all the same where the requests are real: what they refresh must not be lost.
        """
        credentials = self.credentials if environment.transport is None else None
        wall = self.wall.apart()
        clients = ClientMaker(wall)
        refresher = _refresher(wall, clients, credentials)
        try:
            yield replace(self, wall=wall, clients=clients, refresher=refresher)
        finally:
            await refresher.aclose()


@asynccontextmanager
async def open_services(
    *,
    egress: EgressPolicy,
    workers: int,
    spares: int,
    credentials: CredentialStore | None,
    require: Iterable[str],
    policy: PoolPolicy | None,
    cache: DiskCache | None,
    modules: Mapping[str, Module],
) -> AsyncIterator[Services]:
    """Start the sandbox and what lies around it; stop all of it at the end.

    Args:
        egress: Which addresses methods may reach.
        workers: Most methods at a time, each in a worker process; there is one more for every `INNER_SHARE` of them,
            for what methods wait for.
        spares: Worker processes kept ready.
        credentials: Where credentials are kept; without it they are remembered as long as the services are open.
        require: Names of layers that must be active around each worker.
        policy: How workers are shared and replaced.
        cache: Where what was made of sources is kept.
        modules: What methods may import, by name.
    """
    sandbox = Sandbox(
        extensions=(api_client_extension(),),
        workers=workers,
        inner_workers=max(1, workers // INNER_SHARE),
        spares=spares,
        require=require,
        policy=policy,
        cache=cache,
        packages=modules,
    )
    transports = Transports(policy=egress)
    crypto = CryptoThreads()
    try:
        async with sandbox:
            wall = Wall(sandbox=sandbox, transports=transports, policy=egress, crypto=crypto, gates=RateGates())
            clients = ClientMaker(wall)
            refresher = _refresher(wall, clients, credentials)
            streams = KeptStreams()
            try:
                yield Services(
                    wall=wall,
                    clients=clients,
                    refresher=refresher,
                    streams=streams,
                    sandbox_report=sandbox.report,
                    credentials=credentials,
                )
            finally:
                await refresher.aclose()
                await streams.aclose()
    finally:  # after the sandbox: a run that is ended must not see its sockets go first
        await transports.aclose()
        await crypto.aclose()


def _refresher(wall: Wall, clients: ClientMaker, credentials: CredentialStore | None) -> Refresher:
    """Return what renews credentials, and keeps them in the store where there is one."""
    methods = AuthMethods(wall)
    keeper: Keeper = MemoryKeeper() if credentials is None else StoreKeeper(credentials)
    return Refresher(CredentialSource(methods, clients, OAuth(wall, methods)), keeper)
