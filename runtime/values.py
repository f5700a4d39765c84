"""The values that cross the wall."""

from __future__ import annotations

from typing_extensions import TypeAliasType

JSON = TypeAliasType("JSON", "bool | int | float | str | list[JSON] | dict[str, JSON] | None")
"""A value that JSON can hold; what a method takes and gives."""
