"""The text of headers."""

from __future__ import annotations

from itertools import chain
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
    """Return headers as text, names in lower case. Most are ASCII, and decoded all at once."""
    joined = _BETWEEN.join(chain.from_iterable(raw))
    if joined.isascii():
        text = joined.decode("ascii")
        names, values = text.lower().split("\n")[::2], text.split("\n")[1::2]
        if len(raw) == len(names) == len(values):
            return tuple(zip(names, values, strict=True))
    return tuple((name.decode("latin-1").lower(), header_text(value)) for name, value in raw)
