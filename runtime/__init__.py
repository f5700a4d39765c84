"""Sandboxed execution of JavaScript: each run in a fresh V8 isolate of a disposable process that serves one key only.

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
from .host import Extension, HostCall, HostCalls, HostReply, Note, Rehearsal, no_note
from .journal import SEED_BYTES, Delivery, End, Entry, Journal, Origin, Resumption, Suspension, TimerEntry, Turn
from .journal import Note as NoteEntry
from .journal_text import JournalTextError, entry_text, read_entry
from .layer import Layer, LayerName, LayerReason
from .limits import SandboxLimits
from .linker import linked_file
from .long_bytes import room_for
from .nesting import is_deeper, is_plain
from .outcome import LogLine, Outcome, Usage
from .outline import outline_script
from .piecewise import count_values
from .policy import PoolPolicy
from .replay import ANSWERED, REFUSED, SENT
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
    "ANSWERED",
    "JSON",
    "REFUSED",
    "SEED_BYTES",
    "SENT",
    "Alarm",
    "Attendance",
    "Clock",
    "Delivery",
    "DiskCache",
    "Durability",
    "End",
    "Entry",
    "Extension",
    "Failure",
    "FairQueue",
    "HostCall",
    "HostCalls",
    "HostLimitError",
    "HostReply",
    "Journal",
    "JournalTextError",
    "Layer",
    "LayerMissingError",
    "LayerName",
    "LayerReason",
    "Location",
    "LogLine",
    "Module",
    "Note",
    "NoteEntry",
    "Origin",
    "Outcome",
    "Place",
    "PoolPolicy",
    "Rehearsal",
    "Requirement",
    "Resumption",
    "RunEnded",
    "RuntimeFault",
    "Sandbox",
    "SandboxClosedError",
    "SandboxLimits",
    "SandboxReport",
    "Script",
    "Suspension",
    "Timeout",
    "TimerEntry",
    "Turn",
    "Usage",
    "VirtualClock",
    "VirtualTimeLoop",
    "WorkerStartError",
    "count_values",
    "entry_text",
    "in_slices",
    "is_deeper",
    "is_plain",
    "linked_file",
    "no_note",
    "outline_script",
    "read_entry",
    "read_source",
    "room_for",
]
