"""Recorder: keeps a record of each exchange of a run, as it happens."""

from __future__ import annotations

import asyncio
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from runtime import RunEnded

from .errors import CallError
from .exchange import Exchange

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .outgoing import OutgoingRequest
    from .redaction import Redactor
    from .response import Response


class Recorder:
    """Records exchanges, failed and cancelled ones included.

    Args:
        redactor: Masks secrets in URLs.
        on_exchange: Told of each exchange when it has ended.
    """

    def __init__(self, redactor: Redactor, on_exchange: Callable[[Exchange], None]) -> None:
        self.exchanges: list[Exchange] = []
        self._redactor = redactor
        self._on_exchange = on_exchange

    @contextmanager
    def record(self, request: OutgoingRequest, attempt: int) -> Iterator[Recording]:
        """Record what happens inside: put the response into the recording that is given."""
        recording = Recording()
        started = time.perf_counter()
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
            self._add(request, attempt, recording, time.perf_counter() - started)

    def _add(self, request: OutgoingRequest, attempt: int, recording: Recording, seconds: float) -> None:
        response = recording.response
        exchange = Exchange(
            method=request.verb,
            url=self._redactor.text(str(request.url)),
            status=response.status if response else None,
            attempt=attempt,
            duration_ms=round(seconds * 1000, 3),
            request_bytes=len(request.body or b""),
            response_bytes=len(response.body) if response else 0,
            error=recording.error,
        )
        self.exchanges.append(exchange)
        self._on_exchange(exchange)


class Recording:
    """What is known of an exchange that is under way."""

    def __init__(self) -> None:
        self.response: Response | None = None
        self.error: str | None = None
