"""Steps: a generator that goes on in the very callback that brings what it waits for."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Generator
from contextvars import copy_context
from functools import partial
from typing import TYPE_CHECKING, Any, Generic, TypeAlias, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")
R = TypeVar("R")

Waiting: TypeAlias = Generator[Coroutine[Any, Any, Any] | None, Any, R]
"""What waits with `yield`: for a coroutine, whose result it gets, or with None until it is told to go on."""


class Steps(Generic[T]):
    """Carries a generator on. A task would do, but has to be woken, in another turn of the event loop each time.

    Whoever has what the generator waits for tells it as if this were a future: with `set_result` and `set_exception`.
    All of it runs in the context of whoever makes it.

    Args:
        steps: The generator.
    """

    def __init__(self, steps: Waiting[T]) -> None:
        self._loop = asyncio.get_running_loop()
        self._steps = steps
        self._context = copy_context()
        self._end: asyncio.Future[T] = self._loop.create_future()
        self._task: asyncio.Task[Any] | None = None
        self.done = self._end.done
        """Returns whether there is nothing to go on with."""
        self.set_result: Callable[[Any], None] = partial(self._go_on, steps.send)
        """Goes on with what was waited for, unless all is over."""
        self.set_exception: Callable[[Exception], None] = partial(self._go_on, steps.throw)
        """Goes on with an exception in place of what was waited for."""

    async def carry_out(self) -> T:
        """Return what the generator returns. It has begun, or begins when it is told to; cancelling this closes it."""
        try:
            return await self._end
        finally:
            self._steps.close()
            if self._task is not None:
                self._task.cancel()
                await asyncio.gather(self._task, return_exceptions=True)

    def _go_on(self, resume: Callable[[Any], Coroutine[Any, Any, Any] | None], what: object) -> None:
        if self.done():
            return
        try:
            wanted = self._context.run(resume, what)
        except StopIteration as end:
            self._end.set_result(end.value)
        except Exception as error:  # noqa: BLE001 (whoever awaits the end has it)
            self._end.set_exception(error)
        else:
            if wanted is not None:
                self._task = self._loop.create_task(wanted)
                self._task.add_done_callback(self._take)

    def _take(self, done: asyncio.Task[Any]) -> None:
        """Take the end of a coroutine."""
        self._task = None
        if done.cancelled():
            return
        error = done.exception()
        if error is None:
            self.set_result(done.result())
        else:
            self._go_on(self._steps.throw, error)
