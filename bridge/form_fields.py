"""Form fields: the names that the members of an object have in a query or a form, as axios 1 names them.

`ids: [1, 2]` is `ids[]` twice, `filter: {a: 1}` is `filter[a]`, `s: [{k: 1}]` is `s[0][k]`; null is left out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

from .errors import RequestRefusedError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from runtime import JSON

    from .scalars import Scalar

    Field: TypeAlias = tuple[str, Scalar]

_DEEPEST: Final = 32


def fields_of(members: Mapping[str, JSON], *, list_suffix: str = "[]") -> Iterator[Field]:
    """Yield the fields of an object, in its order.

    Args:
        members: Values by name.
        list_suffix: Of the name of a list of plain values, whose items are all sent under one name.

    Raises:
        RequestRefusedError: `invalid`: it is nested too deeply.
    """
    for key, value in members.items():
        items = flat_items(value) if isinstance(value, list) else None
        if items is not None:
            name = f"{key.strip().removesuffix('[]')}{list_suffix}"
            yield from ((name, item) for item in items)
        elif isinstance(value, list | dict):
            yield from _nested((), key, value)
        elif value is not None:
            yield key.strip(), value


def flat_items(value: JSON) -> list[Scalar] | None:
    """Return the items of a list of plain values, without null; None for anything else."""
    if not isinstance(value, list) or any(isinstance(item, list | dict) for item in value):
        return None
    return [item for item in value if item is not None and not isinstance(item, list | dict)]


def _nested(path: tuple[str, ...], key: str, value: JSON) -> Iterator[Field]:
    """Yield the fields of a member that is found at `path`."""
    if len(path) == _DEEPEST:
        raise RequestRefusedError(f"A query or form is nested deeper than {_DEEPEST} levels.", key="invalid")
    if isinstance(value, list | dict):
        members = enumerate(value) if isinstance(value, list) else value.items()
        for name, member in members:
            yield from _nested((*path, key), str(name), member)
    elif value is not None:
        yield _name(path, key.strip()), value


def _name(path: tuple[str, ...], key: str) -> str:
    if not path:
        return key
    first, *others = (step.removesuffix("[]") for step in (*path, key))
    return first + "".join(f"[{step}]" for step in others)
