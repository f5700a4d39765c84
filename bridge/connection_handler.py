"""ConnectionHandler: drives one connection, also to a server that does not take the whole request."""

from __future__ import annotations

import os
from asyncio.trsock import TransportSocket
from typing import TYPE_CHECKING, Any, Final

from aiohttp.client_proto import ResponseHandler

if TYPE_CHECKING:
    import asyncio

_READ_BYTES: Final = 64 * 1024
_MOST_READ_BYTES: Final = 1024 * 1024


class ConnectionHandler(ResponseHandler):
    """What aiohttp drives one connection with, and two things that it does not do.

    A server that finds a body too long answers with 413 and closes the connection, which breaks our writing. asyncio
    then looks at nothing that arrived before, so the answer would be lost: it is read here. Over TLS it cannot be.

    A server that takes nothing more would keep a socket that is closed before all of a request was written open.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(loop=loop)
        self._heard_out = False

    def close(self) -> None:
        """Close the connection, without waiting for a server to take what is left of a request."""
        if self.transport is not None and self.transport.get_write_buffer_size() > 0:
            self.abort()
        else:
            super().close()

    def resume_reading(self, resume_parser: bool = True) -> None:  # noqa: FBT001, FBT002 (aiohttp's own)
        """Read on, where reading rests: aiohttp asks for it after each piece, and then looks for what is not there."""
        if self._reading_paused:
            super().resume_reading(resume_parser)

    def set_exception(self, exc: BaseException, *cause: Any) -> None:  # noqa: ANN401 (aiohttp's own)
        """Take what has arrived before the news that the request could not be written."""
        if self.transport is not None and self.transport.is_closing():
            self._hear_out()
        super().set_exception(exc, *cause)

    def connection_lost(self, exc: BaseException | None) -> None:
        """Take what has arrived before the end of the connection."""
        if exc is not None:
            self._hear_out()
        super().connection_lost(exc)

    def _hear_out(self) -> None:
        """Read what the system still holds of a broken connection, once."""
        transport = self.transport
        if self._heard_out or transport is None or transport.get_extra_info("sslcontext") is not None:
            return
        self._heard_out = True
        wrapped = transport.get_extra_info("socket")
        if not isinstance(wrapped, TransportSocket):
            return  # only asyncio's own is sure to be open now; another's number may be that of another connection
        try:
            for _ in range(_MOST_READ_BYTES // _READ_BYTES):
                data = os.read(wrapped.fileno(), _READ_BYTES)
                if not data:
                    return
                self.data_received(data)
        except OSError:
            return  # that was all
