"""RunEnvironment: what stands in for the world in one run."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from runtime import VirtualClock

if TYPE_CHECKING:
    from bridge import Capture, Redactor, Transport
    from runtime import Clock


@dataclass(frozen=True, kw_only=True)
class RunEnvironment:
    """What stands in for the world in one run, the making of its client and refreshing of credentials included.

    Such a run shares no memory with other runs of the host: what is refreshed in it, made in it, or held back in it,
    stays in it.

    Attributes:
        clock: Its time; by default it passes as everywhere.
        seed: Where its randomness comes from, of any length; new randomness otherwise.
        transport: Takes all its requests in place of the network, once the egress policy has admitted their URLs. Names
            are not resolved then, and a credential store is left alone.
        capture: Keeps copies of its exchanges.
        redactor: Masks secrets in what is reported; whoever gave it knows afterwards what came to light.
        isolation_key: With which runs it shares worker processes; otherwise with those of its connection. Sockets it
            shares with those of its connection in either case.

    Raises:
        ValueError: The seed is empty; or the clock jumps, but the network is real.
    """

    clock: Clock | None = None
    seed: bytes | None = field(default=None, repr=False)
    transport: Transport | None = field(default=None, repr=False)
    capture: Capture | None = field(default=None, repr=False)
    redactor: Redactor | None = field(default=None, repr=False)
    isolation_key: str | None = None

    def __post_init__(self) -> None:
        """Refuse what would not be as it was meant."""
        if self.seed == b"":
            raise ValueError("the seed is empty: give some bytes, or None for new randomness")
        if isinstance(self.clock, VirtualClock) and self.transport is None:
            raise ValueError("a VirtualClock needs a transport: it would jump while a real server is asked")
