"""What it costs to send one server's file to another: memory of the application, and time against aiohttp alone.

The method pipes a response's stream into another call; its bytes never reach the worker. Beside it, in the same
process, aiohttp does the same by itself. `piping.py --json` leaves that out, and prints figures for a program.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import resource
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import aiohttp
from serving import server

from connectors import Connection, Connector, EgressPolicy, Limits, MethodHost

PIPE = Connector.from_source(
    "pipe",
    """export default async ({ apiClient, from, to }) => {
      const stream = await apiClient.get(from, {}, { responseType: 'stream' });
      return apiClient.put(to, stream);
    }""",
)
WARM_UP_BYTES = 16_000_000
LIMITS = Limits(wall_time_seconds=600)


def peak_bytes() -> int:
    """Return the most memory that this process ever had."""
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


async def measure(source: str, target: str, length: int) -> dict[str, Any]:
    """Send a file of this length through a method."""
    async with MethodHost(egress=EgressPolicy.from_allow(["127.0.0.1"]), workers=1, limits=LIMITS) as host:
        connection = Connection(id="acme", apiClient={"baseUri": target})

        async def pipe(length: int) -> dict[str, Any]:
            args = {"from": f"{source}/file?bytes={length}", "to": "/file"}
            value: dict[str, Any] = (await host.run(PIPE, connection=connection, args=args)).unwrap()
            return value

        await pipe(WARM_UP_BYTES)
        before, start = peak_bytes(), time.perf_counter()
        received = await pipe(length)
        return {**received, "seconds": time.perf_counter() - start, "grownBytes": peak_bytes() - before}


async def by_hand(source: str, target: str, length: int) -> float:
    """Return the seconds that the same takes without a method."""
    async with aiohttp.ClientSession() as session:
        start = time.perf_counter()
        async with session.get(f"{source}/file?bytes={length}") as response:
            await session.put(f"{target}/file", data=response.content.iter_any())
        return time.perf_counter() - start


def main() -> None:
    """Run between two servers in processes of their own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, default=1000)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    length = options.megabytes * 1_000_000
    with ExitStack() as servers:
        addresses = [servers.enter_context(server(Path(__file__).with_name("file_server.py"))) for _ in range(2)]
        figures = asyncio.run(measure(*addresses, length=length))
        if options.json:
            print(json.dumps(figures))
        else:
            show(figures, asyncio.run(by_hand(*addresses, length=length)))


def show(figures: dict[str, Any], seconds_by_hand: float) -> None:
    """Print the figures for a person."""
    megabytes, seconds = figures["bytes"] / 1e6, figures["seconds"]
    print(f"piped {megabytes:.0f} MB in {seconds:.1f} s, {seconds / seconds_by_hand:.2f} x aiohttp alone")
    print(f"peak memory of the application grew by {figures['grownBytes'] / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
