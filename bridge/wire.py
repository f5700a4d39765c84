"""Wire: one HTTP exchange, from a request that is ready to a response that was read whole, or is a stream."""

from __future__ import annotations

from dataclasses import replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Final, TypeAlias

from .capturing import IS_LATE
from .errors import ConnectionFailedError
from .header_text import header_texts
from .incoming_stream import IncomingStream
from .known import KnownHeaders, KnownRequest
from .redirects import is_redirect
from .response import Response
from .response_body import raw_body, read_body
from .upload import Upload

if TYPE_CHECKING:
    import httpx

    from .deadline import Deadline
    from .limits import Limits
    from .outgoing import OutgoingRequest
    from .patience import Patience

Headers: TypeAlias = tuple[tuple[str, str], ...]

_STATUSES: Final = range(200, 600)
_WITHOUT_BODY: Final = frozenset({HTTPStatus.NO_CONTENT, HTTPStatus.RESET_CONTENT, HTTPStatus.NOT_MODIFIED})
_BODY_VERBS: Final = frozenset({"POST", "PUT", "PATCH"})


class Wire:
    """What the requests of a run go over.

    Args:
        transport: Whose sockets to use.
        limits: Bound the time to connect and the response.
    """

    def __init__(self, transport: httpx.AsyncBaseTransport, limits: Limits) -> None:
        self._transport = transport
        self._limits = limits
        self._headers_before: tuple[Headers, httpx.Headers] = ((), KnownHeaders(()))

    async def send(self, request: OutgoingRequest, deadline: Deadline, patience: Patience) -> Response:
        """Send a request and read its response; its head alone where the call wants a stream and gets this response.

        Args:
            request: What to send.
            deadline: Of the run; no stream waits longer.
            patience: Of the request.

        Raises:
            ConnectionFailedError: What came back is no final response, or cannot be unpacked.
            RunEnded: The response is too long.
        """
        waits = [patience.is_over]
        sent = self._as_httpx(request)
        sent.extensions[IS_LATE] = lambda: any(is_over() for is_over in waits)
        answered = await self._transport.handle_async_request(sent)
        body = raw_body(answered)
        stream: IncomingStream | None = None
        try:
            head = _head(answered)
            if _is_given_as_stream(request, head):
                wait_seconds = self._limits.request_seconds
                stream = IncomingStream(answered, request, deadline=deadline, wait_seconds=wait_seconds)
                waits.append(stream.is_late)
                return replace(head, stream=stream)
            whole = await read_body(body, head, self._limits)
            return Response(status=head.status, reason=head.reason, headers=head.headers, body=whole)
        finally:
            if stream is None:  # it closes the response itself
                await body.aclose()

    def _as_httpx(self, request: OutgoingRequest) -> httpx.Request:
        """Return the request for a transport."""
        extensions = {
            "timeout": {"connect": self._limits.connect_seconds},
            "proxy": request.proxy,
            "call": request.call,
            "attempt": request.attempt,
            "site": request.site,
            "plain": request.any_status,
        }
        headers = self._as_httpx_headers(_all_headers(request))
        return KnownRequest(
            request.verb, request.target, headers=headers, body=request.body or b"", extensions=extensions
        )

    def _as_httpx_headers(self, headers: Headers) -> httpx.Headers:
        """Return headers for a transport. Most requests of a run have those of the one before."""
        before, made = self._headers_before
        if headers != before:
            made = KnownHeaders([(name.encode("ascii"), value.encode("latin-1")) for name, value in headers])
            self._headers_before = headers, made
        return made


def _is_given_as_stream(request: OutgoingRequest, response: Response) -> bool:
    """Whether the body is left for the method to ask for."""
    if not request.any_status:
        return request.streamed and response.is_success
    if request.verb == "HEAD" or response.status in _WITHOUT_BODY:
        return False
    return not (request.redirects and is_redirect(response))


def _head(answered: httpx.Response) -> Response:
    """Return status and headers."""
    if answered.status_code not in _STATUSES:
        raise ConnectionFailedError("The server answered with a status that HTTP does not have.", key="protocol")
    return Response(
        status=answered.status_code,
        reason=answered.reason_phrase,
        headers=header_texts(answered.headers.raw),
        body=b"",
    )


def _all_headers(request: OutgoingRequest) -> Headers:
    """Return the headers with those of the connection.

    A verb that usually has a body says so when there is none (as axios does).
    """
    given = request.headers.items()
    host = ("Host", request.target.authority)
    body = request.body
    if isinstance(body, Upload):
        framing = ("transfer-encoding", "chunked") if body.length is None else ("content-length", str(body.length))
        return (host, *given, framing)
    if body:
        return (host, *given, ("Content-Length", str(len(body))))
    if request.verb.upper() in _BODY_VERBS:
        return (host, ("Content-Length", "0"), *given)
    return (host, *given)
