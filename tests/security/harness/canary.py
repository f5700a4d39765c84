"""Canary: another customer, who must not notice anything."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from connectors import Connector

if TYPE_CHECKING:
    from connectors import Connection, MethodHost

PERIOD_SECONDS = 0.05
QUIET_RUNS = 20
SLOWER = 3.0
METHOD = Connector.from_source(
    "canary", "module.exports = async ({ apiClient, input }) => (await apiClient.get('/canary')).path + input.n"
)


class Canary:
    """Runs a method every 50 ms.

    Args:
        host: On which host.
        connection: For whom.

    Attributes:
        songs: When each of its runs began, and how long it took, in seconds.
        errors: What was wrong with runs.
        quiet: Durations while nothing else is going on.
    """

    def __init__(self, host: MethodHost, connection: Connection) -> None:
        self.songs: list[tuple[float, float]] = []
        self.errors: list[str] = []
        self.quiet: list[float] = []
        self._host = host
        self._connection = connection
        self._ended = asyncio.Event()

    async def sing(self) -> None:
        """Run for ever."""
        while True:
            started = time.monotonic()
            error = await self._run()
            self.songs.append((started, time.monotonic() - started))
            self.errors += [error] if error else []
            self._ended.set()
            await asyncio.sleep(max(0.0, started + PERIOD_SECONDS - time.monotonic()))

    async def runs(self, count: int) -> None:
        """Wait until so many more runs have ended."""
        wanted = len(self.songs) + count
        while len(self.songs) < wanted:
            self._ended.clear()
            await self._ended.wait()

    async def listen(self) -> None:
        """Find out how long its runs take while nothing else is going on."""
        began = time.monotonic()
        await self.runs(QUIET_RUNS)
        self.quiet = self.since(began)

    def since(self, time_: float) -> list[float]:
        """Return the durations of runs that began since then."""
        return [seconds for began, seconds in self.songs if began >= time_]

    def slower(self, since: float) -> list[str]:
        """Return what is to be said of its runs since then: none may take three times as long."""
        slowest, quiet = max(self.since(since), default=0.0), max(self.quiet)
        if slowest <= SLOWER * quiet:
            return []
        return [f"a run of the canary took {slowest * 1000:.0f} ms; the slowest when all was quiet {quiet * 1000:.0f}"]

    async def _run(self) -> str | None:
        try:
            report = await self._host.run(METHOD, connection=self._connection, args={"input": {"n": 7}})
        except Exception as error:  # noqa: BLE001 (whatever it is, it is a finding)
            return f"the canary's run raised {error!r}"
        return None if report.value == "/canary7" else f"the canary's run gave {report.to_json()[:500]}"
