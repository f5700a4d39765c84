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
        recording = Recording(request, self._clock, self._end_with_its_body)
        self._open[recording] = None
        return recording

    def close(self) -> None:
        """Take in what goes on after the run as it is now."""
        while self._open:
            self._end(next(iter(self._open)))

    def _end_with_its_body(self, recording: Recording) -> None:
        stream = recording.response.stream if recording.response else None
        if stream is None:
            self._end(recording)
            return

        def end(error: str | None) -> None:
            recording.error = error
            self._end(recording)

        stream.on_end = end

    def _end(self, recording: Recording) -> None:
        """Take in an exchange, once."""
        if recording not in self._open:
            return
        del self._open[recording]
        exchange = recording.exchange(self._redactor)
        self.exchanges.append(exchange)
        self._on_exchange(exchange)


class Recording:
    """What is known of an exchange that is under way.

    Args:
        request: What is sent.
        clock: Of the run.
        on_exit: Called when what happens inside is over.
    """

    def __init__(self, request: OutgoingRequest, clock: Clock, on_exit: Callable[[Recording], None]) -> None:
        self.response: Response | None = None
        self.error: str | None = None
        self._request = request
        self._clock = clock
        self._on_exit = on_exit
        self._started = clock.time()

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: object) -> None:
        """End, with what went wrong."""
        if isinstance(error, CallError):
            self.error = error.key
        elif isinstance(error, RunEnded):
            self.error = error.failure.key
        elif isinstance(error, asyncio.CancelledError):
            self.error = "cancelled"
        self._on_exit(self)

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
            error=self.error,
        )
