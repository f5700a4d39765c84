"""CredentialStore: where the credentials of connections are kept from one run to the next."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeAlias

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, JsonValue, PositiveInt

from .errors import CredentialConflictError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from contextlib import AbstractAsyncContextManager
    from datetime import datetime

Credentials: TypeAlias = "Mapping[str, JsonValue]"

NOT_STORED = 0
"""The version of what is not in a store yet."""


class StoredCredentials(BaseModel):
    """The credentials of one connection, as they are in a store.

    Attributes:
        credentials: What makes the client.
        version: Counted from 1; another one for each save.
        expires_at: When they expire, where that is known.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, allow_inf_nan=False)

    credentials: dict[str, JsonValue] = Field(repr=False)
    version: PositiveInt
    expires_at: AwareDatetime | None = None


def check_version(stored: StoredCredentials | None, expected: int) -> None:
    """Check that what is stored for a connection is of the version that its new credentials are to replace.

    Raises:
        CredentialConflictError: It is another one.
    """
    if expected != (stored.version if stored else NOT_STORED):
        raise CredentialConflictError("Other credentials were saved meanwhile.")


class CredentialStore(Protocol):
    """Keeps the credentials of connections. Several hosts, in several processes, may share one.

    With a store, `MethodHost` takes the credentials of a connection from its record, where it has one, and from
    `Connection.credentials` where it has none; what it renews, it saves. So credentials that a customer gave anew must
    be saved here too, with the lease held: a run may be about to save what it renewed of the old ones.
    """

    async def load(self, connection_id: str) -> StoredCredentials | None:
        """Return what is stored for a connection; None where nothing is."""
        ...

    async def save(
        self,
        connection_id: str,
        credentials: Credentials,
        *,
        expected_version: int,
        expires_at: datetime | None = None,
    ) -> StoredCredentials:
        """Store credentials in place of those of `expected_version`, and return them with their version.

        Args:
            connection_id: Whose.
            credentials: All of them.
            expected_version: What the caller knows to be stored; 0 where it knows that nothing is.
            expires_at: When they expire, where that is known.

        Raises:
            CredentialConflictError: Another version is stored; nothing was changed.
        """
        ...

    def lease(self, connection_id: str) -> AbstractAsyncContextManager[object]:
        """Return a context in which nobody else, in any process, is in such a context for this connection.

        Entering it waits. It ends with the process that is in it, however that ends.
        """
        ...
