"""How the requests of a run are when the run may be put off, or go on after its application ended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

InDoubt: TypeAlias = Literal["fail", "send_again"]
"""What to do about a request that was on its way when the application ended, and that must not be made twice."""

IDEMPOTENCY_KEY: Final = "idempotency-key"
"""The header that the draft of the IETF names (draft-ietf-httpapi-idempotency-key-header)."""

LONGEST_WAIT_SECONDS: Final = 86_400.0


@dataclass(frozen=True, kw_only=True)
class Durable:
    """How the requests of a run are when it may be put off.

    Attributes:
        suspend_after_seconds: The run is put off for a wait from this on, or for one that would last beyond its end;
            None puts none off.
        most_seconds: Longer than that it is never put off: the error comes at once then.
        in_doubt: `fail` ends the run; `send_again` sends the request again where it has an idempotency key.
        idempotency_header: The name of a header that is added to requests that must not be made twice, with a value
            that is the same whenever the request is.
    """

    suspend_after_seconds: float | None = None
    most_seconds: float = LONGEST_WAIT_SECONDS
    in_doubt: InDoubt = "fail"
    idempotency_header: str | None = None

    def puts_off(self, seconds: float, left_seconds: float) -> bool:
        """Whether the run is put off rather than to wait for so long, when it has so much time left."""
        after = self.suspend_after_seconds
        return after is not None and min(after, left_seconds) <= seconds <= self.most_seconds
