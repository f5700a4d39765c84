"""Refresher: new credentials in place of expired ones."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from .arguments import auth_arguments
from .connection import digest_of
from .connector import REFRESH_CREDENTIALS
from .lru import LruDict

if TYPE_CHECKING:
    from runtime import JSON, Outcome

    from .clients import ClientMaker
    from .connection import Connection
    from .context import RunContext
    from .wall import Wall

MOST_REMEMBERED = 10_000


class Refresher:
    """Refreshes credentials, once for all runs that need it, and remembers what replaced what.

    Args:
        wall: Where a connector's `refresh-credentials.js` runs.
        clients: Makes the client that it uses.
    """

    def __init__(self, wall: Wall, clients: ClientMaker) -> None:
        self._wall = wall
        self._clients = clients
        self._replaced: LruDict[tuple[str, str], dict[str, JSON]] = LruDict(MOST_REMEMBERED)
        self._flights: dict[tuple[str, str], asyncio.Task[Connection | None]] = {}

    def current(self, connection: Connection) -> Connection:
        """Return the connection with the credentials that replaced its own, where some did."""
        credentials = self._replaced.get(_key(connection))
        return connection if credentials is None else connection.model_copy(update={"credentials": credentials})

    async def refresh(self, context: RunContext, expired: Connection) -> Connection | None:
        """Return the connection with new credentials; None when there is no way to get any.

        The refreshing itself goes on when the run that asked for it ends: the server may have given up the old
        credentials already. It is bounded by the run's limits.

        Args:
            context: Of the refreshing, as an inner part of the run whose request was answered with 401.
            expired: The connection with the credentials of that request.
        """
        current = self.current(expired)
        if current is not expired:
            return current
        if REFRESH_CREDENTIALS not in context.connector.methods:
            return None
        flight = self._flights.get(_key(expired))
        if flight is None:
            flight = asyncio.create_task(self._new_credentials(context, expired))
            self._flights[_key(expired)] = flight
            flight.add_done_callback(lambda _: self._flights.pop(_key(expired), None))
        refreshed = await asyncio.shield(flight)
        return None if refreshed is None else expired.model_copy(update={"credentials": refreshed.credentials})

    async def aclose(self) -> None:
        """Cancel what still goes on."""
        flights = list(self._flights.values())
        for flight in flights:
            flight.cancel()
        await asyncio.gather(*flights, return_exceptions=True)

    async def _new_credentials(self, context: RunContext, expired: Connection) -> Connection | None:
        """Run the connector's method and merge what it gives into the credentials.

        Gives a connection since asyncio, in debug mode, logs the results of tasks: its `repr` shows no credentials.
        """
        outcome = await self._run(context, expired)
        value, failure = outcome.value, outcome.failure
        if failure is not None or not isinstance(value, dict):
            reason = failure.message if failure else "it gave no object"
            context.record.warn(f"{REFRESH_CREDENTIALS} brought no new credentials: {reason}")
            return None
        credentials = expired.credentials | value
        for replaced in (expired, context.connection):
            if replaced is not None:
                self._replaced.put(_key(replaced), credentials)
        return expired.model_copy(update={"credentials": credentials})

    async def _run(self, context: RunContext, expired: Connection) -> Outcome:
        """Run the connector's `refresh-credentials.js` with a client that does not refresh."""
        client = await self._clients.make(context, expired)
        method = context.connector.methods[REFRESH_CREDENTIALS]
        outcome = await self._wall.run(context, method, auth_arguments(expired), client=client)
        context.record.add(outcome)
        return outcome


def _key(connection: Connection) -> tuple[str, str]:
    """Say which credentials of which connection these are."""
    return connection.id, digest_of(connection.credentials)
