"""How deep JSON text is nested, found without reading it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from .piecewise import brackets_of

if TYPE_CHECKING:
    from collections.abc import Generator

_WINDOW_BYTES: Final = 64 * 1024


def is_plain(text: bytes, most: int) -> bool:
    """Whether a glance shows that text is nested no deeper than `most`: it is short, and has no more brackets."""
    return len(text) <= _WINDOW_BYTES and text.count(b"[") + text.count(b"{") <= most


def is_deeper(text: bytes, most: int) -> Generator[None, None, bool]:
    """Return whether arrays and objects are nested deeper than `most`, and give others a turn after each 64 KiB.

    Brackets in strings do not count. Of text that is not JSON it says nothing.
    """
    depth, start, inside = 0, 0, False
    while start < len(text):
        window = text[start : start + _WINDOW_BYTES]
        if (len(window) - len(window.rstrip(b"\\"))) % 2 == 1:  # half of an escape
            window = text[start : start + _WINDOW_BYTES + 1]
        start += len(window)
        brackets, inside = brackets_of(window, inside=inside)
        if _rises_above(most - depth, brackets):
            return True
        depth += _net(brackets)
        yield
    return False


def _rises_above(most: int, brackets: bytes) -> bool:
    """Whether more than `most` brackets are open anywhere. Only where there are so many is it looked at closely."""
    if brackets.count(b"[") <= most:
        return False
    if len(brackets) == 1:
        return True
    middle = len(brackets) // 2
    first, second = brackets[:middle], brackets[middle:]
    return _rises_above(most, first) or _rises_above(most - _net(first), second)


def _net(brackets: bytes) -> int:
    return 2 * brackets.count(b"[") - len(brackets)
