"""What a run gives back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from .failure import Failure
    from .journal import Suspension
    from .values import JSON


@dataclass(frozen=True, kw_only=True)
class LogLine:
    """One line that the method wrote with `console`: level `log`, `info`, `warn`, `error` or `debug`; time in UTC."""

    level: str
    message: str
    time: datetime


@dataclass(frozen=True, kw_only=True)
class Usage:
    """What a run used.

    Attributes:
        wall_seconds: From its start on a worker to its end.
        queue_seconds: Time spent waiting for a worker before that.
        cpu_seconds: CPU time of the worker process during the run.
        peak_memory_bytes: The highest resident memory of the worker process so far, shared pages included.
    """

    wall_seconds: float
    queue_seconds: float = 0.0
    cpu_seconds: float
    peak_memory_bytes: int


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """How a run ended: with a value, or with a failure.

    Attributes:
        value: What the method gave.
        failure: Why it gave nothing.
        warnings: For its author.
        usage: What it used.
        resource: Where the method gave an object of an extension, such as a stream: what the extension calls it.
        suspension: Where the run has not ended, but was put off: until when.
    """

    value: JSON
    failure: Failure | None
    warnings: tuple[str, ...]
    usage: Usage
    resource: JSON = None
    suspension: Suspension | None = None
