"""What is to be run."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from .clock import Clock
from .stack import StackReader

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .host import HostCall, HostCalls, HostReply
    from .journal import Journal
    from .limits import SandboxLimits
    from .outcome import LogLine
    from .transform import CompiledModule
    from .values import JSON


@dataclass(frozen=True, kw_only=True)
class Durability:
    """How a run outlives its worker.

    Attributes:
        suspend_after_seconds: A wait from this on ends the run as suspended, if nothing else goes on; None suspends
            none.
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
        modules: The compiled source: the file that exports the method, and others that it or extensions may load. Empty
            until it is compiled.
        links: By file, which file each of its imports means.
        packages: Names of all packages that files could have imported.
        exports: Names under which the method may be exported.
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

    exports: tuple[str, ...]
    arguments: str
    limits: SandboxLimits
    settings: Mapping[str, JSON]
    journal: Journal
    calls: HostCalls
    on_log: Callable[[LogLine], None]
    on_start: Callable[[], None]
    clock: Clock = field(default_factory=Clock)
    durability: Durability = Durability()
    modules: tuple[CompiledModule, ...] = ()
    links: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    packages: tuple[str, ...] = ()

    @cached_property
    def stacks(self) -> StackReader:
        """Reads stacks of the run."""
        return StackReader(tuple(module.stacks for module in self.modules))
