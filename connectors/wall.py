"""Wall: where JavaScript of connectors runs, and the one door it has to the outside."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from typing import TYPE_CHECKING, TypeAlias

from bridge import ApiClient
from runtime import HostCall, HostReply, Module, Script

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from bridge import ClientConfig, EgressPolicy, Transports
    from runtime import JSON, Outcome, Sandbox

    from .context import RunContext
    from .method import Method

Refresh: TypeAlias = "Callable[[], Awaitable[ClientConfig | None]]"
"""Gives a client with new credentials, or None when there is no way to get any."""

SHORTEST_WALL_TIME_SECONDS = 0.001


class Wall:
    """Runs methods in the sandbox, with an `apiClient` or without one.

    What a method waits for in the middle of its run (new credentials, a new client) has places of its own: when every
    other place is taken by a method that waits, it must still be able to run.

    Args:
        sandbox: Where methods run; must hold one worker for each place.
        transports: Which sockets their requests take.
        policy: Which addresses they may reach.
        places: Most methods at a time.
        inner_places: Most runs at a time that methods wait for.
    """

    def __init__(
        self, *, sandbox: Sandbox, transports: Transports, policy: EgressPolicy, places: int, inner_places: int
    ) -> None:
        self._sandbox = sandbox
        self._transports = transports
        self._policy = policy
        self._places = asyncio.Semaphore(places)
        self._inner_places = asyncio.Semaphore(inner_places)

    async def run(
        self,
        context: RunContext,
        method: Method,
        arguments: dict[str, JSON],
        *,
        client: ClientConfig | None = None,
        refresh: Refresh | None = None,
    ) -> Outcome:
        """Run a method once, as a part of the run of `context`.

        Args:
            context: The run; its record takes in console lines and requests as they happen. The outcome is left to
                the caller.
            method: What to run; must be JavaScript.
            arguments: What it receives, `apiClient` aside.
            client: How its `apiClient` is configured; without one it has none.
            refresh: Asked for a new configuration when the server says 401.
        """
        method.require_javascript()
        async with self._inner_places if context.inner else self._places:
            outcome = await self._run_now(_with_time_left(context), method, arguments, client, refresh)
        return _measured_by(context, outcome)

    async def _run_now(
        self,
        context: RunContext,
        method: Method,
        arguments: dict[str, JSON],
        client: ClientConfig | None,
        refresh: Refresh | None,
    ) -> Outcome:
        """Run a method that has a place."""
        api_client = client and self._api_client(context, client, refresh)
        return await self._sandbox.run(
            Script(module=Module(name=method.file.name, code=method.file.text), exports=method.exports),
            arguments,
            isolation_key=context.isolation_key,
            calls=api_client or _refuse,
            limits=context.limits,
            settings={"apiClient": api_client.settings} if api_client else {},
            on_log=context.record.on_log,
        )

    def _api_client(self, context: RunContext, config: ClientConfig, refresh: Refresh | None) -> ApiClient:
        """Return what answers the requests of one run."""
        return ApiClient(
            transport=self._transports.get(context.isolation_key),
            config=config,
            policy=self._policy,
            limits=context.limits,
            mode=context.mode,
            redactor=context.record.redactor,
            deadline=time.monotonic() + context.limits.wall_time_seconds,
            refresh=refresh,
            on_exchange=context.record.on_exchange,
            gate=self._transports.gate(context.isolation_key),
        )


def _with_time_left(context: RunContext) -> RunContext:
    """Return the context with the wall time that earlier parts of the run left."""
    left = round(context.limits.wall_time_seconds - context.record.wall_seconds, 3)
    return replace(context, limits=replace(context.limits, wall_time_seconds=max(left, SHORTEST_WALL_TIME_SECONDS)))


def _measured_by(context: RunContext, outcome: Outcome) -> Outcome:
    """Return the outcome with the limit as the caller set it, where earlier parts had used some of the time."""
    failure = outcome.failure
    if failure is None or failure.key != "wall_time" or not context.record.wall_seconds:
        return outcome
    seconds = context.limits.wall_time_seconds
    message = f"The run took longer than {seconds:g} s, the making of its client included"
    data = failure.data | {"value": seconds} if isinstance(failure.data, dict) else failure.data
    return replace(outcome, failure=replace(failure, message=message, data=data))


async def _refuse(call: HostCall) -> HostReply:
    """Answer a call that the method had no means to make."""
    return HostReply(ok=False, value={"message": f"{call.operation} is not available here"})
