"""What a run may use."""

from __future__ import annotations

from dataclasses import dataclass

KIB = 1024
MIB = 1024 * KIB


@dataclass(frozen=True, kw_only=True)
class SandboxLimits:
    """What one run may use before it is ended with a `limit` failure.

    Wall time and CPU time are separate clocks: waiting for a host call costs no CPU time.

    Attributes:
        queue_time_seconds: Until a worker is free for the run; no part of any other limit.
        wall_time_seconds: From the start of the run on its worker to its result.
        cpu_time_seconds: Of the worker process, all threads together.
        modules: Files of the run: the method's own, and all that it imports, directly or not.
        heap_bytes: V8's JavaScript heap.
        memory_bytes: All data memory of the worker above what it had when it was started, enforced by the kernel.
        result_bytes: The result as JSON text in UTF-8.
        result_containers: Arrays and objects in a result of more than 64 KiB; Python's garbage collector looks at all
            of them at once, and all other runs wait for that.
        result_depth: Nested arrays and objects in the result.
        call_bytes: The payload of one host call as JSON text in UTF-8, and the bytes beside it.
        concurrent_calls: Host calls under way at the same time; others wait in the isolate.
        timers: Timers that wait at the same time.
        log_lines: Lines kept from `console`; a marker replaces the rest.
        log_line_bytes: Length of one console line; the rest is cut off.
        error_message_bytes: Length of an error's message; the rest is cut off.
        error_stack_bytes: Length of an error's stack; the rest is cut off.
        journal_bytes: Calls, answers and console lines kept of the run; with more it cannot be suspended, and ends
            with the loss of its worker.
    """

    queue_time_seconds: float = 30.0
    wall_time_seconds: float = 30.0
    cpu_time_seconds: float = 5.0
    modules: int = 1000
    heap_bytes: int = 64 * MIB
    memory_bytes: int = 256 * MIB
    result_bytes: int = 5 * MIB
    result_containers: int = 250_000
    result_depth: int = 64
    call_bytes: int = 10 * MIB
    concurrent_calls: int = 256
    timers: int = 1000
    log_lines: int = 256
    log_line_bytes: int = 4 * KIB
    error_message_bytes: int = 8 * KIB
    error_stack_bytes: int = 16 * KIB
    journal_bytes: int = 4 * MIB

    def __post_init__(self) -> None:
        """Raise ValueError for a limit that is not above zero."""
        for name, value in vars(self).items():
            if not value > 0:
                raise ValueError(f"{name} must be above zero, not {value}")
