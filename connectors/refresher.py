"""Refresher: new credentials in place of expired ones."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from dataclasses import replace
from typing import TYPE_CHECKING

from .connection_secrets import credential_secrets
from .errors import CredentialStoreError, NoCredentialsError
from .refresh_pace import RefreshPace

if TYPE_CHECKING:
    from .access import Access
    from .connection import Connection
    from .context import RunContext
    from .credential_source import CredentialSource
    from .keeper import Keeper


class Refresher:
    """Renews credentials, once for all runs that need it.

    Args:
        source: Where new credentials come from.
        keeper: What knows which credentials hold now.
    """

    def __init__(self, source: CredentialSource, keeper: Keeper) -> None:
        self._source = source
        self._keeper = keeper
        self._pace = RefreshPace()
        self._flights: dict[tuple[str, str], asyncio.Task[Access | None]] = {}

    @property
    def lasts(self) -> bool:
        """Whether new credentials are kept, so that callers need not do that."""
        return self._keeper.lasts

    async def current(self, given: Connection) -> Access:
        """Return the access to a connection with the credentials that hold now.

        Raises:
            CredentialStoreError: The store failed.
        """
        return await self._keeper.current(given)

    def is_due(self, context: RunContext, access: Access) -> bool:
        """Whether credentials should be renewed before they are used: there are none, or they have expired."""
        if not access.credentials:
            return self._source.can_begin(context.connector, access.connection)
        return access.is_expired(context.now) and self._source.can_renew(context.connector, access.connection)

    async def refresh(self, context: RunContext, expired: Access) -> Access | None:
        """Return the access with new credentials; None when there is no way to get any.

        The refreshing itself goes on when the run that asked for it ends: the server may have given up the old
        credentials already. It is bounded by the run's limits.

        Args:
            context: Of the refreshing, as an inner part of the run that needs it.
            expired: The access of the request that was refused.
        """
        key = expired.key
        flight = self._flights.get(key)
        if flight is None:
            flight = asyncio.create_task(self._fly(context, expired))
            self._flights[key] = flight
            flight.add_done_callback(lambda _: self._flights.pop(key, None))
        access = await asyncio.shield(flight)
        return None if access is None else replace(access, given=expired.given)

    async def aclose(self) -> None:
        """Cancel what still goes on."""
        flights = list(self._flights.values())
        for flight in flights:
            flight.cancel()
        await asyncio.gather(*flights, return_exceptions=True)

    async def _fly(self, context: RunContext, expired: Access) -> Access | None:
        """Renew credentials for all that wait for it; a warning in the record says why there are none."""
        try:
            current = await self._keeper.current(expired.given)
            if current.version != expired.version:
                return current
            return await self._renewed(context, expired)
        except NoCredentialsError as caught:
            context.record.warn(f"{self._source.name(context.connector, expired.connection)} {caught}")
            return None
        except CredentialStoreError:
            context.record.warn("The credentials were not refreshed: the credential store failed")
            return None

    async def _renewed(self, context: RunContext, expired: Access) -> Access | None:
        """Renew credentials unless somebody else just did."""
        if not self._source.can_renew(context.connector, expired.connection):
            return None
        objection = self._pace.objection(expired, context.clock.time())
        if objection is not None:
            raise NoCredentialsError(f"was not asked for new credentials: {objection}")
        async with AsyncExitStack() as held:
            await self._enter_lease(context, expired, held)
            current = await self._keeper.current(expired.given)
            return current if current.version != expired.version else await self._renew(context, expired)

    async def _enter_lease(self, context: RunContext, expired: Access, held: AsyncExitStack) -> None:
        """Wait for the lease. What follows has limits of its own: new credentials are not thrown away for time."""
        try:
            async with context.clock.timeout_at(context.clock.time() + context.limits.wall_time_seconds):
                await held.enter_async_context(self._keeper.lease(expired.given))
        except TimeoutError:
            raise NoCredentialsError(
                "was not asked for new credentials: somebody else has been, for too long"
            ) from None

    async def _renew(self, context: RunContext, expired: Access) -> Access:
        """Get new credentials and keep them."""
        try:
            new = await self._source.renew(context, expired.connection)
        except NoCredentialsError:
            self._pace.note_failure(expired, context.clock.time())
            raise
        self._pace.note_success(expired, context.clock.time())
        context.record.hide(credential_secrets(new.values))
        merged = expired.credentials | new.values
        try:
            access = await self._keeper.replace(expired, new)
        except CredentialStoreError:
            context.record.warn("The credential store failed: the new credentials are in the report only")
            return replace(expired, credentials=merged, version=expired.version + 1, expires_at=new.expires_at)
        if access.credentials != merged:
            context.record.warn("Other credentials were saved while these were refreshed; the saved ones are used")
        return access
