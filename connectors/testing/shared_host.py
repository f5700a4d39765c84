"""SharedHost: one host for many tests, whichever event loop they have."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, TypeVar

from connectors.host import MethodHost
from connectors.loop_thread import wait_for
from runtime import VirtualTimeLoop

if TYPE_CHECKING:
    from collections.abc import Callable

    from connectors.connector import Connector
    from connectors.environment import RunEnvironment
    from connectors.report import RunReport


Made = TypeVar("Made")


class SharedHost(MethodHost):
    """A `MethodHost` with a loop in a thread of its own, whose methods any thread and any event loop may run.

    Opened with `with`. Its loop can keep virtual time, and recorded exchanges may stand in for the network of all its
    runs: see `RecordedApi`. What `run` gives that is a stream is read with `for`, in a thread.

    Args:
        options: As `MethodHost` takes them.
    """

    def __init__(self, **options: Any) -> None:  # noqa: ANN401 (MethodHost's)
        super().__init__(**options)
        self.environment: RunEnvironment | None = None
        """What stands in for the world in runs that say nothing of it."""

    async def run(
        self,
        connector: Connector,
        method: str | None = None,
        *,
        environment: RunEnvironment | None = None,
        **options: Any,  # noqa: ANN401 (MethodHost's)
    ) -> RunReport:
        """Run a method once; as `MethodHost.run`, whose arguments these are, and from any event loop."""
        run = super().run(connector, method, environment=environment or self.environment, **options)
        if asyncio.get_running_loop() is self._loop or self._loop is None:
            return await run
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(run, self._loop))

    def in_loop(self, make: Callable[[], Made]) -> Made:
        """Call something in the event loop of the host, from another thread."""

        async def call() -> Made:
            return make()

        return wait_for(call(), self._loop_of_another_thread())

    def _new_loop(self) -> asyncio.AbstractEventLoop:
        return VirtualTimeLoop()
