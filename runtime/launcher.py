"""Starts workers: keeps a zygote alive, and replaces it regularly."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Final

from .errors import WorkerStartError
from .jitter import up_to
from .rehearsal_frames import rehearsal_frames
from .zygote_process import ZygoteProcess

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Sequence

    from .host import Extension
    from .policy import PoolPolicy
    from .process import WorkerProcess

_RETRY_SECONDS: Final = 30.0


class Launcher:
    """Starts worker processes, and the zygote behind them whenever there is none.

    All workers of a zygote have the layout of its memory: what one learns of it holds for the others. So a new one is
    started beside it from time to time, and the old one stays only until the last of its workers has ended, which would
    end with it.

    Args:
        extensions: Evaluated in every isolate.
        policy: When a zygote is replaced.
    """

    def __init__(self, extensions: Sequence[Extension], policy: PoolPolicy) -> None:
        self._extensions = extensions
        self._policy = policy
        self._zygote: ZygoteProcess | None = None
        self._most_forks = 0.0
        self._retired: set[ZygoteProcess] = set()
        self._start: asyncio.Task[ZygoteProcess] | None = None
        self._replacement: asyncio.TimerHandle | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._stopped = False
        self.on_replaced: Callable[[], None] | None = None
        """Called when a new zygote has taken the place of one whose workers are `stale` now."""

    async def launch(self, *, practised: bool = False) -> WorkerProcess:
        """Return a new worker whose isolate is ready, or could not be made: `take` gives what it says.

        Args:
            practised: Whether it may take longer, to answer sooner when it is given a run.

        Raises:
            WorkerStartError: The zygote could not be started, or there is no worker.
        """
        zygote = self._zygote
        if zygote is None or not zygote.usable:
            zygote = await self._started()
        if self._stopped:
            raise WorkerStartError("no more workers are started")
        if zygote.forks >= self._most_forks:
            self._replace()
        return await zygote.fork(practised=practised)

    def stop(self) -> None:
        """Start nothing any more."""
        self._stopped = True
        if self._start is not None:
            self._start.cancel()
        if self._replacement is not None:
            self._replacement.cancel()

    async def aclose(self) -> None:
        """End the zygotes, and with them whatever workers are left."""
        self.stop()
        if self._start is not None:
            await asyncio.gather(self._start, return_exceptions=True)
        for zygote in (self._zygote, *self._retired):
            if zygote is not None:
                await zygote.aclose()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _started(self) -> ZygoteProcess:
        """Return a new zygote, which all who want one now share, and which takes the place of the last."""
        if self._stopped:
            raise WorkerStartError("no more workers are started")
        if self._start is None or self._start.done():
            self._start = asyncio.create_task(self._start_one())
        try:
            return await asyncio.shield(self._start)
        except asyncio.CancelledError:
            if not self._start.cancelled():
                raise
            raise WorkerStartError("no more workers are started") from None

    async def _start_one(self) -> ZygoteProcess:
        fresh = await ZygoteProcess.start(_setup(self._extensions))
        old, self._zygote = self._zygote, fresh
        self._most_forks = up_to(self._policy.zygote_forks)
        self._replace_in(up_to(self._policy.zygote_age_seconds))
        if old is not None:
            self._retired.add(old)
            old.retire(lambda: self._spawn(self._bury(old)))
            if self.on_replaced is not None:
                self.on_replaced()
        return fresh

    def _replace(self) -> None:
        """Start a new zygote beside the one there is."""
        if self._start is None or self._start.done():
            self._spawn(self._try_to_replace())

    async def _try_to_replace(self) -> None:
        try:
            await self._started()
        except WorkerStartError:
            self._most_forks += self._policy.zygote_forks
            self._replace_in(_RETRY_SECONDS)  # until then the old one goes on

    def _replace_in(self, seconds: float) -> None:
        if self._replacement is not None:
            self._replacement.cancel()
        if not self._stopped:
            self._replacement = asyncio.get_running_loop().call_later(seconds, self._replace)

    async def _bury(self, zygote: ZygoteProcess) -> None:
        await zygote.aclose()
        self._retired.discard(zygote)

    def _spawn(self, work: Coroutine[object, object, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _setup(extensions: Sequence[Extension]) -> bytes:
    """Return what a zygote is told first."""
    rehearsals = [rehearsal_frames(item, item.rehearsal) for item in extensions if item.rehearsal is not None]
    practices = [rehearsal_frames(item, item.practice) for item in extensions if item.practice is not None]
    setup = {
        "extensions": [[item.name, item.source] for item in extensions],
        "rehearsals": [frames.hex() for frames in rehearsals],
        "practice": practices[0].hex() if practices else "",
    }
    return json.dumps(setup).encode()
