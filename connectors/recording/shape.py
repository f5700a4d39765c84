"""Shape: which members JSON has and of what types they are, whatever their values."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    from runtime import JSON

_NULL: Final = "null"


@dataclass(kw_only=True)
class Shape:
    """What is known of the values at one place, those of all items of a list together.

    Attributes:
        types: Which there are.
        objects: How many of the values are objects.
        members: What is known of each member of those, and how many have it.
        items: What is known of the items, where there are any.
    """

    types: set[str] = field(default_factory=set)
    objects: int = 0
    members: dict[str, Shape] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    items: Shape | None = None

    @classmethod
    def of(cls, value: JSON) -> Shape:
        """Return the shape of a value."""
        shape = cls()
        shape.add(value)
        return shape

    def add(self, value: JSON) -> None:
        """Take in another value at the same place."""
        self.types.add(_type_of(value))
        if isinstance(value, dict):
            self.objects += 1
            for name, member in value.items():
                self.members.setdefault(name, Shape()).add(member)
                self.counts[name] = self.counts.get(name, 0) + 1
        elif isinstance(value, list):
            for item in value:
                self.items = self.items or Shape()
                self.items.add(item)

    def always_has(self, name: str) -> bool:
        """Whether every object here has a member."""
        return self.counts.get(name, 0) == self.objects


def drift(before: Shape, after: Shape, path: str = "$") -> Iterator[str]:
    """Yield how the shape of what a server answers has changed, a line each.

    Where one of both knows nothing, as of the items of an empty list, or what is null, nothing is told.
    """
    old, new = before.types - {_NULL}, after.types - {_NULL}
    if old and new and old != new:
        yield f"{path} was {_listed(old)}, and is {_listed(new)}"
    if before.objects and after.objects:
        yield from _drift_of_members(before, after, path)
    if before.items is not None and after.items is not None:
        yield from drift(before.items, after.items, f"{path}[*]")


def _drift_of_members(before: Shape, after: Shape, path: str) -> Iterator[str]:
    for name, member in before.members.items():
        place = f"{path}{_step(name)}"
        if name not in after.members:
            yield f"{place} is gone"
            continue
        if before.always_has(name) and not after.always_has(name):
            yield f"{place} is missing in some items"
        yield from drift(member, after.members[name], place)
    for name, member in after.members.items():
        if name not in before.members:
            yield f"{path}{_step(name)} is new: {_listed(member.types)}"


def _step(name: str) -> str:
    return f".{name}" if name.isidentifier() else f"['{name}']"


def _listed(types: set[str]) -> str:
    return " or ".join(sorted(types))


def _type_of(value: JSON) -> str:
    """Return what JSON calls the type of a value."""
    if isinstance(value, bool):
        return "boolean"
    names = ((str, "string"), (int | float, "number"), (dict, "object"), (list, "array"))
    return next((name for kind, name in names if isinstance(value, kind)), _NULL)
