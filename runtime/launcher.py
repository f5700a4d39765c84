"""Starts workers: keeps the zygote alive, asks it for forks, and hears from it how workers end."""

from __future__ import annotations

import asyncio
import json
import signal
import socket
import sys
from collections import deque
from typing import TYPE_CHECKING

from .errors import WorkerStartError
from .notices import LENGTH, Notice, NoticeKind
from .process import WorkerExit, WorkerProcess

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .host import Extension

_MOST_DESCRIPTORS = 2
_START_SECONDS = 20.0


class Launcher:
    """Starts worker processes, and the zygote behind them whenever there is none.

    Args:
        extensions: Evaluated in every isolate.
    """

    def __init__(self, extensions: Sequence[Extension]) -> None:
        self._setup = json.dumps({"extensions": [[item.name, item.source] for item in extensions]}).encode()
        self._zygote: _ZygoteProcess | None = None
        self._starting = asyncio.Lock()

    async def launch(self) -> WorkerProcess:
        """Fork a worker. It is still starting when this returns.

        Raises:
            WorkerStartError: The zygote could not be started, or ended.
        """
        async with self._starting:
            if self._zygote is None or self._zygote.ended:
                await self.aclose()
                self._zygote = await _ZygoteProcess.start(self._setup)
        return await self._zygote.fork()

    async def aclose(self) -> None:
        """End the zygote, and with it whatever workers are left."""
        if self._zygote is not None:
            await self._zygote.aclose()
            self._zygote = None


class _ZygoteProcess:
    """The application's side of one zygote."""

    def __init__(self, process: asyncio.subprocess.Process, channel: socket.socket) -> None:
        self._process = process
        self._channel = channel
        self._loop = asyncio.get_running_loop()
        self._loaded = self._loop.create_future()
        self._forks: deque[asyncio.Future[WorkerProcess]] = deque()
        self._workers: dict[int, WorkerProcess] = {}
        self.ended = False
        self._loop.add_reader(channel, self._read)

    @classmethod
    async def start(cls, setup: bytes) -> _ZygoteProcess:
        ours, theirs = socket.socketpair()
        with theirs:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                *("-I", "-m", f"{__package__}.zygote"),
                stdin=theirs.fileno(),
                stdout=asyncio.subprocess.DEVNULL,
                env={},
                start_new_session=True,
            )
        ours.setblocking(False)  # noqa: FBT003 (the socket's own signature)
        zygote = cls(process, ours)
        try:
            await zygote._loop.sock_sendall(ours, LENGTH.pack(len(setup)) + setup)
            await asyncio.wait_for(asyncio.shield(zygote._loaded), _START_SECONDS)
        except (OSError, TimeoutError, asyncio.CancelledError) as error:
            await zygote.aclose()
            if isinstance(error, asyncio.CancelledError):
                raise
            raise WorkerStartError("the process that loads V8 could not be started") from None
        return zygote

    async def fork(self) -> WorkerProcess:
        if self.ended:
            raise WorkerStartError("the process that starts workers has ended")
        future: asyncio.Future[WorkerProcess] = self._loop.create_future()
        self._forks.append(future)
        await self._loop.sock_sendall(self._channel, b"F")
        return await future

    async def aclose(self) -> None:
        self._end()
        if self._process.returncode is None:
            self._process.send_signal(signal.SIGKILL)
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
            self._loaded.set_result(None)
        elif notice.kind is NoticeKind.EXITED:
            worker = self._workers.pop(notice.process, None)
            if worker is not None:
                worker.set_exit(WorkerExit(notice.status, notice.cpu_seconds, notice.peak_memory_bytes))
        else:
            self._forked(notice.process, descriptors)

    def _forked(self, process: int, descriptors: Sequence[int]) -> None:
        worker = WorkerProcess(
            process, socket.socket(fileno=descriptors[0]), descriptors[1] if len(descriptors) > 1 else None
        )
        self._workers[process] = worker
        future = self._forks.popleft()
        if future.cancelled():
            worker.kill()
            worker.close()
        else:
            future.set_result(worker)

    def _end(self) -> None:
        """Give up on this zygote: its workers end with it, and nobody will say how."""
        if self.ended:
            return
        self.ended = True
        self._loop.remove_reader(self._channel)
        self._channel.close()
        error = WorkerStartError("the process that starts workers has ended")
        for future in [self._loaded, *self._forks]:
            if not future.done():
                future.set_exception(error)
                future.exception()  # it may be nobody's to retrieve
        for worker in self._workers.values():
            worker.set_exit(None)
