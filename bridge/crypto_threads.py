"""CryptoThreads: where `crypto.subtle` computes, so that nothing else waits for it."""

from __future__ import annotations

import asyncio
import time
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

from runtime import FairQueue, Place

from .crypto_error import CryptoError

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

_THREADS: Final = 2
_MOST_WAITING: Final = 10_000
"""Runs of a host, of which each waits for one operation at a time."""


@dataclass(frozen=True)
class Computed(Generic[T]):
    """What an operation gave, and what CPU time it took."""

    made: T | CryptoError
    cpu_seconds: float


class CryptoThreads:
    """The threads in which the operations of all runs take turns, by their isolation keys, of which each has one.

    The library lets the interpreter go on while it computes. No operation takes longer than a second or two.
    """

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="methodhost-crypto")
        self._queue = FairQueue(places=_THREADS, inner_places=0, per_key=1, most_waiting=_MOST_WAITING)
        self._computing: set[Future[Any]] = set()

    async def compute(self, work: Callable[[], T], place: Place, most_seconds: float) -> Computed[T]:
        """Do something in one of the threads.

        Args:
            work: What; it may raise a CryptoError.
            place: Whose turn it is that it takes.
            most_seconds: How long to wait for that.

        Raises:
            RunEnded: It did not come in time, or never will.
        """
        await self._queue.take(place, most_seconds)
        future = self._pool.submit(_measured, work)
        self._computing.add(future)
        loop = asyncio.get_running_loop()
        future.add_done_callback(lambda done: loop.call_soon_threadsafe(self._finish, done, place))
        return await asyncio.wrap_future(future)

    async def aclose(self) -> None:
        """Wait for what is being computed, and end the threads."""
        self._queue.close()
        await asyncio.gather(*map(asyncio.wrap_future, self._computing), return_exceptions=True)
        self._pool.shutdown(cancel_futures=True)

    def _finish(self, done: Future[Any], place: Place) -> None:
        """Let the next one compute: only now, for nothing ends what a thread has begun."""
        self._computing.discard(done)
        self._queue.give_back(place)


def _measured(work: Callable[[], T]) -> Computed[T]:
    started = time.thread_time()
    made: T | CryptoError
    try:
        made = work()
    except CryptoError as error:
        made = error
    return Computed(made, time.thread_time() - started)
