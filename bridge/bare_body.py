"""BareBody: bodies that calls gave by themselves, for hints about code that expects a whole response."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

RESPONSE_KEYS: Final = ("data", "status", "statusCode", "headers")
"""What a whole response has, and code that was written for axios reads."""

_LOOKED_AT_BYTES: Final = 64 * 1024
_QUOTED: Final = {f'"{key}"'.encode(): key for key in RESPONSE_KEYS}


@dataclass(frozen=True, kw_only=True)
class BareBody:
    """The bodies that the calls at one place gave, without status and headers around them.

    Attributes:
        site: Where the calls were made, `data/contacts/list.js:3:14`.
        missing: Those of `RESPONSE_KEYS` that nothing in one of the bodies is called, as far as its first and last
            64 KiB tell.
    """

    site: str
    missing: tuple[str, ...]


class BareBodies:
    """The bodies that calls of one run gave, none of which is kept."""

    def __init__(self) -> None:
        self._not_missing: dict[str, list[bytes]] = {}

    def add(self, site: str, body: bytes) -> None:
        """Look at the body that a call gave, which nobody parses here: only for keys that no other there lacked."""
        looked_for = self._not_missing.get(site)
        if looked_for is None:
            looked_for = [*_QUOTED]
        if looked_for:
            ends = body if len(body) <= 2 * _LOOKED_AT_BYTES else body[:_LOOKED_AT_BYTES] + body[-_LOOKED_AT_BYTES:]
            self._not_missing[site] = [text for text in looked_for if text in ends]

    def __iter__(self) -> Iterator[BareBody]:
        """Yield what is known of each place."""
        for site, present in self._not_missing.items():
            yield BareBody(site=site, missing=tuple(key for text, key in _QUOTED.items() if text not in present))
