# Hostile side of the wall: what the zygote, and then each worker, gives up before V8 starts.
"""The layers around a worker: which there are, in which order they are applied, and where.

What all workers can inherit is applied once, in the zygote. What belongs to a process or a thread alone is applied by
each worker, right after the fork and before any thread exists.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import signal
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from .cgroup import ControlGroup
from .executable import ExecutableMemory
from .landlock import Landlock
from .layer import LayerName, LayerReason
from .libc import prctl
from .namespaces import Namespaces, start_init
from .privileges import privilege_steps, unprivileged_user_step
from .rlimits import MemoryGauge, resource_limits_step, task_limit_step
from .seccomp import SeccompFilter
from .step import Step, UnavailableError, reason_for

if TYPE_CHECKING:
    from collections.abc import Iterator

CHANNEL: Final = 3
"""The one descriptor a worker keeps. 0, 1 and 2 stay closed, so that nothing V8 prints can reach anything."""

_GAUGE: Final = 4
"""The descriptor of the memory gauge, until the first isolate is there."""
_INIT: Final = 1
"""The process id of the first process of a pid namespace."""
_LINUX: Final = sys.platform == "linux"
_MOST_DESCRIPTORS: Final = 1 << 16
_TRIED_DESCRIPTORS: Final = 256
_PR_SET_PDEATHSIG: Final = 1
_PR_GET_PDEATHSIG: Final = 2
_OOM_SCORE: Final = b"1000"


class Hardening:
    """What is prepared once in the zygote and applied in each worker.

    Attributes:
        reasons: Why layers could not be applied, those of the zygote's and, once they were tried, the workers' own.
    """

    def __init__(self) -> None:
        self.reasons: dict[LayerName, LayerReason] = {}
        self.shared: list[Step] = []
        self._applied: set[LayerName] = set()
        self._further: Iterator[Step] = iter(())
        self._linux = _Linux() if _LINUX else None

    def enter(self) -> None:
        """Apply what all workers inherit. In the zygote, which can load no module and open no file afterwards."""
        self.enter_alone()
        self.enter_further()

    def enter_alone(self) -> None:
        """Apply the part of it that a process of one thread can apply only, and what comes before."""
        os.chdir("/")
        self.shared = [Step(LayerName.CLEAN_ENVIRONMENT, self._empty_environment, lambda: not os.environ)]
        if self._linux is not None:
            self._linux.memory.seal()
            self.shared += self._linux.shared_steps()
        self._further = iter(self.shared)
        for step in self._further:
            self._apply(step)
            if step.name is LayerName.USER_NAMESPACE:
                break

    def enter_further(self) -> None:
        """Apply the rest: to the thread that forks, which can start no thread afterwards."""
        for step in self._further:
            self._apply(step)
        if LayerName.PID_NAMESPACE in self._applied:
            start_init()

    def renounce(self) -> None:
        """Give up the privileges of a thread that forks nothing and had a part in the first half only."""
        for step in privilege_steps():
            with suppress(OSError):
                step.apply()

    def _apply(self, step: Step) -> None:
        try:
            step.apply()
        except (OSError, UnavailableError) as error:
            self.reasons[step.name] = reason_for(error)
        else:
            self._applied.add(step.name)

    def own_steps(self, channel: int, parent: int) -> list[Step]:
        """Return what each worker has to apply for itself, in this order.

        Args:
            channel: The descriptor to keep; it becomes number `CHANNEL`.
            parent: The zygote's process id.
        """
        if self._linux is None:
            return [_one_descriptor_step(channel, None), resource_limits_step()]
        outsider = _INIT if LayerName.PID_NAMESPACE in self._applied else parent
        own_users = LayerName.USER_NAMESPACE in self._applied
        return self._linux.own_steps(channel, parent, outsider, own_users=own_users)

    def apply(self, channel: int, parent: int) -> MemoryGauge | None:
        """Give up what a worker does not need, but for what is known to be impossible here.

        Args:
            channel: The descriptor to keep; it becomes number `CHANNEL`.
            parent: The process whose end must end this one.

        Returns:
            A gauge of this process's memory, where there is one.

        Raises:
            OSError: A layer cannot be applied that another worker could.
        """
        for step in self.own_steps(channel, parent):
            if self.reasons.get(step.name) in {None, LayerReason.NO_EFFECT}:
                step.apply()
        return self.gauge

    def _empty_environment(self) -> None:
        if self._linux is not None and self._linux.read("self/environ"):  # what it was started with stays in memory
            raise UnavailableError(LayerReason.NO_EFFECT)
        os.environ.clear()  # of what the interpreter has put there

    @property
    def gauge(self) -> MemoryGauge | None:
        """A gauge of this process's memory, in a worker whose layers are applied, where there is one."""
        return MemoryGauge(_GAUGE) if self._linux is not None else None


class _Linux:
    """The layers of Linux. Opens what it needs before there are no files."""

    def __init__(self) -> None:
        self._proc = os.open("/proc", os.O_RDONLY | os.O_DIRECTORY)
        self._namespaces = Namespaces(self._proc)
        self._landlock = Landlock()
        self._filter = SeccompFilter()
        self.memory = ExecutableMemory(self._proc)

    def shared_steps(self) -> list[Step]:
        return [
            Step(LayerName.OOM_VICTIM, _volunteer, lambda: self.read("self/oom_score_adj").strip() == _OOM_SCORE),
            ControlGroup().step(self._proc),
            unprivileged_user_step(),
            *self._namespaces.steps(),
            *privilege_steps(),
        ]

    def own_steps(self, channel: int, parent: int, outsider: int, *, own_users: bool) -> list[Step]:
        gauge = os.open("self/statm", os.O_RDONLY, dir_fd=self._proc)  # before files are given up
        return [
            _parent_death_step(parent),
            task_limit_step(own_users=own_users),
            *self._landlock.steps(outsider),
            _one_descriptor_step(channel, gauge),
            resource_limits_step(),
            self._filter.step(),
            self.memory.step(),
        ]

    def read(self, file: str) -> bytes:
        descriptor = os.open(file, os.O_RDONLY, dir_fd=self._proc)
        try:
            return os.read(descriptor, 4096)
        finally:
            os.close(descriptor)


def _volunteer() -> None:
    Path("/proc/self/oom_score_adj").write_bytes(_OOM_SCORE)


def _parent_death_step(parent: int) -> Step:
    def apply() -> None:
        prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() not in {parent, 0}:  # it ended before the signal was asked for; 0 is a parent out of sight
            os._exit(0)

    def effective() -> bool:
        number = ctypes.c_int()
        prctl(_PR_GET_PDEATHSIG, ctypes.byref(number))
        return number.value == signal.SIGKILL

    return Step(LayerName.PARENT_DEATH_SIGNAL, apply, effective)


def _one_descriptor_step(channel: int, gauge: int | None) -> Step:
    kept = [channel] if gauge is None else [channel, gauge]

    def apply() -> None:
        above = [fcntl.fcntl(descriptor, fcntl.F_DUPFD, _GAUGE + 1) for descriptor in kept]
        for place, descriptor in enumerate(above, CHANNEL):
            os.dup2(descriptor, place)
        os.closerange(0, CHANNEL)
        os.closerange(CHANNEL + len(kept), _MOST_DESCRIPTORS)

    def effective() -> bool:
        places = range(CHANNEL, CHANNEL + len(kept))
        return all(_is_closed(number) for number in range(_TRIED_DESCRIPTORS) if number not in places)

    return Step(LayerName.ONE_DESCRIPTOR, apply, effective)


def _is_closed(descriptor: int) -> bool:
    try:
        os.fstat(descriptor)
    except OSError:
        return True
    return False
