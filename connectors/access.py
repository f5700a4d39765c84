"""Access: a connection with the credentials that hold now."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Self

from .connection import digest_of
from .credential_store import NOT_STORED

if TYPE_CHECKING:
    from runtime import JSON

    from .connection import Connection

LEEWAY = timedelta(seconds=10)
"""Credentials that expire within this time are taken for expired: a request needs some of it, and clocks differ."""


@dataclass(frozen=True, kw_only=True)
class Access:
    """A connection with the credentials that hold now.

    Attributes:
        given: The connection as its caller gave it.
        credentials: That hold now.
        version: Of the credentials; 0 where they are the caller's own.
        expires_at: When they expire, where that is known.
    """

    given: Connection
    credentials: dict[str, JSON] = field(repr=False)
    version: int = NOT_STORED
    expires_at: datetime | None = None

    @classmethod
    def of(cls, given: Connection) -> Self:
        """Return the access of which nothing is known but what the caller gave."""
        return cls(given=given, credentials=given.credentials)

    @property
    def connection(self) -> Connection:
        """The connection with these credentials."""
        if self.credentials is self.given.credentials:
            return self.given
        return self.given.model_copy(update={"credentials": self.credentials})

    @property
    def key(self) -> tuple[str, str]:
        """Which credentials of which connection these are."""
        return self.given.id, digest_of(self.credentials)

    def is_expired(self, now: datetime) -> bool:
        """Whether the credentials are known to have expired, or are about to."""
        return self.expires_at is not None and self.expires_at - LEEWAY <= now
