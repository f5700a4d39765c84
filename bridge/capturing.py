"""Capturing: an exchange while it is captured."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from runtime import in_slices

from .capture import CapturedExchange
from .captured_body import CapturedBody
from .fault import fault_of
from .header_text import header_texts

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx

    from runtime import Clock

    from .capture import Capture
    from .fault import Fault

IS_LATE: Final = "methodhost.is_late"
"""The extension of requests that tells whether a wait for their answer, or for more of it, has taken too long."""


class Capturing:
    """What is known of an exchange so far.

    Args:
        request: What is sent; its headers and its URL do not change any more.
        capture: What it is captured for.
        clock: Of the run.

    Attributes:
        sent: What is kept of the request's body.
    """

    def __init__(self, request: httpx.Request, capture: Capture, clock: Clock) -> None:
        self.sent = CapturedBody(capture.room())
        self._request = request
        self._capture = capture
        self._call = capture.number_of(request.extensions["call"]) if "call" in request.extensions else 0
        self._clock = clock
        self._started_ms = clock.now_ms()
        self._started = clock.time()
        self._waited: float | None = None
        self._ended: float | None = None
        self._response: httpx.Response | None = None
        self._received: CapturedBody | None = None
        self._fault: Fault | None = None

    def answered(self, response: httpx.Response) -> None:
        """Take in the head of the response."""
        self._waited = self._clock.time() - self._started
        self._response = response
        self._received = CapturedBody(self._capture.room(), response.headers.get("content-encoding", ""))

    async def received(self, chunk: bytes) -> None:
        """Take in what came of its body."""
        if self._received is not None:
            await in_slices(self._received.unpack(chunk))

    def failed(self, error: BaseException) -> None:
        """Take in why there will be no more."""
        if self._ended is None:
            is_late: Callable[[], bool] = self._request.extensions.get(IS_LATE, _never)
            self._fault = "timeout" if is_late() else fault_of(error, answered=self._response is not None)
        self.closed()

    def ended(self) -> None:
        """Take in that the response was read to its end."""
        if self._received is not None and self._ended is None:
            self._received.end()
        self.closed()

    def closed(self) -> None:
        """Take in that there will be no more."""
        if self._ended is None:
            self._ended = self._clock.time() - self._started
            if self._received is not None and self._received.is_damaged:
                self._fault = "decode"

    def exchange(self) -> CapturedExchange:
        """Return the exchange as it is now."""
        request, response, received = self._request, self._response, self._received
        duration = self._clock.time() - self._started if self._ended is None else self._ended
        return CapturedExchange(
            verb=request.method,
            url=str(request.url),
            request_headers=header_texts(request.headers.raw),
            request_body=self.sent.content or None,
            status=None if response is None else response.status_code,
            reason="" if response is None else response.reason_phrase,
            response_headers=() if response is None else header_texts(response.headers.raw),
            response_body=None if received is None else received.content,
            started_ms=self._started_ms,
            waited_ms=None if self._waited is None else _milliseconds(self._waited),
            duration_ms=_milliseconds(duration),
            fault=self._fault,
            truncated=not all(body.is_whole for body in (self.sent, received) if body is not None),
            call=self._call,
            attempt=request.extensions.get("attempt", 1),
            site=request.extensions.get("site"),
        )


def _never() -> bool:
    return False


def _milliseconds(seconds: float) -> float:
    return round(seconds * 1000, 3)
