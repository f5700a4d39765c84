"""A layer that does not have its effect is found, told, and refused where it is required."""

from __future__ import annotations

import asyncio
import resource
import stat
import sys
from typing import TYPE_CHECKING

import psutil
import pytest

from runtime import HostLimitError, LayerMissingError, LayerName, LayerReason, Sandbox, SandboxReport, WorkerStartError

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractAsyncContextManager
    from pathlib import Path

    from conftest import Bench

    OpenBench = Callable[..., AbstractAsyncContextManager[Bench]]
    UseZygote = Callable[[str], None]

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="layers of Linux")

REFUSING = """
def refused(name, *arguments, _call=namespaces.call):
    if name == "unshare":
        raise OSError(errno.EPERM, "")
    return _call(name, *arguments)
namespaces.call = refused
"""
OLD_LANDLOCK = """
def old(name, *arguments, _call=landlock.call):
    if arguments[0] == 444 and arguments[3] == 1:
        return 3
    return _call(name, *arguments)
landlock.call = old
"""
NO_LANDLOCK = """
def missing(name, *arguments):
    raise OSError(errno.ENOSYS, "")
landlock.call = missing
"""
NO_LIBRARY = """
def missing(name, *arguments, _load=ctypes.CDLL, **options):
    if name and "seccomp" in str(name):
        raise OSError("no such file")
    return _load(name, *arguments, **options)
ctypes.CDLL = missing
"""
SWAPPED_CONTROLS = """
def swapped(option, *values, _prctl=privileges.prctl):
    return {38: lambda: 0, 4: lambda: _prctl(4, 1)}.get(option, lambda: _prctl(option, *values))()
privileges.prctl = swapped
"""
ACCIDENT = """
from runtime import self_test
def attempt(self, *, _attempt=self_test.SelfTest._attempt):
    self_test.SelfTest._attempt = _attempt
    return "", -signal.SIGKILL
self_test.SelfTest._attempt = attempt
"""
NO_COPY = "zygote._CAN_COPY = False"
DYING_COPY = """
from runtime import self_test
def begin(self, *, _begin=self_test.SelfTest._begin):
    if self._isolate:
        os.kill(os.getpid(), signal.SIGKILL)
    _begin(self)
self_test.SelfTest._begin = begin
"""
SILENT_COPY = DYING_COPY.replace("os.kill(os.getpid(), signal.SIGKILL)", "os._exit(0)")
MISSPELT_JITLESS = "engine.FLAGS = [flag.replace('jitless', 'jitles') for flag in engine.FLAGS]\n"
NAMESPACES = (
    LayerName.USER_NAMESPACE,
    LayerName.NETWORK_NAMESPACE,
    LayerName.IPC_NAMESPACE,
    LayerName.PID_NAMESPACE,
    LayerName.MOUNT_NAMESPACE,
)
NO_EFFECT = LayerReason.NO_EFFECT
FAULTS = {
    "misspelt flag against the JIT, which stops V8 from reading on": (
        f"{MISSPELT_JITLESS}{NO_LIBRARY}executable.prctl = executable.call = lambda *values: 0",
        dict.fromkeys((LayerName.V8_NO_JIT, LayerName.V8_NO_CODE_FROM_STRINGS, LayerName.V8_LINEAR_REGEXP), NO_EFFECT),
    ),
    "misspelt flag against code from strings": (
        "engine.FLAGS = [flag.replace('strings', 'string') for flag in engine.FLAGS]",
        {LayerName.V8_NO_CODE_FROM_STRINGS: NO_EFFECT},
    ),
    "misspelt flag for linear regular expressions": (
        "engine.FLAGS = [flag.replace('excessive', 'excesive') for flag in engine.FLAGS]",
        {LayerName.V8_LINEAR_REGEXP: NO_EFFECT},
    ),
    "globals that stay": (
        "zygote.prelude_source = lambda _: __import__('runtime.prelude').prelude.PreludeSource('() => undefined', {})",
        {LayerName.REMOVED_GLOBALS: NO_EFFECT},
    ),
    "descriptors that stay": ("os.closerange = lambda low, high: None", {LayerName.ONE_DESCRIPTOR: NO_EFFECT}),
    "limits that are not set": (
        "resource.setrlimit = lambda name, values: None",
        {LayerName.RESOURCE_LIMITS: NO_EFFECT, LayerName.MEMORY_LIMIT: NO_EFFECT},
    ),
    "a timer that is not set": ("signal.setitimer = lambda kind, seconds: None", {LayerName.CPU_LIMIT: NO_EFFECT}),
    "capabilities that stay": (
        "privileges._drop_capabilities = lambda: None",
        {LayerName.NO_CAPABILITIES: NO_EFFECT},
    ),
    "controls that are not set": (
        SWAPPED_CONTROLS,
        {LayerName.NO_NEW_PRIVILEGES: NO_EFFECT, LayerName.NOT_DUMPABLE: NO_EFFECT},
    ),
    "no parent-death signal": (
        "hardening.prepared_prctl = lambda *values: lambda: 0",
        {LayerName.PARENT_DEATH_SIGNAL: NO_EFFECT},
    ),
    "a filter that is not applied": (
        "seccomp.prepared_prctl = lambda *values: lambda: 0",
        {LayerName.SECCOMP: NO_EFFECT},
    ),
    "no libseccomp": (NO_LIBRARY, {LayerName.SECCOMP: LayerReason.LIBRARY_MISSING}),
    "memory that stays writable and executable": (
        "executable.call = lambda *values: 0",
        {LayerName.WRITE_XOR_EXECUTE: NO_EFFECT},
    ),
    "no user namespaces": (
        REFUSING,
        dict.fromkeys(NAMESPACES, LayerReason.REFUSED) | {LayerName.TASK_LIMIT: LayerReason.DEPENDS},
    ),
    "namespaces that are not entered": ("namespaces.call = lambda *values: 0", dict.fromkeys(NAMESPACES, NO_EFFECT)),
    "no Landlock": (
        NO_LANDLOCK,
        dict.fromkeys(
            (LayerName.LANDLOCK_FILES, LayerName.LANDLOCK_NETWORK, LayerName.LANDLOCK_SCOPE), LayerReason.NOT_IN_KERNEL
        ),
    ),
    "an old Landlock": (
        OLD_LANDLOCK,
        dict.fromkeys((LayerName.LANDLOCK_NETWORK, LayerName.LANDLOCK_SCOPE), LayerReason.NOT_IN_KERNEL),
    ),
    "a Landlock without effect": (
        "landlock.Prepared = lambda *values: lambda: 0",
        {LayerName.LANDLOCK_FILES: NO_EFFECT},
    ),
    "no place for a control group": (
        "cgroup._is_delegated = lambda *places: False",
        {LayerName.CGROUP: LayerReason.NOT_DELEGATED},
    ),
}


@pytest.fixture(scope="module")
def whole() -> SandboxReport:
    """Look at what this host gives where nothing is broken."""
    return asyncio.run(report())


async def report() -> SandboxReport:
    """Return what workers say of themselves."""
    async with Sandbox(require=(), workers=1, spares=0) as sandbox:
        return sandbox.report


@pytest.mark.parametrize(("fault", "expected"), FAULTS.values(), ids=FAULTS.keys())
async def test_what_has_no_effect_is_found(
    fault: str, expected: dict[LayerName, LayerReason], use_zygote: UseZygote, whole: SandboxReport
) -> None:
    """With one part of the hardening broken on purpose, the report says which layer is missing and why."""
    use_zygote(fault)
    broken = await report()
    if LayerName.NO_CAPABILITIES in expected and not whole[LayerName.USER_NAMESPACE].active:
        pytest.skip("there may be no capability to keep")
    there = {layer: reason for layer, reason in expected.items() if whole[layer].active}
    assert there == {layer: broken[layer].reason for layer in there}
    assert all(broken[layer].reason for layer in expected)


async def test_a_required_layer_that_is_missing_is_refused(use_zygote: UseZygote) -> None:
    """The error names the layer, says why it is missing and what to do, and leaves no process."""
    use_zygote(NO_LIBRARY)
    with pytest.raises(LayerMissingError) as caught:
        await Sandbox(workers=1, spares=0).__aenter__()
    assert [LayerName.SECCOMP] == [layer.name for layer in caught.value.layers]
    for part in ("seccomp: libseccomp is not installed", "install libseccomp", "leave it out of the required layers"):
        assert part in str(caught.value)
    assert [] == psutil.Process().children()


async def test_an_accident_of_the_self_test_costs_no_layer(use_zygote: UseZygote, whole: SandboxReport) -> None:
    """Where the process that tries the layers is ended by somebody else, another one does it."""
    use_zygote(ACCIDENT)
    assert whole == await report()


@pytest.mark.parametrize("fault", [NO_COPY, DYING_COPY, SILENT_COPY])
async def test_where_no_process_can_go_on_with_the_isolate_of_a_zygote_workers_make_their_own(
    fault: str, use_zygote: UseZygote, whole: SandboxReport, open_bench: OpenBench
) -> None:
    """The self-test finds it, all layers are there nevertheless, and a worker serves all runs of its key."""
    use_zygote(fault)
    async with open_bench(workers=1, spares=0) as bench:
        assert whole == bench.sandbox.report
        assert [1, 1] == [await bench.value("module.exports = () => 1") for _ in range(2)]
        assert [False] == [worker.process.single_run for worker in bench.sandbox._pool._alive]


async def test_an_environment_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A zygote that was started with a variable still holds it in its memory, whatever it does."""
    script = tmp_path / "zygote"
    script.write_text(f'#!/bin/sh\nSECRET=1 exec {sys.executable} "$@"\n')
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setattr(sys, "executable", str(script))
    assert NO_EFFECT == (await report())[LayerName.CLEAN_ENVIRONMENT].reason


async def test_a_later_zygote_is_checked_too(open_bench: OpenBench, use_zygote: UseZygote) -> None:
    """A sandbox that was opened with all layers runs nothing in a worker that lacks one."""
    async with open_bench(require=[LayerName.CPU_LIMIT], workers=1, spares=0) as bench:
        assert 1 == await bench.value("module.exports = () => 1")
        use_zygote(FAULTS["a timer that is not set"][0])
        zygote = psutil.Process().children()[0]
        zygote.kill()
        await asyncio.to_thread(zygote.wait)
        failure = (await bench.run("module.exports = () => 2", key="another")).failure
    assert failure is not None
    assert ("internal", "layer_missing") == (failure.type, failure.key)
    assert "cpu_limit" in failure.message


async def test_code_that_v8_would_make_has_no_memory_to_go_to(use_zygote: UseZygote, whole: SandboxReport) -> None:
    """With the JIT left on by mistake, workers do not even start where no memory can become executable."""
    if not whole[LayerName.WRITE_XOR_EXECUTE].active:
        pytest.skip("memory can become executable here")
    use_zygote(MISSPELT_JITLESS)
    with pytest.raises(WorkerStartError):
        await report()


def test_an_unknown_layer_is_refused() -> None:
    """A name that no layer has says which was meant, before anything starts."""
    with pytest.raises(ValueError, match="Did you mean seccomp"):
        Sandbox(require=["secomp"])


@pytest.mark.parametrize(
    ("name", "limit", "words"),
    [
        (resource.RLIMIT_AS, 1 << 40, "limited to 1 TiB.*memory cage.*ulimit -v"),
        (resource.RLIMIT_STACK, 1 << 20, "limited to 1024 KiB.*ulimit -s"),
    ],
)
async def test_limits_that_v8_cannot_live_with_are_refused(name: int, limit: int, words: str) -> None:
    """A process whose address space or stack is too small opens no sandbox, and is told what to raise."""
    before = resource.getrlimit(name)
    resource.setrlimit(name, (limit, before[1]))
    try:
        with pytest.raises(HostLimitError, match=words):
            await Sandbox().__aenter__()
    finally:
        resource.setrlimit(name, before)
