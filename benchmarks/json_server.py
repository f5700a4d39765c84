"""A server for benchmarks: answers every GET with the same 2 kB of JSON.

Prints its base URI, and ends when its standard input does.
"""

from __future__ import annotations

import asyncio
import json

from aiohttp import web
from serving import serve

ITEMS = [{"id": index, "name": f"Item {index}", "price": index * 1.5, "tags": ["a", "b"]} for index in range(30)]
BODY = json.dumps({"items": ITEMS, "next": None}).encode()


async def answer(_: web.Request) -> web.Response:
    """Give the body."""
    return web.Response(body=BODY, content_type="application/json")


if __name__ == "__main__":
    application = web.Application()
    application.router.add_get("/items", answer)
    asyncio.run(serve(application))
