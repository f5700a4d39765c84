"""Values that tell of a failure: whether who called the method can see from what it gave that something went wrong."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    from runtime import JSON

_WORDS: Final = re.compile(
    r"was answered with|was not answered|could not be sent|got no whole answer|got an answer that"
    r"|too many requests|something went wrong|access token is not valid"
    r"|access_token_expired|rate_limit_exceeded|timeout|ETIMEDOUT|ECONNREFUSED|ECONNRESET|EPROTO",
    re.IGNORECASE,
)
"""What messages, keys and codes of connection errors say, and what the failing server does."""
_STATUSES: Final = frozenset({401, 429, 500})
_BAD_KEYS: Final = re.compile(
    r"err(or)?s?$|fail|problem|warning|skipped|reject|missing|partial|incomplete|unavailable", re.IGNORECASE
)
_GOOD_KEYS: Final = re.compile(r"^(is_?)?(ok|success(ful)?|complete(d)?|healthy|valid|connected)$", re.IGNORECASE)


def tells(value: JSON, happy: JSON) -> bool:
    """Whether a value tells that something went wrong.

    It does when it has what the value without a failure has not: words of the error, its status as a number, something
    under a key such as `errors`, `failed` or `skipped`, or `false` under one such as `ok` or `success`.
    """
    return bool(set(_signs("", value)) - set(_signs("", happy)))


def _signs(path: str, value: JSON) -> Iterator[str]:
    """Yield what may tell of a failure."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _signs(f"{path}.{key}", item)
            if (_BAD_KEYS.search(key) and item) or (_GOOD_KEYS.search(key) and item is False):
                yield f"{path}.{key}={item}"
    elif isinstance(value, list):
        for item in value:
            yield from _signs(path, item)
    elif isinstance(value, str):
        yield from (f"{path}~{match[0]}" for match in _WORDS.finditer(value))
    elif isinstance(value, int) and value in _STATUSES:
        yield f"{path}={value}"
