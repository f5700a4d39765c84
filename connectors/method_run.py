"""MethodRun: one run of one method, as the list of its steps."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from runtime import RunEnded

from .arguments import build_arguments, takes_client
from .record import RunRecord

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bridge import ClientConfig
    from runtime import JSON, Outcome

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
        self._connection = context.connection and services.refresher.current(context.connection)

    async def report(self, method_name: str | None, args: Mapping[str, object] | None) -> RunReport:
        """Go through the steps of the run and report what happened.

        Raises:
            DefinitionError: There is no such method, or the arguments cannot be given to it.
        """
        context = self._context
        method = context.connector.find(method_name)
        method.require_javascript()
        arguments = build_arguments(method, args, self._connection)
        self._hide_secrets(arguments)
        try:
            client = await self._make_client(method)
            outcome = await self._run(method, arguments, client)
        except RunEnded as ended:
            return context.record.report(failure=ended.failure, credentials=self._new_credentials())
        return context.record.report(value=outcome.value, failure=outcome.failure, credentials=self._new_credentials())

    def _hide_secrets(self, arguments: dict[str, JSON]) -> None:
        """Mask the credentials, whoever brought them."""
        self._context.record.hide(arguments.get("credentials"), self._credentials())

    async def _make_client(self, method: Method) -> ClientConfig | None:
        """Return the configuration of the method's `apiClient`; None where it gets none."""
        return await self._services.clients.make(self._context, self._connection) if takes_client(method) else None

    async def _run(self, method: Method, arguments: dict[str, JSON], client: ClientConfig | None) -> Outcome:
        """Run the method itself."""
        refresh = self._refreshed_client if self._connection else None
        outcome = await self._services.wall.run(self._context, method, arguments, client=client, refresh=refresh)
        self._context.record.add(outcome)
        return outcome

    async def _refreshed_client(self) -> ClientConfig | None:
        """Return the client with new credentials; None when there are none: the server's 401 stands then."""
        inner = replace(self._context, inner=True, record=RunRecord(None, self._context.record.redactor))
        try:
            return await self._refresh(inner)
        except RunEnded as ended:
            inner.record.warn(f"The client could not be made again: {ended.failure.message}")
            return None
        finally:
            self._context.record.absorb(inner.record, secrets=self._credentials())

    async def _refresh(self, inner: RunContext) -> ClientConfig | None:
        """Put new credentials in place of the expired ones and make the client again."""
        refreshed = self._connection and await self._services.refresher.refresh(inner, self._connection)
        if refreshed is None:
            return None
        self._connection = refreshed
        return await self._services.clients.make(inner, refreshed)

    def _credentials(self) -> dict[str, JSON] | None:
        """Return the connection's credentials as they are now."""
        return None if self._connection is None else self._connection.credentials

    def _new_credentials(self) -> dict[str, JSON] | None:
        """Return the connection's credentials when they are no longer those that the caller gave."""
        if self._connection is None or self._connection is self._context.connection:
            return None
        return self._connection.credentials
