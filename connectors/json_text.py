"""JSON text that a person wrote: read strictly, so that mistakes show."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from runtime import JSON


class JsonTextError(ValueError):
    """The text is not JSON, or says something twice.

    Attributes:
        line: Where, counted from 1, if that is known.
    """

    def __init__(self, message: str, *, line: int | None = None) -> None:
        super().__init__(message)
        self.line = line


def read_json(text: str) -> JSON:
    """Return what `text` says.

    Raises:
        JsonTextError: It is not JSON, has a key twice in one object, or is nested too deeply.
    """
    try:
        value: JSON = json.loads(text, object_pairs_hook=_no_key_twice, parse_constant=_no_constant)
    except json.JSONDecodeError as caught:
        raise JsonTextError(f"not JSON: {caught.msg} (column {caught.colno}).", line=caught.lineno) from caught
    except RecursionError as caught:
        raise JsonTextError("The data is nested too deeply.") from caught
    return value


def _no_key_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Build an object, in which each key may be there once; Python's parser would keep the last."""
    built = dict(pairs)
    if len(built) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise JsonTextError(f"The key {twice} is there twice.")
    return built


def _no_constant(name: str) -> JSON:
    """Refuse what Python's parser takes for a number and JSON does not."""
    raise JsonTextError(f"not JSON: {name} is no number.")
