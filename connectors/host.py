"""MethodHost: the one object an application holds."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack, suppress
from typing import TYPE_CHECKING, Self

from bridge import EgressPolicy, Limits
from runtime import Attendance, Requirement

from .errors import HostClosedError
from .loop_thread import LoopThread, new_event_loop, wait_for
from .registered_modules import registered_modules
from .run_starter import RunStarter
from .services import Services, open_services

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from bridge import InDoubt
    from runtime import DiskCache, PoolPolicy, SandboxReport

    from .connection import Connection
    from .connector import Connector
    from .context import Mode
    from .credential_store import CredentialStore
    from .environment import RunEnvironment
    from .record import Event
    from .report import RunReport
    from .run_journal import RunJournal


SUSPEND_AFTER_SECONDS = 30.0


class MethodHost:
    """Runs methods of connectors, each behind the wall.

    Use it as `async with MethodHost() as host` and `await host.run(...)`, or as `with MethodHost() as host` and
    `host.run_sync(...)`. It is opened once; after closing, make another one.

    Args:
        limits: What each run may use at most; the defaults of `Limits` otherwise.
        egress: Which addresses methods may reach; public ones otherwise.
        workers: Most methods at a time, each in a worker process; refreshing credentials takes a few more.
        spares: Worker processes kept ready for the next runs.
        credentials: Where credentials of connections are kept and looked for first. Without it, runs use those of
            their `Connection`, or what replaced them as long as the host has been open.
        expose_credentials: Whether methods are given `credentials`. If not, only those that build the client or the
            credentials are: everything in `auth/` but `test` and `disconnect`.
        require: Names of layers (`runtime.LayerName`) that must be active around each worker; otherwise those that
             every Linux can have, and none on other systems.
        policy: How workers are shared among connections, and replaced.
        drain_seconds: How long closing waits for runs under way before it ends them.
        cache: Where what was made of sources is kept for later hosts; `DiskCache.of_user()`, or one in a folder of
            your choice. Without it, it is kept in memory as long as the host is open.
        suspend_after_seconds: In `async` mode a run that would wait so long, or longer, ends as suspended instead, and
            holds no worker; None lets it wait.
        modules: What methods may import besides what the host provides, by name: text of JavaScript, as CommonJS or ES
            modules, or the path of a file with it. It must not import files. Those of Node.js that would reach the
            machine, such as `fs`, cannot be given.

    Raises:
        ValueError: There is no layer of a name in `require`.
        DefinitionError: One of `modules` cannot be given, or not be read.
    """

    def __init__(
        self,
        *,
        limits: Limits | None = None,
        egress: EgressPolicy | None = None,
        workers: int = 32,
        spares: int = 2,
        credentials: CredentialStore | None = None,
        expose_credentials: bool = True,
        require: Iterable[str] | None = None,
        policy: PoolPolicy | None = None,
        drain_seconds: float = 0.0,
        cache: DiskCache | None = None,
        modules: Mapping[str, str | Path] | None = None,
        suspend_after_seconds: float | None = SUSPEND_AFTER_SECONDS,
    ) -> None:
        self.limits = limits or Limits()
        self.egress = egress or EgressPolicy.default()
        self._starter = RunStarter(
            limits=self.limits, exposes_credentials=expose_credentials, suspend_after_seconds=suspend_after_seconds
        )
        self._workers = workers
        self._spares = spares
        self._credentials = credentials
        self._require = Requirement(require).names
        self._policy = policy
        self._drain_seconds = drain_seconds
        self._cache = cache
        self._modules = registered_modules(modules or {})
        self._runs = Attendance()
        self._resources = AsyncExitStack()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: LoopThread | None = None
        self._services: Services | None = None

    async def run(
        self,
        connector: Connector,
        method: str | None = None,
        *,
        connection: Connection | None = None,
        args: Mapping[str, object] | None = None,
        mode: Mode = "sync",
        limits: Limits | None = None,
        on_event: Callable[[Event], None] | None = None,
        on_journal: Callable[[str], None] | None = None,
        environment: RunEnvironment | None = None,
    ) -> RunReport:
        """Run a method once.

        What the method does never raises: the report has it. Cancelling the task that awaits this ends the run at once.

        Args:
            connector: Whose method.
            method: Its name, `data/contacts/list`; may be left out where the connector has one method.
            connection: For which customer.
            args: The properties of the object the method receives; must be JSON.
            mode: `sync`: a 429 is an error at once; `async`: the run waits as the server asks, or is suspended.
            limits: Tightens the limits of the host and of the connector: of each, the smallest holds.
            on_event: Told of each console line and HTTP request as it happens, credentials masked. Must not block.
            on_journal: Told each line of the run's journal before what it tells of has any effect. Who has kept them
                when it returns can let the run go on with `resume`, even if this process ends. Must not block for long.
            environment: What stands in for the world in this run: time, randomness, the network.

        Raises:
            DefinitionError: There is no such method, the connector is wrong, or the arguments are.
            CredentialStoreError: The credential store failed before the method was run.
            HostClosedError: The host is not open.
        """
        services = self._open_services()
        with self._runs:
            return await self._starter.run(
                services,
                connector,
                method,
                connection=connection,
                args=args,
                mode=mode,
                limits=limits,
                on_event=on_event,
                on_journal=on_journal,
                environment=environment,
            )

    async def resume(
        self,
        journal: RunJournal | str,
        connector: Connector,
        *,
        connection: Connection | None = None,
        in_doubt: InDoubt = "fail",
        limits: Limits | None = None,
        on_event: Callable[[Event], None] | None = None,
        on_journal: Callable[[str], None] | None = None,
        environment: RunEnvironment | None = None,
    ) -> RunReport:
        """Let a run go on that was suspended, or whose application ended, in this process or on another machine.

        Calls that were answered are answered from the journal, so that nothing is sent twice. Before its time, the run
        waits, or is suspended again.

        Args:
            journal: Of the run: `RunReport.journal`, its text, or all lines that `on_journal` was told.
            connector: As it was when the run began.
            connection: With the credentials as they are now.
            in_doubt: What to do about a request that must not be made twice and was on its way when the application
                ended: `fail` with `connection/in_doubt`, or `send_again` where it has an idempotency key.
            limits: As for `run`, as are the others.
            on_event: As above; told what happened before as well, where the console is concerned.
            on_journal: Told the lines to come.
            environment: As above.

        Raises:
            JournalError: The journal is wrong, has ended, or belongs to other code.
            DefinitionError: As for `run`.
        """
        services = self._open_services()
        with self._runs:
            return await self._starter.resume(
                services,
                journal,
                connector,
                connection=connection,
                in_doubt=in_doubt,
                limits=limits,
                on_event=on_event,
                on_journal=on_journal,
                environment=environment,
            )

    async def replay(
        self, journal: RunJournal | str, connector: Connector, *, connection: Connection | None = None
    ) -> RunReport:
        """Let a run do again what its journal says, without sending anything: for a debugger, or to see what it said.

        Args:
            journal: As for `resume`, ended or not.
            connector: As it was.
            connection: With any credentials; nothing is sent.

        Raises:
            JournalError: As for `resume`.
        """
        services = self._open_services()
        with self._runs:
            return await self._starter.replay(services, journal, connector, connection=connection)

    def run_sync(
        self,
        connector: Connector,
        method: str | None = None,
        *,
        connection: Connection | None = None,
        args: Mapping[str, object] | None = None,
        mode: Mode = "sync",
        limits: Limits | None = None,
        on_event: Callable[[Event], None] | None = None,
        on_journal: Callable[[str], None] | None = None,
        environment: RunEnvironment | None = None,
    ) -> RunReport:
        """Run a method once and wait for it; otherwise as `run`, whose arguments these are.

        A host that is not open yet is opened, with an event loop in a thread of its own that lives until `close`. In a
        host that was opened with `async with`, call this from other threads than that of the host's event loop.

        Raises:
            RuntimeError: The caller runs in the host's event loop, which would wait for itself.
        """
        loop = self._loop_of_another_thread()
        run = self.run(
            connector,
            method,
            connection=connection,
            args=args,
            mode=mode,
            limits=limits,
            on_event=on_event,
            on_journal=on_journal,
            environment=environment,
        )
        return wait_for(run, loop)

    def resume_sync(
        self,
        journal: RunJournal | str,
        connector: Connector,
        *,
        connection: Connection | None = None,
        in_doubt: InDoubt = "fail",
        limits: Limits | None = None,
        on_event: Callable[[Event], None] | None = None,
        on_journal: Callable[[str], None] | None = None,
        environment: RunEnvironment | None = None,
    ) -> RunReport:
        """Let a run go on and wait for it: to `resume` what `run_sync` is to `run`."""
        loop = self._loop_of_another_thread()
        run = self.resume(
            journal,
            connector,
            connection=connection,
            in_doubt=in_doubt,
            limits=limits,
            on_event=on_event,
            on_journal=on_journal,
            environment=environment,
        )
        return wait_for(run, loop)

    @property
    def sandbox_report(self) -> SandboxReport:
        """The engine, and which layers around the workers are active.

        Raises:
            HostClosedError: The host is not open.
        """
        if self._services is None:
            raise HostClosedError("The host is not open: use `async with MethodHost() as host`.")
        return self._services.sandbox_report

    async def __aenter__(self) -> Self:
        """Start what runs need.

        Raises:
            LayerMissingError: A required layer is not active.
            WorkerStartError: No worker could be started.
        """
        await self._open()
        return self

    async def __aexit__(self, *_exception: object) -> None:
        """Close."""
        await self.aclose()

    def __enter__(self) -> Self:
        """Start what runs need, with an event loop in a thread of its own."""
        thread = LoopThread(self._new_loop())
        try:
            thread.call(self._open())
        except BaseException:
            thread.close()
            raise
        self._thread = thread
        return self

    def __exit__(self, *_exception: object) -> None:
        """Close."""
        self.close()

    async def aclose(self, drain_seconds: float | None = None) -> None:
        """Take no more runs, end those under way and free everything; each caller gets a report.

        Args:
            drain_seconds: How long runs may go on before they are ended; what the host was made with otherwise.
        """
        self._services = None
        with suppress(TimeoutError):
            async with asyncio.timeout(self._drain_seconds if drain_seconds is None else drain_seconds):
                await self._runs.over()
        await self._resources.aclose()
        await self._runs.over()

    def close(self, drain_seconds: float | None = None) -> None:
        """Close a host that was opened with `with` or by `run_sync`; otherwise as `aclose`, whose argument this is."""
        thread, self._thread = self._thread, None
        if thread is None:
            return
        try:
            thread.call(self.aclose(drain_seconds))
        finally:
            thread.close()

    def _new_loop(self) -> asyncio.AbstractEventLoop:
        """Return the event loop for a thread of the host's own."""
        return new_event_loop()

    async def _open(self) -> None:
        """Start what runs need, in the loop that this is called in."""
        if self._loop is not None:
            raise HostClosedError("A host is opened once; make another one.")
        self._loop = asyncio.get_running_loop()
        services = open_services(
            egress=self.egress,
            workers=self._workers,
            spares=self._spares,
            credentials=self._credentials,
            require=self._require,
            policy=self._policy,
            cache=self._cache,
            modules=self._modules,
        )
        self._services = await self._resources.enter_async_context(services)

    def _open_services(self) -> Services:
        """Return what runs need."""
        if self._services is None:
            raise HostClosedError("The host is not open: use `async with MethodHost() as host`.")
        if asyncio.get_running_loop() is not self._loop:
            raise RuntimeError("The host was opened in another event loop; use run_sync, or a host for each loop.")
        return self._services

    def _loop_of_another_thread(self) -> asyncio.AbstractEventLoop:
        """Return the host's loop, in which the caller must not be; start one where there is none."""
        if self._loop is None:
            self.__enter__()
        if self._loop is None or self._services is None:
            raise HostClosedError("The host is closed; make another one.")
        if _running_loop() is self._loop:
            raise RuntimeError("run_sync would stop the event loop that the host lives in; use `await host.run(...)`.")
        return self._loop


def _running_loop() -> asyncio.AbstractEventLoop | None:
    """Return the event loop that the caller runs in, if any."""
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None
