"""Who runs methods: ours, and rivals, by one call that takes a method's name and its arguments."""

from __future__ import annotations

from contextlib import AsyncExitStack, asynccontextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

import aiohttp
from rivals.jsrun_runner import JSRUN, JsrunRunner
from rivals.node import ISOLATED, ONCE, WARM, NodeRunner, run_once

from connectors import Connection, Connector, Limits, MethodHost

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable

    from arena import Arena

METHODS: Final = Path(__file__).parent / "work" / "methods"
JITLESS: Final = "Node + axios, --jitless"
_PACKAGES: Final = {ONCE: "axios", WARM: "axios", JITLESS: "axios", ISOLATED: "isolated-vm", JSRUN: "jsrun"}


class Run(Protocol):
    """Runs a method."""

    async def __call__(self, name: str, /, **arguments: object) -> Any:  # noqa: ANN401 (JSON)
        """Return the value of the method of that name."""


@cache
def connector(name: str) -> Connector:
    """Return a connector of one method, which all contenders run."""
    return Connector.from_source(name, _file(name).read_text())


def ours(host: MethodHost, connection: Connection, limits: Limits | None = None) -> Run:
    """Return what runs methods for a connection."""

    async def run(name: str, /, **arguments: object) -> object:
        report = await host.run(connector(name), connection=connection, args=arguments, limits=limits)
        return report.unwrap()

    return run


@asynccontextmanager
async def rivals(arena: Arena, names: Iterable[str], base_uri: str | None = None) -> AsyncIterator[dict[str, Run]]:
    """Start the rivals of these names that were installed.

    Args:
        arena: Where.
        names: Of rivals.
        base_uri: Of the server whose paths methods ask for; that of GETs without it.
    """
    uri = base_uri or arena.items
    async with AsyncExitStack() as stack:
        found = {}
        for name in names:
            if name not in absent(arena, names):
                found[name] = await _started(arena, name, uri, stack)
        yield found


def absent(arena: Arena, names: Iterable[str]) -> dict[str, str]:
    """Return what the table says of those of these rivals that could not be installed."""
    return {name: "not installed" for name in names if _PACKAGES[name] in arena.rivals.absent}


async def _started(arena: Arena, name: str, uri: str, stack: AsyncExitStack) -> Run:
    if name == JSRUN:
        jsrun = JsrunRunner(await stack.enter_async_context(aiohttp.ClientSession(uri)))
        return lambda method, /, **arguments: jsrun.run(_file(method), arguments)
    node = arena.rivals.node
    assert node is not None
    if name == ONCE:
        return lambda method, /, **arguments: run_once(node, _file(method), uri, arguments)
    script, flags = {
        WARM: ("warm.js", ()),
        JITLESS: ("warm.js", ("--jitless",)),
        ISOLATED: ("isolated.js", ("--no-node-snapshot",)),
    }[name]
    runner = await stack.enter_async_context(NodeRunner.start(node, script, uri, *flags))
    return lambda method, /, **arguments: runner.run(_file(method), arguments)


def _file(name: str) -> Path:
    return METHODS / f"{name}.js"
