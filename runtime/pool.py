"""Which worker serves which run."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from .errors import SandboxClosedError, WorkerStartError
from .frames import FrameKind
from .process import WorkerGoneError, WorkerProcess

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from .launcher import Launcher

_RESET_SECONDS: Final = 2.0
_IDLE_SECONDS: Final = 60.0
_MOST_RUNS: Final = 1000


@dataclass(frozen=True)
class Lease:
    """What a worker is bound to for its life: one isolation key, and the memory limit the kernel holds it to."""

    isolation_key: str
    memory_bytes: int


class PooledWorker:
    """A worker, what it is bound to, and how often it has run."""

    def __init__(self, process: WorkerProcess) -> None:
        self.process = process
        self.lease: Lease | None = None
        self.runs = 0
        self.expiry: asyncio.TimerHandle | None = None


class Pool:
    """Workers: warm spares that belong to nobody yet, idle ones bound to their lease, and busy ones.

    Args:
        launcher: Starts workers.
        size: The most workers alive at once.
        spares: How many to keep warm.
        admit: Takes what each new worker reports of itself; raises WorkerStartError where that is not good enough.
    """

    def __init__(
        self, launcher: Launcher, *, size: int, spares: int, admit: Callable[[bytes], None] = lambda _: None
    ) -> None:
        self._launcher = launcher
        self._admit = admit
        self._size = size
        self._spares_wanted = min(spares, size)
        self._spares: deque[PooledWorker] = deque()
        self._idle: dict[PooledWorker, None] = {}  # least recently used first
        self._alive: set[PooledWorker] = set()
        self._starting = 0
        self._waiters: deque[asyncio.Future[None]] = deque()
        self._tasks: set[asyncio.Task[None]] = set()
        self._closed = False

    async def open(self) -> bytes:
        """Start the first worker; return what it reports of itself.

        Raises:
            WorkerStartError: It could not be started.
        """
        worker, report = await self._start()
        self._spares.append(worker)
        self._refill()
        return report

    async def acquire(self, lease: Lease) -> PooledWorker:
        """Return a ready worker for `lease`, for one run; wait for one while all are busy with others.

        Raises:
            WorkerStartError: No worker could be started.
            SandboxClosedError: The pool was closed meanwhile.
        """
        while True:
            if self._closed:
                raise SandboxClosedError("the sandbox is closed")
            worker = self._take_idle(lease) or self._take_spare()
            if worker is None and (self._has_room() or self._evict()):
                worker, _ = await self._start()
            if worker is not None:
                worker.lease = lease
                worker.runs += 1
                self._refill()
                return worker
            await self._wait()

    def release(self, worker: PooledWorker, *, reusable: bool) -> None:
        """Take a worker back after its run: with a fresh isolate if it may serve its lease again, else never."""
        if reusable and worker.process.alive and worker.runs < _MOST_RUNS and not self._closed:
            self._spawn(self._renew(worker))
        else:
            self._discard(worker)

    async def aclose(self) -> None:
        """End all workers, and wait until they have ended."""
        self._closed = True
        for worker in list(self._alive):
            self._discard(worker)
        for waiter in self._waiters:
            if not waiter.done():
                waiter.set_result(None)
        while self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _start(self) -> tuple[PooledWorker, bytes]:
        self._starting += 1
        try:
            process = await self._launcher.launch()
            worker = PooledWorker(process)
            self._alive.add(worker)
        finally:
            self._starting -= 1
        try:
            frame = await process.connect()
        except BaseException as error:
            self._discard(worker)
            if isinstance(error, WorkerGoneError):
                raise WorkerStartError(f"a worker ended before it was ready: {error}") from None
            raise
        process.take_usage(frame)
        if frame.kind is not FrameKind.READY:
            self._discard(worker)
            raise WorkerStartError(
                f"a worker's isolate could not be prepared: {frame.parts[-1].decode(errors='replace')[:2000]}"
            )
        try:
            self._admit(frame.parts[-1])
        except WorkerStartError:
            self._discard(worker)
            raise
        return worker, frame.parts[-1]

    def _has_room(self) -> bool:
        return len(self._alive) + self._starting < self._size

    def _take_idle(self, lease: Lease) -> PooledWorker | None:
        for worker in reversed(self._idle):
            if worker.lease == lease and worker.process.alive:
                del self._idle[worker]
                if worker.expiry is not None:
                    worker.expiry.cancel()
                return worker
        return None

    def _take_spare(self) -> PooledWorker | None:
        while self._spares:
            worker = self._spares.popleft()
            if worker.process.alive:
                return worker
            self._discard(worker)
        return None

    def _evict(self) -> bool:
        """End the idle worker that was used least recently; whether there was one."""
        for worker in self._idle:
            self._discard(worker)
            return True
        return False

    def _refill(self) -> None:
        missing = self._spares_wanted - len(self._spares) - self._starting
        for _ in range(missing):
            if self._has_room():
                self._spawn(self._add_spare())

    async def _add_spare(self) -> None:
        try:
            worker, _ = await self._start()
        except WorkerStartError:
            return  # whoever needs a worker is told
        if self._closed:
            self._discard(worker)
        else:
            self._spares.append(worker)
            self._wake()

    async def _renew(self, worker: PooledWorker) -> None:
        try:
            async with asyncio.timeout(_RESET_SECONDS):
                frame = await worker.process.ask(FrameKind.RESET)
        except (WorkerGoneError, TimeoutError):
            self._discard(worker)
            return
        worker.process.take_usage(frame)
        if frame.kind is not FrameKind.READY or self._closed:
            self._discard(worker)
            return
        self._idle[worker] = None
        worker.expiry = asyncio.get_running_loop().call_later(_IDLE_SECONDS, self._discard, worker)
        self._wake()

    def _discard(self, worker: PooledWorker) -> None:
        if worker not in self._alive:
            return
        self._alive.discard(worker)
        self._idle.pop(worker, None)
        if worker.expiry is not None:
            worker.expiry.cancel()
        worker.process.kill()
        self._spawn(self._bury(worker.process))

    async def _bury(self, process: WorkerProcess) -> None:
        await process.exit()
        process.close()
        self._wake()

    async def _wait(self) -> None:
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiters.append(waiter)
        try:
            await waiter
        except asyncio.CancelledError:
            if waiter.done() and not waiter.cancelled():
                self._wake()  # the news was for somebody else then
            raise
        finally:
            if waiter in self._waiters:
                self._waiters.remove(waiter)

    def _wake(self) -> None:
        while self._waiters:
            waiter = self._waiters.popleft()
            if not waiter.done():
                waiter.set_result(None)
                return

    def _spawn(self, work: Coroutine[object, object, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
