"""Why a run ended without a value: from what its worker said, or from how its worker died."""

from __future__ import annotations

import re
import signal
from dataclasses import replace
from typing import TYPE_CHECKING, Final, cast

from .failure import Failure
from .frames import OUT_OF_MEMORY
from .stall import PendingWork

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .errors import LayerMissingError
    from .failure import Location
    from .limits import SandboxLimits
    from .process import WorkerExit, WorkerGoneError
    from .stack import StackReader
    from .stall import Stall
    from .turn import Thrown
    from .values import JSON

_CPU_SIGNALS: Final = frozenset({-signal.SIGPROF, -signal.SIGXCPU})
_DESTRUCTIVE: Final = frozenset({"cpu_time", "memory", "crashed", "protocol"})
WORKER_LOST: Final = "worker_lost"
_DEADLOCK: Final = "deadlock"
_REFUSED_ALLOCATION: Final = "Array buffer allocation failed"
_NEAR: Final = 0.5
_MOST_CODE: Final = 500
_MOST_KEY: Final = 128
_MOST_WORDS: Final = 64 * 1024
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
    return _breach(key, message, limit=limit or key, value=_value_of(limit or key, limits), used=used)


def queue_full_failure(most_waiting: int) -> Failure:
    """Return the failure of a run that came while too many waited; no method is the reason."""
    message = f"The host is busy: {most_waiting} runs wait for a worker already. Try again later"
    return _breach("queue_full", message, limit="waiting_runs", value=most_waiting, used=most_waiting)


def queue_time_failure(most_seconds: float) -> Failure:
    """Return the failure of a run that waited too long for a worker; no method is the reason."""
    message = f"The host is busy: the run waited {most_seconds:g} s for a worker, and was not started. Try again later"
    return _breach("queue_time", message, value=most_seconds, used=most_seconds)


def circuit_open_failure(breaches: int, most: int, retry_after_seconds: float) -> Failure:
    """Return the failure of a run that was refused because earlier ones of its method destroyed their workers.

    Args:
        breaches: How many did.
        most: From how many on the method is refused.
        retry_after_seconds: For how long it still is.
    """
    message = (
        f"The last runs of this method crashed their workers or used up memory or CPU time ({breaches} of them):"
        f" it is not run for another {retry_after_seconds:.0f} s"
    )
    failure = _breach("circuit_open", message, limit="breaches", value=most, used=breaches)
    return replace(failure, data={**cast("dict[str, JSON]", failure.data), "retryAfter": retry_after_seconds})


def destroyed_its_worker(failure: Failure | None) -> bool:
    """Whether a run ended by a crash, or in endless use of CPU or memory, rather than by waiting too long."""
    if failure is None or failure.type != "limit":
        return False
    computing = isinstance(failure.data, dict) and failure.data.get("computing") is True
    return failure.key in _DESTRUCTIVE or (failure.key == "wall_time" and computing)


def closed_failure() -> Failure:
    """Return the failure of a run that the end of its sandbox ended, or kept from starting."""
    return Failure(type="internal", key="closed", message="The sandbox was closed before the run had ended")


def start_failure() -> Failure:
    """Return the failure of a run for which no worker could be started."""
    return Failure(
        type="internal", key="worker_start", message="No worker could be started for the run; the method was not run"
    )


def layer_failure(missing: LayerMissingError) -> Failure:
    """Return the failure of a run for which there is no worker that has what is required."""
    return Failure(type="internal", key=missing.code, message=f"{missing} The method was not run")


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


def wall_time_failure(limits: SandboxLimits, used: float, stall: Stall) -> Failure:
    """Return the failure of a run that took too long.

    Args:
        limits: Of the run.
        used: How long it took, in seconds.
        stall: What it was doing.
    """
    message = f"The method took longer than {limits.wall_time_seconds:g} s; {stall.sentence}"
    failure = limit_failure("wall_time", message, limits, used=used)
    data = {**cast("dict[str, JSON]", failure.data), **stall.data}
    return replace(failure, data=data, location=stall.location)


def cpu_time_failure(limits: SandboxLimits, used: float) -> Failure:
    """Return the failure of a run that computed too long."""
    most = limits.cpu_time_seconds
    message = f"The method used more than {most:g} s of CPU time"
    return limit_failure("cpu_time", message, limits, used=max(used, most))  # the kernel's two clocks differ a little


def protocol_failure() -> Failure:
    """Return the failure of a run whose worker said what no honest worker says."""
    return _breach("protocol", "The worker broke the protocol of its channel")


def fault_failure(parts: Sequence[bytes], stacks: StackReader, grown: int, limits: SandboxLimits) -> Failure:
    """Return the failure of a run in which V8 refused a step.

    Args:
        parts: Of the FAULT frame, after usage: kind, number of the module, and V8's words.
        stacks: Of the run's module.
        grown: By how much the worker's resident memory grew during the run, in bytes.
        limits: Of the run.
    """
    if len(parts) != 3:
        return protocol_failure()
    kind, module, words = parts[0], parts[1], parts[2][:_MOST_WORDS].decode(errors="replace")
    if _REFUSED_ALLOCATION in words:
        message = "An answer to the method did not fit into its worker's memory"
        return limit_failure("memory", message, limits, used=grown)
    if kind == b"heap":
        message = f"The method's objects took more than {limits.heap_bytes} bytes of heap"
        return limit_failure("memory", message, limits, used=grown, limit="heap")
    message, location = stacks.syntax_error(words, int(module) if module.isdigit() and len(module) < 6 else 0)
    if kind != b"syntax":
        message = words.partition("\n")[0].partition(": ")[2] or message
    return syntax_failure(_cut(message, limits.error_message_bytes), location, stacks)


def diverged_failure(expected: str, found: str) -> Failure:
    """Return the failure of a run that does something else than its journal says.

    Args:
        expected: What it did before.
        found: What it does now.
    """
    message = (
        f"The run cannot go on: where its journal says {expected!r}, it now asks for {found!r}. Its code, or what it "
        "was given, is not what it was"
    )
    return Failure(type="internal", key="diverged", message=message, data={"expected": expected, "found": found})


def exit_failure(
    gone: WorkerGoneError, how: WorkerExit | None, grown: int, cpu_seconds: float, limits: SandboxLimits
) -> Failure:
    """Return the failure of a run whose worker is gone.

    Args:
        gone: How that was noticed.
        how: How its process ended, where that is known.
        grown: By how much its resident memory grew during the run, in bytes.
        cpu_seconds: CPU time that it used during the run.
        limits: Of the run.
    """
    if gone.protocol:
        return protocol_failure()
    if how is None:
        return _lost_failure()
    if how.status in _CPU_SIGNALS:
        return cpu_time_failure(limits, cpu_seconds)
    if how.status == OUT_OF_MEMORY or grown >= _NEAR * min(limits.memory_bytes, limits.heap_bytes):
        return limit_failure("memory", "The method used up the memory of its worker", limits, used=grown)
    if how.status == -signal.SIGKILL:  # no process here does that to itself
        return _lost_failure()
    message = "The method crashed its worker, most likely with one huge allocation"
    return limit_failure("crashed", message, limits, used=grown, limit="memory")


def _lost_failure() -> Failure:
    message = (
        "The worker of this run was killed, or lost with the process that started it; the method is not the reason"
    )
    return Failure(type="internal", key=WORKER_LOST, message=message)


def thrown_failure(thrown: Thrown, stacks: StackReader, grown: int, limits: SandboxLimits) -> Failure:
    """Return the failure of a run whose method threw, or gave what cannot be a result.

    Args:
        thrown: What the prelude says of it.
        stacks: Of the run's module.
        grown: By how much the worker's resident memory grew during the run, in bytes.
        limits: Of the run.
    """
    if thrown.type == "limit":  # only the application speaks of limits
        return protocol_failure()
    if _REFUSED_ALLOCATION in thrown.message and thrown.name == "RangeError":
        message = "The method asked for more memory than its worker may have"
        return limit_failure("memory", message, limits, used=grown)
    longest_message = limits.error_message_bytes
    longest_stack = limits.error_message_bytes + limits.error_stack_bytes
    frames = None if thrown.stack is None else _cut(thrown.stack, longest_stack)
    location = None if frames is None else stacks.location(frames)
    message = _cut(stacks.read(_cut(thrown.message, longest_message)), longest_message)
    stack = None if location is None or frames is None else _cut(stacks.read(frames), longest_stack)
    data = thrown.data
    if thrown.key == _DEADLOCK:
        data = PendingWork.in_deadlock(data, stacks)
    if data is None and thrown.type == "custom_code":
        data = _code_data(thrown.name, location, stacks)
    key = thrown.key and _cut(thrown.key, _MOST_KEY)
    return Failure(type=thrown.type, key=key, message=message, data=data, stack=stack, location=location)


def _breach(
    key: str, message: str, *, limit: str | None = None, value: float | None = None, used: float | None = None
) -> Failure:
    """Return the failure for going beyond a limit, whose name is the key where there is no other."""
    return Failure(type="limit", key=key, message=message, data={"limit": limit or key, "value": value, "used": used})


def _value_of(limit: str, limits: SandboxLimits) -> float | None:
    """Return the value of a limit, whose field has its name, perhaps with a unit; None where there is none."""
    fields = (limit, f"{limit}_seconds", f"{limit}_bytes", f"{limit.removesuffix('_size')}_bytes")
    return next((value for field in fields if (value := vars(limits).get(field)) is not None), None)


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
