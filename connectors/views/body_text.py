"""Bodies as text, where they are text."""

from __future__ import annotations

import json
import re
from email.message import Message
from typing import Final

_CONTROLS: Final = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_LONGEST_PRETTY: Final = 1_000_000
"""Characters. What is longer would be cut off anyway."""


def media_type(content_type: str) -> str:
    """Return the media type that a header names, lower case, without parameters."""
    return content_type.partition(";")[0].strip().lower()


def text_of(body: bytes, content_type: str) -> str | None:
    """Return a body as text; None where it is none.

    Args:
        body: Unpacked.
        content_type: What its header says of it; the character set there is tried first.
    """
    for charset in (_charset(content_type), "utf-8"):
        try:
            text = body.decode(charset)
        except (LookupError, ValueError):
            continue
        return None if _CONTROLS.search(text) else text
    return None


def pretty(text: str) -> tuple[str, bool]:
    """Return text that is JSON indented, all other text as it is; and whether it is JSON."""
    if text.lstrip()[:1] not in {"{", "["} or len(text) > _LONGEST_PRETTY:
        return text, False
    try:
        return json.dumps(json.loads(text), indent=2, ensure_ascii=False), True
    except (ValueError, RecursionError):
        return text, False


def _charset(content_type: str) -> str:
    header = Message()
    header["content-type"] = content_type.encode("ascii", "replace").decode()
    return header.get_content_charset("utf-8")
