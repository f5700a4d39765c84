"""What listens on a socket does not listen for ever."""

from __future__ import annotations

import asyncio
from unittest.mock import Mock

import pytest

from bridge.response_guard import ResponseGuard

INTERIM = b"HTTP/1.1 103 Early Hints\r\n\r\n"
HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 200\r\n\r\n"


@pytest.fixture
async def transport() -> Mock:
    """A socket's end in asyncio, which notes what is asked of it."""
    return Mock(asyncio.Transport)


@pytest.fixture
async def guard(transport: Mock) -> ResponseGuard:
    """What listens for the answer to a request."""
    guard = ResponseGuard(asyncio.get_running_loop())
    guard.connection_made(transport)
    guard.set_response_params(read_until_eof=True, auto_decompress=False)
    return guard


async def test_interim_responses_without_end_are_not_read(guard: ResponseGuard, transport: Mock) -> None:
    """After a thousand interim responses the socket is not read any more, and no other is kept."""
    guard.data_received(INTERIM * 1000)
    transport.pause_reading.assert_not_called()
    guard.data_received(INTERIM * 1000)
    transport.pause_reading.assert_called()
    assert 1000 == len(guard._buffer)


async def test_a_response_starts_the_count_anew(guard: ResponseGuard, transport: Mock) -> None:
    """Only interim responses in a row are suspicious."""
    for _ in range(3):
        guard.data_received(INTERIM * 900)
        guard.data_received(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
    transport.pause_reading.assert_not_called()


async def test_a_body_may_look_like_a_response_without_one(guard: ResponseGuard) -> None:
    """Only where a response starts, what follows a status without a body is dropped."""
    inner = b"HTTP/1.1 204 No Content\r\n\r\n".ljust(200, b"x")
    guard.data_received(HEAD)
    guard.data_received(inner)
    _, body = await guard.read()
    assert inner == await body.read()
    assert not guard.should_close
