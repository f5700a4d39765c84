"""Why a run ended without a value: from what its worker said, or from how its worker died."""

from __future__ import annotations

import re
import signal
from typing import TYPE_CHECKING, Final

from .failure import Failure
from .frames import OUT_OF_MEMORY

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .failure import Location
    from .limits import SandboxLimits
    from .process import WorkerExit, WorkerGoneError
    from .stack import StackReader
    from .turn import Thrown
    from .values import JSON

_CPU_SIGNALS: Final = frozenset({-signal.SIGPROF, -signal.SIGXCPU})
_FIELDS: Final = {
    "wall_time": "wall_time_seconds",
    "cpu_time": "cpu_time_seconds",
    "memory": "memory_bytes",
    "heap": "heap_bytes",
    "result_size": "result_bytes",
    "result_depth": "result_depth",
    "call_size": "call_bytes",
    "timers": "timers",
}
_REFUSED_ALLOCATION: Final = "Array buffer allocation failed"
_NEAR: Final = 0.5
_MOST_CODE: Final = 500
_SURROGATES: Final = re.compile("[\ud800-\udfff]")


def limit_failure(
    key: str, message: str, limits: SandboxLimits, *, used: float | None = None, limit: str | None = None
) -> Failure:
    """Return the failure of a run that went beyond a limit.

    Args:
        key: Of the failure.
        message: What happened.
        limits: Of the run; the limit's value is told from them.
        used: How much the run used, in the unit of the limit.
        limit: The limit's name, where it is not the key.
    """
    limit = limit or key
    field = _FIELDS.get(limit)
    value = None if field is None else vars(limits)[field]
    return Failure(type="limit", key=key, message=message, data={"limit": limit, "value": value, "used": used})


def syntax_failure(message: str, location: Location | None, stacks: StackReader) -> Failure:
    """Return the failure of a run whose source is not JavaScript.

    Args:
        message: What is wrong with it.
        location: Where.
        stacks: Of the run's module.
    """
    name = "SyntaxError"
    frame = f"\n    at {location.file}:{location.line}:{location.column}" if location else ""
    return Failure(
        type="custom_code",
        key="syntax",
        message=message,
        data=_code_data(name, location, stacks),
        stack=f"{name}: {message}{frame}",
        location=location,
    )


def wall_time_failure(limits: SandboxLimits) -> Failure:
    """Return the failure of a run that took too long."""
    return limit_failure("wall_time", f"The method took longer than {limits.wall_time_seconds:g} s", limits)


def cpu_time_failure(limits: SandboxLimits, used: float | None = None) -> Failure:
    """Return the failure of a run that computed too long."""
    message = f"The method used more than {limits.cpu_time_seconds:g} s of CPU time"
    return limit_failure("cpu_time", message, limits, used=used)


def protocol_failure() -> Failure:
    """Return the failure of a run whose worker said what no honest worker says."""
    return Failure(
        type="limit", key="protocol", message="The worker broke the protocol of its channel", data={"limit": "protocol"}
    )


def fault_failure(parts: Sequence[bytes], stacks: StackReader, limits: SandboxLimits) -> Failure:
    """Return the failure of a run in which V8 refused a step.

    Args:
        parts: Of the FAULT frame, after usage: kind, number of the module, and V8's words.
        stacks: Of the run's module.
        limits: Of the run.
    """
    if len(parts) != 3:
        return protocol_failure()
    kind, module, words = parts[0], parts[1], parts[2].decode(errors="replace")
    if _REFUSED_ALLOCATION in words:
        return limit_failure("memory", "An answer to the method did not fit into its worker's memory", limits)
    if kind == b"heap":
        return limit_failure(
            "memory", f"The method's objects took more than {limits.heap_bytes} bytes of heap", limits, limit="heap"
        )
    message, location = stacks.syntax_error(words, int(module) if module.isdigit() else 0)
    if kind != b"syntax":
        message = words.partition("\n")[0].partition(": ")[2] or message
    return syntax_failure(_cut(message, limits.error_message_bytes), location, stacks)


def exit_failure(gone: WorkerGoneError, how: WorkerExit | None, peak_at_start: int, limits: SandboxLimits) -> Failure:
    """Return the failure of a run whose worker is gone.

    Args:
        gone: How that was noticed.
        how: How its process ended, where that is known.
        peak_at_start: Its highest resident memory before the run, in bytes.
        limits: Of the run.
    """
    if gone.protocol:
        return protocol_failure()
    if how is None:
        return Failure(
            type="internal", key="worker_lost", message="The worker of this run was lost; the method is not the reason"
        )
    if how.status in _CPU_SIGNALS:
        return cpu_time_failure(limits, how.cpu_seconds)
    grown = how.peak_memory_bytes - peak_at_start
    if how.status == OUT_OF_MEMORY or grown >= _NEAR * min(limits.memory_bytes, limits.heap_bytes):
        return limit_failure("memory", "The method used up the memory of its worker", limits, used=grown)
    return limit_failure("crashed", "The method crashed its worker, most likely with one huge allocation", limits)


def thrown_failure(thrown: Thrown, stacks: StackReader, limits: SandboxLimits) -> Failure:
    """Return the failure of a run whose method threw, or gave what cannot be a result.

    Args:
        thrown: What the prelude says of it.
        stacks: Of the run's module.
        limits: Of the run.
    """
    if _REFUSED_ALLOCATION in thrown.message and thrown.name == "RangeError":
        return limit_failure("memory", "The method asked for more memory than its worker may have", limits)
    location = None if thrown.stack is None else stacks.location(thrown.stack)
    message = _cut(stacks.read(thrown.message), limits.error_message_bytes)
    stack = None
    if location is not None and thrown.stack is not None:
        stack = _cut(stacks.read(thrown.stack), limits.error_message_bytes + limits.error_stack_bytes)
    data = thrown.data
    if data is None and thrown.type == "custom_code":
        data = _code_data(thrown.name, location, stacks)
    return Failure(type=thrown.type, key=thrown.key, message=message, data=data, stack=stack, location=location)


def _code_data(name: str | None, location: Location | None, stacks: StackReader) -> dict[str, JSON]:
    """Return the facts about an error in a method's own code; the keys are those of the contract's CustomCodeError."""
    data: dict[str, JSON] = {"name": name}
    if location is not None:
        data |= {
            "lineNumber": location.line,
            "columnNumber": location.column,
            "code": stacks.line(location)[:_MOST_CODE],
        }
    return data


def _cut(text: str, most_bytes: int) -> str:
    """Return `text` as text that can be encoded, cut to a length in bytes."""
    data = _SURROGATES.sub("\ufffd", text).encode()
    return data.decode() if len(data) <= most_bytes else data[:most_bytes].decode(errors="ignore") + "…"
