"""What a worker process cannot do, and how it is told where it could."""

from __future__ import annotations

import json
import platform
import signal
import subprocess
import sys
from contextlib import suppress
from functools import cache
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil
import pytest

from runtime import HostCall, HostReply, LayerName, LayerReason

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Bench

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="layers of Linux")

HARDENED = Path(__file__).with_name("hardened.py")


@cache
def hardened(*arguments: str) -> tuple[dict[str, str], Any]:
    """Run attempts in a process hardened like a worker; return why layers are not active there, and what came of it."""
    command = [sys.executable, "-I", str(HARDENED), *arguments]
    result = subprocess.run(command, capture_output=True, check=True, env={}, timeout=60)
    said = json.loads(result.stdout)
    return said["reasons"], said["found"]


def calls() -> dict[str, Any]:
    """Return what came of system calls behind the filter."""
    reasons, found = hardened("calls")
    skip_where_inactive(LayerName.SECCOMP, reasons)
    return found


def skip_where_inactive(layer: LayerName, reasons: dict[str, str]) -> None:
    """Skip the test where this host lacks the layer, if it is told why, and it is not our own fault."""
    assert reasons.get(layer) != LayerReason.NO_EFFECT
    if layer in reasons:
        pytest.skip(f"{layer} is not active here: {LayerReason(reasons[layer]).text}")


@pytest.fixture(scope="module")
def port(serve_in_thread: Callable[[type[BaseHTTPRequestHandler]], int]) -> int:
    """Start a server on this machine."""
    return serve_in_thread(BaseHTTPRequestHandler)


def test_a_system_call_that_is_not_on_the_list_fails_whatever_its_number() -> None:
    """Every number but those on the list is refused; clone3 in the way after which the C library uses clone."""
    found = calls()
    expected = dict.fromkeys(found["by_number"], "EPERM") | {str(found["clone3"]): "ENOSYS"}
    assert expected == found["by_number"]
    assert len(expected) > 400


@pytest.mark.parametrize(
    "name",
    [
        *(
            "bpf",
            "chdir",
            "clone",
            "dup",
            "execve",
            "fork",
            "getppid",
            "io_uring_setup",
            "keyctl",
            "kill",
            "memfd_create",
        ),
        *("mount", "openat", "perf_event_open", "personality", "pidfd_open", "prctl", "process_vm_readv", "ptrace"),
        *("recvmsg", "sendmsg", "setns", "socket", "socketpair", "tgkill", "uname", "unshare", "userfaultfd"),
        *("futex", "mmap", "mprotect", "prlimit64", "setitimer"),
    ],
)
def test_native_code_that_makes_a_real_attempt_is_refused(name: str) -> None:
    """Also with arguments that would do something, and of calls that are allowed with other arguments."""
    outcome = calls()["by_name"].get(name)
    assert outcome in {"EPERM", None}  # not every architecture has every call
    assert outcome is not None or platform.machine() != "x86_64"


@pytest.mark.skipif(platform.machine() != "x86_64", reason="machine code of x86")
def test_a_system_call_of_another_architecture_is_the_end() -> None:
    """The numbers of 32-bit programs mean something else, so the kernel ends the process."""
    reasons, status = hardened("architecture")
    skip_where_inactive(LayerName.SECCOMP, reasons)
    assert status in {-signal.SIGSYS, -signal.SIGSEGV}  # the latter where the kernel has no such calls


@pytest.mark.parametrize(
    ("layer", "expected"),
    [
        (LayerName.LANDLOCK_FILES, ["EACCES"]),
        (LayerName.LANDLOCK_NETWORK, ["EACCES", "EACCES"]),
        (LayerName.LANDLOCK_SCOPE, ["EPERM"]),
        (LayerName.NETWORK_NAMESPACE, ["ENETUNREACH"]),
        (LayerName.PID_NAMESPACE, ["ESRCH", "ESRCH"]),
        (LayerName.MOUNT_NAMESPACE, ["ENOENT", "ENOENT"]),
        (LayerName.TASK_LIMIT, [4096]),
        (LayerName.UNPRIVILEGED_USER, [True]),
        (LayerName.NO_CAPABILITIES, ["EPERM", "EPERM"]),
        (LayerName.RESOURCE_LIMITS, ["EMFILE", "EPERM"]),
        (LayerName.WRITE_XOR_EXECUTE, ["EACCES"]),
        (LayerName.ONE_DESCRIPTOR, [3, 4]),
        (LayerName.CLEAN_ENVIRONMENT, []),
    ],
)
def test_other_layers_hold_where_the_filter_is_missing(layer: LayerName, expected: list[object], port: int) -> None:
    """Each layer has its own effect on native code, not only behind another one."""
    reasons, found = layers(port)
    skip_where_inactive(layer, reasons)
    assert "library_missing" == reasons["seccomp"]
    assert expected == found[layer]


_LAYERS: list[tuple[dict[str, str], Any]] = []


def layers(port: int) -> tuple[dict[str, str], Any]:
    """Return what came of attempts without the filter; made once, since it does not matter which server is not reached."""
    if not _LAYERS:
        _LAYERS.append(hardened("layers", str(port)))
    return _LAYERS[0]


@pytest.mark.asyncio(loop_scope="module")
async def test_every_layer_is_active_or_has_a_reason_and_a_remedy(bench: Bench) -> None:
    """The report names all layers; what a host can do nothing about is active on every Linux."""
    report = bench.sandbox.report
    assert list(LayerName) == [layer.name for layer in report.layers]
    for layer in report.layers:
        assert layer.active == (layer.reason is None) == (layer.remedy is None)
        assert layer.reason is None or layer.reason.text
        assert layer.reason is not LayerReason.NO_EFFECT
    assert () == report.missing(EVERYWHERE)
    assert report.v8.startswith("14.4.")
    assert report.v8_published is not None
    assert report.kernel.startswith("Linux ")


EVERYWHERE = (
    *(LayerName.V8_NO_JIT, LayerName.V8_NO_CODE_FROM_STRINGS, LayerName.V8_LINEAR_REGEXP, LayerName.V8_MEMORY_CAGE),
    *(LayerName.REMOVED_GLOBALS, LayerName.CLEAN_ENVIRONMENT, LayerName.ONE_DESCRIPTOR, LayerName.RESOURCE_LIMITS),
    *(LayerName.MEMORY_LIMIT, LayerName.CPU_LIMIT, LayerName.NO_CAPABILITIES, LayerName.NO_NEW_PRIVILEGES),
    *(LayerName.NOT_DUMPABLE, LayerName.PARENT_DEATH_SIGNAL),
)


@pytest.mark.asyncio(loop_scope="module")
async def test_the_kernel_says_the_same_of_a_worker(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Seen from outside, in the middle of a run: one descriptor, no environment, no privilege, in no list of arguments."""
    monkeypatch.setenv("CANARY", "s3cret")
    seen = []

    async def calls(_: HostCall) -> HostReply:
        bound = (worker.process.process for worker in bench.sandbox._pool._alive if worker.lease is not None)
        seen.extend(map(facts, bound))
        return HostReply(ok=True, value=None)

    await bench.value("module.exports = ({ echo }) => echo(1)", calls=calls)
    assert seen
    report = bench.sandbox.report
    for status, private in seen:
        assert "1" == status["NoNewPrivs"]
        assert ("2" if report[LayerName.SECCOMP].active else "0") == status["Seccomp"]
        assert "0" * 16 == status["CapEff"] == status["CapPrm"]
        assert (2 if report[LayerName.PID_NAMESPACE].active else 1) <= len(status["NSpid"].split())
        assert report[LayerName.UNPRIVILEGED_USER].active != (set(status["Uid"].split()) == {"0"})
        if private is not None:
            assert (b"", ["3"]) == private


def facts(process: int) -> tuple[dict[str, str], tuple[bytes, list[str]] | None]:
    """Return what the kernel says of a process, and what it may tell root alone: environment and descriptors."""
    folder = Path(f"/proc/{process}")
    lines = (line.split(":", 1) for line in (folder / "status").read_text().splitlines())
    status = {name: value.strip() for name, value in lines}
    assert b"s3cret" not in (folder / "cmdline").read_bytes()
    with suppress(PermissionError):
        return status, ((folder / "environ").read_bytes(), [entry.name for entry in (folder / "fd").iterdir()])
    return status, None


@pytest.mark.asyncio(loop_scope="module")
async def test_a_worker_maps_no_memory_that_is_writable_and_executable(bench: Bench) -> None:
    """Not even what the interpreter makes for calls from V8 can be written to, after many isolates in one process."""
    seen: list[str] = []

    async def calls(_: HostCall) -> HostReply:
        bound = (worker.process.process for worker in bench.sandbox._pool._alive if worker.lease is not None)
        seen.extend(line for process in bound for line in maps(process))
        return HostReply(ok=True, value=None)

    for _ in range(30):
        await bench.value("module.exports = () => 1")
    await bench.value("module.exports = ({ echo }) => echo(1)", calls=calls)
    if not seen:
        pytest.skip("the kernel shows the memory of a worker to root alone")
    assert [] == [line for line in seen if "wx" in line.split()[1]]


def maps(process: int) -> list[str]:
    """Return the memory that a process has mapped; nothing where the kernel does not show it."""
    with suppress(PermissionError):
        return Path(f"/proc/{process}/maps").read_text().splitlines()
    return []


@pytest.mark.asyncio(loop_scope="module")
async def test_workers_end_with_their_zygote(bench: Bench) -> None:
    """Nothing of a zygote that was killed lives on, whether or not the application notices."""
    await bench.value("module.exports = () => 1")
    (zygote,) = psutil.Process().children()
    family = zygote.children(recursive=True)
    zygote.kill()
    assert [] == psutil.wait_procs(family, timeout=10)[1]
    assert 2 == await bench.value("module.exports = () => 2")
