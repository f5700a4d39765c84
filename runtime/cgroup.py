# Trusted: entered once by the zygote, and inherited by every worker.
"""A control group (version 2) for the zygote and its workers, where the application was given a place to make one."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from .layer import LayerName, LayerReason
from .step import Step, UnavailableError

_CONTROLLERS: Final = frozenset({"memory", "pids"})
_PREFIX: Final = "methodhost-"
_MOST_TASKS: Final = 4096
_SHARE_OF_MEMORY: Final = 0.75
_DELEGATED: Final = ("user.delegate", "trusted.delegate")
"""Attributes with which systemd marks the groups that it leaves to others."""


@dataclass(frozen=True)
class _Place:
    """Where the application's group is: the folder of its hierarchy, and its own."""

    hierarchy: Path
    own: Path


class ControlGroup:
    """The group beside the application's own, shared by all zygotes of one application.

    Making it beside and not below is what the kernel wants: a group with processes of its own cannot give controllers
    to groups below it. The parent must be delegated: root could write to any, and would take the workers out of the
    service that they belong to.

    Args:
        root: Where the machine's files are.
    """

    def __init__(self, root: Path = Path("/")) -> None:
        self._root = root
        self._name = f"{_PREFIX}{os.getppid()}"

    def step(self, proc: int) -> Step:
        """Return the step.

        Args:
            proc: A descriptor of the machine's `/proc`, for the time after there is none.
        """
        return Step(LayerName.CGROUP, self.enter, lambda: self._has_entered(proc))

    def enter(self) -> None:
        """Make the group and move this process into it.

        Raises:
            OSError: The kernel refuses.
            UnavailableError: Nothing is delegated to the application.
        """
        place = self._find()
        parent = place.own.parent
        if place.own == place.hierarchy or not _is_delegated(parent, place.hierarchy):
            raise UnavailableError(LayerReason.NOT_DELEGATED)
        if not set((parent / "cgroup.controllers").read_text().split()) >= _CONTROLLERS:
            raise UnavailableError(LayerReason.NOT_DELEGATED)
        _write(parent / "cgroup.subtree_control", " ".join(f"+{name}" for name in sorted(_CONTROLLERS)))
        self._remove_left_over(parent)
        group = parent / self._name
        group.mkdir(exist_ok=True)
        _write(group / "memory.max", str(self._memory_bytes(parent)))
        _write(group / "pids.max", str(_MOST_TASKS))
        _write(group / "cgroup.procs", str(os.getpid()))

    def _find(self) -> _Place:
        lines = (self._root / "proc/self/cgroup").read_text().splitlines()
        own = next((line.removeprefix("0::/") for line in lines if line.startswith("0::/")), None)
        for line in (self._root / "proc/self/mountinfo").read_text().splitlines():
            mount, _, source = line.partition(" - ")
            if own is not None and source.startswith("cgroup2 "):
                _, _, _, top, folder, *_ = mount.split()
                hierarchy = self._root / folder.lstrip("/")
                return _Place(hierarchy, hierarchy / own.removeprefix(top.lstrip("/")).lstrip("/"))
        raise UnavailableError(LayerReason.NOT_DELEGATED)

    def _remove_left_over(self, parent: Path) -> None:
        """Remove the groups of applications that have ended, which nobody could do at their end."""
        for group in parent.glob(f"{_PREFIX}*"):
            if not (self._root / "proc" / group.name.removeprefix(_PREFIX)).exists():
                with suppress(OSError):  # a worker may still be ending
                    group.rmdir()

    def _memory_bytes(self, parent: Path) -> int:
        machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
        with suppress(OSError, ValueError):  # the topmost group has none, and others may say "max"
            machine = min(machine, int((parent / "memory.max").read_text()))
        return int(machine * _SHARE_OF_MEMORY)

    def _has_entered(self, proc: int) -> bool:
        with os.fdopen(os.open("self/cgroup", os.O_RDONLY, dir_fd=proc), encoding="utf-8") as groups:
            return any(line.rstrip("\n").endswith(f"/{self._name}") for line in groups if line.startswith("0::"))


def _is_delegated(group: Path, hierarchy: Path) -> bool:
    """Return whether somebody left a group to this process, beyond what root may do anyway."""
    if not os.access(group / "cgroup.procs", os.W_OK):
        return False
    if os.geteuid() != 0:
        return True
    if group == hierarchy:  # the top of a container's own hierarchy, unlike the machine's, has events
        return (group / "cgroup.events").exists()
    return any(_attribute(group, name) == b"1" for name in _DELEGATED)


def _attribute(group: Path, name: str) -> bytes | None:
    try:
        return os.getxattr(group, name)
    except OSError:
        return None


def _write(file: Path, text: str) -> None:
    with file.open("w", encoding="ascii") as stream:
        stream.write(text)
