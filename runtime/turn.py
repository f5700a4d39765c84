"""What a worker says happened in one turn, checked: every byte of it may be hostile."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

if TYPE_CHECKING:
    from .frames import Frame
    from .values import JSON


# JSON.stringify escapes a surrogate only where it has no partner; what is no text becomes U+FFFD.
_ESCAPED_SURROGATE: Final = b"\\ud"
_LONE_SURROGATE: Final = re.compile(rb"(?<!\\)((?:\\\\)*)\\ud[0-9a-f]{3}")


class TurnError(Exception):
    """Text that no honest prelude writes.

    Attributes:
        too_deep: Whether it is nested deeper than any JSON that is read here.
    """

    def __init__(self, *, too_deep: bool) -> None:
        super().__init__("a turn that no prelude writes")
        self.too_deep = too_deep


class _Record(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Call(_Record):
    """A call to the application; `bytes` says that the frame's data belongs to it."""

    id: int
    operation: str
    site: str | None
    payload: Any
    bytes: bool = False


class Breach(_Record):
    """A limit that the prelude saw exceeded."""

    limit: str
    message: str
    used: float | None = None


class Thrown(_Record):
    """What ended the method."""

    type: str
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


class Turn(_Record):
    """What happened until the isolate had nothing more to do.

    Attributes:
        lines: Console lines: level, text, time in milliseconds since 1970.
        data: Whether bytes stand beside the text, for the one call that says so.
        calls: New calls to the application.
        more: Whether the isolate wants another turn at once.
        warnings: For the run's report; only at the end.
        breach: Ends the run.
        end: The method's end.
    """

    lines: list[tuple[Level, str, Annotated[float, Field(ge=0, le=8.64e15)]]] = []
    data: bool = False
    calls: list[Call] = []
    more: bool = False
    warnings: list[str] = []
    breach: Breach | None = None
    end: End | None = None


def read_turn(frame: Frame) -> Turn:
    """Return the turn that a TURN frame tells.

    Raises:
        TurnError: It tells none, or has bytes that do not belong to one of its calls.
    """
    _, text, *data = frame.parts if len(frame.parts) > 1 else (b"", b"")
    turn = _read(text)
    if len(data) != sum(call.bytes for call in turn.calls) or len(data) > 1:
        raise TurnError(too_deep=False)
    return turn


def last_words(frame: Frame) -> Turn:
    """Return the turn whose console lines a LAST frame brings.

    Raises:
        TurnError: They are no console lines.
    """
    lines = frame.parts[-1].decode("utf-16-le", errors="replace").rstrip(",")
    return _read(f'{{"lines":[{lines}]}}'.encode())


def _read(text: bytes) -> Turn:
    if _ESCAPED_SURROGATE in text:
        text = _LONE_SURROGATE.sub(rb"\1\\ufffd", text)
    try:
        return Turn.model_validate_json(text)
    except ValidationError as error:
        message = error.errors(include_url=False, include_input=False)[0]["msg"]
        raise TurnError(too_deep="recursion" in message) from None


def deeper_than(value: JSON, most: int) -> bool:
    """Whether arrays and objects in `value` are nested deeper than `most` levels."""
    level: list[JSON] = [value]
    for _ in range(most + 1):
        level = [child for node in level for child in _children(node)]
        if not level:
            return False
    return True


def _children(node: JSON) -> list[JSON]:
    if isinstance(node, dict):
        return list(node.values())
    return node if isinstance(node, list) else []
