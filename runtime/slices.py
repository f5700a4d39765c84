"""Long work on the event loop, a slice at a time."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, TypeVar
from weakref import WeakKeyDictionary

if TYPE_CHECKING:
    from collections.abc import Generator

T = TypeVar("T")

_at_work: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Lock] = WeakKeyDictionary()


async def in_slices(work: Generator[None, None, T]) -> T:
    """Return what `work` returns; each time it yields, all else that is ready runs.

    All such work of one loop takes turns, so that what is beside it waits for one slice, not for one of each. A thread
    would not help: it holds the interpreter for longer than a slice takes.
    """
    loop = asyncio.get_running_loop()
    lock = _at_work.get(loop)
    if lock is None:
        lock = _at_work[loop] = asyncio.Lock()
    try:
        if not lock.locked():
            next(work)  # most work ends with its first slice
        while True:
            async with lock:
                await asyncio.sleep(0)
                next(work)
    except StopIteration as done:
        result: T = done.value
        return result
