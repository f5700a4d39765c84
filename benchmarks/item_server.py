"""The server of benchmarks with GETs: as little work for each as Python allows, so that clients are what is measured.

`GET /items` gives 2 kB of JSON, `GET /records` about 10 MB. Prints its base URI, and ends when its standard input does.
"""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Final, cast

ITEMS: Final = [{"id": index, "name": f"Item {index}", "price": index * 1.5, "tags": ["a", "b"]} for index in range(30)]
RECORDS: Final = [
    {
        "id": f"rec_{index:06}",
        "name": f"Record number {index}",
        "email": f"person.{index}@example.com",
        "amount": index * 1.25,
        "active": index % 3 == 0,
        "tags": ["alpha", "beta", "gamma"],
        "address": {"street": f"{index} Long Street", "city": "Oslo", "country": "NO"},
        "notes": "Some words that stand for a note of usual length about this one record.",
    }
    for index in range(34_000)
]


def response(value: object) -> bytes:
    """Return a whole response with a JSON body."""
    body = json.dumps(value).encode()
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


class ItemProtocol(asyncio.Protocol):
    """Answers GETs on one connection; what they ask for is all that it reads of them."""

    def __init__(self, answers: dict[bytes, bytes]) -> None:
        self._answers = answers
        self._unread = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember where to write."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Answer the requests that are whole."""
        assert self._transport is not None
        *requests, self._unread = (self._unread + data).split(b"\r\n\r\n")
        for request in requests:
            self._transport.write(self._answers[request.split(b" ", 2)[1]])


async def main() -> None:
    """Serve until standard input closes."""
    answers = {b"/items": response({"items": ITEMS, "next": None}), b"/records": response({"records": RECORDS})}
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: ItemProtocol(answers), "127.0.0.1", 0, backlog=1024)
    host, port = server.sockets[0].getsockname()[:2]
    print(f"http://{host}:{port}", flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(main())
