"""What it costs to run a method of `examples/fulfilment`, a dozen files of TypeScript, for the first time, and later.

Each round opens hosts of its own: without anything, with what an earlier host left on disk, and once more in the same
host. Opening is not measured; the one request that the method makes is.
"""

from __future__ import annotations

import tempfile
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from measuring import OURS, Contender, Row, Sample, alternate
from serving import server

from connectors import Connection, Connector, DiskCache

if TYPE_CHECKING:
    from arena import Arena

    from connectors import MethodHost

_EXAMPLES: Final = Path(__file__).parents[2] / "examples"
_FIRST: Final = "first"
_NEXT: Final = "next"


async def first_and_next(arena: Arena) -> list[Row]:
    """Run the method twice in hosts without and with what is kept on disk."""
    fulfilment = Connector.load(_EXAMPLES / "fulfilment")
    api = server(_EXAMPLES / "fulfilment_api" / "server.py", "--exit-with-stdin")
    with tempfile.TemporaryDirectory() as folder, api as uri:
        measure = partial(_measure, arena, fulfilment, uri)
        contenders = [
            Contender(OURS, partial(measure, None)),
            Contender("disk", partial(measure, DiskCache(Path(folder) / "cache"))),
        ]
        figures = await alternate(contenders, arena.rounds())
    again = figures.values(OURS, _NEXT)
    works = {
        "first run, nothing kept": figures.values(OURS, _FIRST),
        "first run, kept on disk": figures.values("disk", _FIRST),
    }
    return [Row("sources", work, "ms", values, "next run", again) for work, values in works.items()]


async def _measure(arena: Arena, fulfilment: Connector, uri: str, cache: DiskCache | None) -> Sample:
    async with arena.host(workers=4, cache=cache) as host:
        return {_FIRST: await _run(host, fulfilment, uri), _NEXT: await _run(host, fulfilment, uri)}


async def _run(host: MethodHost, fulfilment: Connector, uri: str) -> float:
    connection = Connection(id="shop", credentials={"apiKey": "pw_key_live"}, parameters={"baseUri": uri})
    start = time.perf_counter()
    (await host.run(fulfilment, "data/orders/list", connection=connection)).unwrap()
    return (time.perf_counter() - start) * 1000
