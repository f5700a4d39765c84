"""The time of a run that has several parts: all of them have it together."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from runtime import Outcome

    from .context import RunContext

SHORTEST_SECONDS = 0.001

CLOCKS = {
    "queue_time": ("queue_time_seconds", "queue_seconds"),
    "wall_time": ("wall_time_seconds", "wall_seconds"),
    "cpu_time": ("cpu_time_seconds", "cpu_seconds"),
}
"""Keys of failures: the limit that holds for all parts of a run together, and the record's figure of what they used."""


def with_time_left(context: RunContext) -> RunContext:
    """Return the context with the time that earlier parts of the run left, on each of its clocks."""
    limits, record = context.limits, context.record
    if not record.has_parts:
        return context
    return replace(
        context,
        limits=replace(
            limits,
            queue_time_seconds=_left(limits.queue_time_seconds, record.queue_seconds),
            wall_time_seconds=_left(limits.wall_time_seconds, record.wall_seconds),
            cpu_time_seconds=_left(limits.cpu_time_seconds, record.cpu_seconds),
        ),
    )


def _left(seconds: float, used: float) -> float:
    """Return what is left of a time; never nothing, which is no limit."""
    return max(round(seconds - used, 3), SHORTEST_SECONDS) if used else seconds


def measured_by(context: RunContext, outcome: Outcome) -> Outcome:
    """Return the outcome with the limit as the caller set it, where earlier parts had used some of the time."""
    failure = outcome.failure
    if failure is None or failure.key not in CLOCKS or not isinstance(failure.data, dict):
        return outcome
    limit, figure = CLOCKS[failure.key]
    earlier: float = getattr(context.record, figure)
    if not earlier:
        return outcome
    value: float = getattr(context.limits, limit)
    used = failure.data["used"]
    data = failure.data | {"value": value, "used": used + earlier if isinstance(used, int | float) else None}
    before = (
        f"Earlier parts of the run, such as the making of its client, had taken {earlier:.3g} s of the {value:g} s."
    )
    return replace(outcome, failure=replace(failure, message=f"{failure.message}. {before}", data=data))
