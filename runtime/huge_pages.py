# Trusted: applied once in the zygote.
"""Huge pages for the zygote's largest block of memory, the tables of the ICU library, which nobody changes.

A fork and the end of a process take time for each page that there is, whether it is ever used or not.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from .libc import call

if TYPE_CHECKING:
    from collections.abc import Iterator

_HUGE: Final = 2 * 1024 * 1024
_COLLAPSE: Final = 25
"""MADV_COLLAPSE, which Linux has had since 6.1."""
_PRIVATE_DATA: Final = "rw-p"
_NO_FILE: Final = "0"


def gather_pages() -> None:
    """Let the kernel make huge pages of the pages of large blocks, where it can."""
    with suppress(OSError):
        for start, end in _blocks():
            call("madvise", start, end - start, _COLLAPSE)


def _blocks() -> Iterator[tuple[int, int]]:
    """Yield where blocks of at least two huge pages begin and end."""
    for line in Path("/proc/self/maps").read_text(encoding="utf-8", errors="replace").splitlines():
        addresses, permissions, _, _, file, *_ = line.split()
        low, high = (int(address, 16) for address in addresses.split("-"))
        start, end = -(-low // _HUGE) * _HUGE, high // _HUGE * _HUGE
        if permissions == _PRIVATE_DATA and file == _NO_FILE and end - start > _HUGE:
            yield start, end
