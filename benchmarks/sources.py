"""What it costs to run a method of the TypeScript connector in `examples/fulfilment` for the first time, and later.

Each round opens hosts of its own: without anything, with what an earlier process left on disk, and once more in the
same host, as ratios against the last. Opening is not measured; the one request that the method makes is. Shown are
medians over the rounds, and the spread.
"""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from pathlib import Path
from typing import Final

from serving import server

from connectors import Connection, Connector, DiskCache, EgressPolicy, MethodHost

ROUNDS: Final = 7
EXAMPLES: Final = Path(__file__).parents[1] / "examples"
FULFILMENT: Final = Connector.load(EXAMPLES / "fulfilment")


async def milliseconds(host: MethodHost, uri: str) -> float:
    """Return how long a run takes."""
    connection = Connection(id="shop", credentials={"apiKey": "pw_key_live"}, parameters={"baseUri": uri})
    start = time.perf_counter()
    (await host.run(FULFILMENT, "data/orders/list", connection=connection)).unwrap()
    return (time.perf_counter() - start) * 1000


async def first_and_next(uri: str, cache: DiskCache | None) -> tuple[float, float]:
    """Return how long the first run in a host takes, and the next one."""
    egress = EgressPolicy.from_allow([uri.removeprefix("http://")])
    async with MethodHost(workers=4, cache=cache, egress=egress) as host:
        return await milliseconds(host, uri), await milliseconds(host, uri)


async def main() -> None:
    """Measure and print."""
    api = server(EXAMPLES / "fulfilment_api" / "server.py", "--exit-with-stdin")
    with tempfile.TemporaryDirectory() as folder, api as uri:
        cache = DiskCache(Path(folder) / "cache")
        await first_and_next(uri, cache)
        rounds = [(await first_and_next(uri, None), await first_and_next(uri, cache)) for _ in range(ROUNDS)]
    cold, warm = zip(*rounds, strict=True)
    again = [later for _, later in cold]
    for name, took in (
        ("kept in memory", again),
        ("kept on disk", [first for first, _ in warm]),
        ("anew", [first for first, _ in cold]),
    ):
        ratios = [one / other for one, other in zip(took, again, strict=True)]
        spread = f"{min(ratios):.2f} to {max(ratios):.2f}"
        print(f"{name:16} {statistics.median(took):8.2f} ms   {statistics.median(ratios):6.2f} x   ({spread})")


if __name__ == "__main__":
    asyncio.run(main())
