"""Sandboxed execution of JavaScript: one disposable V8 worker process per isolation key, one fresh isolate per run.

Knows no HTTP and no connector. What JavaScript may ask of the application is an `Extension` (its JavaScript side) and a
`HostCalls` handler (its Python side).
"""

from __future__ import annotations

from .attendance import Attendance
from .errors import RunEnded, RuntimeFault, SandboxClosedError, WorkerStartError
from .failure import Failure, Location
from .host import Extension, HostCall, HostCalls, HostReply
from .limits import SandboxLimits
from .outcome import LogLine, Outcome, Usage
from .policy import PoolPolicy
from .sandbox import Sandbox
from .script import Module, Script
from .source import read_source
from .values import JSON

__all__ = [
    "JSON",
    "Attendance",
    "Extension",
    "Failure",
    "HostCall",
    "HostCalls",
    "HostReply",
    "Location",
    "LogLine",
    "Module",
    "Outcome",
    "PoolPolicy",
    "RunEnded",
    "RuntimeFault",
    "Sandbox",
    "SandboxClosedError",
    "SandboxLimits",
    "Script",
    "Usage",
    "WorkerStartError",
    "read_source",
]
