"""Good runs whose workers are killed by somebody."""

from __future__ import annotations

import asyncio
import random
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import psutil

from .canary import METHOD
from .held import workers

if TYPE_CHECKING:
    from connectors import Connection

    from .arena import Arena

LOST = "worker_lost"
"""How a run ends whose worker somebody killed."""


async def run_with_kills(arena: Arena, *, runs: int, kill_every: int, together: int = 4) -> dict[str, Any]:
    """Run a good method many times, and kill some worker at each so manieth run; return what became of them.

    A run whose worker was killed is `lost`; any other end but that of a good run is `wrong`.
    """
    result: dict[str, Any] = {"killed": 0, "lost": 0, "wrong": []}
    customers = [arena.customer() for _ in range(together)]
    numbers = iter(range(runs))
    errors = arena.canary.errors
    before = len(errors)

    async def work(customer: Connection) -> None:
        for number in numbers:
            if number % kill_every == kill_every - 1:
                result["killed"] += await asyncio.to_thread(kill_some_worker)
            report = await arena.host.run(METHOD, connection=customer, args={"input": {"n": number}})
            if report.error is not None and report.error.key == LOST:
                result["lost"] += 1
            elif report.value != f"/canary{number}":
                result["wrong"].append(report.to_json()[:500])

    await asyncio.gather(*(work(customer) for customer in customers))
    result["lost"] += len(errors) - before
    result["wrong"] += [error for error in errors[before:] if f'"key": "{LOST}"' not in error]
    del errors[before:]
    return result


def kill_some_worker() -> int:
    """Kill a worker, whatever it does; return how many were killed."""
    found = workers()
    if not found:
        return 0
    with suppress(psutil.NoSuchProcess):
        random.choice(found).kill()  # noqa: S311 (any will do)
    return 1
