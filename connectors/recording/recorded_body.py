"""Bodies as fixtures have them: JSON, text, base64, or a file beside the fixture."""

from __future__ import annotations

import base64
import json
import math
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from runtime import JSON

    from .side_files import SideFiles
    from .substitution import Substitution

LONGEST_TEXT: Final = 64 * 1024
"""Characters that a fixture holds itself."""
LONGEST_BASE64: Final = 1024
"""Bytes that a fixture holds itself."""


def recorded_bytes(
    data: bytes, content_type: str, substitution: Substitution, files: SideFiles, *, verbatim: bool = False
) -> dict[str, Any]:
    """Return bytes under the one key that shows them best; placeholders stand in what is text.

    Args:
        data: What was sent or received; not empty.
        content_type: As the headers say.
        substitution: Puts placeholders in.
        files: Takes what is too long.
        verbatim: Whether JSON is text as well.
    """
    text = _text_of(data)
    if text is None:
        return _binary(substitution.data(data), files)
    if not verbatim and len(text) <= LONGEST_TEXT and (_is_json(content_type) or text.lstrip()[:1] in {"{", "["}):
        value, exact = exact_json(text)
        if exact:
            return {"json": substitution.value(value)}
    return recorded_text(substitution.text(text), files)


def recorded_text(text: str, files: SideFiles) -> dict[str, Any]:
    """Return text, or the file that it is in when it is long."""
    if len(text) > LONGEST_TEXT:
        return {"file": files.add(text.encode(), ".txt")}
    return {"text": text}


def exact_json(text: str) -> tuple[JSON, bool]:
    """Return what JSON says, and whether that is all: no name twice, no number that Python has not."""
    try:
        return json.loads(text, object_pairs_hook=_each_once, parse_constant=_refused, parse_float=_finite), True
    except (ValueError, RecursionError):
        return None, False


def _is_json(content_type: str) -> bool:
    essence = content_type.partition(";")[0].strip().lower()
    return essence == "application/json" or essence.endswith("+json")


def _text_of(data: bytes) -> str | None:
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return None
    return None if "\0" in text else text


def _binary(data: bytes, files: SideFiles) -> dict[str, Any]:
    if len(data) <= LONGEST_BASE64:
        return {"base64": base64.b64encode(data).decode("ascii")}
    return {"file": files.add(data, ".bin")}


def _each_once(pairs: list[tuple[str, JSON]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        raise ValueError("a name is there twice")
    for name in made:
        name.encode()  # UnicodeEncodeError is a ValueError: half a pair of surrogates
    return made


def _refused(text: str) -> float:
    raise ValueError(text)


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(text)
    return number
