# Hostile side of the wall: what the zygote, and then each worker, gives up before V8 starts.
"""The layers around a worker: which there are, in which order they are applied, and where.

What all workers can inherit is applied once, in the zygote. What belongs to a process or a thread alone is applied by
each worker, right after the fork and before any thread exists.
"""

from __future__ import annotations

import ctypes
import os
import signal
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from .cgroup import ControlGroup
from .executable import ExecutableMemory
from .landlock import Landlock
from .layer import LayerName, LayerReason
from .libc import prctl, prepared_prctl
from .namespaces import Namespaces, start_init
from .privileges import privilege_steps, unprivileged_user_step
from .rlimits import resource_limits_step, task_limit_step
from .seccomp import SeccompFilter
from .step import Step, UnavailableError, reason_for
from .worker_descriptors import WorkerDescriptors

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_INIT: Final = 1
"""The process id of the first process of a pid namespace."""
_PR_SET_PDEATHSIG: Final = 1
_PR_GET_PDEATHSIG: Final = 2
_OOM_SCORE: Final = b"1000"


class Hardening:
    """What is prepared once in the zygote and applied in each worker.

    Attributes:
        reasons: Why layers could not be applied, those of the zygote's and, once they were tried, the workers' own.
        descriptors: Of each worker.
    """

    def __init__(self) -> None:
        self.reasons: dict[LayerName, LayerReason] = {}
        self.shared: list[Step] = []
        self._applied: set[LayerName] = set()
        self._further: Iterator[Step] = iter(())
        self.descriptors = WorkerDescriptors()
        self._linux = None if self.descriptors.proc is None else _Linux(self.descriptors.proc)
        self._own: list[Callable[[], object]] = []

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

    def own_steps(self, parent: int) -> list[Step]:
        """Return what each worker has to apply for itself, in this order, once it has its descriptors.

        Args:
            parent: The zygote's process id.
        """
        if self._linux is None:
            return [self.descriptors.step(), resource_limits_step()]
        outsider = _INIT if LayerName.PID_NAMESPACE in self._applied else parent
        own_users = LayerName.USER_NAMESPACE in self._applied
        return self._linux.own_steps(self.descriptors, parent, outsider, own_users=own_users)

    def prepare(self) -> None:
        """Make ready what workers apply, but for what is known to be impossible here. In their zygote."""
        possible = {None, LayerReason.NO_EFFECT}
        steps = self.own_steps(os.getpid())
        self._own = [step.apply for step in steps if self.reasons.get(step.name) in possible]

    def apply(self, channel: int) -> None:
        """Give up what a worker does not need.

        Args:
            channel: The descriptor to keep; it becomes number `CHANNEL`.

        Raises:
            OSError: A layer cannot be applied that another worker could.
        """
        self.descriptors.take(channel)
        for apply in self._own:
            apply()

    def _empty_environment(self) -> None:
        if self._linux is not None and self._linux.read("self/environ"):  # what it was started with stays in memory
            raise UnavailableError(LayerReason.NO_EFFECT)
        os.environ.clear()  # of what the interpreter has put there


class _Linux:
    """The layers of Linux. Opens what it needs before there are no files."""

    def __init__(self, proc: int) -> None:
        self._proc = proc
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

    def own_steps(self, descriptors: WorkerDescriptors, parent: int, outsider: int, *, own_users: bool) -> list[Step]:
        return [
            _parent_death_step(parent),
            task_limit_step(own_users=own_users),
            *self._landlock.steps(outsider),
            descriptors.step(),
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
    ask = prepared_prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)

    def apply() -> None:
        ask()
        if os.getppid() not in {parent, 0}:  # it ended before the signal was asked for; 0 is a parent out of sight
            os._exit(0)

    def effective() -> bool:
        number = ctypes.c_int()
        prctl(_PR_GET_PDEATHSIG, ctypes.byref(number))
        return number.value == signal.SIGKILL

    return Step(LayerName.PARENT_DEATH_SIGNAL, apply, effective)
