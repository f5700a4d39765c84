"""What is to be run."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .clock import Clock

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .host import HostCall, HostCalls, HostReply
    from .journal import Journal
    from .limits import SandboxLimits
    from .linker import LinkedScript
    from .outcome import LogLine
    from .stack import StackReader
    from .values import JSON


@dataclass(frozen=True, kw_only=True)
class Durability:
    """How a run outlives its worker.

    Attributes:
        suspend_after_seconds: A wait from this on, or one beyond the wall time, ends the run as suspended, if nothing
            else goes on; None suspends none.
        may_suspend: Whether what answers its calls could begin anew.
        on_replayed: Told each call that the journal answers, with its answer.
    """

    suspend_after_seconds: float | None = None
    may_suspend: Callable[[], bool] = lambda: True
    on_replayed: Callable[[HostCall, HostReply], None] = lambda _call, _reply: None


@dataclass(frozen=True, kw_only=True)
class RunRequest:
    """What is to be run.

    Attributes:
        script: The compiled source.
        arguments: JSON text of the one object the method receives.
        limits: Of this run.
        settings: By extension name.
        journal: Of the run. What is in it already is gone through first.
        clock: Of the run.
        durability: How it outlives its worker.
        calls: Answers the method's host calls.
        on_log: Hears each console line as it comes.
        on_start: Hears that the run begins.
    """

    script: LinkedScript
    arguments: str
    limits: SandboxLimits
    settings: Mapping[str, JSON]
    journal: Journal
    calls: HostCalls
    on_log: Callable[[LogLine], None]
    on_start: Callable[[], None]
    clock: Clock = field(default_factory=Clock)
    durability: Durability = Durability()

    @property
    def stacks(self) -> StackReader:
        """Reads stacks of the run."""
        return self.script.stacks
