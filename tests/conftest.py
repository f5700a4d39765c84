"""What all tests share: nothing may be left behind by any of them."""

from __future__ import annotations

import gc
import time
from typing import TYPE_CHECKING

import psutil
import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

_PATIENCE_SECONDS = 5.0


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


def _held(process: psutil.Process) -> dict[str, int]:
    return {
        "children": len(process.children(recursive=True)),
        "descriptors": process.num_fds(),
        "threads": process.num_threads(),
    }


def _more(before: dict[str, int], after: dict[str, int]) -> bool:
    return any(after[name] > count for name, count in before.items())
