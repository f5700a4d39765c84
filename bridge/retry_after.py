"""The header `retry-after`: when a server is ready again."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from .response import Response

_SECONDS: Final = re.compile(r"\d{1,10}(\.\d{1,3})?")


def retry_after_seconds(response: Response) -> float | None:
    """Return how long to wait from now; None where the header is absent or makes no sense.

    It holds seconds or a date (RFC 9110, 10.2.3).
    """
    text = (response.header("retry-after") or "").strip()
    if _SECONDS.fullmatch(text):
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    return max(0.0, (moment.replace(tzinfo=moment.tzinfo or UTC) - datetime.now(UTC)).total_seconds())
