"""What a run was doing when its time was up, or when it could go on no more."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from .failure import Location

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .stack import StackReader
    from .values import JSON

_MOST_TOLD: Final = 20
_MOST_NAMED: Final = 3


@dataclass(frozen=True, kw_only=True)
class PendingWork:
    """Something that a run waits for.

    Attributes:
        what: A host call's operation, `setTimeout`, `setInterval`, or `promise`.
        site: Where in the method's source it was started, `data/contacts/list.js:3:14`, where that is known.
        waited_ms: Since when.
    """

    what: str
    site: str | None
    waited_ms: float

    @property
    def data(self) -> JSON:
        """As a part of a failure's data."""
        return {"what": self.what, "site": self.site, "waitedMs": round(self.waited_ms)}

    @classmethod
    def in_deadlock(cls, data: JSON, stacks: StackReader) -> JSON:
        """Return the data of a deadlock's failure: the promises that nothing settles.

        Args:
            data: What the prelude says of them; hostile.
            stacks: Of the run.
        """
        try:
            promises = _Deadlock.model_validate(data).pending
        except ValidationError:
            promises = []
        work = [cls(what="promise", site=stacks.read(it.site), waited_ms=it.waited_ms) for it in promises[:_MOST_TOLD]]
        return {"pending": [one.data for one in work]}


@dataclass(frozen=True)
class Stall:
    """A run that does not come to its end.

    Attributes:
        computing: Whether it computes, rather than waits.
        pending: What it has under way, the oldest first.
    """

    computing: bool
    pending: tuple[PendingWork, ...]

    @classmethod
    def of(cls, *, computing: bool, pending: Sequence[PendingWork]) -> Self:
        """Put the oldest first."""
        return cls(computing, tuple(sorted(pending, key=lambda work: -work.waited_ms)))

    @property
    def sentence(self) -> str:
        """For a person."""
        if self.computing:
            return "it was computing"
        if not self.pending:
            return "it was about to go on"
        named = ", ".join(
            f"{work.what} ({work.site or 'of unknown place'}, for {work.waited_ms / 1000:.1f} s)"
            for work in self.pending[:_MOST_NAMED]
        )
        more = len(self.pending) - _MOST_NAMED
        return f"it was waiting for {named}" + (f" and {more} more" if more > 0 else "")

    @property
    def data(self) -> dict[str, JSON]:
        """For a program: the oldest of what is under way, and how much there is in all."""
        told = [work.data for work in self.pending[:_MOST_TOLD]]
        return {"computing": self.computing, "pending": told, "pendingCount": len(self.pending)}

    @property
    def location(self) -> Location | None:
        """Where the oldest of what it waits for was started."""
        site = None if self.computing else next((work.site for work in self.pending if work.site), None)
        return Location.of_site(site)


class _Promise(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")

    site: str = Field(max_length=1000)
    waited_ms: float = Field(alias="waitedMs", ge=0, le=1e12)


class _Deadlock(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")

    pending: list[_Promise] = Field(max_length=100)
