"""HostileServer: a server on loopback that keeps to no rule, under two origins."""

from __future__ import annotations

import asyncio
import json
import socket
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING
from urllib.parse import unquote

from .wire import DRIPS, WIRE, redirect, reply

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

SECRET_MARK = "c4n4ry"
RESET = b"\1\0\0\0\0\0\0\0"
MOST_HEAD_BYTES = 2**21


class HostileServer:
    """Does what the last part of a path says.

    Attributes:
        port: Of the origin of all customers.
        other_port: Of the origin that belongs to nobody, and must see no secret.
        seen: How many requests came, by the first part of their paths.
        stolen: What came to the other origin with a secret in it.
    """

    def __init__(self) -> None:
        self.port = self.other_port = 0
        self.seen: dict[str, int] = {}
        self.stolen: list[str] = []

    @property
    def url(self) -> str:
        """Its origin."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def other_url(self) -> str:
        """Its other origin."""
        return f"http://127.0.0.1:{self.other_port}"

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Read one request and answer it."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        verb, target, _ = head.split(" ", 2)
        headers = [line.lower() for line in head.split("\r\n")[1:]]
        length = next((int(line[15:]) for line in headers if line.startswith("content-length:")), 0)
        body = (await reader.readexactly(length)).decode(errors="replace")
        customer, _, what = target.partition("?")[0].strip("/").partition("/")
        self.seen[customer] = self.seen.get(customer, 0) + 1
        if writer.get_extra_info("sockname")[1] == self.other_port and SECRET_MARK in (head + body).lower():
            self.stolen.append(head)
        if what in DRIPS:
            await _drip(reader, writer, *DRIPS[what])
        elif what == "reset":
            writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            writer.transport.abort()
        else:
            writer.write(await self._told(customer, verb, target, what, headers, body))

    async def _told(self, customer: str, verb: str, target: str, what: str, headers: list[str], body: str) -> bytes:
        """Return what answers a request that is answered at once."""
        kind, _, rest = what.partition("/")
        if kind == "after":
            await asyncio.sleep(float(rest))
        elif kind == "hop":
            return redirect(302, f"/{customer}/hop/{int(rest) - 1}")
        elif kind == "to":
            return redirect(302, unquote(rest))
        elif kind.startswith("to-other-"):
            return redirect(int(kind[-3:]), f"{self.other_url}/{customer}/x")
        echo = json.dumps(
            {"verb": verb, "path": f"/{what}", "target": target, "headers": sorted(headers), "body": body}
        )
        repeated = {
            "echo-400": reply(echo, status="400 Bad Request"),
            "echo-reason": reply("{}", status=f"400 {target}"),
            "echo-redirect": redirect(302, f"http://10.0.0.1{target}"),
        }
        return (WIRE | repeated).get(what, reply(echo))


async def _drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, start: bytes, piece: bytes) -> None:
    """Write piece after piece until the client is gone."""
    writer.write(start)
    while not reader.at_eof():
        writer.write(piece)
        await writer.drain()
        await asyncio.sleep(0.01 if len(piece) > 1 else 0.1)


@asynccontextmanager
async def hostile_server() -> AsyncIterator[HostileServer]:
    """Serve on loopback."""
    server = HostileServer()
    conversations: dict[asyncio.Task[None], asyncio.StreamWriter] = {}

    async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        conversations[task] = writer
        try:
            with suppress(ConnectionError, asyncio.IncompleteReadError):
                await server.answer(reader, writer)
                await writer.drain()
        finally:
            del conversations[task]
            writer.close()

    listeners = [await asyncio.start_server(converse, "127.0.0.1", 0, limit=MOST_HEAD_BYTES) for _ in range(2)]
    server.port, server.other_port = (one.sockets[0].getsockname()[1] for one in listeners)
    try:
        yield server
    finally:
        for listener in listeners:
            listener.close()
        for writer in conversations.values():
            writer.transport.abort()
        await asyncio.gather(*conversations, return_exceptions=True)
        for listener in listeners:
            await listener.wait_closed()
