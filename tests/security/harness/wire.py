"""What the hostile server writes, byte for byte, by the last part of a path."""

from __future__ import annotations

import gzip
import io
import zlib
from typing import TYPE_CHECKING

import brotli

if TYPE_CHECKING:
    from collections.abc import Iterable


def reply(
    body: bytes | str, *, status: str = "200 OK", type_: str = "application/json", headers: Iterable[str] = ()
) -> bytes:
    """Return an HTTP response."""
    data = body.encode() if isinstance(body, str) else body
    lines = [f"HTTP/1.1 {status}", f"Content-Type: {type_}", f"Content-Length: {len(data)}", "Connection: close"]
    return "\r\n".join([*lines, *headers, "", ""]).encode() + data


def _bomb(mebibytes: int) -> bytes:
    """Return a short text in gzip that is long in truth."""
    packed = io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb") as file:
        for _ in range(mebibytes):
            file.write(bytes(2**20))
    return packed.getvalue()


def redirect(status: int, location: str) -> bytes:
    """Return a redirect."""
    return reply("{}", status=f"{status} Elsewhere", headers=[f"Location: {location}"])


def _error(status: str, **headers: str) -> bytes:
    return reply("{}", status=status, headers=[f"{name.replace('_', '-')}: {text}" for name, text in headers.items()])


_CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
_BOMB = 64 * 2**20

WIRE = {
    "prototype": reply('{"__proto__":{"leak":1},"constructor":{"prototype":{"leak":1}}}'),
    "deep": reply("[" * 100_000 + "]" * 100_000),
    "html": reply("<html>", type_="application/json"),
    "empty": reply(""),
    "text": reply("a\u2028b\0c", type_="text/plain; charset=utf-8"),
    "codec": reply(b"x\x9cK\xcb\xcf\x07\x00", type_="text/plain; charset=zlib_codec"),
    "utf-7": reply(b"+AGEAYg-", type_="text/plain; charset=utf-7"),
    "bomb": reply(_bomb(64), headers=["Content-Encoding: gzip"]),
    "bombs": reply(gzip.compress(_bomb(64)), headers=["Content-Encoding: gzip, gzip"]),
    "damaged": reply("no gzip", headers=["Content-Encoding: gzip"]),
    "unknown-encoding": reply("{}", headers=["Content-Encoding: rot13"]),
    "huge-length": b"HTTP/1.1 200 OK\r\nContent-Length: 100000000000000000000\r\n\r\nab",
    "short": b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nab",
    "bad-chunk": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nab\r\n0\r\n\r\n",
    "two-lengths": b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
    "status-000": b"HTTP/1.1 000 OK\r\nContent-Length: 0\r\n\r\n",
    "status-999": b"HTTP/1.1 999 OK\r\nContent-Length: 0\r\n\r\n",
    "not-http": b"SSH-2.0-OpenSSH_9.6\r\n\r\n",
    "silence": b"",
    "many-headers": b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 10_000 + b"\r\n",
    "pipelined": reply('"mine"').replace(b"Connection: close\r\n", b"") + reply('"poison"'),
    "to-metadata": _error("302 Found", Location="http://169.254.169.254/latest"),
    "to-private": _error("307 Temporary Redirect", Location="http://10.0.0.1/"),
    "to-file": _error("302 Found", Location="file:///etc/passwd"),
    "to-itself": _error("302 Found", Location="to-itself"),
    "rate-limited": _error("429 Too Many Requests", Retry_After="99999999999"),
    "rate-limited-1e309": _error("429 Too Many Requests", Retry_After="1e309"),
    "rate-limited-year-9999": _error("503 Service Unavailable", Retry_After="Fri, 31 Dec 9999 23:59:59 GMT"),
    "rate-limited-minus": _error("429 Too Many Requests", Retry_After="-1"),
    "rate-limited-nan": _error("429 Too Many Requests", Retry_After="NaN"),
    "rate-limited-0": _error("429 Too Many Requests", Retry_After="0"),
    "503": _error("503 Service Unavailable"),
    "204": reply("{}", status="204 No Content"),
    "304": reply("", status="304 Not Modified"),
    "brotli-bomb": reply(brotli.compress(bytes(_BOMB)), headers=["Content-Encoding: br"]),
    "deflate-bomb": reply(zlib.compress(bytes(_BOMB)), headers=["Content-Encoding: deflate"]),
    "three-layers": reply("{}", headers=["Content-Encoding: gzip, br, deflate"]),
    "zstd": reply("{}", headers=["Content-Encoding: zstd"]),
    "short-gzip": reply(gzip.compress(b'"x"' * 1000)[:-12], headers=["Content-Encoding: gzip"]),
    "long-gzip": reply(gzip.compress(b'"x"') + b"more", headers=["Content-Encoding: gzip"]),
    "chunk-extension": _CHUNKED + b"2;" + b"x" * 100_000 + b"\r\n{}\r\n0\r\n\r\n",
    "huge-chunk": _CHUNKED + b"fffffffffffffffff\r\n{}",
    "short-chunk": _CHUNKED + b"8\r\n{}",
    "negative-length": b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n{}",
    "length-and-chunks": b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
    "status-abc": b"HTTP/1.1 abc OK\r\nContent-Length: 0\r\n\r\n",
    "status-99": b"HTTP/1.1 99 OK\r\nContent-Length: 0\r\n\r\n",
    "status-101": b"HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n{}",
    "no-colon": b"HTTP/1.1 200 OK\r\nContent-Length 2\r\n\r\n{}",
    "nul-header": b"HTTP/1.1 200 OK\r\nX: a\0b\r\nContent-Length: 2\r\n\r\n{}",
    "folded": b"HTTP/1.1 200 OK\r\nX: a\r\n Content-Length: 9\r\nContent-Length: 2\r\n\r\n{}",
    "long-type": reply("{}", type_="x" * 2**20),
    "cookies": reply("{}", headers=[f"Set-Cookie: c{number}=1" for number in range(1000)]),
    "million": reply("[" + "1," * 3_999_999 + "1]"),
    "keys": reply("{" + ",".join(f'"k{number}":1' for number in range(200_000)) + "}"),
    "no-utf-8": reply(b'"a\xffb"'),
    "numbers": reply("[1e999,-0,1e21,1.0]"),
    "hang-up": b"HTTP/1.1 200 OK\r\nContent-Len",
    "400": reply('{"message":"\\u001b[2J\\r\\nfake: line"}', status="400 Bad Request"),
    "500": reply("x" * 100_000, status="500 Internal Server Error", type_="text/plain"),
}
DRIPS = {
    "slow-header": (b"HTTP/1.1 200 OK\r\nX: ", b"x"),
    "endless-header": (b"HTTP/1.1 200 OK\r\nX: ", b"x" * 2**14),
    "endless-status": (b"HTTP/1.1 200 ", b"x" * 2**14),
    "endless-extension": (_CHUNKED + b"2;", b"x" * 2**14),
    "trailers": (_CHUNKED + b"2\r\n{}\r\n0\r\n", b"X: x\r\n" * 100),
    "never": (b"", b""),
    "drip": (b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n", b"x"),
    "interim": (b"", b"HTTP/1.1 103 Early Hints\r\n\r\n"),
    "endless": (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"10000\r\n" + bytes(2**16) + b"\r\n"),
}
