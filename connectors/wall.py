"""Wall: where JavaScript of connectors runs, and the one door it has to the outside."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, TypeAlias

from bridge import (
    ApiClient,
    CapturingTransport,
    CryptoCalls,
    Deadline,
    IsolateClient,
    RateGates,
    RunCalls,
    client_settings,
    plain_settings,
)
from runtime import Durability, Failure, Journal, RunEnded, SandboxClosedError

from .misreadings import misreadings
from .time_left import measured_by, with_time_left

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from bridge import ByteStream, Client, CryptoThreads, EgressPolicy, Transport, Transports
    from runtime import JSON, HostCall, HostReply, Outcome, Sandbox, Script

    from .context import RunContext
    from .method import Method

Refresh: TypeAlias = "Callable[[], Awaitable[Client | None]]"
"""Gives a client with new credentials, or None when there is no way to get any."""

OnStream: TypeAlias = "Callable[[ByteStream], None]"
"""Takes over the stream that is a method's value."""

CLOSED = Failure(type="internal", key="closed", message="The host was closed before the run had ended")


class Wall:
    """Runs methods in the sandbox, with an `apiClient` or without one; all of them may make plain requests.

    What a method waits for in the middle of its run (new credentials, a new client) is an inner run, for which the
    sandbox must have workers of its own: when every other one serves a method that waits, it must still be able to run.

    Args:
        sandbox: Where methods run.
        transports: Which sockets their requests take.
        policy: Which addresses they may reach.
        crypto: Where `crypto.subtle` computes.
        gates: Hold back requests when a server has had too many.
    """

    def __init__(
        self,
        *,
        sandbox: Sandbox,
        transports: Transports,
        policy: EgressPolicy,
        crypto: CryptoThreads,
        gates: RateGates,
    ) -> None:
        self._sandbox = sandbox
        self._transports = transports
        self._policy = policy
        self._crypto = crypto
        self._gates = gates

    def apart(self) -> Wall:
        """Return a wall for one run that holds back no other, and is held back by none."""
        return Wall(
            sandbox=self._sandbox,
            transports=self._transports,
            policy=self._policy,
            crypto=self._crypto,
            gates=RateGates(),
        )

    async def run(
        self,
        context: RunContext,
        method: Method,
        arguments: dict[str, JSON],
        *,
        client: Client | None = None,
        refresh: Refresh | None = None,
        on_stream: OnStream | None = None,
        journal: Journal | None = None,
    ) -> Outcome:
        """Run a method once, as a part of the run of `context`.

        Args:
            context: The run; its record takes in console lines and requests as they happen. The outcome is left to
                the caller.
            method: What to run; must be JavaScript or TypeScript.
            arguments: What it receives, `apiClient` aside.
            client: How its `apiClient` is configured; without one it has none.
            refresh: Asked for a new client when the server says 401.
            on_stream: Takes over the stream that is the method's value; without it there can be none.
            journal: Takes in what happens, and may have something to go on from. Without one the run is not put off.
        """
        part = with_time_left(context)
        others = (client.module,) if isinstance(client, IsolateClient) else ()
        script = context.connector.script(method, others)
        settings = plain_settings(part.limits) if client is None else client_settings(part.limits, client)
        calls = self._calls(part, client, refresh)
        outcome = await self._run_with(calls, part, script, arguments, settings, on_stream, journal)
        return measured_by(context, outcome)

    def host_client(self, context: RunContext) -> ApiClient:
        """Return what sends requests of the host itself, as a part of the run of `context`."""
        part = with_time_left(context)
        return self._api_client(part, None, None, Deadline.after(part.clock, part.limits.wall_time_seconds))

    async def make_client(self, context: RunContext, maker: Method, arguments: dict[str, JSON]) -> Outcome:
        """Run a connector's makeApiClient, which has no client itself.

        Its value is `{options}`, or `{functions: true}` where what it made cannot leave the isolate.
        """
        part = with_time_left(context)
        script = context.connector.script(maker)
        settings: dict[str, JSON] = {**plain_settings(part.limits), "making": True}
        outcome = await self._run_with(self._calls(part, None, None), part, script, arguments, settings, None)
        return measured_by(context, outcome)

    async def _run_with(
        self,
        calls: RunCalls,
        context: RunContext,
        script: Script,
        arguments: dict[str, JSON],
        settings: JSON,
        on_stream: OnStream | None,
        journal: Journal | None = None,
    ) -> Outcome:
        """Run a method whose calls `calls` answers, and close the streams that it leaves behind."""
        try:
            outcome = await self._execute(
                context,
                script,
                arguments,
                calls=calls,
                settings=settings,
                journal=journal,
            )
            if outcome.resource is not None:
                outcome = _with_stream(outcome, calls, on_stream)
        finally:
            forgotten = await calls.aclose()
        hints = misreadings(context.connector.files, calls.bare_bodies)
        warnings = (*(() if outcome.failure else forgotten), *hints)
        return replace(outcome, warnings=(*outcome.warnings, *warnings)) if warnings else outcome

    async def _execute(
        self,
        context: RunContext,
        script: Script,
        arguments: dict[str, JSON],
        *,
        calls: RunCalls,
        settings: JSON,
        journal: Journal | None,
    ) -> Outcome:
        """Run code when its turn has come."""
        durability = Durability(
            suspend_after_seconds=None if journal is None else context.durable.suspend_after_seconds,
            may_suspend=lambda: calls.may_suspend,
            on_replayed=lambda call, _: calls.replayed(call),
        )
        try:
            return await self._sandbox.run(
                script,
                arguments,
                isolation_key=context.isolation_key,
                calls=no_more_calls if context.replays and journal is not None else calls,
                limits=context.limits,
                settings={"apiClient": settings},
                clock=context.clock,
                journal=journal or _own_journal(context, script),
                durability=durability,
                inner=context.inner,
                on_log=context.record.on_log,
                on_start=calls.begin,
            )
        except SandboxClosedError:  # the host was closed between two parts of the run
            raise RunEnded(CLOSED) from None

    def _calls(self, context: RunContext, client: Client | None, refresh: Refresh | None) -> RunCalls:
        """Return what answers the calls of one run."""
        return RunCalls(
            partial(self._api_client, context, client, refresh),
            partial(self._crypto_calls, context),
            clock=context.clock,
            wall_time_seconds=context.limits.wall_time_seconds,
        )

    def _crypto_calls(self, context: RunContext) -> CryptoCalls:
        """Return what computes for one run."""
        return CryptoCalls(
            self._crypto,
            context.limits,
            isolation_key=context.isolation_key,
            clock=context.clock,
            random=context.random,
        )

    def _api_client(
        self, context: RunContext, client: Client | None, refresh: Refresh | None, deadline: Deadline
    ) -> ApiClient:
        """Return what sends the requests of one run."""
        return ApiClient(
            transport=self._transport(context),
            client=client,
            policy=self._policy,
            limits=context.limits,
            mode=context.mode,
            redactor=context.record.redactor,
            deadline=deadline,
            random=context.random,
            refresh=refresh,
            on_exchange=context.record.on_exchange,
            durable=context.durable,
            gate=self._gates.get(context.sockets_key, context.clock, context.random),
        )

    def _transport(self, context: RunContext) -> Transport:
        """Return what takes the requests of a run: the sockets of its connection, or what its environment has."""
        environment = context.environment
        transport = (environment and environment.transport) or self._transports.get(context.sockets_key)
        if environment is None or environment.capture is None:
            return transport
        return CapturingTransport(transport, environment.capture, context.clock)


def _own_journal(context: RunContext, script: Script) -> Journal:
    """Return the journal of a part of a run that is none of the method itself."""
    seed = context.random.draw(f"isolate {script.module.name}")
    return Journal.begin(context.clock, most_bytes=context.limits.journal_bytes, seed=seed)


async def no_more_calls(call: HostCall) -> HostReply:
    """Refuse a call that the journal of a replay does not answer."""
    message = f"The method asked for more than its journal has: {call.operation} at {call.site or 'a place unknown'}."
    raise RunEnded(Failure(type="internal", key="diverged", message=message))


def _with_stream(outcome: Outcome, calls: RunCalls, on_stream: OnStream | None) -> Outcome:
    """Hand over the stream that is the value of a run; return the outcome, with a failure where that cannot be."""
    if on_stream is None:
        message = "The result is a stream of bytes, which this method cannot give"
        return replace(outcome, failure=Failure(type="custom_code", key="result", message=message))
    try:
        on_stream(calls.take_stream(outcome.resource))
    except RunEnded as ended:
        return replace(outcome, failure=ended.failure)
    return outcome
