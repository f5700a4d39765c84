"""Which worker serves which run."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, Final

from .errors import LayerMissingError, RunEnded, WorkerStartError
from .fair_queue import FairQueue
from .frames import FrameKind
from .pooled_worker import Lease, PooledWorker
from .process import WorkerGoneError
from .spares import Spares
from .verdict import closed_failure, layer_failure, start_failure

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from .fair_queue import Place
    from .frames import Frame
    from .launcher import Launcher
    from .policy import PoolPolicy
    from .process import WorkerProcess

_RESET_SECONDS: Final = 2.0
_STARTS: Final = 3
_PATIENCE_SECONDS: Final = 5.0
_REFILL_SECONDS: Final = 1.0
_COURTESY_SECONDS: Final = 0.01
"""How long a run has the machine to itself before a spare is started in place of the one it took."""


class Pool:
    """Workers: warm spares that belong to nobody yet, idle ones bound to their lease, and busy ones.

    A run first waits for its place in a queue that is fair to all keys, and then has a worker without waiting for
    another run: there are as many workers as places. What starts beside that are spares.

    Args:
        launcher: Starts workers.
        policy: How workers are shared and replaced.
        size: The most workers that serve runs at once.
        inner_size: Further ones, for runs that other runs wait for.
        spares: How many to keep warm; up to four times as many while runs that need a new worker each find none.
        admit: Takes what each new worker reports of itself; raises WorkerStartError where that is not good enough.
    """

    def __init__(
        self,
        launcher: Launcher,
        policy: PoolPolicy,
        *,
        size: int,
        inner_size: int,
        spares: int,
        admit: Callable[[bytes], None] = lambda _: None,
    ) -> None:
        self._launcher = launcher
        self._policy = policy
        self._admit = admit
        self._size = size + inner_size
        self._queue = FairQueue(
            places=size,
            inner_places=inner_size,
            per_key=policy.workers_per_key or -(-size // 2),
            most_waiting=policy.waiting_runs,
        )
        self._spares = Spares(spares, self._size)
        self._idle: dict[PooledWorker, None] = {}  # least recently used first
        self._alive: set[PooledWorker] = set()
        self._starting = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self._refilling: asyncio.TimerHandle | None = None
        self._closed = False
        launcher.on_replaced = self._renew_stock

    async def open(self) -> bytes:
        """Start the first worker; return what it reports of itself.

        Raises:
            WorkerStartError: It could not be started.
        """
        worker, report = await self._start()
        self._keep_spare(worker)
        self._refill()
        return report

    async def acquire(self, lease: Lease, place: Place, most_seconds: float) -> PooledWorker:
        """Return a ready worker for `lease`, for one run.

        Args:
            lease: What the worker is bound to.
            place: What to wait for first.
            most_seconds: The longest wait.

        Raises:
            RunEnded: There is none: too many wait, for too long, the pool was closed, or none could be started.
        """
        await self._queue.take(place, most_seconds)
        try:
            worker = self._take_idle(lease) or self._take_spare() or await self._wait_for_worker()
        except BaseException:
            self._queue.give_back(place)
            raise
        worker.bind(lease, place)
        return worker

    def restock(self) -> None:
        """Start a spare soon in place of the one that a run took, now that the run has begun."""
        self._refill_in(_COURTESY_SECONDS)

    def release(self, worker: PooledWorker, *, reusable: bool) -> None:
        """Take a worker back after its run: with a fresh isolate if it may serve its lease again, else never.

        One that serves no other run is killed at once; the rest is done when the caller has the result.
        """
        worker.process.on_gone = None  # nothing of the run is held until that
        if reusable and worker.process.alive and not worker.worn and not self._closed:
            self._spawn(self._renew(worker))
        else:
            worker.process.kill()
            self._give_back_place(worker)
            asyncio.get_running_loop().call_soon(self._bury, worker)

    async def aclose(self) -> None:
        """End all workers, and wait for what is done with them; the launcher waits until they have ended."""
        self._closed = True
        self._launcher.stop()
        self._queue.close()
        if self._refilling is not None:
            self._refilling.cancel()
        for worker in list(self._alive):
            self._discard(worker)
        while self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _wait_for_worker(self) -> PooledWorker:
        worker = await self._claim_spare() or await self._start_for_run()
        if worker.process.single_run:
            self._spares.miss()
        return worker

    async def _claim_spare(self) -> PooledWorker | None:
        """Wait for a spare that is being started and no other run waits for; None where there is none after all."""
        claim = self._spares.claim()
        if claim is None:
            return None
        try:
            return await claim
        except asyncio.CancelledError:
            worker = None if claim.cancelled() else claim.result()
            if worker is not None:
                self._keep_spare(worker)
            raise

    async def _start_for_run(self) -> PooledWorker:
        """Start a worker, with some patience: nothing of the run was sent yet, so nothing of it is lost."""
        if len(self._alive) + self._starting >= self._size:
            self._evict()
        patience_ends = asyncio.get_running_loop().time() + _PATIENCE_SECONDS
        for _ in range(_STARTS):
            try:
                worker, _ = await self._start()
            except LayerMissingError as missing:
                raise RunEnded(layer_failure(missing)) from None
            except WorkerStartError:
                if asyncio.get_running_loop().time() > patience_ends:
                    break
            else:
                self._trim()
                return worker
        raise RunEnded(start_failure())

    async def _start(self) -> tuple[PooledWorker, bytes]:
        self._starting += 1
        return await self._start_counted()

    async def _start_counted(self, *, practised: bool = False) -> tuple[PooledWorker, bytes]:
        """Start a worker that is counted already among those that are being started."""
        try:
            if self._closed:
                raise RunEnded(closed_failure())
            return self._take_in(await self._launcher.launch(practised=practised))
        finally:
            self._starting -= 1

    def _take_in(self, process: WorkerProcess) -> tuple[PooledWorker, bytes]:
        """Take a new worker into the pool, if its isolate is ready."""
        frame = process.take()
        try:
            self._check_ready(frame)
        except BaseException:
            process.discard()
            raise
        process.take_usage(frame)
        worker = PooledWorker(process, self._policy)
        self._alive.add(worker)
        return worker, frame.parts[-1]

    def _check_ready(self, frame: Frame) -> None:
        if frame.kind is not FrameKind.READY or not frame.parts:
            said = b"".join(frame.parts[-1:]).decode(errors="replace")[:2000]
            raise WorkerStartError(f"a worker's isolate could not be prepared: {said}")
        self._admit(frame.parts[-1])
        if self._closed:
            raise RunEnded(closed_failure())

    def _take_idle(self, lease: Lease) -> PooledWorker | None:
        for worker in reversed(self._idle):
            if worker.lease == lease:
                self._wake(worker)
                return worker
        return None

    def _take_spare(self) -> PooledWorker | None:
        worker = self._spares.take()
        if worker is not None:
            self._wake(worker)
        return worker

    def _wake(self, worker: PooledWorker) -> None:
        """Take a worker out of those that nobody uses."""
        self._idle.pop(worker, None)
        worker.process.on_gone = None
        if worker.expiry is not None:
            worker.expiry.cancel()

    def _evict(self) -> None:
        """End the idle worker that was used least recently, if there is one."""
        worker = next(iter(self._idle), None)
        if worker is not None:
            self._discard(worker)

    def _renew_stock(self) -> None:
        """Let go of workers of a zygote that was replaced, where nobody uses them; spares one by one for new ones."""
        for worker in [worker for worker in self._idle if worker.worn]:
            self._discard(worker)
        self._refill()

    def _refill(self) -> None:
        """Start what is missing of the spares."""
        if self._closed:
            return
        if self._refilling is not None:
            self._refilling.cancel()
            self._refilling = None
        spares, fresh = self._spares, self._spares.fresh
        missing = spares.wanted - fresh - self._starting
        room = (
            self._size - len(self._alive) - self._starting + len(spares) - fresh
        )  # new ones take the place of worn ones
        practised = fresh > 0  # the next run will not wait for it
        for _ in range(min(missing, room)):
            self._starting += 1  # before it begins, so that nobody starts another one in its place
            spares.begin()
            self._spawn(self._add_spare(practised=practised))

    async def _add_spare(self, *, practised: bool) -> None:
        worker = None
        try:
            worker, _ = await self._start_counted(practised=practised)
        except (WorkerStartError, RunEnded):
            pass  # whoever needs a worker is told
        finally:
            claimed = self._spares.end(worker)
        if worker is not None and not claimed:
            self._keep_spare(worker)
            self._trim()

    def _trim(self) -> None:
        """End a spare that has no room: a run that could not wait for it started a worker of its own meanwhile."""
        newest = self._spares.newest
        if len(self._alive) > self._size and newest is not None:
            self._discard(newest)

    def _keep_spare(self, worker: PooledWorker) -> None:
        worker.process.on_gone = partial(self._lost, worker)
        worn = self._spares.keep(worker)
        if worn is not None:
            self._discard(worn)

    def _lost(self, worker: PooledWorker) -> None:
        """Take the end of a worker that nobody used; if it was a spare, start another one, but not without a pause."""
        self._discard(worker)
        self._refill_in(_REFILL_SECONDS)

    def _refill_in(self, seconds: float) -> None:
        """Refill after some time, unless that happens sooner."""
        loop = asyncio.get_running_loop()
        if self._refilling is not None:
            if self._refilling.when() <= loop.time() + seconds:
                return
            self._refilling.cancel()
        self._refilling = loop.call_later(seconds, self._refill)

    async def _renew(self, worker: PooledWorker) -> None:
        """Give a worker a fresh isolate; its run's place is free when it has one."""
        try:
            async with asyncio.timeout(_RESET_SECONDS):
                frame = await worker.process.ask(FrameKind.RESET)
        except (WorkerGoneError, TimeoutError):
            self._discard(worker)
            return
        worker.process.take_usage(frame)
        if frame.kind is not FrameKind.READY or worker.worn or self._closed:
            self._discard(worker)
            return
        self._idle[worker] = None
        worker.process.on_gone = partial(self._lost, worker)
        loop = asyncio.get_running_loop()
        worker.expiry = loop.call_later(self._policy.worker_idle_seconds, self._discard, worker)
        self._give_back_place(worker)

    def _discard(self, worker: PooledWorker) -> None:
        if worker not in self._alive:
            return
        self._alive.discard(worker)
        self._spares.drop(worker)
        self._wake(worker)
        worker.process.discard()
        self._give_back_place(worker)

    def _bury(self, worker: PooledWorker) -> None:
        self._discard(worker)
        self._refill()

    def _give_back_place(self, worker: PooledWorker) -> None:
        place, worker.place = worker.place, None
        if place is not None:
            self._queue.give_back(place)

    def _spawn(self, work: Coroutine[object, object, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
