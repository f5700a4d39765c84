"""How much memory the application needs to send one server's file to another: a method pipes a response into a call.

Prints as JSON what the server received, how long it took, and by how much the application's peak memory grew. A test
runs it with a file of 1 GB; `make bench ONLY=g` measures how fast that is.
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


def main() -> None:
    """Run between two servers in processes of their own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, default=1000)
    options = parser.parse_args()
    with ExitStack() as servers:
        addresses = [servers.enter_context(server(Path(__file__).with_name("file_server.py"))) for _ in range(2)]
        print(json.dumps(asyncio.run(measure(*addresses, length=options.megabytes * 1_000_000))))


if __name__ == "__main__":
    main()
