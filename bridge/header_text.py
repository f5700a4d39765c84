"""The text of a header's value."""

from __future__ import annotations


def header_text(value: bytes) -> str:
    """Return a header's value: UTF-8, as servers write today, or else Latin-1, as they wrote once."""
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.decode("latin-1")
