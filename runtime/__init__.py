"""Sandboxed execution of JavaScript: one disposable V8 worker process per isolation key, one fresh isolate per run.

Knows no HTTP and no connector. What JavaScript may ask of the application is an `Extension` (its JavaScript side) and a
`HostCalls` handler (its Python side).
"""

from __future__ import annotations

from .attendance import Attendance
from .clock import Alarm, Clock, Timeout
from .disk_cache import DiskCache
from .errors import HostLimitError, LayerMissingError, RunEnded, RuntimeFault, SandboxClosedError, WorkerStartError
from .failure import Failure, Location
from .fair_queue import FairQueue, Place
from .host import Extension, HostCall, HostCalls, HostReply
from .journal import Journal
from .layer import Layer, LayerName, LayerReason
from .limits import SandboxLimits
from .linker import linked_file
from .nesting import is_deeper
from .outcome import LogLine, Outcome, Usage
from .outline import outline_script
from .piecewise import count_values
from .policy import PoolPolicy
from .requirement import Requirement
from .run_request import Durability
from .sandbox import Sandbox
from .sandbox_report import SandboxReport
from .script import Module, Script
from .slices import in_slices
from .source import read_source
from .values import JSON
from .virtual_time import VirtualClock, VirtualTimeLoop

__all__ = [
    "JSON",
    "Alarm",
    "Attendance",
    "Clock",
    "DiskCache",
    "Durability",
    "Extension",
    "Failure",
    "FairQueue",
    "HostCall",
    "HostCalls",
    "HostLimitError",
    "HostReply",
    "Journal",
    "Layer",
    "LayerMissingError",
    "LayerName",
    "LayerReason",
    "Location",
    "LogLine",
    "Module",
    "Outcome",
    "Place",
    "PoolPolicy",
    "Requirement",
    "RunEnded",
    "RuntimeFault",
    "Sandbox",
    "SandboxClosedError",
    "SandboxLimits",
    "SandboxReport",
    "Script",
    "Timeout",
    "Usage",
    "VirtualClock",
    "VirtualTimeLoop",
    "WorkerStartError",
    "count_values",
    "in_slices",
    "is_deeper",
    "linked_file",
    "outline_script",
    "read_source",
]
