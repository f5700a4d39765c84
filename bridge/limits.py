"""What a run and its requests may use."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from runtime import SandboxLimits

KIB: Final = 1024
MIB: Final = 1024 * KIB

_ESCAPED: Final = 2
"""JSON text inside JSON text is at most twice as long, as other text is unless it is full of control characters."""


@dataclass(frozen=True, kw_only=True)
class Limits(SandboxLimits):
    """What one run may use, its requests included.

    A breach of `requests`, `request_bytes` or `response_bytes` ends the run; other breaches reject the call.

    Attributes:
        requests: HTTP requests, redirects and further attempts included.
        concurrent_requests: Requests under way at the same time; others wait.
        request_bytes: The body of one request. `call_bytes` is raised to what such a body takes on its way out of the
            sandbox.
        response_bytes: The body of one response after decompression, and before. Streams have no such limit.
        response_depth: Nested arrays and objects in the JSON of a response; a call whose response has more is rejected.
        redirects: Redirects followed for one request.
        connect_seconds: From looking up the name to an open connection.
        request_seconds: From sending a request to the last byte of its response, redirects included; never more than
            the run has left. Of a stream, each wait for more bytes, from the server or to it.
        retry_after_seconds: The longest wait before another attempt; where the server asks for more, none follows.
        attempts: How often one request is tried at most, whatever `retries` says. All requests of a run together have
            at most one further attempt for every five of `requests`.
        header_count: Headers of a request.
        header_bytes: One header of a request.
        url_bytes: The URL of a request, query included.
    """

    requests: int = 100
    concurrent_requests: int = 10
    request_bytes: int = 10 * MIB
    response_bytes: int = 30 * MIB
    response_depth: int = 512
    redirects: int = 5
    connect_seconds: float = 5.0
    request_seconds: float = 30.0
    retry_after_seconds: float = 60.0
    attempts: int = 3
    header_count: int = 64
    header_bytes: int = 16 * KIB
    url_bytes: int = 16 * KIB

    def __post_init__(self) -> None:
        """Raise ValueError for a limit that is not above zero."""
        super().__post_init__()
        object.__setattr__(self, "call_bytes", max(self.call_bytes, _ESCAPED * self.request_bytes + MIB))
