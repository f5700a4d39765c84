"""Bodies as text, where they are text."""

from __future__ import annotations

import json
import re
from codecs import getincrementaldecoder
from email.message import Message
from typing import Final

_CONTROLS: Final = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f]")


def media_type(content_type: str) -> str:
    """Return the media type that a header names, lower case, without parameters."""
    return content_type.partition(";")[0].strip().lower()


def text_of(body: bytes, content_type: str, *, is_whole: bool = True) -> str | None:
    """Return a body as text; None where it is none.

    Args:
        body: Unpacked.
        content_type: What its header says of it; the character set there is tried first.
        is_whole: Whether it is here to its end, and so does not end within a character.
    """
    for charset in (_charset(content_type), "utf-8"):
        try:
            text = getincrementaldecoder(charset)().decode(body, final=is_whole)
        except (LookupError, ValueError):
            continue
        return None if _CONTROLS.search(text) else text
    return None


def is_json(text: str, content_type: str) -> bool:
    """Whether text is JSON, going by what its header says, or by itself where that says nothing of it."""
    if text.lstrip()[:1] not in {"{", "["}:
        return False
    if media_type(content_type).endswith(("/json", "+json")):
        return True
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _charset(content_type: str) -> str:
    header = Message()
    header["content-type"] = content_type.encode("ascii", "replace").decode()
    return header.get_content_charset("utf-8")
