"""A large file goes from one server to another through a method."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "piping.py"
MEGABYTES = 1000
MOST_GROWTH_BYTES = 32_000_000


def test_a_gigabyte_takes_constant_memory() -> None:
    """All of it arrives, and the application's peak memory grows by less than 32 MB."""
    command = [sys.executable, str(SCRIPT), "--megabytes", str(MEGABYTES)]
    result = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    assert 0 == result.returncode, result.stderr
    figures = json.loads(result.stdout)
    assert (MEGABYTES * 1_000_000, True, "application/x-noise") == (figures["bytes"], figures["same"], figures["type"])
    assert figures["grownBytes"] < MOST_GROWTH_BYTES
