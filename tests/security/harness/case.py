"""Case: something hostile, and how its run may end."""

from __future__ import annotations

import runpy
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from connectors import Connector, Limits

HOST_LIMITS = Limits(wall_time_seconds=30, cpu_time_seconds=2, heap_bytes=32 * 2**20, memory_bytes=64 * 2**20)
BURN_SECONDS = 0.5


@dataclass(frozen=True, kw_only=True)
class Case:
    """Something hostile.

    Attributes:
        ends: How its run may end: `ok`, or type and key as in `limit/wall_time`.
        code: Of the method: its body, or its whole file where `whole` is set.
        value: What it gives, where `ends` is `ok`.
        burns: It takes all of its wall time, which is short therefore.
        sent: How many requests may reach the server.
        args: Arguments.
        limits: Of the run.
        client: Options of the customer's client, beside those that all have.
        mode: Of the run.
    """

    name: str
    ends: tuple[str, ...]
    code: str
    whole: bool = False
    value: Any = None
    burns: bool = False
    sent: int | None = None
    args: dict[str, Any] = field(default_factory=dict)
    limits: dict[str, Any] = field(default_factory=dict)
    client: dict[str, Any] = field(default_factory=dict)
    mode: str = "sync"

    @property
    def connector(self) -> Connector:
        """The connector with the one hostile method."""
        body = f"'use strict'; module.exports = async ({{ apiClient, credentials, input }}) => {{\n{self.code}\n}}"
        return Connector.from_source("hostile", self.code if self.whole else body)

    @cached_property
    def tightened(self) -> Limits:
        """The limits of its run."""
        wall = BURN_SECONDS if self.burns else HOST_LIMITS.wall_time_seconds
        return Limits(**({"wall_time_seconds": wall} | self.limits))


def cases_of(table: dict[str, tuple[Any, ...]]) -> list[Case]:
    """Return the cases of a module's table: by name, how the run must end, the code, and fields of `Case`."""
    return [
        Case(name=name, ends=tuple(ends.split(" | ")), code=code, **(options[0] if options else {}))
        for name, (ends, code, *options) in table.items()
    ]


def whole_corpus() -> list[Case]:
    """Return the cases of all modules beside this folder."""
    files = sorted(Path(__file__).parents[1].glob("test_*.py"))
    return [case for file in files for case in cases_of(runpy.run_path(str(file)).get("CASES", {}))]
