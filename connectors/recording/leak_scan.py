"""LeakScan: proves that no secret stands in a text, however it is written there.

It reads where `Substitution` writes: each text is undone step by step (percent, HTML, JSON, base64, hexadecimal), and
secrets are looked for at each step, so that a way of writing that the one does not know is found by the other.
"""

from __future__ import annotations

import base64
import html
import re
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote, unquote_plus

from .substitution import LONG_SECRET

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

_DEEPEST: Final = 3
_BASE64: Final = re.compile(r"[A-Za-z0-9+/_-]{6,}")
_HEX: Final = re.compile(r"[0-9A-Fa-f]{8,}")
_ESCAPE: Final = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|x([0-9A-Fa-f]{2})|([\"'\\/bfnrt]))")
_ESCAPED: Final = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_LEGIBLE: Final = re.compile(
    rb"(?:[\x20-\x7e]|[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}){6,}"
)
_GROUP: Final = 4
_PART: Final = 12
_STRIDE: Final = 6
_LEAST: Final = 2


class LeakScan:
    """Looks for secrets.

    Args:
        secrets: What must not be there.
    """

    def __init__(self, secrets: Iterable[str]) -> None:
        known = set(secrets)
        self._long = {secret.casefold(): secret for secret in known if len(secret) >= LONG_SECRET}
        self._parts = {part.casefold(): secret for secret in known for part in _parts(secret)}
        self._short = {secret: _alone(secret) for secret in known if len(secret) < LONG_SECRET}

    def find(self, text: str) -> str | None:
        """Return a secret that stands in a text; None where there is none."""
        return next((found for reading in _all_readings(text) for found in self._in(reading)), None)

    def _in(self, text: str) -> Iterator[str]:
        folded = text.casefold()
        for form, secret in self._long.items():
            if form in folded and (not secret.isdigit() or _alone_in_digits(secret).search(text)):
                yield secret
        yield from (secret for part, secret in self._parts.items() if part in folded)
        for secret, pattern in self._short.items():
            if secret in text and pattern.search(text):
                yield secret


def _parts(secret: str) -> Iterator[str]:
    """Yield parts of a long secret, one of which stands in any larger piece of it; none that are ordinary words."""
    for start in range(0, len(secret) - _PART, _STRIDE):
        part = secret[start : start + _PART]
        if sum(map(str.isdigit, part)) >= _LEAST and sum(map(str.isalpha, part)) >= _LEAST:
            yield part


def _all_readings(text: str) -> Iterator[str]:
    """Yield a text as it is, all that its lines say, and what base64 says that is broken into lines."""
    yield text
    for line in dict.fromkeys(text.splitlines()):
        yield from _readings(line)
    yield _from_base64("".join(text.split()))


def _readings(text: str) -> Iterator[str]:
    """Yield a text, and what it says where it is undone in each of the known ways, one after the other."""
    seen = {text}
    layer = [text]
    for _ in range(_DEEPEST + 1):
        yield from layer
        undone = {undo(reading) for reading in layer for undo in _UNDO} - seen
        seen |= undone
        layer = [reading for reading in undone if reading]


def _unescaped(text: str) -> str:
    """Undo the escapes of JSON and JavaScript, those of pairs of surrogates included."""
    plain = _ESCAPE.sub(
        lambda match: chr(int(match[1] or match[2], 16)) if match[1] or match[2] else _escaped(match[3]), text
    )
    return plain.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _escaped(character: str) -> str:
    return _ESCAPED.get(character, character)


def _from_base64(text: str) -> str:
    """Return what all base64 in a text says, wherever in it the first group may begin."""
    parts: list[str] = []
    for match in _BASE64.finditer(text):
        run = match[0].replace("-", "+").replace("_", "/")
        for start in range(_GROUP):
            group = run[start:]
            group = group[:-1] if len(group) % _GROUP == 1 else group
            parts.append(_said(base64.b64decode(group + "=" * (-len(group) % _GROUP))))
    return "\n".join(filter(None, parts))


def _from_hex(text: str) -> str:
    """Return what all hexadecimal in a text says."""
    runs = [match[0][start:] for match in _HEX.finditer(text) for start in (0, 1)]
    return "\n".join(filter(None, (_said(bytes.fromhex(run[: len(run) // 2 * 2])) for run in runs)))


def _said(data: bytes) -> str:
    """Return bytes as text; of those that are none, the pieces that a person could read."""
    try:
        return data.decode()
    except UnicodeDecodeError:
        return "\n".join(match[0].decode("utf-8", "replace") for match in _LEGIBLE.finditer(data))


_UNDO: Final[tuple[Callable[[str], str], ...]] = (
    unquote,
    unquote_plus,
    html.unescape,
    _unescaped,
    _from_base64,
    _from_hex,
)


def _alone(secret: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![A-Za-z0-9]){re.escape(secret)}(?![A-Za-z0-9])")


def _alone_in_digits(secret: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\d){secret}(?!\d)")
