"""What becomes of a response."""

from __future__ import annotations

import gzip
import os
import sys
import zlib
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import brotli
import pytest
from aiohttp import web

from bridge import Limits
from runtime import RunEnded

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from conftest import Answer, RawAnswer, Runs, Server

TEXT = '{"name": "Zoë"}'


def raw_deflate(data: bytes) -> bytes:
    """Compress without zlib's header, as some servers do."""
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()


async def test_a_body_crosses_as_text(runs: Runs, serve: Callable[[Answer], Awaitable[Server]]) -> None:
    """The text of a body is passed on as it came: only the sandbox parses it."""
    server = await serve(lambda _: web.Response(text='\ufeff{"n": 12345678901234567890}', content_type="text/html"))
    reply = await runs.start({"baseUri": server.url}).get("/x")
    assert (True, '\ufeff{"n": 12345678901234567890}') == (reply.ok, reply.text)


async def test_text_that_is_not_utf8_is_repaired(runs: Runs, serve: Callable[[Answer], Awaitable[Server]]) -> None:
    """The charset that a server names is ignored, however strange; bytes that are no UTF-8 become U+FFFD."""
    server = await serve(
        lambda _: web.Response(body=b"a\xff", headers={"Content-Type": "text/plain; charset=zlib_codec"})
    )
    assert "a\ufffd" == (await runs.start({"baseUri": server.url}).get("/x")).text


async def test_headers_are_lower_case_and_joined(
    runs: Runs, serve_raw: Callable[[RawAnswer], Awaitable[Server]]
) -> None:
    """Repeated headers are joined, `set-cookie` is a list even with one value."""

    async def answer(_: Any, writer: Any) -> None:
        writer.write(b"HTTP/1.1 201 Made It\r\nX-A: 1\r\nx-a: 2\r\nSet-Cookie: c=1\r\nContent-Length: 0\r\n\r\n")

    server = await serve_raw(answer)
    value = (await runs.start({"baseUri": server.url}).get("/x", options={"returnFullResponse": True})).value
    assert (value["status"], value["statusText"]) == (201, "Made It")
    assert {"x-a": "1, 2", "set-cookie": ["c=1"], "content-length": "0"} == value["headers"]


@pytest.mark.parametrize(
    ("encoding", "pack"),
    [
        ("gzip", gzip.compress),
        ("x-gzip", gzip.compress),
        ("GZIP", lambda data: gzip.compress(data[:5]) + gzip.compress(data[5:])),
        ("gzip", lambda data: gzip.compress(data) + b"\0\0"),
        ("deflate", zlib.compress),
        ("deflate", raw_deflate),
        ("br", brotli.compress),
        ("BR", lambda _: brotli.compress(TEXT.encode(), quality=1)),
        ("identity", bytes),
    ],
)
async def test_a_packed_body_is_unpacked(
    runs: Runs, serve: Callable[[Answer], Awaitable[Server]], encoding: str, pack: Callable[[bytes], bytes]
) -> None:
    """What was asked for can be unpacked, in each of the forms that servers send."""
    server = await serve(lambda _: web.Response(body=pack(TEXT.encode()), headers={"Content-Encoding": encoding}))
    reply = await runs.start({"baseUri": server.url}).get("/x")
    assert TEXT == reply.text


def packed(data: bytes) -> bytes:
    """Pack, always into the same bytes: they are in the names of tests."""
    return gzip.compress(data, mtime=0)


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("zstd", b"x"),
        ("compress", b"x"),
        ("gzip, gzip", packed(packed(b"x"))),
        ("gzip, gzip, gzip", packed(packed(packed(b"x")))),
        ("gzip, br", b"x"),
        ("identity, gzip", packed(b"x")),
        ("br", b"this is not brotli"),
        ("br", brotli.compress(b"x" * 1000)[:-2]),
        ("br", brotli.compress(b"x") + b"more"),
        ("gzip", b"this is not gzip"),
        ("gzip", packed(b"x" * 1000)[:-9]),
        ("deflate", b"\xff\xff\xff"),
    ],
)
async def test_what_cannot_be_unpacked_is_an_error(
    runs: Runs, serve: Callable[[Answer], Awaitable[Server]], encoding: str, body: bytes
) -> None:
    """An encoding that was not asked for, several, damaged or cut off data: `connection/decode`."""
    server = await serve(lambda _: web.Response(body=body, headers={"Content-Encoding": encoding}))
    run = runs.start({"baseUri": server.url})
    assert ("connection", "decode") == await run.refused("/x")
    assert ["decode"] == [exchange.error for exchange in run.exchanges]


MIB = 1024 * 1024
LONG = os.urandom(MIB // 4) + b"\0" * MIB
PACKERS = {"gzip": gzip.compress, "deflate": zlib.compress, "br": partial(brotli.compress, quality=1)}


@pytest.mark.parametrize("step", [1000, 16 * 1024 + 1])
@pytest.mark.parametrize("encoding", PACKERS)
async def test_a_long_packed_body_is_unpacked_whole(
    runs: Runs, serve_raw: Callable[[RawAnswer], Awaitable[Server]], encoding: str, step: int
) -> None:
    """However a packed body is cut on its way, all of it arrives."""
    packed = PACKERS[encoding](LONG)

    async def answer(_: Any, writer: Any) -> None:
        writer.write(f"HTTP/1.1 200 OK\r\nContent-Encoding: {encoding}\r\n\r\n".encode())
        for start in range(0, len(packed), step):
            writer.write(packed[start : start + step])
            await writer.drain()

    server = await serve_raw(answer)
    reply = await runs.start({"baseUri": server.url}).get("/x", options={"responseType": "arraybuffer"})
    assert LONG == reply.data


def layered(encoding: str, layers: int) -> bytes:
    """Return 100 MB of zeros, packed so many times."""
    body = b"\0" * 100_000_000
    for _ in range(layers):
        body = PACKERS[encoding](body)
    return body


@pytest.mark.skipif(sys.platform != "linux", reason="peak memory is read from /proc")
@pytest.mark.parametrize("encoding", PACKERS)
async def test_a_bomb_ends_the_run(runs: Runs, serve: Callable[[Answer], Awaitable[Server]], encoding: str) -> None:
    """A small body that unpacks to a large one is stopped at the limit, before it has taken any more memory."""
    body = layered(encoding, 1)
    server = await serve(lambda _: web.Response(body=body, headers={"Content-Encoding": encoding}))
    run = runs.start({"baseUri": server.url}, limits=Limits(response_bytes=10 * MIB))
    before = reset_peak_memory()
    with pytest.raises(RunEnded) as caught:
        await run.get("/x")
    assert ("limit", "response_size") == (caught.value.failure.type, caught.value.failure.key)
    window = 16 * MIB if encoding == "br" else 0  # what a brotli stream may refer back to
    body_and_copy = 2 * 10 * MIB  # what grows is moved where there is no room behind it
    assert peak_memory() - before < body_and_copy + window + 8 * MIB


@pytest.mark.parametrize("layers", [2, 3])
async def test_a_bomb_in_a_bomb_is_not_opened(
    runs: Runs, serve: Callable[[Answer], Awaitable[Server]], layers: int
) -> None:
    """Of several layers one is unpacked where one is named, and none where several are."""
    body = layered("gzip", layers)
    encodings = iter(["gzip", ", ".join(["gzip"] * layers)])
    server = await serve(lambda _: web.Response(body=body, headers={"Content-Encoding": next(encodings)}))
    run = runs.start({"baseUri": server.url}, limits=Limits(response_bytes=MIB))
    assert (await run.get("/x")).ok
    assert ("connection", "decode") == await run.refused("/x")


def reset_peak_memory() -> int:
    """Start to measure, and return the resident memory of now, in bytes."""
    Path("/proc/self/clear_refs").write_text("5")
    return peak_memory()


def peak_memory() -> int:
    """Return the highest resident memory since then, in bytes."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:"))


@pytest.mark.parametrize(
    "body",
    [gzip.compress(b"") * 100_000, gzip.compress(b"x") + b"\0" * 9_000_000],
    ids=["members of nothing", "nothing after a member"],
)
async def test_a_body_that_gives_nothing_holds_up_nobody(
    runs: Runs, serve: Callable[[Answer], Awaitable[Server]], body: bytes
) -> None:
    """A hundred thousand empty members, or megabytes after the last one, take as long as their length.

    Minutes, if what follows a member were copied for each of them.
    """
    server = await serve(lambda _: web.Response(body=body, headers={"Content-Encoding": "gzip"}))
    assert (await runs.start({"baseUri": server.url}).get("/x")).text in {"", "x"}


async def test_a_body_that_gives_nothing_has_a_longest_length(
    runs: Runs, serve: Callable[[Answer], Awaitable[Server]]
) -> None:
    """The limit holds for what comes over the wire too."""
    server = await serve(lambda _: web.Response(body=gzip.compress(b"") * 1000, headers={"Content-Encoding": "gzip"}))
    with pytest.raises(RunEnded):
        await runs.start({"baseUri": server.url}, limits=Limits(response_bytes=10_000)).get("/x")


@pytest.mark.parametrize(("length", "ends"), [(1000, "well"), (1001, "badly")])
async def test_a_response_has_a_longest_length(
    runs: Runs, serve: Callable[[Answer], Awaitable[Server]], length: int, ends: str
) -> None:
    """A body of exactly the limit is read, one byte more ends the run."""
    server = await serve(lambda _: web.Response(body=b"x" * length))
    run = runs.start({"baseUri": server.url}, limits=Limits(response_bytes=1000))
    if ends == "well":
        assert "x" * length == (await run.get("/x")).text
    else:
        with pytest.raises(RunEnded):
            await run.get("/x")
        assert ["response_size"] == [exchange.error for exchange in run.exchanges]


@pytest.mark.parametrize(
    ("status", "key"),
    [
        (304, None),
        (400, None),
        (401, "access_token_expired"),
        (404, None),
        (429, "rate_limit_exceeded"),
        (500, None),
        (599, None),
    ],
)
async def test_other_statuses_are_errors(
    runs: Runs, serve: Callable[[Answer], Awaitable[Server]], status: int, key: str | None
) -> None:
    """Whatever is not 200 to 299 is a connection error; 401 and 429 have keys."""
    server = await serve(lambda _: web.Response(status=status))
    assert ("connection", key) == await runs.start({"baseUri": server.url}).refused("/x")


@pytest.mark.parametrize("status", [200, 201, 202, 204, 206, 299])
async def test_statuses_of_success(runs: Runs, serve: Callable[[Answer], Awaitable[Server]], status: int) -> None:
    """200 to 299 are answers."""
    server = await serve(lambda _: web.Response(status=status))
    reply = await runs.start({"baseUri": server.url}).get("/x")
    assert (True, "") == (reply.ok, reply.text)


async def test_an_error_tells_what_was_asked_and_answered(
    runs: Runs, serve: Callable[[Answer], Awaitable[Server]]
) -> None:
    """The message names verb, URL without query, status and the start of the body; the whole answer stands beside it."""
    server = await serve(lambda _: web.json_response({"errors": ["not found"]}, status=404))
    reply = await runs.start({"baseUri": server.url}).get("/deals/7", query={"token": "abc"})
    value = reply.value
    assert f'GET {server.url}/deals/7 was answered with 404 Not Found: {{"errors": ["not found"]}}' == value["message"]
    assert {"method": "GET", "url": f"{server.url}/deals/7"} == value["request"]
    assert '{"errors": ["not found"]}' == reply.text
    assert (value["response"]["status"], value["response"]["statusText"]) == (404, "Not Found")


async def test_an_errors_excerpt_is_short_clean_and_masked(
    runs: Runs, serve: Callable[[Answer], Awaitable[Server]]
) -> None:
    """An excerpt is one line of at most 200 characters, without control characters and secrets."""
    server = await serve(lambda _: web.Response(text="no\n\x1b[31m s3cret-token\t" + "x" * 500, status=500))
    message = (await runs.start({"baseUri": server.url}, secrets=["s3cret-token"]).get("/x")).value["message"]
    assert "no [31m [redacted] xxx" in message
    assert message.endswith("xxx…")
    assert len(message) < 300
