"""The application's side of one worker process."""

from __future__ import annotations

import asyncio
import math
import os
import signal
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from .channel import Channel
from .frames import LAST_WORDS_SIGNAL, USAGE, Frame, FrameDecoder, FrameError, FrameKind, pieces_of

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Iterator, Sequence

    from .frames import Piece

_EXIT_SECONDS = 1.0
_LAST_WORDS_SECONDS = 0.2
_READY_BYTES = 64 * 1024
_MOST_CPU_SECONDS = 1e6
_MOST_MEMORY_BYTES = 1 << 44
"""Beyond these a worker does not tell the truth about its usage."""


@dataclass(frozen=True)
class WorkerExit:
    """How a worker process ended: its exit code or the negated signal, and what it had used in its life."""

    status: int
    cpu_seconds: float
    peak_memory_bytes: int


class WorkerGoneError(Exception):
    """The worker closed its channel, ended, or broke the protocol of its channel.

    Attributes:
        protocol: Whether it was killed because it broke the protocol.
    """

    def __init__(self, message: str, *, protocol: bool = False) -> None:
        super().__init__(message)
        self.protocol = protocol


class Listener(Protocol):
    """Whoever waits for the answer to a frame: a future, or what can be told as one."""

    def done(self) -> bool:
        """Whether it waits no more."""
        ...

    def set_result(self, result: None, /) -> None:
        """Take it that the answer is there; `WorkerProcess.take` gives it."""
        ...

    def set_exception(self, exception: WorkerGoneError, /) -> None:
        """Take it that there will be none."""
        ...


class WorkerProcess(asyncio.BufferedProtocol):
    """One worker process and its channel.

    The worker answers each frame with one frame, so to ask is all there is; whatever else arrives is a breach.
    `on_gone` is called when it is gone, also while nobody asks it anything.

    Args:
        process: Its process id.
        channel: Our end of its channel.
        descriptor: A process descriptor, which cannot come to mean another process; None where the system has none.
        listener: Told when its first isolate is ready; `take` gives what it says then.
    """

    def __init__(self, process: int, channel: socket.socket, descriptor: int | None, listener: Listener) -> None:
        self.process = process
        self._channel = Channel(channel, self)
        self._descriptor = descriptor
        self._loop = asyncio.get_running_loop()
        self._decoder = FrameDecoder(_READY_BYTES)
        self.take = self._decoder.take
        """Returns the answer that came."""
        self._waiting: Listener | None = listener
        self._unsent: Iterator[Piece] = iter(())
        """Of the frame that is being written, as fast as the worker reads it."""
        self._full = False
        self._gone: WorkerGoneError | None = None
        self.alive = True
        """Whether it can still be asked."""
        self._exited: asyncio.Future[WorkerExit | None] = self._loop.create_future()
        self.on_gone: Callable[[], None] | None = None
        self.stale = False
        """Whether the zygote it came from was replaced."""
        self.single_run = False
        """Whether it has no way to a second isolate."""
        self.cpu_seconds = 0.0
        self.peak_memory_bytes = 0

    async def ask(self, kind: FrameKind, parts: Sequence[bytes] = (), *, most_bytes: int = _READY_BYTES) -> Frame:
        """Send a frame and return the answer.

        Args:
            kind: Of the frame.
            parts: Of the frame; forgotten as soon as they are written.
            most_bytes: The longest answer that is accepted.

        Raises:
            WorkerGoneError: There will be no answer.
        """
        answer: asyncio.Future[None] = self._loop.create_future()
        self.tell(kind, parts, answer, most_bytes=most_bytes)
        del parts
        await answer
        return self.take()

    def tell(self, kind: FrameKind, parts: Sequence[bytes], listener: Listener, *, most_bytes: int) -> None:
        """Send a frame; otherwise as `ask`, whose arguments these are.

        Args:
            kind: Of the frame.
            parts: Of the frame; long ones are let go of as they are written.
            listener: Told in the moment in which the answer is there.
            most_bytes: Of the answer.
        """
        if self._gone is not None:
            raise self._gone
        self._waiting = listener
        self._decoder.most_bytes = most_bytes
        self._unsent = pieces_of(kind, parts)
        if not self._full:
            self._write_on()

    def kill(self) -> None:
        """End the process, whatever it is doing."""
        self._signal(signal.SIGKILL)

    def kill_after_last_words(self) -> None:
        """End the process soon; a frame that it owes may still arrive, and is a LAST frame if it can write one."""
        if self._waiting is None:
            self.kill()
            return
        self._signal(LAST_WORDS_SIGNAL)
        self._loop.call_later(_LAST_WORDS_SECONDS, self.kill)

    async def exit(self, most_seconds: float = _EXIT_SECONDS) -> WorkerExit | None:
        """Wait for the process's end and return how it came; None where nobody knows, or not in time."""
        try:
            return await asyncio.wait_for(asyncio.shield(self._exited), most_seconds)
        except TimeoutError:
            return None

    def discard(self) -> None:
        """End the process, and let go of it: nobody hears how it ends."""
        self.kill()
        self.set_exit(None)
        self._channel.close()
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def set_exit(self, how: WorkerExit | None) -> None:
        """Take the news of the process's end; None where it is lost with its zygote."""
        if how is None:
            self._break_off(WorkerGoneError("its zygote ended"))
        if self._exited.done():
            return
        if how is not None:
            self.cpu_seconds, self.peak_memory_bytes = how.cpu_seconds, how.peak_memory_bytes
        self._exited.set_result(how)

    def take_usage(self, frame: Frame) -> None:
        """Remember what the worker says it has used so far; the first part of its frames."""
        try:
            cpu_seconds, peak_memory_bytes = USAGE.unpack(frame.parts[0])
        except (IndexError, struct.error):
            return
        if self.cpu_seconds < cpu_seconds < math.inf:
            self.cpu_seconds = min(cpu_seconds, _MOST_CPU_SECONDS)
        if self.peak_memory_bytes < peak_memory_bytes:
            self.peak_memory_bytes = min(peak_memory_bytes, _MOST_MEMORY_BYTES)

    @property
    def owes_an_answer(self) -> bool:
        """Whether it is at work on what it was asked last."""
        return self._waiting is not None and not self._waiting.done()

    def get_buffer(self, sizehint: int) -> memoryview | bytearray:
        """Return where the worker's next bytes belong."""
        return bytearray(1) if self._waiting is None else self._decoder.rest

    def buffer_updated(self, nbytes: int) -> None:
        """Take bytes from the worker, every one of which may be hostile."""
        if self._gone is not None:
            return
        if self._waiting is None:
            self._break_off(WorkerGoneError("it spoke without being asked", protocol=True))
            return
        try:
            whole = self._decoder.received(nbytes)
        except FrameError as error:
            self._break_off(WorkerGoneError(str(error), protocol=True))
            return
        except MemoryError:
            self._break_off(WorkerGoneError("there is no memory for its answer"))
            return
        if not whole:
            return
        listener, self._waiting = self._waiting, None
        if not listener.done():
            listener.set_result(None)

    def pause_writing(self) -> None:
        """Take in that the worker has much to read."""
        self._full = True

    def resume_writing(self) -> None:
        """Take in that it has read most of that."""
        self._full = False
        if self.owes_an_answer:  # a worker that has answered reads no more of what it was asked
            self._write_on()

    def connection_lost(self, exc: Exception | None) -> None:
        """Take the end of the channel: nobody has to poll to see that a worker ended."""
        self._break_off(WorkerGoneError("its channel closed"))

    def _signal(self, number: signal.Signals) -> None:
        if self._exited.done():
            return
        try:
            if self._descriptor is not None:
                signal.pidfd_send_signal(self._descriptor, number)
            else:
                os.kill(self.process, number)
        except ProcessLookupError:
            pass  # it ended by itself

    def _write_on(self) -> None:
        """Write of the frame what the worker can take."""
        for piece in self._unsent:
            self._channel.write(piece)
            if self._full:
                return

    def _break_off(self, error: WorkerGoneError) -> None:
        if self._gone is None:
            self._gone = error
            self.alive = False
        if error.protocol:
            self.kill()
            self._channel.close()  # nothing more is read from it
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(self._gone)
        if self.on_gone is not None:
            self.on_gone()
