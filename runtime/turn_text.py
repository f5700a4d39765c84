"""Reading of what a worker says happened in one turn: never more than is allowed, and what is long in pieces."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

from pydantic import ValidationError
from pydantic_core import from_json

from .piecewise import NotJSONError, containers_in, read_in_pieces, values_in
from .turn import End, TooManyContainersError, Turn, TurnError

if TYPE_CHECKING:
    from collections.abc import Generator

    from .frames import Frame
    from .values import JSON

_LONG: Final = 64 * 1024
_LAST_PARTS: Final = 4
_PARTS_WITHOUT_DATA: Final = 2
_LONGEST_LAST_WORDS: Final = 2 * (1 << 18)  # see js/55_last_words.js
_MOST_VALUES_OF_CALLS: Final = 100_000
"""Bodies are text; what is left of a call is paths, queries, headers and fields of forms."""
_DEPTH_OF_VALUE: Final = 2  # {"end":{"value":...}}
_DIGITS_AS_ZEROS: Final = bytes.maketrans(b"123456789E", b"000000000e")
_MOST_DIGITS: Final = b"0" * 309


Reading: TypeAlias = tuple[Turn, int]
"""A turn as it was read, and how deep arrays and objects are nested in the value of its end."""


def is_long(frame: Frame) -> bool:
    """Whether reading a TURN frame takes so long that others must not wait for it."""
    return len(_text_of(frame)) >= _LONG


def read_turn(frame: Frame) -> Reading:
    """Return the turn that a TURN frame tells which is not long.

    Raises:
        TurnError: It tells none, or has bytes that do not belong to one of its calls.
    """
    turn = _read(_text_of(frame))
    _refuse_strange_data(frame, turn)
    return turn, 0 if turn.end is None else _depth_of(turn.end.value)


def read_long_turn(frame: Frame, most_values: int, most_containers: int) -> Generator[None, None, Reading]:
    """Return the turn that a TURN frame tells, and give others a turn after each piece of it.

    Args:
        frame: The frame.
        most_values: How many JSON values an honest one can hold: small text can be a great many of them.
        most_containers: How many of these may be arrays and objects.

    Raises:
        TurnError: It tells none, is nested too deeply, or has bytes that do not belong to one of its calls.
        TooManyContainersError: It holds more of them.
    """
    size = _Size()

    def look(plain: bytes, value: JSON) -> None:
        size.add(plain, value)
        if size.containers > most_containers:
            raise TooManyContainersError(size.containers)
        if size.values > most_values or (_may_hold_huge_numbers(plain) and not _all_finite([value])):
            raise TurnError(too_deep=False)

    try:
        said = yield from read_in_pieces(_text_of(frame), _parsed, look)
        turn = Turn.model_validate(said)
    except NotJSONError as error:
        raise TurnError(too_deep=error.too_deep) from None
    except ValueError:
        raise TurnError(too_deep=False) from None
    if turn.calls and size.values > _MOST_VALUES_OF_CALLS:
        raise TurnError(too_deep=False)
    _refuse_strange_data(frame, turn)
    has_value = turn.end is not None and turn.end.failure is None
    return turn, size.depth - _DEPTH_OF_VALUE if has_value else 0


def last_words(frame: Frame) -> Turn:
    """Return the turn whose console lines, and breach of a limit, a LAST frame brings.

    Raises:
        TurnError: They are none.
    """
    said = frame.parts[2:] if len(frame.parts) == _LAST_PARTS else (b"", b"")
    if sum(map(len, said)) > _LONGEST_LAST_WORDS:
        raise TurnError(too_deep=False)
    lines, breach = (text.decode("utf-16-le", errors="replace").rstrip(",") for text in said)
    return _read(f'{{"lines":[{lines}],"breach":{breach or "null"}}}'.encode())


def _text_of(frame: Frame) -> bytes:
    return frame.parts[1] if len(frame.parts) > 1 else b""


def _refuse_strange_data(frame: Frame, turn: Turn) -> None:
    """Refuse bytes beside a turn that do not belong to one of its calls."""
    beside = len(frame.parts) - _PARTS_WITHOUT_DATA
    if beside > 1:
        raise TurnError(too_deep=False)
    for call in turn.calls:
        beside -= call.bytes
    if beside != 0:
        raise TurnError(too_deep=False)


def _read(text: bytes) -> Turn:
    try:
        turn = Turn.model_validate_json(text)
    except ValidationError as error:
        message = error.errors(include_url=False, include_input=False)[0]["msg"]
        raise TurnError(too_deep="recursion" in message) from None
    if _may_hold_huge_numbers(text):
        end = turn.end or End()
        values = [end.value, end.resource, end.failure.data if end.failure else None]
        if not _all_finite([*values, *(call.payload for call in turn.calls)]):
            raise TurnError(too_deep=False)
    return turn


def _parsed(text: bytes) -> JSON:
    value: JSON = from_json(text, allow_inf_nan=False, cache_strings="keys")
    return value


def _may_hold_huge_numbers(text: bytes) -> bool:
    zeros = text.translate(_DIGITS_AS_ZEROS, b"+")
    return b"e000" in zeros or b"NaN" in zeros or b"Infinity" in zeros or _MOST_DIGITS in zeros


def _all_finite(values: list[JSON]) -> bool:
    """Whether all numbers are some that JSON has: the parser reads others, and makes infinity of 1e999."""
    level = values
    while level:
        if any(type(node) is float and not math.isfinite(node) for node in level):
            return False
        level = [child for node in level for child in _children(node)]
    return True


def _depth_of(value: JSON) -> int:
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


@dataclass
class _Size:
    """How much the text of a turn holds.

    Attributes:
        values: JSON values of any kind, at most.
        containers: Arrays and objects among them.
        depth: How deep these are nested.
    """

    values: int = 0
    containers: int = 0
    depth: int = 0

    def add(self, plain: bytes, value: JSON) -> None:
        """Count a piece: what of it is outside of strings, and its value with all that is around it."""
        self.values += values_in(plain)
        self.containers += containers_in(plain)
        self.depth = max(self.depth, _depth_of(value))
