"""Serving for benchmarks, in a process of its own."""

from __future__ import annotations

import asyncio
import sys

from aiohttp import web


async def serve(application: web.Application) -> None:
    """Print the base URI, and serve until standard input closes."""
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    print(f"http://{host}:{port}", flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    await runner.cleanup()
