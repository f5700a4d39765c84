"""Reading of a response's body: never more than is allowed."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import httpx

from runtime import Failure, RunEnded

from .unpacking import PIECE_BYTES, unpacker_for

if TYPE_CHECKING:
    from .limits import Limits


async def read_body(stream: httpx.AsyncByteStream, encoding: str, limits: Limits) -> bytes:
    """Return the whole body, unpacked.

    Args:
        stream: The body as it comes.
        encoding: The header `content-encoding`.
        limits: `response_bytes` bounds the body both as it comes and unpacked.

    Raises:
        RunEnded: It is longer than that.
        ConnectionFailedError: `decode`: it is packed in a way that was not asked for, or damaged.
    """
    unpacker = unpacker_for(encoding)
    pieces: list[bytes] = []
    received = unpacked = 0
    async for chunk in stream:
        received += len(chunk)
        _refuse_too_long(received, limits)
        for piece in unpacker.feed(chunk):
            unpacked += len(piece)
            _refuse_too_long(unpacked, limits)
            pieces.append(piece)
            if len(piece) == PIECE_BYTES:
                await asyncio.sleep(0)  # a bomb must not hold up other runs
    unpacker.end()
    return b"".join(pieces)


def _refuse_too_long(length: int, limits: Limits) -> None:
    if length > limits.response_bytes:
        message = f"A response is longer than {limits.response_bytes} bytes."
        raise RunEnded(Failure(type="limit", key="response_size", message=message))


def raw_body(response: httpx.Response) -> httpx.AsyncByteStream:
    """Return the body as the transport gave it: httpx itself would unpack it, without a bound."""
    if not isinstance(response.stream, httpx.AsyncByteStream):
        raise TypeError("the transport is not asynchronous")
    return response.stream
