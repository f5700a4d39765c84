"""Many hostile cases at a time."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .arena import Arena
    from .case import Case

WATCH_SECONDS = 1.0


class Crowd:
    """Runs cases in their order, so many at a time.

    How long things take then is a matter of how many processors there are. So those that were late are tried once more,
    alone; how much slower the canary became is told and not judged. What each left, or showed outside of its report,
    cannot be told apart while others run: that is looked for now and then, and in the end.

    Args:
        arena: Where.
        cases: What to run.
        together: How many at a time.
    """

    def __init__(self, arena: Arena, cases: Iterable[Case], *, together: int) -> None:
        self._arena = arena
        self._waiting = iter(cases)
        self._together = together
        self._late: list[Case] = []
        self._found: dict[str, list[str]] = {}
        self._shown: set[str] = set()

    async def findings(self) -> dict[str, list[str]]:
        """Run all and return what went wrong, by the names of the cases."""
        watching = asyncio.create_task(self._watch())
        try:
            await asyncio.gather(*(self._work() for _ in range(self._together)))
        finally:
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)
        for case in self._late:
            findings = await self._arena.tried(case)
            if findings.wrong or findings.late:
                self._found[case.name] = findings.wrong + findings.late
        outside = [*self._shown.union(await self._arena.shown()), *await self._arena.left()]
        return self._found | ({"all": outside} if outside else {})

    async def _work(self) -> None:
        for case in self._waiting:
            findings = await self._arena.tried(case)
            if findings.wrong:
                self._found[case.name] = findings.wrong
            elif findings.late:
                self._arena.figures.repeated.append(f"{case.name}: {'; '.join(findings.late)}")
                self._late.append(case)

    async def _watch(self) -> None:
        while True:
            self._shown.update(await self._arena.shown())
            await asyncio.sleep(WATCH_SECONDS)
