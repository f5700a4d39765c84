"""On what, and with what, something was measured; nothing that would tell whose machine it is."""

from __future__ import annotations

import os
import platform
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from connectors import MethodHost

_PACKAGES: Final = ("mini-racer", "httpx", "aiohttp", "uvloop")
_CPU_FILE: Final = Path("/proc/cpuinfo")


def processor() -> str:
    """Return the model of the processor, as far as the system says it."""
    lines = _CPU_FILE.read_text().splitlines() if _CPU_FILE.exists() else []
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return models[0] if models else platform.processor() or platform.machine()


def machine() -> str:
    """Return processor, number of cores and kernel in one line."""
    system = platform.uname()
    return f"{processor()}, {os.cpu_count()} cores, {system.system} {system.release.partition('-')[0]} {system.machine}"


def versions(host: MethodHost, of_rivals: dict[str, str]) -> str:
    """Return the versions of all that takes part, in one line; the host must be open."""
    named = {"Python": platform.python_version(), "V8": host.sandbox_report.v8}
    named |= {name: metadata.version(name) for name in _PACKAGES} | of_rivals
    return ", ".join(f"{name} {version}" for name, version in named.items())
