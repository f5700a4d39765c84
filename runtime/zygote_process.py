"""The application's side of one zygote."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

from .errors import WorkerStartError
from .notices import AT_ONCE, LENGTH, NOTICE_BYTES, PRACTISED, Notice, NoticeKind
from .process import WorkerExit, WorkerGoneError, WorkerProcess

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_SCRIPT: Final = str(Path(__file__).with_name("zygote_start.py"))
_HAS_DESCRIPTORS: Final = hasattr(os, "pidfd_open")
_START_SECONDS: Final = 20.0
_WORKER_SECONDS: Final = 20.0
_EXIT_SECONDS: Final = 1.0
_TOO_MANY: Final = "a worker could not be forked: too many processes or descriptors"


@dataclass
class _Start:
    """A worker that was asked for, and is there as soon as it is forked. Without its channel it ends."""

    channel: socket.socket
    ready: asyncio.Future[None]
    worker: WorkerProcess | None = None


class ZygoteProcess:
    """One zygote: asked for forks, and heard about how workers end.

    Args:
        process: Its process.
        channel: Our end of its channel.
    """

    def __init__(self, process: asyncio.subprocess.Process, channel: socket.socket) -> None:
        self._process = process
        self._channel = channel
        self._loop = asyncio.get_running_loop()
        self._loaded = self._loop.create_future()
        self._forks: deque[_Start] = deque()
        self._workers: dict[int, WorkerProcess | None] = {}
        """None for one that nobody waits for: without its channel it ends."""
        self._on_unused: Callable[[], None] | None = None
        self._retired = False
        self._stuck = False
        self.forks = 0
        """Workers that it was asked for."""
        self.ended = False
        self._loop.add_reader(channel, self._read)

    @classmethod
    async def start(cls, setup: bytes) -> Self:
        """Start a zygote.

        Args:
            setup: What it is told first; see `notices`.

        Raises:
            WorkerStartError: It could not be started.
        """
        try:
            zygote = cls(*await _spawn())
        except OSError:
            raise WorkerStartError("the process that loads V8 could not be started") from None
        try:
            await zygote._loop.sock_sendall(zygote._channel, LENGTH.pack(len(setup)) + setup)
            async with asyncio.timeout(_START_SECONDS):
                await asyncio.shield(zygote._loaded)
        except (OSError, TimeoutError, WorkerStartError, asyncio.CancelledError) as error:
            await zygote.aclose()
            if isinstance(error, asyncio.CancelledError):
                raise
            raise WorkerStartError("the process that loads V8 could not be started") from None
        return zygote

    async def fork(self, *, practised: bool) -> WorkerProcess:
        """Return a new worker whose isolate is ready, or could not be made: `take` gives what it says.

        Args:
            practised: Whether it may take longer, to answer sooner when it is given a run.

        Raises:
            WorkerStartError: There is none.
        """
        if not self.usable:
            raise _ended()
        start = self._ask(PRACTISED if practised else AT_ONCE)
        deadline = self._loop.call_later(_WORKER_SECONDS, self._give_up, start)
        try:
            await start.ready
        except BaseException as error:
            if start.worker is None:
                start.channel.close()
            else:
                start.worker.discard()
            if isinstance(error, WorkerGoneError):
                raise WorkerStartError("a worker ended before it was ready") from None
            raise
        finally:
            deadline.cancel()
        assert start.worker is not None  # noqa: S101 (it is what is ready)
        return start.worker

    def _ask(self, request: bytes) -> _Start:
        try:
            ours, theirs = socket.socketpair()
        except OSError:
            raise WorkerStartError(_TOO_MANY) from None
        self.forks += 1
        try:
            socket.send_fds(self._channel, [request], [theirs.fileno()])
        except OSError:
            self._stuck = True  # what it said before is read all the same
            ours.close()
            raise _ended() from None
        finally:
            theirs.close()
        start = _Start(ours, self._loop.create_future())
        self._forks.append(start)
        return start

    @property
    def usable(self) -> bool:
        """Whether it can be asked for workers."""
        return not (self.ended or self._stuck)

    def retire(self, on_unused: Callable[[], None]) -> None:
        """Take it out of service, but for the workers it has.

        Args:
            on_unused: Called once when it has ended, or the last of its workers, which would end with it.
        """
        self._retired = True
        self._on_unused = on_unused
        for worker in filter(None, self._workers.values()):
            worker.stale = True
        self._look_for_use()

    async def aclose(self) -> None:
        """End it when its workers have ended, or with them, if they do not end soon."""
        unused = asyncio.Event()
        self.retire(unused.set)
        with suppress(TimeoutError):
            async with asyncio.timeout(_EXIT_SECONDS):
                await unused.wait()
        if self._process.returncode is None:
            self._process.send_signal(signal.SIGKILL)  # before it ends by itself: sending takes the news from who waits
        self._end()
        await self._process.wait()

    def _read(self) -> None:
        try:
            data, descriptors, _, _ = socket.recv_fds(self._channel, NOTICE_BYTES, 1)
        except BlockingIOError:
            return
        except OSError:
            data, descriptors = b"", []
        if len(data) < NOTICE_BYTES:
            self._end()
        else:
            self._take(Notice.decode(data), descriptors)

    def _take(self, notice: Notice, descriptors: Sequence[int]) -> None:
        if notice.kind == NoticeKind.LOADED:
            if not self._loaded.done():
                self._loaded.set_result(None)
        elif notice.kind == NoticeKind.EXITED:
            self._exited(notice)
        else:
            self._forked(self._forks.popleft(), notice, descriptors)

    def _exited(self, notice: Notice) -> None:
        worker = self._workers.pop(notice.process, None)
        if worker is not None:
            worker.set_exit(WorkerExit(notice.status, notice.cpu_seconds, notice.peak_memory_bytes))
        self._look_for_use()

    def _forked(self, start: _Start, notice: Notice, descriptors: Sequence[int]) -> None:
        if notice.kind == NoticeKind.FAILED:
            _fail(start, WorkerStartError(_TOO_MANY))
            return
        self._workers[notice.process] = None
        if _HAS_DESCRIPTORS and not descriptors:  # this process has none left to take it
            _fail(start, WorkerStartError(_TOO_MANY))
            return
        descriptor = descriptors[0] if descriptors else None
        try:
            worker = WorkerProcess(notice.process, start.channel, descriptor, start.ready)
        except (OSError, ValueError):  # it cannot be watched, or nobody waits for it any more
            if descriptor is not None:
                os.close(descriptor)
            _fail(
                start, WorkerStartError("a worker's channel cannot be read: too many of the system's files are watched")
            )
            return
        worker.stale = self._retired
        worker.single_run = notice.kind == NoticeKind.COPIED
        self._workers[notice.process] = start.worker = worker

    def _give_up(self, start: _Start) -> None:
        """Wait no longer for a worker."""
        if start.worker is None:
            self._stuck = True
            _fail(start, WorkerStartError("the process that starts workers does not answer"))
        else:
            _fail(start, WorkerStartError("a worker never was ready"))

    def _look_for_use(self) -> None:
        if self._on_unused is not None and (self.ended or not (self._workers or self._forks)):
            on_unused, self._on_unused = self._on_unused, None
            on_unused()

    def _end(self) -> None:
        """Give up on this zygote: its workers end with it, and nobody will say how."""
        if self.ended:
            return
        self.ended = True
        self._loop.remove_reader(self._channel)
        self._channel.close()
        for future in [self._loaded, *(start.ready for start in self._forks)]:
            if not future.done():
                future.set_exception(_ended())
                future.exception()  # it may be nobody's to retrieve
        for worker in filter(None, self._workers.values()):
            worker.set_exit(None)
        self._look_for_use()


async def _spawn() -> tuple[asyncio.subprocess.Process, socket.socket]:
    """Start the process, with a channel as its standard input."""
    ours, theirs = socket.socketpair()
    ours.setblocking(False)  # noqa: FBT003 (the socket's own signature)
    with theirs:
        try:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                *("-I", _SCRIPT),
                stdin=theirs.fileno(),
                stdout=asyncio.subprocess.DEVNULL,
                env={},
                start_new_session=True,
            )
        except BaseException:
            ours.close()
            raise
    return process, ours


def _fail(start: _Start, error: WorkerStartError) -> None:
    if not start.ready.done():
        start.ready.set_exception(error)


def _ended() -> WorkerStartError:
    return WorkerStartError("the process that starts workers has ended")
