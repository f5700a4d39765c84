"""Every exception of another library has a meaning."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING

import aiohttp
import aiohttp.http_exceptions
import httpx
import pytest

from bridge.foreign_errors import FOREIGN, MEANINGS, translated

if TYPE_CHECKING:
    from collections.abc import Iterator

KEYS = {"timeout", "connect", "tls", "protocol", "decode"}


def with_subclasses(kind: type[BaseException]) -> Iterator[type[BaseException]]:
    """Yield a class and all below it."""
    yield kind
    for below in kind.__subclasses__():
        yield from with_subclasses(below)


ROOTS = (
    httpx.HTTPError,
    httpx.StreamError,
    aiohttp.ClientError,
    aiohttp.http_exceptions.HttpProcessingError,
    OSError,
    ssl.SSLError,
)
ALL = sorted(
    {
        kind
        for root in ROOTS
        for kind in with_subclasses(root)
        if kind.__module__.partition(".")[0] in {"httpx", "aiohttp", "ssl", "builtins"}
    },
    key=lambda kind: (kind.__module__, kind.__qualname__),
)


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.__qualname__)
def test_every_foreign_exception_has_a_meaning(kind: type[BaseException]) -> None:
    """Each exception that the HTTP libraries define is caught and becomes one of five keys, without its own text."""
    assert issubclass(kind, FOREIGN)
    error = kind.__new__(kind)
    error.args = ("secret text",)
    meant = translated(error, "GET https://x.example/")
    assert meant.key in KEYS
    assert "secret" not in meant.message


@pytest.mark.parametrize(
    ("kind", "key"),
    [
        (aiohttp.ServerDisconnectedError, "protocol"),
        (aiohttp.ClientPayloadError, "protocol"),
        (aiohttp.ClientOSError, "protocol"),
        (aiohttp.ClientConnectorDNSError, "connect"),
        (aiohttp.ClientConnectorCertificateError, "tls"),
        (aiohttp.ClientConnectorSSLError, "tls"),
        (aiohttp.ConnectionTimeoutError, "timeout"),
        (aiohttp.SocketTimeoutError, "timeout"),
        (httpx.ConnectTimeout, "timeout"),
        (httpx.ConnectError, "connect"),
        (httpx.RemoteProtocolError, "protocol"),
        (httpx.DecodingError, "decode"),
        (ConnectionResetError, "protocol"),
        (TimeoutError, "timeout"),
    ],
)
def test_what_exceptions_mean(kind: type[BaseException], key: str) -> None:
    """The nearest class in the table decides."""
    assert key == translated(kind.__new__(kind), "GET x").key


def test_the_table_has_no_other_keys() -> None:
    """Keys are part of the contract."""
    assert KEYS == {meaning.key for meaning in MEANINGS.values()}
