"""Wall: where JavaScript of connectors runs, and the one door it has to the outside."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from typing import TYPE_CHECKING, TypeAlias

from bridge import ApiClient, ClientConfig, IsolateClient
from runtime import HostCall, HostReply

from .misreadings import misreadings

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from bridge import Client, EgressPolicy, Transports
    from runtime import JSON, HostCalls, Outcome, Sandbox, Script

    from .context import RunContext
    from .method import Method

Refresh: TypeAlias = "Callable[[], Awaitable[Client | None]]"
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
        client: Client | None = None,
        refresh: Refresh | None = None,
    ) -> Outcome:
        """Run a method once, as a part of the run of `context`.

        Args:
            context: The run; its record takes in console lines and requests as they happen. The outcome is left to
                the caller.
            method: What to run; must be JavaScript or TypeScript.
            arguments: What it receives, `apiClient` aside.
            client: How its `apiClient` is configured; without one it has none.
            refresh: Asked for a new client when the server says 401.
        """
        context = _with_time_left(context)
        others = (client.module,) if isinstance(client, IsolateClient) else ()
        files = context.connector.texts
        async with self._place(context):
            api_client = client and self._api_client(context, client, refresh)
            settings = api_client.settings if api_client else None
            outcome = await self._execute(
                context, method.script(files, others), arguments, api_client or _refuse, settings
            )
        for warning in misreadings(context.connector.files, api_client.bare_bodies if api_client else ()):
            context.record.warn(warning)
        return _measured_by(context, outcome)

    def host_client(self, context: RunContext) -> ApiClient:
        """Return what sends requests of the host itself, as a part of the run of `context`."""
        return self._api_client(_with_time_left(context), ClientConfig(), None)

    async def make_client(self, context: RunContext, maker: Method, arguments: dict[str, JSON]) -> Outcome:
        """Run a connector's makeApiClient, which has no client itself.

        Its value is `{options}`, or `{functions: true}` where what it made cannot leave the isolate.
        """
        context = _with_time_left(context)
        async with self._place(context):
            outcome = await self._execute(
                context, maker.script(context.connector.texts), arguments, _refuse, {"making": True}
            )
        return _measured_by(context, outcome)

    def _place(self, context: RunContext) -> asyncio.Semaphore:
        return self._inner_places if context.inner else self._places

    async def _execute(
        self,
        context: RunContext,
        script: Script,
        arguments: dict[str, JSON],
        calls: HostCalls,
        client_settings: JSON,
    ) -> Outcome:
        """Run code that has a place."""
        return await self._sandbox.run(
            script,
            arguments,
            isolation_key=context.isolation_key,
            calls=calls,
            limits=context.limits,
            settings={} if client_settings is None else {"apiClient": client_settings},
            on_log=context.record.on_log,
        )

    def _api_client(self, context: RunContext, client: Client, refresh: Refresh | None) -> ApiClient:
        """Return what answers the requests of one run."""
        return ApiClient(
            transport=self._transports.get(context.isolation_key),
            client=client,
            policy=self._policy,
            limits=context.limits,
            mode=context.mode,
            redactor=context.record.redactor,
            deadline=time.monotonic() + context.limits.wall_time_seconds,
            refresh=refresh,
            on_exchange=context.record.on_exchange,
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
