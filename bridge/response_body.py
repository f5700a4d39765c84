"""Reading of a response's body: never more than is allowed."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

import httpx

from runtime import Failure, RunEnded, room_for

from .unpacking import unpacker_for

if TYPE_CHECKING:
    from runtime import JSON

    from .limits import Limits
    from .response import Response
    from .unpacking import Unpacker

_LONGEST_LENGTH: Final = 15
"""Digits."""
_LONG_BYTES: Final = 64 * 1024
"""Others run after something so long: neither a bomb nor a fast server may hold them up."""


async def read_body(stream: httpx.AsyncByteStream, head: Response, limits: Limits) -> bytes:
    """Return the whole body, unpacked.

    Args:
        stream: The body as it comes.
        head: Of the response; says how long it comes, and how it is packed.
        limits: `response_bytes` bounds the body both as it comes and unpacked.

    Raises:
        RunEnded: It is longer than that.
        ConnectionFailedError: `decode`: it is packed in a way that was not asked for, or damaged.
    """
    if isinstance(stream, httpx.ByteStream) and not _encoding(head):  # all of it is here, and nothing to be done
        whole = b"".join(stream)
        refuse_too_long(len(whole), limits)
        return whole
    unpacker: Unpacker | None = None
    body = room_for(min(_length(head), limits.response_bytes))
    received = 0
    async for chunk in stream:
        received += len(chunk)
        refuse_too_long(received, limits)
        if unpacker is None:  # a body that is empty is not packed, whatever its headers say
            unpacker = unpacker_for(_encoding(head))
        for piece in unpacker.feed(chunk):
            body.write(piece)
            refuse_too_long(body.tell(), limits)
            if len(piece) >= _LONG_BYTES:
                await asyncio.sleep(0)
        if len(chunk) >= _LONG_BYTES:
            await asyncio.sleep(0)
    if unpacker is not None:
        unpacker.end()
    body.truncate()
    return body.getvalue()


def _length(head: Response) -> int:
    """Return how long the body comes, as far as that is told."""
    told = head.header("content-length") or ""
    return int(told) if told.isascii() and told.isdecimal() and len(told) <= _LONGEST_LENGTH else 0


def _encoding(head: Response) -> str:
    """Return how the body is packed."""
    return ", ".join(value for name, value in head.headers if name == "content-encoding")


def refuse_too_long(length: int, limits: Limits) -> None:
    """End a run that would be given more of a body than it may have.

    Raises:
        RunEnded: `length` is more than `response_bytes`.
    """
    if length > limits.response_bytes:
        message = f"A response is longer than {limits.response_bytes} bytes."
        data: dict[str, JSON] = {"limit": "response_size", "value": limits.response_bytes, "used": length}
        raise RunEnded(Failure(type="limit", key="response_size", message=message, data=data))


def raw_body(response: httpx.Response) -> httpx.AsyncByteStream:
    """Return the body as the transport gave it: httpx itself would unpack it, without a bound."""
    if not isinstance(response.stream, httpx.AsyncByteStream):
        raise TypeError("the transport is not asynchronous")
    return response.stream
