"""RunStarter: how a run begins, goes on or is done again in an open host."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING

from bridge import Durable, RunRandom
from runtime import SEED_BYTES, Clock

from .context import MODES, RunContext
from .errors import ArgumentsError, JournalError
from .limits import tightest
from .method_run import MethodRun
from .record import RunRecord
from .run_journal import RunJournal

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bridge import InDoubt, Limits

    from .connection import Connection
    from .connector import Connector
    from .context import Mode
    from .environment import RunEnvironment
    from .record import Event
    from .report import RunReport
    from .services import Services


class RunStarter:
    """Starts runs, all of them under the same terms. The methods are those of `MethodHost`.

    Args:
        limits: What each run may use at most.
        exposes_credentials: Whether methods are given credentials that do not build them, or the client.
        suspend_after_seconds: From which wait on runs in `async` mode are suspended.
    """

    def __init__(self, *, limits: Limits, exposes_credentials: bool, suspend_after_seconds: float | None) -> None:
        self._limits = limits
        self._exposes_credentials = exposes_credentials
        self._suspend_after_seconds = suspend_after_seconds

    async def run(
        self,
        services: Services,
        connector: Connector,
        method: str | None,
        *,
        connection: Connection | None,
        args: Mapping[str, object] | None,
        mode: Mode,
        limits: Limits | None,
        on_event: Callable[[Event], None] | None,
        on_journal: Callable[[str], None] | None,
        environment: RunEnvironment | None,
    ) -> RunReport:
        """Run a method once."""
        if mode not in MODES:
            raise ArgumentsError(f"mode is {mode!r}; it must be one of {', '.join(MODES)}.")
        seed = (environment and environment.seed) or os.urandom(SEED_BYTES)
        context = self._context(connector, connection, mode, limits, on_event, environment, seed, on_journal)
        return await self._report(services, context, method, args)

    async def resume(
        self,
        services: Services,
        journal: RunJournal | str,
        connector: Connector,
        *,
        connection: Connection | None,
        in_doubt: InDoubt,
        limits: Limits | None,
        on_event: Callable[[Event], None] | None,
        on_journal: Callable[[str], None] | None,
        environment: RunEnvironment | None,
    ) -> RunReport:
        """Let a run go on from its journal."""
        going_on = self._read(journal).to_go_on(connector.digest)
        context = self._context_of(going_on, connector, connection, limits, on_event, environment, on_journal)
        context = replace(context, durable=replace(context.durable, in_doubt=in_doubt))
        return await self._report(services, context, going_on.head.method, going_on.head.args)

    async def replay(
        self, services: Services, journal: RunJournal | str, connector: Connector, *, connection: Connection | None
    ) -> RunReport:
        """Let a run do again what its journal says."""
        again = self._read(journal).to_replay(connector.digest)
        context = replace(self._context_of(again, connector, connection, None, None, None, None), replays=True)
        return await self._report(services, context, again.head.method, again.head.args)

    def _read(self, journal: RunJournal | str) -> RunJournal:
        return RunJournal.parse(journal, limits=self._limits) if isinstance(journal, str) else journal

    def _context_of(
        self,
        journal: RunJournal,
        connector: Connector,
        connection: Connection | None,
        limits: Limits | None,
        on_event: Callable[[Event], None] | None,
        environment: RunEnvironment | None,
        on_journal: Callable[[str], None] | None,
    ) -> RunContext:
        """Return what all parts of a run share that began before."""
        head = journal.head
        if head.connection != (None if connection is None else connection.id):
            raise JournalError(f"The run is one of the connection {head.connection!r}; it goes on with no other.")
        seed = bytes.fromhex(head.seed)
        context = self._context(connector, connection, head.mode, limits, on_event, environment, seed, on_journal)
        return replace(context, journal=journal)

    def _context(
        self,
        connector: Connector,
        connection: Connection | None,
        mode: Mode,
        limits: Limits | None,
        on_event: Callable[[Event], None] | None,
        environment: RunEnvironment | None,
        seed: bytes,
        on_journal: Callable[[str], None] | None,
    ) -> RunContext:
        """Return what all parts of a run share."""
        return RunContext(
            connector=connector,
            connection=connection,
            mode=mode,
            limits=tightest(self._limits, connector.limits, limits),
            record=RunRecord(on_event, None if environment is None else environment.redactor),
            clock=(environment and environment.clock) or Clock(),
            random=RunRandom(seed),
            environment=environment,
            exposes_credentials=self._exposes_credentials,
            on_journal=on_journal,
            durable=Durable(
                suspend_after_seconds=self._suspend_after_seconds if mode == "async" else None,
                idempotency_header=connector.spec.idempotency_header,
            ),
        )

    async def _report(
        self, services: Services, context: RunContext, method: str | None, args: Mapping[str, object] | None
    ) -> RunReport:
        """Run a method, apart from other runs where something stands in for the world."""
        if context.environment is None:
            return await MethodRun(context, services).report(method, args)
        async with services.apart(context.environment) as own:
            return await MethodRun(context, own).report(method, args)
