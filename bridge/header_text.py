"""The text of headers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

_BETWEEN: Final = b"\n"
"""What no header holds."""


def header_text(value: bytes) -> str:
    """Return a header's value: UTF-8, as servers write today, or else Latin-1, as they wrote once."""
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.decode("latin-1")


def header_texts(raw: Sequence[tuple[bytes, bytes]]) -> tuple[tuple[str, str], ...]:
    """Return headers as text, names in lower case. All of them are decoded at once, where they can be."""
    try:
        values = _BETWEEN.join([value for _, value in raw]).decode().split("\n")
    except UnicodeDecodeError:
        values = [header_text(value) for _, value in raw]
    names = _BETWEEN.join([name for name, _ in raw]).decode("latin-1").lower().split("\n")
    if len(raw) == len(names) == len(values):
        return tuple(zip(names, values, strict=True))
    return tuple((name.decode("latin-1").lower(), header_text(value)) for name, value in raw)
