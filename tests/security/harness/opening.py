"""Opens an arena."""

from __future__ import annotations

import asyncio
import gc
import logging
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from connectors import EgressPolicy, MethodHost

from .arena import Arena
from .case import HOST_LIMITS
from .heartbeat import Heartbeat
from .names import hostile_environment, hostile_names
from .server import hostile_server

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


@asynccontextmanager
async def open_arena(*, together: int) -> AsyncIterator[Arena]:
    """Open a host for so many runs at a time and one of the canary, with all there is around it."""
    size = together + 2
    log = logging.getLogger()
    level = log.level
    async with hostile_server() as server, Heartbeat() as heartbeat:
        egress = EgressPolicy.from_allow([f"127.0.0.1:{port}" for port in (server.port, server.other_port)])
        with hostile_names(), hostile_environment():
            async with MethodHost(limits=HOST_LIMITS, egress=egress, workers=size, spares=1) as host:
                arena = Arena(host, server, heartbeat)
                log.addHandler(arena.log)
                log.setLevel(logging.DEBUG)
                singing = asyncio.create_task(arena.canary.sing())
                try:
                    await arena.warm_up(size + max(1, size // 8))
                    await arena.canary.listen()
                    arena.canary.songs.clear()
                    heartbeat.forget()
                    yield arena
                finally:
                    singing.cancel()
                    await asyncio.gather(singing, return_exceptions=True)
                    log.removeHandler(arena.log)
                    log.setLevel(level)
                    gc.unfreeze()
