"""What a worker says happened in one turn: the exact shape of it, since every byte may be hostile."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, FailFast, Field, Strict

_LAST_TIME_MS: Final = 253_402_300_799_000  # the end of the year 9999, and of Python's dates
_MOST_CALLS: Final = 2048
_MOST_WARNINGS: Final = 100


class TurnError(Exception):
    """Text that no honest prelude writes.

    Attributes:
        too_deep: Whether it is nested deeper than any JSON that is read here.
    """

    def __init__(self, *, too_deep: bool) -> None:
        super().__init__("a turn that no prelude writes")
        self.too_deep = too_deep


class TooManyContainersError(Exception):
    """A turn holds more arrays and objects than it may.

    Attributes:
        number: How many there are at least.
    """

    def __init__(self, number: int) -> None:
        super().__init__(f"at least {number} arrays and objects")
        self.number = number


class _Record(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


Id = Annotated[int, Field(ge=1, le=2**53)]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,63}$")]


class Call(_Record):
    """A call to the application; `bytes` says that the frame's data belongs to it."""

    id: Id
    operation: Annotated[str, Field(max_length=64)]
    site: str | None
    payload: Any
    bytes: bool = False


class Breach(_Record):
    """A limit that the prelude saw exceeded."""

    limit: Name
    message: Annotated[str, Field(max_length=1000)]
    used: Annotated[float, Field(ge=0, le=2**53)] | None = None


class Thrown(_Record):
    """What ended the method."""

    type: Name
    key: str | None
    name: str | None
    message: str
    stack: str | None
    data: Any


class End(_Record):
    """How the method ended; `resource` is what an extension calls an object that stands for the value."""

    value: Any = None
    resource: Any = None
    failure: Thrown | None = None


Level = Literal["log", "info", "warn", "error", "debug"]
Line = Annotated[tuple[Level, str, Annotated[float, Field(ge=0, le=_LAST_TIME_MS)]], Strict(False)]  # noqa: FBT003


class Turn(_Record):
    """What happened until the isolate had nothing more to do.

    Attributes:
        lines: Console lines: level, text, time in milliseconds since 1970.
        data: Whether bytes stand beside the text, for the one call that says so.
        calls: New calls to the application.
        dropped: Ids of earlier calls and timers that nobody waits for any more.
        more: Whether the isolate wants another turn at once.
        warnings: For the run's report; only at the end.
        breach: Ends the run.
        end: The method's end.
    """

    lines: Annotated[tuple[Line, ...], Strict(False), FailFast()] = ()  # noqa: FBT003 (a list is one, too)
    data: bool = False
    calls: Annotated[tuple[Call, ...], Strict(False), Field(max_length=_MOST_CALLS), FailFast()] = ()  # noqa: FBT003
    dropped: Annotated[tuple[Id, ...], Strict(False), FailFast()] = ()  # noqa: FBT003
    more: bool = False
    warnings: Annotated[tuple[str, ...], Strict(False), Field(max_length=_MOST_WARNINGS)] = ()  # noqa: FBT003
    breach: Breach | None = None
    end: End | None = None


NOTHING_HAPPENED: Final = Turn()
