"""What a worker process cannot do."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import pytest

from runtime import HostCall, HostReply

if TYPE_CHECKING:
    from conftest import Bench

LINUX = sys.platform == "linux"

# Runs in a process that has given up what workers give up, and says what still succeeds.
PROBE = """
import ctypes, json, os, resource, signal, socket, sys, threading
from runtime.hardening import CHANNEL, Hardening

ours, theirs = socket.socketpair()
hardening = Hardening()
libc = ctypes.CDLL(None, use_errno=True)
parent = os.getpid()
process = os.fork()
if process == 0:
    hardening.apply(theirs.fileno(), parent)
    attempts = {
        "open": lambda: os.open("/etc/passwd", os.O_RDONLY),
        "create": lambda: os.open("probe", os.O_WRONLY | os.O_CREAT),
        "list": lambda: os.listdir("/"),
        "stat": lambda: os.stat("/"),
        "socket": lambda: socket.socket(),
        "pipe": lambda: os.pipe(),
        "fork": lambda: os.fork() and None,
        "exec": lambda: os.execv(sys.executable, [sys.executable]),
        "kill": lambda: os.kill(parent, 0),
        "ptrace": lambda: libc.ptrace(16, parent, 0, 0) and (_ for _ in ()).throw(OSError()),
        "raise limit": lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64)),
        "chdir": lambda: os.chdir("/"),
    }
    succeeded = []
    for name, attempt in attempts.items():
        try:
            attempt()
        except (OSError, ValueError):
            continue
        succeeded.append(name)
    thread = threading.Thread(target=lambda: None)
    thread.start()
    thread.join()
    os.write(CHANNEL, json.dumps({"succeeded": succeeded, "environment": dict(os.environ)}).encode())
    os._exit(0)
theirs.close()
print(ours.recv(65536).decode())
os.waitpid(process, 0)
"""


@pytest.mark.skipif(not LINUX, reason="seccomp is Linux's")
def test_from_inside_a_worker_nothing_can_be_opened_or_started(tmp_path: Path) -> None:
    """In a process hardened like a worker, files, sockets, processes and signals are refused; threads still work."""
    result = subprocess.run(
        [sys.executable, "-I", "-c", PROBE], capture_output=True, check=True, cwd=tmp_path, env={}, timeout=30
    )
    said = json.loads(result.stdout)
    assert said["succeeded"] in ([], ["raise limit"])
    assert [] == list(tmp_path.iterdir())


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.skipif(not LINUX, reason="layers of Linux")
async def test_every_layer_had_its_effect_when_tried(bench: Bench) -> None:
    """A worker tries each layer on itself before any method runs, and reports what it found."""
    assert {
        "no_files": True,
        "no_sockets": True,
        "memory_limit": True,
        "parent_death_signal": True,
        "seccomp": True,
        "v8_sandbox": True,
    } == bench.sandbox.report["layers"]


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.skipif(not LINUX, reason="reads /proc")
async def test_a_worker_has_no_environment_and_one_descriptor(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Seen from outside, a worker's environment is empty and its channel is all it holds."""
    monkeypatch.setenv("CANARY", "s3cret")
    bound = []

    async def calls(_: HostCall) -> HostReply:
        bound.extend(worker.process.process for worker in bench.sandbox._pool._alive if worker.lease is not None)
        return HostReply(ok=True, value=None)

    await bench.value("module.exports = ({ echo }) => echo(1)", calls=calls)
    assert bound
    for worker in map(psutil.Process, bound):
        folder = Path(f"/proc/{worker.pid}")
        assert b"" == (folder / "environ").read_bytes()
        assert ["3"] == [entry.name for entry in (folder / "fd").iterdir()]
        status = dict(line.split(":\t", 1) for line in (folder / "status").read_text().splitlines() if ":\t" in line)
        assert ("1", "2") == (status["NoNewPrivs"], status["Seccomp"])
        assert b"s3cret" not in (folder / "cmdline").read_bytes()
