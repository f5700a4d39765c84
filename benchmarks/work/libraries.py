"""What each library costs a run that touches it, beside an empty run."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from measuring import PAUSE_SECONDS, Row, alternate, repeated

from connectors import Connection, Connector

if TYPE_CHECKING:
    from arena import Arena

    from connectors import MethodHost

_RUNS: Final = 12
_EMPTY: Final = "empty method"
_TOUCHES: Final = {
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


async def touch(arena: Arena) -> list[Row]:
    """Run methods that touch one library each."""
    sources = {_EMPTY: "null", **_TOUCHES}
    async with arena.host(workers=2) as host:
        contenders = [
            repeated(
                name,
                partial(_run, host, Connector.from_source("touch", f"module.exports = () => {code}")),
                _RUNS,
                PAUSE_SECONDS,
            )
            for name, code in sources.items()
        ]
        figures = await alternate(contenders, arena.rounds(5))
    empty = figures.values(_EMPTY, "p50")
    return [Row("libraries", name, "ms", figures.values(name, "p50"), _EMPTY, empty) for name in _TOUCHES]


async def _run(host: MethodHost, connector: Connector) -> None:
    (await host.run(connector, connection=Connection(id="warm"))).unwrap()
