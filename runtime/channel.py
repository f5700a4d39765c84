"""The application's end of a worker's channel."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import socket

    from .frames import Piece


class Channel:
    """Reads and writes a socket for a protocol: what a transport of the event loop's does, but from one moment on.

    To make such a transport takes several turns of the loop, which was half of what a worker cost the application.

    Args:
        end: Our end of the channel.
        protocol: Told what comes, when to write no more, and of the end of the channel, which is closed by then.
    """

    def __init__(self, end: socket.socket, protocol: asyncio.BufferedProtocol) -> None:
        self._end = end
        self._descriptor = end.fileno()
        self._protocol = protocol
        self._loop = asyncio.get_running_loop()
        self._unsent: memoryview | None = None
        end.setblocking(False)  # noqa: FBT003 (the socket's own signature)
        self._loop.add_reader(self._descriptor, self._read)

    def write(self, piece: Piece) -> None:
        """Write a piece. Where that takes time, there may be no other between `pause_writing` and `resume_writing`."""
        try:
            sent = self._end.send(piece)
        except BlockingIOError:
            sent = 0
        except OSError:  # who reads will hear of the end
            return
        if sent < len(piece):
            self._unsent = memoryview(piece)[sent:]
            self._loop.add_writer(self._descriptor, self._write_on)
            self._protocol.pause_writing()

    def close(self) -> None:
        """Close it, whatever was not written; the protocol is told nothing more."""
        if self._end.fileno() < 0:
            return
        self._loop.remove_reader(self._descriptor)
        self._stop_writing()
        self._end.close()

    def _read(self) -> None:
        try:
            count = self._end.recv_into(self._protocol.get_buffer(-1))
        except BlockingIOError:
            return
        except OSError:
            count = 0
        if count:
            self._protocol.buffer_updated(count)
        else:
            self.close()
            self._protocol.connection_lost(None)

    def _write_on(self) -> None:
        piece = self._unsent
        self._stop_writing()
        if piece is not None:
            self.write(piece)
        if self._unsent is None:
            self._protocol.resume_writing()

    def _stop_writing(self) -> None:
        if self._unsent is not None:
            self._unsent = None
            self._loop.remove_writer(self._descriptor)
