"""A server for benchmarks of streams: gives files of any length, and takes them.

`GET /file?bytes=N` gives N bytes, `PUT /file` answers with the length and the CRC-32 of what came. Prints its base URI,
and ends when its standard input does.
"""

from __future__ import annotations

import asyncio
import sys
import zlib

from aiohttp import web

BLOCK = bytes((index * index >> 7) & 0xFF for index in range(256 * 1024))


def crc_of(length: int) -> int:
    """Return the CRC-32 of a file of this length."""
    crc = 0
    for start in range(0, length, len(BLOCK)):
        crc = zlib.crc32(BLOCK[: length - start], crc)
    return crc


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
    length = crc = 0
    async for piece in request.content.iter_any():
        length += len(piece)
        crc = zlib.crc32(piece, crc)
    return web.json_response({"bytes": length, "crc": crc, "type": request.content_type})


async def main() -> None:
    """Serve until standard input closes."""
    application = web.Application()
    application.router.add_get("/file", give)
    application.router.add_put("/file", take)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    print(f"http://{host}:{port}", flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    await runner.cleanup()


if __name__ == "__main__":
    asyncio.run(main())
