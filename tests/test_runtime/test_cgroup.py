"""Where workers get a control group of their own; on a tree of files like the kernel's."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from runtime import LayerName, LayerReason
from runtime.cgroup import ControlGroup
from runtime.step import UnavailableError

if TYPE_CHECKING:
    from pathlib import Path

GROUP = f"methodhost-{os.getppid()}"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Make the files of a machine whose application is in a group of a delegated one, the top of its own hierarchy."""
    files = {
        "proc/self/cgroup": "4:memory:/other\n0::/application\n",
        "proc/self/mountinfo": (
            "24 23 0:22 / /proc rw - proc proc rw\n30 23 0:26 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw\n"
        ),
        "sys/fs/cgroup/cgroup.controllers": "cpu memory pids\n",
        "sys/fs/cgroup/cgroup.events": "populated 1\n",
        "sys/fs/cgroup/cgroup.procs": "",
        "sys/fs/cgroup/cgroup.subtree_control": "",
        "sys/fs/cgroup/application/cgroup.procs": "1\n",
        "sys/fs/cgroup/memory.max": "1073741824\n",
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path


def test_workers_get_a_group_beside_the_application(root: Path) -> None:
    """The group bounds tasks and memory, the latter below what the application itself may have, and takes this process."""
    ControlGroup(root).enter()
    parent = root / "sys/fs/cgroup"
    written = {name: (parent / GROUP / name).read_text() for name in ("memory.max", "pids.max", "cgroup.procs")}
    assert {"memory.max": "805306368", "pids.max": "4096", "cgroup.procs": str(os.getpid())} == written
    assert "+memory +pids" == (parent / "cgroup.subtree_control").read_text()


def test_all_zygotes_of_an_application_share_its_group(root: Path) -> None:
    """A second zygote finds the group of the first one and joins it."""
    ControlGroup(root).enter()
    ControlGroup(root).enter()
    assert [GROUP] == [path.name for path in (root / "sys/fs/cgroup").glob("methodhost-*")]


def test_groups_of_applications_that_have_ended_are_removed(root: Path) -> None:
    """What an application could not remove at its end, the next one does; that of one that lives stays."""
    parent = root / "sys/fs/cgroup"
    (parent / "methodhost-111").mkdir()
    (parent / "methodhost-222").mkdir()
    (root / "proc/222").mkdir()
    ControlGroup(root).enter()
    assert {GROUP, "methodhost-222"} == {path.name for path in parent.glob("methodhost-*")}


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("proc/self/cgroup", "4:memory:/other\n"),  # version 1 only
        ("proc/self/cgroup", "0::/\n"),  # the application is at the top
        ("proc/self/mountinfo", "24 23 0:22 / /proc rw - proc proc rw\n"),  # not mounted
        ("sys/fs/cgroup/cgroup.controllers", "cpu pids\n"),  # no memory
        ("sys/fs/cgroup/cgroup.events", None),  # the top of the machine's own hierarchy, which is nobody's to use
    ],
)
def test_nothing_is_made_where_nothing_is_delegated(root: Path, file: str, text: str | None) -> None:
    """Root may write to every group, and still leaves those alone that nobody left to the application."""
    if text is None and os.geteuid() != 0:
        pytest.skip("what others than root may write to is theirs")
    (root / file).unlink()
    if text is not None:
        (root / file).write_text(text)
    with pytest.raises(UnavailableError) as caught:
        ControlGroup(root).enter()
    assert LayerReason.NOT_DELEGATED is caught.value.reason
    assert [] == list((root / "sys/fs/cgroup").glob("methodhost-*"))


def test_a_hierarchy_that_is_mounted_in_part_is_understood(root: Path) -> None:
    """Inside a container the paths of groups begin above what is mounted."""
    (root / "proc/self/cgroup").write_text("0::/machine/box/application\n")
    mounts = root / "proc/self/mountinfo"
    mounts.write_text("30 23 0:26 /machine/box /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw\n")
    ControlGroup(root).enter()
    assert (root / "sys/fs/cgroup" / GROUP / "cgroup.procs").exists()


def test_membership_is_what_the_kernel_says(root: Path) -> None:
    """The layer is active once the kernel lists this process in the group, whatever was written."""
    group = ControlGroup(root)
    proc = os.open(root / "proc", os.O_RDONLY)
    try:
        step = group.step(proc)
        step.apply()
        assert LayerName.CGROUP is step.name
        assert not step.effective()
        (root / "proc/self/cgroup").write_text(f"0::/{GROUP}\n")
        assert step.effective()
    finally:
        os.close(proc)
