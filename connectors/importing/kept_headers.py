"""Which headers of a recording a fixture keeps: those that methods set, or look at."""

from __future__ import annotations

from typing import Final

OF_CLIENTS: Final = frozenset(
    {
        "accept",
        "accept-encoding",
        "accept-language",
        "connection",
        "content-length",
        "host",
        "keep-alive",
        "te",
        "traceparent",
        "tracestate",
        "transfer-encoding",
        "user-agent",
    }
)
"""Headers of requests that each client sends of itself."""

OF_SERVERS: Final = frozenset(
    {
        "age",
        "alt-svc",
        "cf-cache-status",
        "cf-ray",
        "connection",
        "content-encoding",
        "content-length",
        "date",
        "expect-ct",
        "keep-alive",
        "nel",
        "p3p",
        "permissions-policy",
        "referrer-policy",
        "report-to",
        "reporting-endpoints",
        "server",
        "server-timing",
        "strict-transport-security",
        "timing-allow-origin",
        "transfer-encoding",
        "vary",
        "via",
        "x-cache",
        "x-cache-hits",
        "x-content-type-options",
        "x-dns-prefetch-control",
        "x-download-options",
        "x-frame-options",
        "x-permitted-cross-domain-policies",
        "x-powered-by",
        "x-runtime",
        "x-served-by",
        "x-timer",
        "x-xss-protection",
    }
)
"""Headers of answers that are for the connection, for browsers, or for whoever runs the server."""

BEGINNINGS_OF_SERVERS: Final = ("access-control-", "content-security-policy", "cross-origin-", "x-amz-cf-")


def is_of_client(name: str) -> bool:
    """Whether a header of a request says nothing of the method."""
    return name.lower() in OF_CLIENTS


def is_of_server(name: str) -> bool:
    """Whether a header of an answer is nothing that a method looks at."""
    lower = name.lower()
    return lower in OF_SERVERS or lower.startswith(BEGINNINGS_OF_SERVERS)
