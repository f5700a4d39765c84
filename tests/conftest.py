"""What all tests share: nothing may be left behind by any of them."""

from __future__ import annotations

import gc
import os
import time
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING

import psutil
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_PATIENCE_SECONDS = 5.0
os.environ["METHODHOST_NO_CACHE"] = "1"  # commands leave nothing in the home of who runs the tests


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
