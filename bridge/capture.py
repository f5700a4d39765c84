"""Capture: the exchanges of a run as they were on the wire, bodies included. Nothing is masked here."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from .captured_body import Room

if TYPE_CHECKING:
    from .capturing import Capturing
    from .fault import Fault

_MIB: Final = 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class CapturedExchange:
    """One request that was sent, or was tried to be sent, and what came back. It holds secrets.

    Attributes:
        verb: In upper case, unless the method wrote one of its own.
        url: As it was sent.
        request_headers: In order, names in lower case.
        request_body: None where there was none.
        status: Of the response; None without one.
        reason: The text beside it.
        response_headers: In order, names in lower case. Those about encoding and length are of the body as it came.
        response_body: Unpacked, where it was packed in a way that was asked for; None without a response.
        started_ms: When it was sent, in milliseconds since 1970.
        waited_ms: Until the head of the response was there; None without one.
        duration_ms: Until it ended, or until now.
        fault: Why there is no response, or not all of it; None where nothing went wrong.
        truncated: Whether one of the bodies is not here to its end: it is too long, or was not read any further.
        call: Which call of the run it served, counted from 1; attempts and redirects of one have one number. 0 where it
            served none that is known.
        attempt: Counted from 1; redirects of one attempt have one number.
        site: Where the method made that call, if it did.
    """

    verb: str
    url: str = field(repr=False)
    request_headers: tuple[tuple[str, str], ...] = field(repr=False)
    request_body: bytes | None = field(repr=False)
    status: int | None
    reason: str
    response_headers: tuple[tuple[str, str], ...] = field(repr=False)
    response_body: bytes | None = field(repr=False)
    started_ms: float
    waited_ms: float | None
    duration_ms: float
    fault: Fault | None
    truncated: bool
    call: int = 0
    attempt: int = 1
    site: str | None = None


class Capture:
    """Keeps the exchanges of one run, or of several.

    Args:
        most_bytes: Kept of one body.
        most_total_bytes: Kept of all bodies together.
    """

    def __init__(self, *, most_bytes: int = 32 * _MIB, most_total_bytes: int = 64 * _MIB) -> None:
        self._most_bytes = most_bytes
        self._all = Room(most_total_bytes)
        self._capturings: list[Capturing] = []
        self._calls: dict[int, int] = {}

    @property
    def exchanges(self) -> list[CapturedExchange]:
        """What was exchanged so far, in the order in which requests were sent; as it is now, where it goes on."""
        return [capturing.exchange() for capturing in self._capturings]

    def room(self) -> Room:
        """Return the room for another body."""
        return Room(self._most_bytes, self._all)

    def number_of(self, call: int) -> int:
        """Return the number of a call among those of the run, the same for all its requests.

        Args:
            call: `OutgoingRequest.call`.
        """
        return self._calls.setdefault(call, len(self._calls) + 1)

    def add(self, capturing: Capturing) -> None:
        """Take in an exchange that begins."""
        self._capturings.append(capturing)
