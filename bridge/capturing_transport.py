"""CapturingTransport: captures what flows through another transport."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self, TypeAlias

import httpx

from .capturing import Capturing
from .response_body import raw_body

if TYPE_CHECKING:
    from runtime import Clock

    from .capture import Capture
    from .captured_body import CapturedBody

Transport: TypeAlias = httpx.AsyncBaseTransport
"""What takes the requests of a run."""


class CapturingTransport(httpx.AsyncBaseTransport):
    """Hands requests on, and keeps a copy of what flows in both directions. Streams flow on as they come.

    Args:
        inner: What sends the requests.
        capture: What keeps the copies.
        clock: Of the run.
    """

    def __init__(self, inner: Transport, capture: Capture, clock: Clock) -> None:
        self._inner = inner
        self._capture = capture
        self._clock = clock

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request and return its response as soon as the headers are there; raise what the inner one raises."""
        capturing = Capturing(request, self._capture, self._clock)
        self._capture.add(capturing)
        _tap(request, capturing.sent)
        try:
            answered = await self._inner.handle_async_request(request)
        except BaseException as error:
            capturing.failed(error)
            raise
        capturing.answered(answered)
        return httpx.Response(
            answered.status_code,
            headers=answered.headers.raw,
            stream=_Received(answered, capturing),
            extensions=answered.extensions,
        )


def _tap(request: httpx.Request, sent: CapturedBody) -> None:
    """Let the body of a request be captured."""
    if isinstance(request.stream, httpx.ByteStream):
        sent.keep(request.content)
        sent.end()
    elif isinstance(request.stream, httpx.AsyncByteStream):
        request.stream = _Sent(request.stream, sent)


class _Sent(httpx.AsyncByteStream):
    """The body of a request that is a stream, while it is captured."""

    def __init__(self, inner: httpx.AsyncByteStream, sent: CapturedBody) -> None:
        self._chunks = aiter(inner)
        self._sent = sent

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> bytes:
        try:
            chunk = await anext(self._chunks)
        except StopAsyncIteration:
            self._sent.end()
            raise
        self._sent.keep(chunk)
        return chunk


class _Received(httpx.AsyncByteStream):
    """The body of a response while it is captured."""

    def __init__(self, answered: httpx.Response, capturing: Capturing) -> None:
        self._chunks = aiter(raw_body(answered))
        self._answered = answered
        self._capturing = capturing

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> bytes:
        try:
            chunk = await anext(self._chunks)
            await self._capturing.received(chunk)
        except StopAsyncIteration:
            self._capturing.ended()
            raise
        except BaseException as error:
            self._capturing.failed(error)
            raise
        return chunk

    async def aclose(self) -> None:
        self._capturing.closed()
        await self._answered.aclose()
