"""A worker of the pool, and what it is bound to."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .jitter import up_to

if TYPE_CHECKING:
    from .fair_queue import Place
    from .policy import PoolPolicy
    from .process import WorkerProcess


@dataclass(frozen=True)
class Lease:
    """What a worker is bound to for its life: one isolation key, and the memory limit the kernel holds it to.

    Attributes:
        isolation_key: Of its runs.
        memory_bytes: The limit.
        single: Whether it serves one run only.
    """

    isolation_key: str
    memory_bytes: int
    single: bool = False


class PooledWorker:
    """A worker, what it is bound to, and how worn it is.

    Args:
        process: Its process, ready for a first run.
        policy: When it is to be replaced.
    """

    def __init__(self, process: WorkerProcess, policy: PoolPolicy) -> None:
        self.process = process
        self.lease: Lease | None = None
        self.place: Place | None = None
        self.expiry: asyncio.TimerHandle | None = None
        self._loop = asyncio.get_running_loop()
        self._runs_left = 1 if process.single_run else max(1, round(up_to(policy.worker_runs)))
        self._end = self._loop.time() + up_to(policy.worker_age_seconds)
        self._most_memory_bytes = process.peak_memory_bytes + policy.worker_growth_bytes

    def bind(self, lease: Lease, place: Place) -> None:
        """Let it serve one run."""
        self.lease = lease
        self.place = place
        self._runs_left -= 1

    @property
    def worn(self) -> bool:
        """Whether it must serve no further run."""
        process = self.process
        return (
            process.stale
            or self._runs_left <= 0
            or self._loop.time() >= self._end
            or process.peak_memory_bytes > self._most_memory_bytes
        )
