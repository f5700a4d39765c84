"""(i) a method that computes: 20,000 records made, mapped, grouped and sorted."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from measuring import OURS, Row, alternate, repeated
from rivals.jsrun_runner import JSRUN
from rivals.node import ISOLATED, WARM
from runners import JITLESS, absent, ours, rivals

from connectors import Limits

if TYPE_CHECKING:
    from arena import Arena

_RECORDS: Final = 20_000


async def transform(arena: Arena) -> list[Row]:
    """Compute without requests; our workers have no JIT, so Node.js takes part without one as well."""
    names, records = (JITLESS, WARM, ISOLATED, JSRUN), arena.times(_RECORDS)
    async with arena.host(limits=Limits(cpu_time_seconds=20)) as host, rivals(arena, names) as runners:
        contenders = [repeated(OURS, partial(ours(host, arena.connection("acme")), "transform", records=records), 2)]
        contenders += (repeated(name, partial(run, "transform", records=records), 2) for name, run in runners.items())
        figures = await alternate(contenders, arena.rounds(5))
    work = f"{records:,} records made, mapped and sorted, without JIT"
    return figures.rows("i", work, "p50", absent=absent(arena, names))
