"""What each library costs a run that touches it, as ratios against an empty run measured beside it: `make bench`.

Rounds alternate, so that a noisy machine disturbs both sides alike. Shown are medians over the rounds, and the spread.
"""

from __future__ import annotations

import asyncio
import statistics
import time
from typing import Final

from connectors import Connection, Connector, MethodHost

ROUNDS: Final = 5
RUNS: Final = 12
TOUCHES: Final = {
    "empty method": "null",
    "URL, URLSearchParams": "new URL('https://h.example/?q=1').searchParams.get('q')",
    "Buffer": "Buffer.from('a:b').toString('base64')",
    "TextEncoder, TextDecoder": "new TextDecoder().decode(new TextEncoder().encode('a'))",
    "atob, btoa": "atob(btoa('a'))",
    "structuredClone": "structuredClone({ a: [1] })",
    "Blob, File, FormData": "new Blob(['a']).size",
    "console.log of an object": "console.log({ a: 1 }) ?? null",
    "Event, AbortController": "new AbortController().signal.aborted",
    "ReadableStream": "new ReadableStream().locked",
    "fetch, Headers, Request, Response": "new Headers({ a: 'b' }).get('a')",
    "axios": "typeof require('axios').get",
    "crypto (module)": "require('crypto').createHmac('sha256', 'k').update('a').digest('hex')",
    "crypto.randomUUID": "crypto.randomUUID()",
    "lodash": "require('lodash').chunk([1, 2, 3], 2)",
    "util": "require('util').format('%s', 'a')",
    "events": "typeof require('events').EventEmitter",
    "querystring": "require('querystring').stringify({ a: 1 })",
    "path": "require('path').join('a', 'b')",
}


async def milliseconds(host: MethodHost, connector: Connector, connection: Connection) -> float:
    """Return how long a run takes, the median of some."""
    durations = []
    for _ in range(RUNS):
        start = time.perf_counter()
        (await host.run(connector, connection=connection)).unwrap()
        durations.append((time.perf_counter() - start) * 1000)
    return statistics.median(durations)


async def main() -> None:
    """Measure and print."""
    connectors = {
        name: Connector.from_source("touch", f"module.exports = () => {code}") for name, code in TOUCHES.items()
    }
    connection = Connection(id="warm")
    async with MethodHost(workers=2) as host:
        for connector in connectors.values():
            (await host.run(connector, connection=connection)).unwrap()
        rounds = [
            {name: await milliseconds(host, connector, connection) for name, connector in connectors.items()}
            for _ in range(ROUNDS)
        ]
    for name in connectors:
        ratios = [one[name] / one["empty method"] for one in rounds]
        took = statistics.median(one[name] for one in rounds)
        spread = f"{min(ratios):.2f} to {max(ratios):.2f}"
        print(f"{name:34} {took:7.2f} ms   {statistics.median(ratios):6.2f} x   ({spread})")


if __name__ == "__main__":
    asyncio.run(main())
