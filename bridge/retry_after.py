"""When a server is ready again, as the headers of its answer say.

`retry-after` is RFC 9110, 10.2.3; `ratelimit` is the draft of the IETF, in its form of today (`"default";r=0;t=30`) and
the one before (`limit=9, remaining=0, reset=30`); the others are what services use.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .response import Response

_REMAINING_BESIDE: Final = {
    "x-ratelimit-reset": "x-ratelimit-remaining",
    "x-ratelimit-reset-after": "x-ratelimit-remaining",
    "x-ratelimit-reset-requests": "x-ratelimit-remaining-requests",
    "x-ratelimit-reset-tokens": "x-ratelimit-remaining-tokens",
    "x-rate-limit-reset": "x-rate-limit-remaining",
    "ratelimit-reset": "ratelimit-remaining",
}
"""Headers that say when a quota is full again, and the one that says what is left of the same quota."""

_LONGEST_SECONDS: Final = timedelta(days=365).total_seconds()
"""Whatever is said beyond is as good as never."""

_EPOCH_SECONDS_FROM: Final = 1e9
_EPOCH_MILLISECONDS_FROM: Final = 1e11
"""Numbers from here on are moments: as a wait the first would be 31 years, as seconds the second the year 5138."""

_NUMBER: Final = re.compile(r"[0-9]{1,20}(\.[0-9]{1,9})?")
_DURATION: Final = re.compile(
    r"(?=[0-9])((?P<hours>[0-9]{1,6})h)?((?P<minutes>[0-9]{1,6})m)?((?P<seconds>[0-9]{1,6}(\.[0-9]{1,9})?)s)?"
    r"((?P<milliseconds>[0-9]{1,9}(\.[0-9]{1,9})?)ms)?"
)
_QUOTED: Final = re.compile(r'"[^"]*"')
_QUOTA: Final = re.compile(r"\b(?P<key>t|r|reset|remaining)=(?P<number>[0-9]{1,20})\b")


def retry_after_seconds(response: Response, now_ms: float) -> float | None:
    """Return how long to wait from now: the longest time that the headers ask for.

    A quota of which something is left is not what the request ran into, so its header does not count. None where no
    header says anything that makes sense; never more than a year.

    Args:
        response: Of the server.
        now_ms: Civil time, in milliseconds since 1970.
    """
    waits = [wait for name, text in response.headers for wait in _waits(name, text.strip(), response, now_ms)]
    return min(max(waits), _LONGEST_SECONDS) if waits else None


def _waits(name: str, text: str, response: Response, now_ms: float) -> Iterator[float]:
    """Yield the waits that one header asks for."""
    if name == "ratelimit":
        yield from _quota_waits(text)
    elif name == "retry-after" or (name in _REMAINING_BESIDE and not _has_left(response, _REMAINING_BESIDE[name])):
        wait = _wait(text, now_ms / 1000)
        if wait is not None:
            yield wait


def _has_left(response: Response, header: str) -> bool:
    """Whether a quota is said to be not used up."""
    text = (response.header(header) or "").strip()
    return _NUMBER.fullmatch(text) is not None and float(text) > 0


def _quota_waits(text: str) -> Iterator[float]:
    """Yield the waits in a header `ratelimit`: one for each quota that is used up."""
    unnamed = _QUOTED.sub("", text)
    for quota in unnamed.split(",") if ";" in unnamed else [unnamed]:
        facts = {match["key"]: float(match["number"]) for match in _QUOTA.finditer(quota)}
        wait = facts.get("t", facts.get("reset"))
        if wait is not None and not facts.get("r", facts.get("remaining", 0)):
            yield wait


def _wait(text: str, now: float) -> float | None:
    """Return the wait that a text means: seconds, a moment as number or date, or a duration such as `6m0s`."""
    if _NUMBER.fullmatch(text):
        return _wait_of_number(float(text), now)
    if match := _DURATION.fullmatch(text):
        return timedelta(**{unit: float(number or 0) for unit, number in match.groupdict().items()}).total_seconds()
    return _wait_until(text, now)


def _wait_of_number(number: float, now: float) -> float:
    if number < _EPOCH_SECONDS_FROM:
        return number
    moment = number if number < _EPOCH_MILLISECONDS_FROM else number / 1000
    return max(0.0, moment - now)


def _wait_until(text: str, now: float) -> float | None:
    """Return the wait until a date, as HTTP or as ISO 8601 writes it."""
    for read in (parsedate_to_datetime, datetime.fromisoformat):
        try:
            moment = read(text)
            return max(0.0, moment.replace(tzinfo=moment.tzinfo or UTC).timestamp() - now)
        except (ValueError, OverflowError):
            continue
    return None
