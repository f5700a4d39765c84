"""The application's side of one zygote."""

from __future__ import annotations

import asyncio
import signal
import socket
import sys
from collections import deque
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

from .errors import WorkerStartError
from .notices import AT_ONCE, LENGTH, PRACTISED, Notice, NoticeKind
from .process import WorkerExit, WorkerProcess

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_SCRIPT: Final = str(Path(__file__).with_name("zygote_start.py"))
_MOST_DESCRIPTORS: Final = 2
_START_SECONDS: Final = 20.0
_FORK_SECONDS: Final = 10.0


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
        self._forks: deque[asyncio.Future[WorkerProcess]] = deque()
        self._workers: dict[int, WorkerProcess] = {}
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
        """Ask for a worker. It is still starting when this returns.

        Args:
            practised: Whether it may take longer, to answer sooner when it is given a run.

        Raises:
            WorkerStartError: There is none.
        """
        if not self.usable:
            raise _ended()
        self.forks += 1
        try:
            self._channel.send(bytes([PRACTISED if practised else AT_ONCE]))
        except OSError:
            self._stuck = True  # what it said before is read all the same
            raise _ended() from None
        future: asyncio.Future[WorkerProcess] = self._loop.create_future()
        self._forks.append(future)
        try:
            async with asyncio.timeout(_FORK_SECONDS):
                return await _taken(future)
        except TimeoutError:
            self._stuck = True
            raise WorkerStartError("the process that starts workers does not answer") from None

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
        for worker in self._workers.values():
            worker.stale = True
        self._look_for_use()

    async def aclose(self) -> None:
        """End it, and with it whatever workers are left."""
        if self._process.returncode is None:
            self._process.send_signal(signal.SIGKILL)  # before it ends by itself: sending takes the news from who waits
        self._end()
        await self._process.wait()

    def _read(self) -> None:
        try:
            data, descriptors, _, _ = socket.recv_fds(self._channel, Notice.FORMAT.size, _MOST_DESCRIPTORS)
        except BlockingIOError:
            return
        except OSError:
            data, descriptors = b"", []
        if len(data) < Notice.FORMAT.size:
            self._end()
        else:
            self._take(Notice.decode(data), descriptors)

    def _take(self, notice: Notice, descriptors: Sequence[int]) -> None:
        if notice.kind is NoticeKind.LOADED:
            if not self._loaded.done():
                self._loaded.set_result(None)
        elif notice.kind is NoticeKind.EXITED:
            self._exited(notice)
        elif notice.kind in {NoticeKind.FORKED, NoticeKind.COPIED} and descriptors:
            self._forked(notice, descriptors)
        else:  # it could not fork, or this process has no descriptor left to take the worker's channel
            self._give(WorkerStartError("a worker could not be forked: too many processes or descriptors"))

    def _exited(self, notice: Notice) -> None:
        worker = self._workers.pop(notice.process, None)
        if worker is not None:
            worker.set_exit(WorkerExit(notice.status, notice.cpu_seconds, notice.peak_memory_bytes))
        self._look_for_use()

    def _forked(self, notice: Notice, descriptors: Sequence[int]) -> None:
        descriptor = descriptors[1] if len(descriptors) > 1 else None
        worker = WorkerProcess(notice.process, socket.socket(fileno=descriptors[0]), descriptor)
        worker.stale = self._retired
        worker.single_run = notice.kind is NoticeKind.COPIED
        self._workers[notice.process] = worker
        if not self._give(worker):
            _give_up(worker)

    def _give(self, answer: WorkerProcess | WorkerStartError) -> bool:
        """Answer whoever asked for a worker first; whether they still want it."""
        future = self._forks.popleft()
        if future.done():
            return False
        if isinstance(answer, WorkerProcess):
            future.set_result(answer)
        else:
            future.set_exception(answer)
        return True

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
        for future in [self._loaded, *self._forks]:
            if not future.done():
                future.set_exception(_ended())
                future.exception()  # it may be nobody's to retrieve
        for worker in self._workers.values():
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


async def _taken(future: asyncio.Future[WorkerProcess]) -> WorkerProcess:
    """Return the worker that comes, or end it where nobody waits any more in the moment in which it comes."""
    try:
        return await future
    except asyncio.CancelledError:
        if not future.cancelled() and future.exception() is None:
            _give_up(future.result())
        raise


def _give_up(worker: WorkerProcess) -> None:
    worker.kill()
    worker.close()


def _ended() -> WorkerStartError:
    return WorkerStartError("the process that starts workers has ended")
