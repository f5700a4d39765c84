"""Recorder: keeps a record of each exchange of a run, as it happens."""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from typing import TYPE_CHECKING

from runtime import RunEnded

from .errors import CallError
from .exchange import Exchange

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

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

    @contextmanager
    def record(self, request: OutgoingRequest) -> Iterator[Recording]:
        """Record what happens inside: put the response into the recording that is given."""
        recording = Recording(request, self._clock)
        self._open[recording] = None
        try:
            yield recording
        except CallError as error:
            recording.error = error.key
            raise
        except RunEnded as ended:
            recording.error = ended.failure.key
            raise
        except asyncio.CancelledError:
            recording.error = "cancelled"
            raise
        finally:
            self._end_with_its_body(recording)

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
    """

    def __init__(self, request: OutgoingRequest, clock: Clock) -> None:
        self.response: Response | None = None
        self.error: str | None = None
        self._request = request
        self._clock = clock
        self._started = clock.time()

    def exchange(self, redactor: Redactor) -> Exchange:
        """Return the exchange as it is now."""
        request, response = self._request, self.response
        return Exchange(
            method=request.verb,
            url=redactor.text(str(request.url)),
            status=response.status if response else None,
            attempt=request.attempt,
            duration_ms=round((self._clock.time() - self._started) * 1000, 3),
            request_bytes=request.sent_bytes,
            response_bytes=response.received_bytes if response else 0,
            error=self.error,
        )
