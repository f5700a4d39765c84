"""BareBody: a body that a call gave by itself, for hints about code that expects a whole response."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from .response import Response

RESPONSE_KEYS: Final = ("data", "status", "statusCode", "headers")
"""What a whole response has, and code that was written for axios reads."""

_LOOKED_AT_BYTES: Final = 64 * 1024
_QUOTED: Final = tuple((key, f'"{key}"'.encode()) for key in RESPONSE_KEYS)


@dataclass(frozen=True, kw_only=True)
class BareBody:
    """The body that one call gave, without status and headers around it.

    Attributes:
        site: Where the call was made, `data/contacts/list.js:3:14`.
        missing: Those of `RESPONSE_KEYS` that nothing in the body is called, as far as its first and last 64 KiB tell.
    """

    site: str
    missing: tuple[str, ...]

    @classmethod
    def of(cls, site: str, response: Response) -> BareBody:
        """Look at the body of a response, which nobody parses here."""
        body = response.body
        ends = body if len(body) <= 2 * _LOOKED_AT_BYTES else body[:_LOOKED_AT_BYTES] + body[-_LOOKED_AT_BYTES:]
        return cls(site=site, missing=tuple(key for key, text in _QUOTED if text not in ends))
