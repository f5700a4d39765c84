"""Untrusted text that is safe to print."""

from __future__ import annotations

import re

_UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
"""Control characters (terminals obey them), what turns the writing direction, and surrogates (no encoding has them)."""


def printable(text: str, *, keep: str = "") -> str:
    r"""Return `text` with characters that a terminal might obey written as JSON escapes.

    In JSON text such characters stand in strings only, apart from line ends: JSON stays JSON, and means the same.

    Args:
        text: Written by a method, a server or the author of a definition.
        keep: Characters to leave, such as `\n`.
    """
    return _UNSAFE.sub(lambda match: match[0] if match[0] in keep else f"\\u{ord(match[0]):04x}", text)
