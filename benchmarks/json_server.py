"""A server for benchmarks: answers every GET with the same 2 kB of JSON.

Prints its base URI, and ends when its standard input does.
"""

from __future__ import annotations

import asyncio
import json
import sys

from aiohttp import web

ITEMS = [{"id": index, "name": f"Item {index}", "price": index * 1.5, "tags": ["a", "b"]} for index in range(30)]
BODY = json.dumps({"items": ITEMS, "next": None}).encode()


async def answer(_: web.Request) -> web.Response:
    """Give the body."""
    return web.Response(body=BODY, content_type="application/json")


async def main() -> None:
    """Serve until standard input closes."""
    application = web.Application()
    application.router.add_get("/items", answer)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    print(f"http://{host}:{port}", flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    await runner.cleanup()


if __name__ == "__main__":
    asyncio.run(main())
