"""What the exceptions of other libraries mean: one table, which a test proves complete.

Their texts hold URLs, addresses and paths, so none of them is passed on.
"""

from __future__ import annotations

import errno
import socket
import ssl
from dataclasses import dataclass
from typing import Final

import aiohttp
import aiohttp.http_exceptions
import httpx

from .errors import ConnectionFailedError


@dataclass(frozen=True, kw_only=True)
class Meaning:
    """What to tell the method: a stable key, a sentence that goes on after the request's name, and Node.js's code."""

    key: str
    sentence: str
    code: str


_TIMEOUT: Final = Meaning(key="timeout", sentence="was not answered in time", code="ETIMEDOUT")
_CONNECT_TIMEOUT: Final = Meaning(
    key="timeout", sentence="could not be sent: no connection was made in time", code="ETIMEDOUT"
)
_CONNECT: Final = Meaning(key="connect", sentence="could not be sent: no connection could be made", code="ECONNREFUSED")
_NO_NAME: Final = Meaning(key="connect", sentence="could not be sent: the host name is not known", code="ENOTFOUND")
_PROXY: Final = Meaning(
    key="connect", sentence="could not be sent: the proxy could not be reached", code="ECONNREFUSED"
)
_PROXY_REFUSED: Final = Meaning(
    key="connect", sentence="could not be sent: the proxy refused to connect", code="ECONNRESET"
)
_TLS: Final = Meaning(key="tls", sentence="could not be sent: no trusted TLS connection could be made", code="EPROTO")
_BROKEN: Final = Meaning(key="protocol", sentence="got no whole answer: the connection broke", code="ECONNRESET")
_PROTOCOL: Final = Meaning(key="protocol", sentence="got an answer that is not valid HTTP", code="EPROTO")
_DECODE: Final = Meaning(key="decode", sentence="got an answer that could not be unpacked", code="Z_DATA_ERROR")

MEANINGS: Final[dict[type[BaseException], Meaning]] = {
    TimeoutError: _TIMEOUT,
    UnicodeError: _NO_NAME,  # a label of a host name is too long for the name system
    OSError: _BROKEN,
    socket.gaierror: _NO_NAME,
    ssl.SSLError: _TLS,
    aiohttp.ClientError: _BROKEN,
    aiohttp.ClientConnectorError: _CONNECT,
    aiohttp.ClientConnectorDNSError: _NO_NAME,
    aiohttp.ClientProxyConnectionError: _PROXY,
    aiohttp.ClientHttpProxyError: _PROXY_REFUSED,
    aiohttp.ClientSSLError: _TLS,
    aiohttp.ClientConnectorSSLError: _TLS,
    aiohttp.ClientConnectorCertificateError: _TLS,
    aiohttp.ServerFingerprintMismatch: _TLS,
    aiohttp.ServerTimeoutError: _TIMEOUT,
    aiohttp.ConnectionTimeoutError: _CONNECT_TIMEOUT,
    aiohttp.ClientResponseError: _PROTOCOL,
    aiohttp.InvalidURL: _PROTOCOL,
    aiohttp.NonHttpUrlClientError: _PROTOCOL,
    aiohttp.http_exceptions.HttpProcessingError: _PROTOCOL,
    aiohttp.http_exceptions.ContentEncodingError: _DECODE,
    httpx.HTTPError: _BROKEN,
    httpx.TimeoutException: _TIMEOUT,
    httpx.ConnectTimeout: _CONNECT_TIMEOUT,
    httpx.PoolTimeout: _CONNECT_TIMEOUT,
    httpx.ConnectError: _CONNECT,
    httpx.ProxyError: _CONNECT,
    httpx.UnsupportedProtocol: _PROTOCOL,
    httpx.ProtocolError: _PROTOCOL,
    httpx.DecodingError: _DECODE,
    httpx.StreamError: _BROKEN,
}
FOREIGN: Final = tuple(MEANINGS)


def meaning_of(error: BaseException) -> Meaning:
    """Return the meaning of a foreign exception, one of `FOREIGN` or of a class below one."""
    return next(MEANINGS[kind] for kind in type(error).__mro__ if kind in MEANINGS)


def translated(error: BaseException, request_name: str) -> ConnectionFailedError:
    """Return what a foreign exception means to a method.

    Args:
        error: One of `FOREIGN` or of a class below one.
        request_name: Verb and URL, without secrets.
    """
    meaning = meaning_of(error)
    message = f"{request_name} {meaning.sentence}."
    code = (_code_of(error) if meaning is _CONNECT else None) or meaning.code
    return ConnectionFailedError(message, key=meaning.key, code_of_node=code)


def _code_of(error: BaseException) -> str | None:
    """Return the name of the system's own number for why no connection could be made, where there is one."""
    number = error.errno if isinstance(error, OSError) else None
    return errno.errorcode.get(number) if number else None
