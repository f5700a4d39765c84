"""DoctorCommand: what `methodhost doctor` does."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from runtime import Requirement, WorkerStartError

from .diagnosis import Diagnosis
from .host import MethodHost

if TYPE_CHECKING:
    from runtime import SandboxReport


@dataclass(frozen=True, kw_only=True)
class DoctorCommand:
    """A look at what stands between a method's code and this machine.

    Attributes:
        require: Names of layers that must be active; none stand for what hosts require by default.
    """

    require: tuple[str, ...]

    def execute(self) -> Diagnosis:
        """Start a host and see which layers its workers have.

        Raises:
            ValueError: There is no layer of a required name.
        """
        required = Requirement(self.require or None).names
        try:
            report = asyncio.run(_report())
        except WorkerStartError as caught:
            return Diagnosis(ok=False, error=str(caught))
        return Diagnosis.of(report, required)


async def _report() -> SandboxReport:
    async with MethodHost(workers=1, spares=1, require=()) as host:
        return host.sandbox_report
