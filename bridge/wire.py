"""Wire: one HTTP exchange, from a request that is ready to a response that was read whole."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Final

import httpx

from .errors import ConnectionFailedError
from .response import Response
from .response_body import read_body

if TYPE_CHECKING:
    from .limits import Limits
    from .outgoing import OutgoingRequest

_LAST_STATUS: Final = 599
_BODY_VERBS: Final = frozenset({"POST", "PUT", "PATCH"})


async def send(transport: httpx.AsyncBaseTransport, request: OutgoingRequest, limits: Limits) -> Response:
    """Send a request and read its response.

    Args:
        transport: Whose sockets to use.
        request: What to send.
        limits: Bound the time to connect and the response.

    Raises:
        ConnectionFailedError: What came back is no final response, or cannot be unpacked.
        RunEnded: The response is too long.
    """
    answered = await transport.handle_async_request(_as_httpx(request, limits))
    try:
        if not HTTPStatus.OK <= answered.status_code <= _LAST_STATUS:
            raise ConnectionFailedError("The server answered with a status that HTTP does not have.", key="protocol")
        return Response(
            status=answered.status_code,
            reason=answered.reason_phrase,
            headers=tuple(
                (name.decode("latin-1").lower(), value.decode("utf-8", "replace"))
                for name, value in answered.headers.raw
            ),
            body=await read_body(_async_stream(answered), answered.headers.get("content-encoding", ""), limits),
        )
    finally:
        await answered.aclose()


def _async_stream(response: httpx.Response) -> httpx.AsyncByteStream:
    """Return the body as the transport gave it: httpx itself would unpack it, without a bound."""
    if not isinstance(response.stream, httpx.AsyncByteStream):
        raise TypeError("the transport is not asynchronous")
    return response.stream


def _as_httpx(request: OutgoingRequest, limits: Limits) -> httpx.Request:
    """Return the request for a transport. A verb that usually has a body says so when there is none (as axios does)."""
    content = b"" if request.body is None and request.verb in _BODY_VERBS else request.body
    return httpx.Request(
        request.verb,
        request.url,
        headers=[(name.encode("ascii"), value.encode("latin-1")) for name, value in request.headers.items()],
        content=content,
        extensions={"timeout": {"connect": limits.connect_seconds}, "proxy": request.proxy},
    )
