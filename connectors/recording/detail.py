"""Detail: how much of what was exchanged a fixture holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

_FAILURE: Final = 400


@dataclass(frozen=True, kw_only=True)
class Detail:
    """How much of what was exchanged a fixture holds.

    Attributes:
        all_headers: All headers of responses but those of the connection, cookies without their values, and not only
            the usual ones.
        verbatim_from: The status from which on JSON of responses is text, letter by letter; for methods, and messages
            of errors, that show more of it than what it means.
    """

    all_headers: bool = False
    verbatim_from: int = 1000

    def is_verbatim(self, status: int | None) -> bool:
        """Whether JSON of a response is text."""
        return status is not None and status >= self.verbatim_from


PLAIN: Final = Detail()
DETAILS: Final = (
    PLAIN,
    Detail(verbatim_from=_FAILURE),
    Detail(all_headers=True),
    Detail(all_headers=True, verbatim_from=_FAILURE),
    Detail(all_headers=True, verbatim_from=0),
)
"""From the most readable on."""
