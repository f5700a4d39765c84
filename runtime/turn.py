"""What a worker says happened in one turn, checked: every byte of it may be hostile."""

from __future__ import annotations

import gc
import math
import re
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, FailFast, Field, ValidationError

if TYPE_CHECKING:
    from .frames import Frame
    from .values import JSON


# JSON.stringify escapes a surrogate only where it has no partner; what is no text becomes U+FFFD.
_ESCAPED_SURROGATE: Final = b"\\ud"
_LONE_SURROGATE: Final = re.compile(rb"(?<!\\)((?:\\\\)*)\\ud[0-9a-f]{3}")

_LAST_TIME_MS: Final = 253_402_300_799_000  # the end of the year 9999, and of Python's dates
_MOST_CALLS: Final = 2048
_MOST_WARNINGS: Final = 100
_LAST_PARTS: Final = 3
_LARGE: Final = 256 * 1024
_STRING: Final = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"', re.DOTALL)
_DIGITS_AS_ZEROS: Final = bytes.maketrans(b"123456789", b"000000000")
_HUGE_NUMBERS: Final = (b"NaN", b"Infinity", b"e000", b"e+000", b"E000", b"E+000", b"0" * 309)
"""What every number that is not finite is written with, once its digits are zeros."""


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


Line = tuple[Literal["log", "info", "warn", "error", "debug"], str, Annotated[float, Field(ge=0, le=_LAST_TIME_MS)]]


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

    lines: Annotated[tuple[Line, ...], FailFast()] = ()
    data: bool = False
    calls: Annotated[tuple[Call, ...], Field(max_length=_MOST_CALLS), FailFast()] = ()
    dropped: Annotated[tuple[Id, ...], FailFast()] = ()
    more: bool = False
    warnings: Annotated[tuple[str, ...], Field(max_length=_MOST_WARNINGS)] = ()
    breach: Breach | None = None
    end: End | None = None


NOTHING_HAPPENED: Final = Turn()


def read_turn(frame: Frame, most_values: int) -> Turn:
    """Return the turn that a TURN frame tells.

    Args:
        frame: The frame.
        most_values: How many JSON values an honest one can hold: small text can be a great many of them.

    Raises:
        TurnError: It tells none, or has bytes that do not belong to one of its calls.
    """
    _, text, *data = frame.parts if len(frame.parts) > 1 else (b"", b"")
    turn = _read(text, most_values)
    if len(data) != sum(call.bytes for call in turn.calls) or len(data) > 1:
        raise TurnError(too_deep=False)
    return turn


def last_words(frame: Frame, most_values: int) -> Turn:
    """Return the turn whose console lines a LAST frame brings.

    Raises:
        TurnError: They are no console lines.
    """
    said = frame.parts[-1] if len(frame.parts) == _LAST_PARTS else b""
    lines = said.decode("utf-16-le", errors="replace").rstrip(",")
    return _read(f'{{"lines":[{lines}]}}'.encode(), most_values)


def _read(text: bytes, most_values: int) -> Turn:
    if _ESCAPED_SURROGATE in text:
        text = _LONE_SURROGATE.sub(rb"\1\\ufffd", text)
    if not _holds_at_most(most_values, text):
        raise TurnError(too_deep=False)
    try:
        turn = Turn.model_validate_json(text) if len(text) < _LARGE else _read_large(text)
    except ValidationError as error:
        message = error.errors(include_url=False, include_input=False)[0]["msg"]
        raise TurnError(too_deep="recursion" in message) from None
    if _may_hold_huge_numbers(text) and not _all_finite(turn):
        raise TurnError(too_deep=False)
    return turn


def _holds_at_most(most: int, text: bytes) -> bool:
    """Whether JSON text holds no more values than that; commas and brackets in strings do not count."""
    if len(text) <= most or _most_values(text) <= most:
        return True
    if text.count(b'"') - text.count(b'\\"') > most // 8:  # too many strings to look at each
        return False
    return _most_values(_STRING.sub(b"", text)) <= most


def _most_values(text: bytes) -> int:
    return text.count(b",") + text.count(b"[") + text.count(b"{") + 1


def _may_hold_huge_numbers(text: bytes) -> bool:
    zeros = text.translate(_DIGITS_AS_ZEROS)
    return any(map(zeros.__contains__, _HUGE_NUMBERS))


def _all_finite(turn: Turn) -> bool:
    """Whether all numbers are some that JSON has: the parser reads others, and makes infinity of 1e999."""
    end = turn.end or End()
    level: list[JSON] = [end.value, end.resource, end.failure.data if end.failure else None]
    level += [call.payload for call in turn.calls]
    while level:
        if any(type(node) is float and not math.isfinite(node) for node in level):
            return False
        level = [child for node in level for child in _children(node)]
    return True


def _read_large(text: bytes) -> Turn:
    """Read a turn of many objects without looking through all of them for garbage, again and again."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        return Turn.model_validate_json(text)
    finally:
        if enabled:
            gc.enable()


def depth_of(value: JSON) -> int:
    """Return how deep arrays and objects in `value` are nested; its reader has bounded that."""
    depth = 0
    level: list[JSON] = [value]
    while level := [node for node in level if type(node) is dict or type(node) is list]:
        depth += 1
        level = [child for node in level for child in _children(node)]
    return depth


def _children(node: JSON) -> list[JSON]:
    if isinstance(node, dict):
        return list(node.values())
    return node if isinstance(node, list) else []
