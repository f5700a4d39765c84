"""Recorder: keeps a record of each exchange of a run, as it happens."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Self

from runtime import RunEnded

from .errors import CallError
from .exchange import Exchange

if TYPE_CHECKING:
    from collections.abc import Callable

    from runtime import Clock

    from .outgoing import OutgoingRequest
    from .redaction import Redactor
    from .response import Response


class Recorder:
    """Records exchanges, failed and cancelled ones included. One whose body is a stream ends with the stream.

    Args:
        redactor: Masks secrets in URLs.
        on_exchange: Told of each exchange when it has ended.
        clock: Of the run.
    """

    def __init__(self, redactor: Redactor, on_exchange: Callable[[Exchange], None], clock: Clock) -> None:
        self.exchanges: list[Exchange] = []
        self._redactor = redactor
        self._on_exchange = on_exchange
        self._clock = clock
        self._open: dict[Recording, None] = {}

    def record(self, request: OutgoingRequest) -> Recording:
        """Return the context of an exchange, which records what happens inside: put the response into it."""
        recording = Recording(request, self._clock, self)
        self._open[recording] = None
        return recording

    def close(self) -> None:
        """Take in what goes on after the run as it is now."""
        while self._open:
            self.end(next(iter(self._open)))

    def end(self, recording: Recording) -> None:
        """Take in an exchange, once."""
        if recording in self._open:
            del self._open[recording]
            exchange = recording.exchange(self._redactor)
            self.exchanges.append(exchange)
            self._on_exchange(exchange)


class Recording:
    """What is known of an exchange that is under way.

    Args:
        request: What is sent.
        clock: Of the run.
        recorder: Told when it is over.
    """

    def __init__(self, request: OutgoingRequest, clock: Clock, recorder: Recorder) -> None:
        self.response: Response | None = None
        self._error: str | None = None
        self._request = request
        self._clock = clock
        self._recorder = recorder
        self._started = clock.time()

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: object) -> None:
        """End, with what went wrong; or with the body, where that is a stream."""
        if self.response is not None and self.response.stream is not None:
            self.response.stream.on_end = self._end
        else:
            self._end(None if error is None else _reason_of(error))

    def exchange(self, redactor: Redactor) -> Exchange:
        """Return the exchange as it is now."""
        request, response = self._request, self.response
        return Exchange(
            method=request.verb,
            url=redactor.text(request.target.href),
            status=response.status if response else None,
            attempt=request.attempt,
            duration_ms=round((self._clock.time() - self._started) * 1000, 3),
            request_bytes=request.sent_bytes,
            response_bytes=response.received_bytes if response else 0,
            error=self._error,
        )

    def _end(self, reason: str | None) -> None:
        self._error = reason
        self._recorder.end(self)


def _reason_of(error: BaseException) -> str | None:
    """Return why there is no response: the key of an error or of a limit, or `cancelled`."""
    if isinstance(error, CallError):
        return error.key
    if isinstance(error, RunEnded):
        return error.failure.key
    return "cancelled" if isinstance(error, asyncio.CancelledError) else None
