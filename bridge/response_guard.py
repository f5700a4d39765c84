"""ResponseGuard: what listens on a socket, for servers that do not keep to HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from .connection_handler import ConnectionHandler

if TYPE_CHECKING:
    import asyncio

    from aiohttp.http_parser import RawResponseMessage
    from aiohttp.streams import StreamReader

_FIRST_FINAL: Final = 200
_MOST_INTERIM: Final = 1000
_HEAD_END: Final = b"\r\n\r\n"
_NEVER_WITH_BODY: Final = (b"HTTP/1.1 204", b"HTTP/1.0 204", b"HTTP/1.1 304", b"HTTP/1.0 304")


class ResponseGuard(ConnectionHandler):
    """The protocol of one socket, which differs from aiohttp's in two more ways.

    - It stops reading when a thousand interim responses (1xx) came in a row. Otherwise a server that sends nothing else
      keeps the application busy for as long as a request may take. The request ends as it would have, by its time.
    - A body after a status that has none is dropped, and the connection not used again. aiohttp takes such a body for
      a broken next response and loses the one that was whole.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(loop)
        self._interim = 0

    def data_received(self, data: bytes) -> None:
        """Take in bytes from the socket."""
        if data.startswith(_NEVER_WITH_BODY) and (self._payload is None or self._payload.is_eof()):
            head, end, body = data.partition(_HEAD_END)
            data = head + end
            if body:
                self.force_close()
        super().data_received(data)

    def feed_data(self, data: tuple[RawResponseMessage, StreamReader], size: int = 0) -> None:
        """Take in a response from the parser."""
        self._interim = self._interim + 1 if data[0].code < _FIRST_FINAL else 0
        if self._interim <= _MOST_INTERIM:
            super().feed_data(data, size)
        else:
            self._pause_transport_reading()
