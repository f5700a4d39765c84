"""Wire: one HTTP exchange, from a request that is ready to a response that was read whole, or is a stream."""

from __future__ import annotations

from dataclasses import replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

import httpx

from .capturing import IS_LATE
from .errors import ConnectionFailedError
from .header_text import header_text
from .incoming_stream import IncomingStream
from .redirects import is_redirect
from .response import Response
from .response_body import raw_body, read_body
from .upload import Upload

if TYPE_CHECKING:
    from .deadline import Deadline
    from .limits import Limits
    from .outgoing import OutgoingRequest
    from .patience import Patience

_LAST_STATUS: Final = 599
_WITHOUT_BODY: Final = frozenset({HTTPStatus.NO_CONTENT, HTTPStatus.RESET_CONTENT, HTTPStatus.NOT_MODIFIED})
_BODY_VERBS: Final = frozenset({"POST", "PUT", "PATCH"})


async def send(
    transport: httpx.AsyncBaseTransport,
    request: OutgoingRequest,
    limits: Limits,
    deadline: Deadline,
    patience: Patience,
) -> Response:
    """Send a request and read its response; its head alone where the call wants a stream and gets this response.

    Args:
        transport: Whose sockets to use.
        request: What to send.
        limits: Bound the time to connect and the response.
        deadline: Of the run; no stream waits longer.
        patience: Of the request.

    Raises:
        ConnectionFailedError: What came back is no final response, or cannot be unpacked.
        RunEnded: The response is too long.
    """
    waits = [patience.is_over]
    sent = _as_httpx(request, limits)
    sent.extensions[IS_LATE] = lambda: any(is_over() for is_over in waits)
    answered = await transport.handle_async_request(sent)
    stream: IncomingStream | None = None
    try:
        head = _head(answered)
        if _is_given_as_stream(request, head):
            stream = IncomingStream(answered, request, deadline=deadline, wait_seconds=limits.request_seconds)
            waits.append(stream.is_late)
            return replace(head, stream=stream)
        body = await read_body(raw_body(answered), head, limits)
        return Response(status=head.status, reason=head.reason, headers=head.headers, body=body)
    finally:
        if stream is None:  # it closes the response itself
            await raw_body(answered).aclose()


def _is_given_as_stream(request: OutgoingRequest, response: Response) -> bool:
    """Whether the body is left for the method to ask for."""
    if not request.any_status:
        return request.streamed and response.is_success
    if request.verb == "HEAD" or response.status in _WITHOUT_BODY:
        return False
    return not (request.redirects and is_redirect(response))


def _head(answered: httpx.Response) -> Response:
    """Return status and headers."""
    if not HTTPStatus.OK <= answered.status_code <= _LAST_STATUS:
        raise ConnectionFailedError("The server answered with a status that HTTP does not have.", key="protocol")
    return Response(
        status=answered.status_code,
        reason=answered.reason_phrase,
        headers=tuple((name.decode("latin-1").lower(), header_text(value)) for name, value in answered.headers.raw),
        body=b"",
    )


def _as_httpx(request: OutgoingRequest, limits: Limits) -> httpx.Request:
    """Return the request for a transport. A verb that usually has a body says so when there is none (as axios does)."""
    headers = [(name.encode("ascii"), value.encode("latin-1")) for name, value in request.headers.items()]
    extensions = {
        "timeout": {"connect": limits.connect_seconds},
        "proxy": request.proxy,
        "call": request.call,
        "attempt": request.attempt,
        "site": request.site,
        "plain": request.any_status,
    }
    body = request.body
    if isinstance(body, Upload):
        framing = (
            (b"transfer-encoding", b"chunked") if body.length is None else (b"content-length", b"%d" % body.length)
        )
        return httpx.Request(request.verb, request.url, headers=[*headers, framing], stream=body, extensions=extensions)
    if body:
        headers = [(b"Host", request.url.netloc), *headers, (b"Content-Length", b"%d" % len(body))]
    elif request.verb.upper() in _BODY_VERBS:
        headers = [(b"Host", request.url.netloc), (b"Content-Length", b"0"), *headers]
    else:
        headers = [(b"Host", request.url.netloc), *headers]
    sent = httpx.Request(
        request.verb,
        request.url,
        headers=headers,
        stream=httpx.ByteStream(body or b""),  # given as content, it would be looked at for what is known here
        extensions=extensions,
    )
    sent.read()
    return sent
