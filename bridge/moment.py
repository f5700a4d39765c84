"""Moments in texts, as `Date.parse` reads those that people and servers write; UTC where no zone is given."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Final

_LONGEST: Final = 64
_WEEKDAY: Final = r"(?:[A-Za-z]{3,9},? )?"
_DATES: Final = (
    re.compile(r"(?P<year>\d{4})(?:-(?P<month>\d{1,2})(?:-(?P<day>\d{1,2}))?)?", re.ASCII),
    re.compile(r"(?P<year>\d{4})/(?P<month>\d{1,2})/(?P<day>\d{1,2})", re.ASCII),
    re.compile(r"(?P<month>\d{1,2})/(?P<day>\d{1,2})/(?P<year>\d{4})", re.ASCII),
    re.compile(rf"{_WEEKDAY}(?P<month>[A-Za-z]{{3,9}}) (?P<day>\d{{1,2}}),? (?P<year>\d{{4}})", re.ASCII),
    re.compile(rf"{_WEEKDAY}(?P<day>\d{{1,2}}) (?P<month>[A-Za-z]{{3,9}}) (?P<year>\d{{4}})", re.ASCII),
)
_TIME: Final = re.compile(
    r"(?:(?:[Tt]| +)(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:\.\d+)?)?(?: ?(?P<half>[AaPp][Mm]))?"
    r"(?: ?(?:[Zz]|GMT|UTC))?(?:(?P<sign>[+-])(?P<zone_hour>\d{2}):?(?P<zone_minute>\d{2}))?(?: \(.*\))?)?",
    re.ASCII,
)
_MONTHS: Final = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
_DAYS_AT_MOST: Final = 31
_MINUTES_OF_A_DAY: Final = 24 * 60


def moment_of(text: str) -> datetime | None:
    """Return the moment that a text says, in UTC; None where it says none.

    It holds an ISO 8601 date, `2024/2/3`, `2/3/2024` (the month first), `Feb 3, 2024` or `3 Feb 2024`, and after that,
    where it likes, a time and a zone.
    """
    text = text.strip()
    if len(text) > _LONGEST:
        return None
    for pattern in _DATES:
        date = pattern.match(text)
        time = date and _TIME.fullmatch(text, date.end())
        if date and time:
            return _moment(date, time)
    return None


def _moment(date: re.Match[str], time: re.Match[str]) -> datetime | None:
    """Put date and time together; the 31st of a shorter month is a day of the next one."""
    month = _month(date["month"] or "1")
    day = int(date["day"] or 1)
    minutes = _minutes(time)
    if month is None or minutes is None or not 0 < day <= _DAYS_AT_MOST:
        return None
    offset = timedelta(days=day - 1, minutes=minutes - _zone_minutes(time), seconds=int(time["second"] or 0))
    try:
        return datetime(int(date["year"]), month, 1) + offset  # noqa: DTZ001 (UTC throughout)
    except (ValueError, OverflowError):
        return None


def _month(text: str) -> int | None:
    """Return a month's number, whether it is written as that or by its name or the first letters of it."""
    if text.isdecimal():
        return int(text)
    return next((number for number, name in enumerate(_MONTHS, 1) if name.startswith(text.lower())), None)


def _minutes(time: re.Match[str]) -> int | None:
    """Return the minutes since midnight; None for what no clock shows."""
    hour, minute, second = (int(time[name] or 0) for name in ("hour", "minute", "second"))
    if time["half"]:
        if not 0 < hour <= 12:
            return None
        hour = hour % 12 + (12 if time["half"].lower() == "pm" else 0)
    minutes = hour * 60 + minute
    whole = minutes == _MINUTES_OF_A_DAY and second == 0
    return minutes if whole or (minutes < _MINUTES_OF_A_DAY and minute < 60 and second < 60) else None


def _zone_minutes(time: re.Match[str]) -> int:
    """Return how far the clock of the text is ahead of UTC."""
    if time["sign"] is None:
        return 0
    minutes = int(time["zone_hour"]) * 60 + int(time["zone_minute"])
    return minutes if time["sign"] == "+" else -minutes
