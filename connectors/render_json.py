"""JsonOutput: the run report for programs."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .connector import Connector
    from .report import RunReport


class JsonOutput:
    """Writes the report as one JSON document to standard output, and nothing else."""

    on_event = None

    def show(self, report: RunReport, connector: Connector | None) -> None:
        """Write the report."""
        sys.stdout.write(f"{report.to_json()}\n")
        sys.stdout.flush()
