"""RunContext: what all parts of one run share."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal, TypeAlias, get_args

if TYPE_CHECKING:
    from bridge import Limits, RunRandom
    from runtime import Clock

    from .connection import Connection
    from .connector import Connector
    from .environment import RunEnvironment
    from .record import RunRecord

Mode: TypeAlias = Literal["sync", "async"]
"""`sync`: somebody waits, so a 429 is an error at once; `async`: the run waits as the server asks."""
MODES: tuple[Mode, ...] = get_args(Mode)


@dataclass(frozen=True, kw_only=True)
class RunContext:
    """One run.

    Attributes:
        connector: Whose method runs.
        connection: For whom, as the caller gave it.
        mode: What a 429 means.
        limits: What the run may use, all its parts together.
        record: What happened so far.
        clock: Its time.
        random: Its randomness.
        environment: What stands in for the world in it.
        exposes_credentials: Whether the host lets methods have credentials that do not build them, or the client.
        inner: Whether a method waits for this in the middle of its own run.
    """

    connector: Connector
    connection: Connection | None
    mode: Mode
    limits: Limits
    record: RunRecord
    clock: Clock
    random: RunRandom
    environment: RunEnvironment | None = None
    exposes_credentials: bool = True
    inner: bool = False

    @property
    def now(self) -> datetime:
        """What time it is in the run."""
        return datetime.fromtimestamp(self.clock.now_ms() / 1000, UTC)

    @property
    def isolation_key(self) -> str:
        """With whom the run may share worker processes: as its environment says, else as `sockets_key`."""
        return (self.environment and self.environment.isolation_key) or self.sockets_key

    @property
    def sockets_key(self) -> str:
        """With whom the run may share sockets: with runs of its connection, or else of its connector."""
        return f"connection {self.connection.id}" if self.connection else f"connector {self.connector.digest}"
