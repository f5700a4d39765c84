"""CapturingTransport: captures what flows through another transport."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self, TypeAlias

import httpx

from .capturing import Capturing
from .response_body import raw_body

if TYPE_CHECKING:
    from collections.abc import AsyncIterable, Callable

    from runtime import Clock

    from .capture import Capture

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
        _tap(request, capturing)
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


def _tap(request: httpx.Request, capturing: Capturing) -> None:
    """Let the body of a request be captured."""
    if isinstance(request.stream, httpx.ByteStream):
        capturing.sent.feed(request.content)
    elif isinstance(request.stream, httpx.AsyncByteStream):
        request.stream = _Tapped(request.stream, capturing.sent.feed)


class _Tapped(httpx.AsyncByteStream):
    """A body that somebody else hears too."""

    def __init__(self, inner: AsyncIterable[bytes], on_chunk: Callable[[bytes], None]) -> None:
        self._chunks = aiter(inner)
        self._on_chunk = on_chunk

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> bytes:
        chunk = await anext(self._chunks)
        self._on_chunk(chunk)
        return chunk


class _Received(_Tapped):
    """The body of a response while it is captured."""

    def __init__(self, answered: httpx.Response, capturing: Capturing) -> None:
        super().__init__(raw_body(answered), capturing.received)
        self._answered = answered
        self._capturing = capturing

    async def __anext__(self) -> bytes:
        try:
            return await super().__anext__()
        except StopAsyncIteration:
            self._capturing.ended(whole=True)
            raise
        except BaseException as error:
            self._capturing.failed(error)
            raise

    async def aclose(self) -> None:
        self._capturing.ended(whole=False)
        await self._answered.aclose()
