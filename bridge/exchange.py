"""Exchange: one HTTP request and what became of it, for the report."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Exchange:
    """One request that was sent, or was tried to be sent.

    Attributes:
        method: The verb.
        url: With secrets masked.
        status: Of the response; None without one.
        attempt: 1 for the first; redirects of one attempt have its number.
        duration_ms: From sending to the last byte read, or to the end of the run.
        request_bytes: Of the body sent.
        response_bytes: Of the body received, unpacked.
        error: Why there is no response, or not all of it: the key of a connection error or of a limit, or `cancelled`.
    """

    method: str
    url: str
    status: int | None
    attempt: int
    duration_ms: float
    request_bytes: int
    response_bytes: int
    error: str | None
