"""How much there is to read of a call: what could never be sent is refused before it costs anything.

Calls are read in the application's event loop, where a million parameters would keep everybody waiting.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from .errors import RequestRefusedError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .limits import Limits

_LEAST_BYTES: Final = 2
"""What a value takes at least, and a name beside its text: their separators."""

_MOST_OF_CLIENT: Final = 10_000
"""Values in the configuration of a client that was made in the isolate."""

_MOST_FIELDS: Final = 10_000
"""Fields of a form, as `js/20_options.js` has it; servers take a thousand as a rule."""


def refuse_too_broad(payload: Mapping[str, Any], limits: Limits) -> None:
    """Refuse a call whose query or headers could not be sent however they are written, or with no end of fields.

    Args:
        payload: Of the call; nothing in it was checked.
        limits: Bound the URL and the headers.

    Raises:
        RequestRefusedError: `url`, `header` or `invalid`.
    """
    for name, value in payload.items():
        if value and name in _CHECKS:
            _CHECKS[name](value, limits)


def _check_options(options: object, limits: Limits) -> None:
    if isinstance(options, dict):
        _check_query(options.get("query"), limits)
        _check_headers(options.get("headers"), limits)


def _check_query(query: object, limits: Limits) -> None:
    if _more_than(query, limits.url_bytes):
        raise RequestRefusedError(f"The URL is longer than {limits.url_bytes} bytes with its query.", key="url")


def _check_headers(headers: object, limits: Limits) -> None:
    if isinstance(headers, dict | list) and len(headers) > limits.header_count:
        message = f"The call gives {len(headers)} headers; at most {limits.header_count} are allowed."
        raise RequestRefusedError(message, key="header")


def _check_body(body: object, _: Limits) -> None:
    form = body if isinstance(body, dict) else {}
    parts = form.get("parts")
    if _more_values(form.get("members"), _MOST_FIELDS) or (isinstance(parts, list) and len(parts) > _MOST_FIELDS):
        raise RequestRefusedError(f"The form has more than {_MOST_FIELDS} fields.", key="invalid")


def _check_client(client: object, _: Limits) -> None:
    if _more_values(client, _MOST_OF_CLIENT):
        raise RequestRefusedError(f"The client's options hold more than {_MOST_OF_CLIENT} values.", key="invalid")


def _more_than(value: object, most_bytes: int) -> bool:
    """Whether a value takes more than so many bytes in a query, whatever its format."""
    length = 0
    waiting = [value]
    while waiting and length <= most_bytes:
        part = waiting.pop()
        if isinstance(part, str):
            length += len(part)
        elif isinstance(part, dict):
            length += sum(map(len, part)) + _LEAST_BYTES * len(part)
            waiting += part.values()
        elif isinstance(part, list):
            length += _LEAST_BYTES * len(part)
            waiting += part
    return length > most_bytes


def _more_values(value: object, most: int) -> bool:
    """Whether there are more than so many values in a value."""
    number = 0
    waiting = [value]
    while waiting and number <= most:
        part = waiting.pop()
        if isinstance(part, dict | list):
            number += len(part)
            waiting += part.values() if isinstance(part, dict) else part
    return number > most


_CHECKS: Final[dict[str, Callable[[object, Limits], None]]] = {
    "options": _check_options,
    "query": _check_query,
    "headers": _check_headers,
    "body": _check_body,
    "client": _check_client,
    "dynamic": _check_client,
}
