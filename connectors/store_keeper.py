"""StoreKeeper: what a `CredentialStore` knows. The store is the application's code, and may do anything."""

from __future__ import annotations

from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from typing import TYPE_CHECKING, ClassVar

from .access import Access
from .errors import ConnectorsError, CredentialConflictError, CredentialStoreError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from .connection import Connection
    from .credential_store import CredentialStore, StoredCredentials
    from .new_credentials import NewCredentials


class StoreKeeper:
    """Keeps credentials in a store. A connection's record there, if any, replaces the credentials its caller gave.

    Args:
        store: Where.
    """

    lasts: ClassVar[bool] = True

    def __init__(self, store: CredentialStore) -> None:
        self._store = store

    async def current(self, given: Connection) -> Access:
        """Return what is stored, else what the caller gave.

        Raises:
            CredentialStoreError: The store failed.
        """
        with _as_store_errors():
            record = await self._store.load(given.id)
        return Access.of(given) if record is None else _access(given, record)

    @asynccontextmanager
    async def lease(self, given: Connection) -> AsyncIterator[None]:
        """Hold the store's lease.

        Raises:
            CredentialStoreError: The store failed.
        """
        async with AsyncExitStack() as held:
            with _as_store_errors():
                await held.enter_async_context(self._store.lease(given.id))
            yield

    async def replace(self, expired: Access, new: NewCredentials) -> Access:
        """Save what replaces the expired credentials; what somebody saved meanwhile without the lease comes first.

        Raises:
            CredentialStoreError: The store failed.
        """
        merged = expired.credentials | new.values
        try:
            with _as_store_errors():
                record = await self._store.save(
                    expired.given.id, merged, expected_version=expired.version, expires_at=new.expires_at
                )
        except CredentialConflictError:
            return await self.current(expired.given)
        return _access(expired.given, record)


def _access(given: Connection, record: StoredCredentials) -> Access:
    """Return the access that a record means."""
    return Access(given=given, credentials=record.credentials, version=record.version, expires_at=record.expires_at)


@contextmanager
def _as_store_errors() -> Iterator[None]:
    """Make what a store raises an error of this part, without the text of what is not one."""
    try:
        yield
    except ConnectorsError:
        raise
    except Exception as caught:
        raise CredentialStoreError(f"The credential store raised {type(caught).__name__}.") from caught
