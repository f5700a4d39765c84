"""Ours beside its rivals: `make bench`, `make bench ONLY=c`, or `python benchmarks/bench.py --only c,d --quick`.

All take turns in one invocation, round after round, so that a noisy machine disturbs all alike. Printed are medians
over the rounds, ratios of the same round, and their spread. A complete run writes the table in README.md.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

import uvloop
from arena import Arena
from machine import machine, versions
from measuring import Row
from rivals.installation import install
from serving import server
from table import text_line, write
from work import bodies, computing, empty_runs, fixtures, gets, held_memory, libraries, many_connections, sources

from connectors import MethodError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

HERE: Final = Path(__file__).parent
BENCHMARKS: Final[dict[str, Callable[[Arena], Awaitable[list[Row]]]]] = {
    "a": empty_runs.warm,
    "b": empty_runs.fresh,
    "c": gets.sequential,
    "d": gets.parallel,
    "e": many_connections.together,
    "f": bodies.records,
    "g": bodies.pipe,
    "h": bodies.in_and_out,
    "i": computing.transform,
    "j": empty_runs.start,
    "k": held_memory.held,
    "l": many_connections.growth,
}
APART: Final[dict[str, Callable[[Arena], Awaitable[list[Row]]]]] = {
    "fixtures": fixtures.replay,
    "libraries": libraries.touch,
    "sources": sources.first_and_next,
}
"""Those that are no part of the table, and are run where they are named."""
LOOPS: Final = {"fixtures": fixtures.LOOP}
"""Of those that need a loop of their own; all others run on uvloop, ours and the clients in Python alike."""


async def heading(arena: Arena) -> str:
    """Return when, on what, and with what was measured."""
    async with arena.host(workers=1, spares=0) as host:
        said = versions(host, arena.rivals.versions)
    absent = "".join(f"\n\n{name} is missing: {why}." for name, why in arena.rivals.absent.items())
    return f"{datetime.now(UTC).date()}, on {machine()}; {said}.{absent}"


def main() -> None:
    """Read the command line, measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="", metavar="NAMES", help=f"some of {', '.join(BENCHMARKS | APART)}")
    parser.add_argument("--quick", action="store_true", help="see that all works; the figures mean little")
    options = parser.parse_args()
    names = options.only.split(",") if options.only else list(BENCHMARKS)
    unknown = [name for name in names if name not in BENCHMARKS | APART]
    if unknown:
        parser.error(f"there is no benchmark {', '.join(unknown)}; there are {', '.join(BENCHMARKS | APART)}")
    rows: list[Row] = []
    failed = False
    with ExitStack() as servers:
        items, files = (servers.enter_context(server(HERE / name)) for name in ("item_server.py", "file_server.py"))
        arena = Arena(items, files, install(), options.quick)
        said = uvloop.run(heading(arena))
        print(said, flush=True)
        for name in names:
            began = time.monotonic()
            try:
                with asyncio.Runner(loop_factory=LOOPS.get(name, uvloop.new_event_loop)) as loop:
                    measured = loop.run((BENCHMARKS | APART)[name](arena))
            except MethodError as error:
                measured = [Row(name, f"failed: {error}", "", ())]
            failed = failed or not all(row.ours for row in measured)
            print(*map(text_line, measured), f"   ({time.monotonic() - began:.0f} s)", sep="\n", flush=True)
            rows += measured
    if names == list(BENCHMARKS) and not options.quick:
        write(HERE / "README.md", said, rows)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
