"""A server for benchmarks of streams: gives files of any length, and takes them.

`GET /file?bytes=N` gives N bytes, `PUT /file` tells how many came and whether they are those. Prints its base URI, and
ends when its standard input does.
"""

from __future__ import annotations

import asyncio

from aiohttp import web
from serving import serve

BLOCK = bytes((index * index >> 7) & 0xFF for index in range(256 * 1024))
BLOCKS = memoryview(BLOCK * 8)


async def give(request: web.Request) -> web.StreamResponse:
    """Send a file."""
    length = int(request.query["bytes"])
    response = web.StreamResponse(headers={"Content-Type": "application/x-noise", "Content-Length": str(length)})
    await response.prepare(request)
    for start in range(0, length, len(BLOCK)):
        await response.write(BLOCK[: length - start])
    return response


async def take(request: web.Request) -> web.Response:
    """Take a file and tell what came."""
    length, same = 0, True
    async for piece in request.content.iter_any():
        start = length % len(BLOCK)
        same = same and piece == BLOCKS[start : start + len(piece)]
        length += len(piece)
    return web.json_response({"bytes": length, "same": same, "type": request.content_type})


if __name__ == "__main__":
    application = web.Application()
    application.router.add_get("/file", give)
    application.router.add_put("/file", take)
    asyncio.run(serve(application))
