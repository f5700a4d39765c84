"""InterimGuard: what listens on a socket, until a server sends interim responses without end."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from aiohttp.client_proto import ResponseHandler

if TYPE_CHECKING:
    import asyncio

    from aiohttp.http_parser import RawResponseMessage
    from aiohttp.streams import StreamReader

_MOST_INTERIM: Final = 1000


class InterimGuard(ResponseHandler):
    """aiohttp's protocol for one socket, which stops reading when a thousand interim responses (1xx) came in a row.

    Otherwise a server that sends nothing else keeps the application busy for as long as a request may take. The request
    still ends as it would have: when its time is over.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(loop)
        self._interim = 0

    def feed_data(self, data: tuple[RawResponseMessage, StreamReader], size: int = 0) -> None:
        """Take in a response from the parser."""
        self._interim = self._interim + 1 if data[0].code < HTTPStatus.OK else 0
        if self._interim <= _MOST_INTERIM:
            super().feed_data(data, size)
        else:
            self._pause_transport_reading()
