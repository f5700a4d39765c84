"""Merging: new data put into what an author wrote, so that whatever did not change stays as it was written."""

from __future__ import annotations

import json
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Any

from ruamel.yaml.comments import CommentedMap

from .yaml_text import styled

if TYPE_CHECKING:
    from collections.abc import Callable

    from runtime import JSON


def merge(node: Any, old: JSON, new: JSON) -> Any:  # noqa: ANN401 (data that remembers how it was written)
    """Put new data into a node, and return what then stands in its place.

    Args:
        node: As it was written; changed in place.
        old: What it says.
        new: What it shall say.
    """
    if same(old, new):
        return node
    if isinstance(old, dict) and isinstance(new, dict) and isinstance(node, dict):
        _merge_members(node, old, new)
        return node
    if isinstance(old, list) and isinstance(new, list) and isinstance(node, list):
        _merge_items(node, old, new)
        return node
    return styled(new)


def same(one: Any, other: Any) -> bool:  # noqa: ANN401 (JSON)
    """Whether two values are the same JSON, the order of members aside."""
    return _text(one) == _text(other)


def aligned(old: list[Any], new: list[Any], identity: Callable[[Any], str]) -> list[tuple[int | None, int | None]]:
    """Pair the items of two lists in their order: what has no partner is gone, or new.

    Args:
        old: The one list.
        new: The other.
        identity: By what items are told apart; those of a stretch that differs are paired one by one.
    """
    pairs: list[tuple[int | None, int | None]] = []
    matcher = SequenceMatcher(None, [identity(item) for item in old], [identity(item) for item in new], autojunk=False)
    for _, i1, i2, j1, j2 in matcher.get_opcodes():
        both = min(i2 - i1, j2 - j1)
        pairs += [(i1 + n, j1 + n) for n in range(both)]
        pairs += [(i, None) for i in range(i1 + both, i2)]
        pairs += [(None, j) for j in range(j1 + both, j2)]
    return pairs


def _merge_members(node: Any, old: dict[str, Any], new: dict[str, JSON]) -> None:  # noqa: ANN401
    for name in old:
        if name not in new:
            del node[name]
    for position, (name, value) in enumerate(new.items()):
        if name in old:
            node[name] = merge(node[name], old[name], value)
        elif isinstance(node, CommentedMap):
            node.insert(position, name, styled(value))
        else:
            node[name] = styled(value)


def _merge_items(node: Any, old: list[Any], new: list[Any]) -> None:  # noqa: ANN401
    """Put items into a list from its end on, so that positions before stay what they are."""
    pairs = aligned(old, new, _identity)
    for i, j in reversed(pairs):
        if i is not None and j is not None:
            node[i] = merge(node[i], old[i], new[j])
        elif i is not None:
            del node[i]
    for i, j in pairs:
        if i is None and j is not None:
            node.insert(j, styled(new[j]))


def _identity(item: JSON) -> str:
    """Return by what an item is known: an exchange by its request, a record by its id, all else by all of it."""
    if isinstance(item, dict):
        request = item.get("request")
        if isinstance(request, dict):
            return f"{request.get('method')} {str(request.get('url')).partition('?')[0]}"
        if "id" in item:
            return _text(item["id"])
    return _text(item)


def _text(value: JSON) -> str:
    return json.dumps(value, sort_keys=True)
