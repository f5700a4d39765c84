"""What a run costs, as ratios against a bare httpx GET measured beside it in the same process: `make bench`.

Rounds alternate, so that a noisy machine disturbs both sides alike. Shown are medians over the rounds, and the spread.
"""

from __future__ import annotations

import asyncio
import statistics
import time
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import psutil
from serving import server

from connectors import Connection, Connector, EgressPolicy, MethodHost

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

ROUNDS = 7
EMPTY = Connector.from_source("empty", "module.exports = () => null")
GETS = Connector.from_source(
    "gets", "module.exports = async ({ apiClient, n }) => { for (let i = 0; i < n; i++) await apiClient.get('/items') }"
)
LIBRARIES = Connector.from_source(
    "libraries",
    "module.exports = () => [new URL('https://h.example/?q=1').search, Buffer.from('a:b').toString('base64')]",
)
numbers = count()


async def timed(work: Callable[[], Awaitable[object]], times: int) -> float:
    """Return the median milliseconds of one call of `work` among `times`."""
    durations = []
    for _ in range(times):
        start = time.perf_counter()
        await work()
        durations.append((time.perf_counter() - start) * 1000)
    return statistics.median(durations)


async def measure(base_uri: str) -> None:
    """Measure and print."""
    bare = httpx.AsyncClient(base_url=base_uri)
    egress = EgressPolicy.from_allow([base_uri.removeprefix("http://")])
    async with bare, MethodHost(egress=egress, workers=8) as warm, MethodHost(workers=4, spares=0) as cold:
        connection = Connection(id="warm", apiClient={"baseUri": base_uri})

        async def get() -> None:
            (await bare.get("/items")).json()

        async def run_empty() -> None:
            (await warm.run(EMPTY, "empty", connection=connection)).unwrap()

        async def run_libraries() -> None:
            (await warm.run(LIBRARIES, "libraries", connection=connection)).unwrap()

        async def run_fresh() -> None:
            (await cold.run(EMPTY, "empty", connection=Connection(id=f"fresh-{next(numbers)}"))).unwrap()

        async def run_gets() -> None:
            (await warm.run(GETS, "gets", connection=connection, args={"n": 50})).unwrap()

        for work in (get, run_empty, run_libraries, run_fresh, run_gets):
            await timed(work, 5)
        rounds = [
            (
                await timed(get, 100),
                await timed(run_empty, 100),
                await timed(run_libraries, 20),
                await timed(run_fresh, 20),
                await timed(run_gets, 4) / 50,
            )
            for _ in range(ROUNDS)
        ]
        show(rounds)
        show_memory()


def show(rounds: list[tuple[float, ...]]) -> None:
    """Print a line for each measurement, in units of the bare GET of its round."""
    names = (
        "bare httpx GET",
        "empty method, warm worker",
        "URL and Buffer, warm worker",
        "empty method, fresh worker",
        "one apiClient.get of 50 in a run",
    )
    for index, name in enumerate(names):
        ratios = [one[index] / one[0] for one in rounds]
        milliseconds = statistics.median(one[index] for one in rounds)
        spread = f"{min(ratios):.2f} to {max(ratios):.2f}"
        print(f"{name:34} {milliseconds:7.2f} ms   {statistics.median(ratios):6.2f} x   ({spread})")


def show_memory() -> None:
    """Print the memory that a worker has for itself while it waits."""
    processes = psutil.Process().children(recursive=True)
    zygote = psutil.Process().pid
    workers = [item for item in processes if item.ppid() != zygote and item.name() != "methodhost-init"]
    private = [process.memory_full_info().uss / 2**20 for process in workers]
    print(f"{'private memory per idle worker':34} {statistics.median(private):7.1f} MB of {len(workers)} workers")


def main() -> None:
    """Run against a server of its own."""
    with server(Path(__file__).with_name("json_server.py")) as uri:
        asyncio.run(measure(uri))


if __name__ == "__main__":
    main()
