"""Warm workers that belong to nobody yet, those that become some, and runs that wait for one."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from .pooled_worker import PooledWorker

_DEMAND: Final = 4
"""How many times the spares that were asked for there are at most while runs find none."""
_DEMAND_SECONDS: Final = 10.0


class Spares:
    """Who has the next warm worker, and how many there are to be.

    Args:
        usual: How many to keep; up to four times as many while runs that need a new worker each find none.
        most: How many there may ever be.
    """

    def __init__(self, usual: int, most: int) -> None:
        self._usual = self._wanted = min(usual, most)
        self._most = most
        self._missed_at = 0.0
        self._warm: deque[PooledWorker] = deque()
        self._starting = 0
        self._claims: deque[asyncio.Future[PooledWorker | None]] = deque()

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._warm)

    @property
    def wanted(self) -> int:
        """How many there are to be."""
        if asyncio.get_running_loop().time() > self._missed_at + _DEMAND_SECONDS:
            self._wanted = self._usual
        return self._wanted

    @property
    def fresh(self) -> int:
        """How many there are that may serve a run: not those that a zygote left behind that was replaced."""
        return sum(not worker.worn for worker in self._warm)

    def miss(self) -> None:
        """Take in that a run found none, and needed one."""
        self._missed_at = asyncio.get_running_loop().time()
        self._wanted = min(self._wanted + 1, _DEMAND * self._usual, self._most)

    def begin(self) -> None:
        """Take in that one is being started."""
        self._starting += 1

    def end(self, worker: PooledWorker | None) -> bool:
        """Let the run that waits first have the one that was started, or hear that none comes.

        Args:
            worker: None where it could not be started.

        Returns:
            Whether there is such a run.
        """
        self._starting -= 1
        while self._claims:
            claim = self._claims.popleft()
            if not claim.done():
                claim.set_result(worker)
                return True
        return False

    def keep(self, worker: PooledWorker) -> PooledWorker | None:
        """Keep a warm worker; return a worn one in the place of which it comes."""
        self._warm.append(worker)
        for spare in self._warm:
            if spare.worn:
                return spare
        return None

    def drop(self, worker: PooledWorker) -> None:
        """Forget a worker, if it is here."""
        if worker in self._warm:
            self._warm.remove(worker)

    def take(self) -> PooledWorker | None:
        """Return the oldest one, which is somebody's from now on."""
        return self._warm.popleft() if self._warm else None

    @property
    def newest(self) -> PooledWorker | None:
        """The one to do without first."""
        return self._warm[-1] if self._warm else None

    def claim(self) -> asyncio.Future[PooledWorker | None] | None:
        """Return what gives one that is being started, or None in the end; there may be none that nobody waits for."""
        if self._starting <= len(self._claims):
            return None
        claim: asyncio.Future[PooledWorker | None] = asyncio.get_running_loop().create_future()
        self._claims.append(claim)
        return claim
