"""JSON text with one value on each line, otherwise as it was written: no digit, no key that is there twice is lost."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_TOKEN: Final = re.compile(r'"(?:[^"\\]|\\.)*+"?|[{}\[\],:]|[^\s"{}\[\],:]++', re.DOTALL)
_OPENING, _CLOSING = frozenset("{["), frozenset("}]")
_INDENT: Final = "  "


def laid_out(text: str, most: int) -> str:
    """Return JSON laid out, cut off after some more than `most` characters; it may itself have been cut off."""
    parts: list[str] = []
    length = 0
    for part in _parts(text):
        parts.append(part)
        length += len(part)
        if length > most:
            break
    return "".join(parts)


def _parts(text: str) -> Iterator[str]:
    depth, before = 0, ""
    for match in _TOKEN.finditer(text):
        piece = match[0]
        if piece in _CLOSING:
            depth = max(0, depth - 1)
        if before in _OPENING | {","} if piece not in _CLOSING else before not in _OPENING:
            yield f"\n{_INDENT * depth}"
        yield _readable(piece)
        if piece == ":":
            yield " "
        depth += piece in _OPENING
        before = piece


def _readable(piece: str) -> str:
    r"""Return a string with the letters that `\u` stands for."""
    if "\\u" not in piece:
        return piece
    try:
        return json.dumps(json.loads(piece), ensure_ascii=False)
    except ValueError:
        return piece
