"""MethodRun: one run of one method, as the list of its steps."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from bridge import ClientConfig, IsolateClient
from runtime import Failure, Outcome, RunEnded

from .arguments import build_arguments, takes_client, takes_credentials, uses_credentials
from .connection_secrets import connection_secrets, credential_secrets
from .credential_store import NOT_STORED
from .record import RunRecord
from .report import RunSuspension
from .run_journal import RunJournal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bridge import ByteStream, Client
    from runtime import JSON, Suspension

    from .access import Access
    from .connection import Connection
    from .context import RunContext
    from .method import Method
    from .report import RunReport
    from .services import Services


class MethodRun:
    """Runs one method once.

    Args:
        context: The run.
        services: What it uses.
    """

    def __init__(self, context: RunContext, services: Services) -> None:
        self._context = context
        self._services = services
        self._access: Access | None = None
        self._connection: Connection | None = None
        """The connection with its credentials as they are now."""
        self._known_version = NOT_STORED
        """Of the credentials that the caller, or a store, has already."""
        self._may_refresh = False
        self._stream: ByteStream | None = None
        self._journal: RunJournal | None = context.journal

    async def report(self, method_name: str | None, args: Mapping[str, object] | None) -> RunReport:
        """Go through the steps of the run and report what happened.

        Raises:
            DefinitionError: There is no such method, or the arguments cannot be given to it.
            CredentialStoreError: It is not known which credentials hold.
        """
        context = self._context
        method = context.connector.find(method_name)
        method.require_javascript()
        self._may_refresh = uses_credentials(method)
        await self._find_access()
        arguments = self._arguments(method, args)
        try:
            if await self._refresh_if_due():
                arguments = self._arguments(method, args)
            client = await self._make_client(method)
            journal = self._open_journal(method, {name: arguments[name] for name in args or {}})
            outcome = await self._run(method, arguments, client, journal)
        except RunEnded as ended:
            outcome = Outcome.without_value(ended.failure)
        return context.record.report(
            value=self._stream or outcome.value,
            failure=outcome.failure,
            credentials=self._new_credentials(),
            suspended=None if outcome.suspension is None else _suspended(outcome.suspension),
            journal=self._journal,
        )

    async def _find_access(self) -> None:
        """Find out which credentials hold."""
        refresher = self._services.refresher
        if self._context.connection is not None:
            access = await refresher.current(self._context.connection)
            self._take_access(access)
            self._known_version = access.version if refresher.lasts else NOT_STORED

    def _take_access(self, access: Access) -> None:
        self._access, self._connection = access, access.connection

    def _arguments(self, method: Method, args: Mapping[str, object] | None) -> dict[str, JSON]:
        """Return what the method receives, and mask what is secret, whoever brought it."""
        connection = self._connection
        arguments = build_arguments(method, args, connection, exposed=self._exposed)
        given = arguments.get("credentials")
        if connection is None or given is not connection.credentials:
            self._context.record.hide(credential_secrets(given))
        self._context.record.hide(self._secrets())
        return arguments

    async def _refresh_if_due(self) -> bool:
        """Renew credentials that are missing, or known to have expired, before they are refused."""
        access = self._access
        if access is None or not self._may_refresh or not self._services.refresher.is_due(self._context, access):
            return False
        clock = self._context.clock
        started = clock.time()
        renewed = await self._refresh(access)
        self._may_refresh = not renewed
        self._context.record.wait(clock.time() - started)
        return renewed

    async def _make_client(self, method: Method) -> Client | None:
        """Return the method's client; None where it gets none."""
        if not takes_client(method):
            return None
        client = await self._services.clients.make(self._context, self._connection)
        if isinstance(client, IsolateClient) and not takes_credentials(method, exposed=self._exposed):
            raise RunEnded(_brings_credentials(client))
        return client

    @property
    def _exposed(self) -> bool:
        """Whether methods are given credentials that do not build them, or the client."""
        return self._context.exposes_credentials and self._context.connector.spec.expose_credentials

    def _open_journal(self, method: Method, args: dict[str, JSON]) -> RunJournal:
        """Return the journal that takes in what happens from now on, which the run may have begun before."""
        context = self._context
        if self._journal is None:
            self._journal = RunJournal.begin(context, method, args, context.on_journal)
        else:
            self._journal.tell(context, context.on_journal)
        return self._journal

    async def _run(
        self, method: Method, arguments: dict[str, JSON], client: Client | None, journal: RunJournal
    ) -> Outcome:
        """Run the method itself."""
        access = self._access
        refresh = partial(self._refreshed_client, access) if access is not None and self._may_refresh else None
        outcome = await self._services.wall.run(
            self._context,
            method,
            arguments,
            client=client,
            refresh=refresh,
            on_stream=self._take_stream,
            journal=journal.journal,
        )
        self._context.record.add(outcome)
        return outcome

    def _take_stream(self, stream: ByteStream) -> None:
        """Take a stream for the value; it is the application's, until the host is closed."""
        self._services.streams.keep(stream)
        self._stream = stream

    async def _refreshed_client(self, expired: Access) -> Client | None:
        """Return the client with new credentials; None when there are none: the server's 401 stands then."""
        if not await self._refresh(expired):
            return None
        inner = self._inner()
        try:
            client = await self._services.clients.make(inner, self._connection)
        except RunEnded as ended:
            inner.record.warn(f"The client could not be made again: {ended.failure.message}")
            return None
        finally:
            self._context.record.absorb(inner.record, secrets=None)
        return client.model_copy() if isinstance(client, ClientConfig) else client  # another than that was refused

    async def _refresh(self, expired: Access) -> bool:
        """Put new credentials in place of those that hold no longer; tell whether there are any."""
        inner = self._inner()
        try:
            renewed = await self._services.refresher.refresh(inner, expired)
            self._take_access(renewed or expired)
        finally:
            self._context.record.absorb(inner.record, secrets=self._secrets())
        return renewed is not None

    def _inner(self) -> RunContext:
        """Return a context for what the run waits for."""
        return replace(self._context, inner=True, record=RunRecord(None, self._context.record.redactor))

    def _secrets(self) -> JSON:
        """Return what of the connection is secret."""
        return None if self._connection is None else connection_secrets(self._context.connector, self._connection)

    def _new_credentials(self) -> dict[str, JSON] | None:
        """Return the credentials when they are others than the caller, or a store, has."""
        if self._access is None or self._access.version == self._known_version:
            return None
        return self._access.credentials


def _suspended(suspension: Suspension) -> RunSuspension:
    """Return until when a run was put off."""
    return RunSuspension(resume_at=datetime.fromtimestamp(suspension.resume_at_ms / 1000, UTC))


def _brings_credentials(client: IsolateClient) -> Failure:
    """Return why a method that is given no credentials cannot have a client that is made where it runs."""
    message = (
        f"{client.module.name} gives functions, so the client would be made where the method runs, credentials and "
        "all; but those are withheld from methods. Give options without functions, or let methods have them."
    )
    return Failure(type="configuration", key="client", message=message)
