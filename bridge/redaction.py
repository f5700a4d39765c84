"""Redactor: masks secrets in text that people and programs will read."""

from __future__ import annotations

import base64
import json
import re
from typing import TYPE_CHECKING, Final, Self
from urllib.parse import quote, quote_plus

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from runtime import JSON

MASK: Final = "[redacted]"

_SHORTEST: Final = 4
_SHORTEST_NUMBER: Final = 8
_SHORTEST_INSIDE_BASE64: Final = 6
_BASE64_GROUP: Final = 3
_BASE64_CHARACTERS: Final = "[A-Za-z0-9+/_-]"
_WORDS: Final = frozenset({"true", "false", "null", "none", "basic", "bearer", "token"})
_USERINFO: Final = re.compile(r"(?<=://)[^/?#\s@]+(?=@)")
_PUBLIC_URL: Final = re.compile(r"https?://[^/?#@\s]+(/[^/?#]{0,15})*/?")


class Redactor:
    """Masks secrets in text: as they are, percent-encoded, in JSON, and in base64, alone or with something around them.

    User names and passwords in URLs are masked whether they are known or not.

    Args:
        secrets: Values to mask; those shorter than four characters would mask everything and are left.
    """

    def __init__(self, secrets: Iterable[str]) -> None:
        known = {secret for secret in secrets if len(secret) >= _SHORTEST}
        forms = {form for secret in known for form in _forms(secret)}
        patterns = [re.escape(form) for form in forms]
        patterns += {
            f"{_BASE64_CHARACTERS}*{re.escape(part)}{_BASE64_CHARACTERS}*={{0,2}}"
            for secret in known
            for part in _base64_parts(secret)
        }
        patterns.sort(key=lambda pattern: (-len(pattern), pattern))
        self._pattern = re.compile("|".join(patterns)) if patterns else None

    @classmethod
    def from_values(cls, *values: JSON) -> Self:
        """Return a redactor for the leaves of JSON values, such as credentials.

        Words such as `bearer`, numbers of less than eight digits, and URLs that hold no secret are not masked.
        """
        return cls(secret for value in values for secret in _secrets_in(value))

    def text(self, text: str) -> str:
        """Return `text` with each secret replaced by `[redacted]`."""
        masked = self._pattern.sub(MASK, text) if self._pattern else text
        return _USERINFO.sub(MASK, masked)


def _secrets_in(value: JSON) -> Iterator[str]:
    """Yield the leaves that may be secret."""
    if isinstance(value, dict | list):
        for member in value.values() if isinstance(value, dict) else value:
            yield from _secrets_in(member)
    elif isinstance(value, str) and value.lower() not in _WORDS and not _PUBLIC_URL.fullmatch(value):
        yield value
    elif isinstance(value, int | float) and len(str(value)) >= _SHORTEST_NUMBER:
        yield str(value)


def _forms(secret: str) -> Iterator[str]:
    """Yield the texts that a secret is written as."""
    yield secret
    for encoded in (quote(secret, safe=""), quote(secret, safe="-_.!~*'():$,/"), quote_plus(secret)):
        yield encoded
        yield re.sub("%[0-9A-F]{2}", lambda match: match[0].lower(), encoded)
    yield json.dumps(secret)[1:-1]
    yield json.dumps(secret, ensure_ascii=False)[1:-1]
    data = secret.encode("utf-8", "replace")
    yield base64.b64encode(data).decode("ascii").rstrip("=")
    yield base64.urlsafe_b64encode(data).decode("ascii").rstrip("=")


def _base64_parts(secret: str) -> Iterator[str]:
    """Yield what base64 of any text that contains the secret contains, at each of the three places it can start."""
    data = secret.encode("utf-8", "replace")
    for offset in range(_BASE64_GROUP):
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            encoded = encode(b"\0" * offset + data).decode("ascii").rstrip("=")
            start = -(-offset * 8 // 6)
            whole = (offset + len(data)) * 8 // 6
            part = encoded[start:whole]
            if len(part) >= _SHORTEST_INSIDE_BASE64:
                yield part
