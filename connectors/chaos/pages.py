"""Pages: answers that hold lists of records, and the records in them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bridge import ScriptedResponse
    from runtime import JSON

_DEEPEST: Final = 3
"""How many objects deep lists of records are looked for: `{data: {items: {nodes: [...]}}}`."""
_SHORTEST_MARK: Final = 3
"""Shorter text is found anywhere."""


def page_of(response: ScriptedResponse | None) -> JSON:
    """Return the JSON of an answer that holds a list that is not empty; None where it holds none."""
    if response is None or not 200 <= response.status < 300:
        return None
    try:
        body: JSON = json.loads(response.body)
    except ValueError:
        return None
    return body if records_of(body) else None


def records_of(page: JSON) -> list[JSON]:
    """Return what the lists of a page hold."""
    return [record for records in _lists(page) for record in records]


def emptied(page: JSON) -> JSON:
    """Return a page without its records; what stands beside them, such as a cursor, stays."""
    return _emptied(page, 0)


def marks_of(value: JSON) -> set[str]:
    """Return all text in a value that is long enough to be recognised elsewhere."""
    return {text for text in texts_of(value) if len(text) >= _SHORTEST_MARK}


def texts_of(value: JSON) -> Iterator[str]:
    """Yield all text in a value, keys aside."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from texts_of(item)
    elif isinstance(value, dict):
        for item in value.values():
            yield from texts_of(item)


def scalars_beside(page: JSON) -> Iterator[tuple[str, Any]]:
    """Yield what stands beside the records of a page, each with its key."""
    yield from _scalars("", emptied(page))


def _lists(value: JSON, depth: int = 0) -> Iterator[list[JSON]]:
    """Yield the lists of a page that are not empty, those inside of records aside."""
    if isinstance(value, list) and value:
        yield value
    elif isinstance(value, dict) and depth < _DEEPEST:
        for item in value.values():
            yield from _lists(item, depth + 1)


def _emptied(value: JSON, depth: int) -> JSON:
    if isinstance(value, list):
        return []
    if isinstance(value, dict) and depth < _DEEPEST:
        return {key: _emptied(item, depth + 1) for key, item in value.items()}
    return value


def _scalars(key: str, value: JSON) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for name, item in value.items():
            yield from _scalars(name, item)
    elif value is not None and not isinstance(value, list):
        yield key, value
