"""What a status means to the method (semantics 2.7)."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from .errors import ConnectionFailedError
from .retry_after import retry_after_seconds

if TYPE_CHECKING:
    from .response import Response

EXPIRED: Final = "access_token_expired"
RATE_LIMITED: Final = "rate_limit_exceeded"

_KEYS: Final = {HTTPStatus.UNAUTHORIZED.value: EXPIRED, HTTPStatus.TOO_MANY_REQUESTS.value: RATE_LIMITED}
_PASSING: Final = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE})
_EXCERPT_CHARACTERS: Final = 200


def refuse_unsuccessful(request_name: str, response: Response, now_ms: float) -> None:
    """Raise the error that a response stands for, unless its status is one of 200 to 299.

    Args:
        request_name: Verb and URL, without secrets.
        response: The answer.
        now_ms: Civil time, in milliseconds since 1970.

    Raises:
        ConnectionFailedError: Keys `access_token_expired` for 401, `rate_limit_exceeded` for 429, none otherwise.
    """
    if response.is_success:
        return
    raise ConnectionFailedError(
        default_message(request_name, response),
        key=_KEYS.get(response.status),
        response=response,
        retry_after_seconds=retry_after_seconds(response, now_ms) if response.status in _PASSING else None,
    )


def default_message(request_name: str, response: Response) -> str:
    """Return what to tell of a response that is an error."""
    status = f"{response.status} {response.reason}".strip()
    excerpt = _excerpt(response)
    return f"{request_name} was answered with {status}{': ' if excerpt else ''}{excerpt}"


def _excerpt(response: Response) -> str:
    """Return the start of the body on one line."""
    start = response.body[: 4 * _EXCERPT_CHARACTERS].decode("utf-8", "replace")
    text = " ".join("".join(character if character.isprintable() else " " for character in start).split())
    return text if len(text) <= _EXCERPT_CHARACTERS else f"{text[:_EXCERPT_CHARACTERS]}…"
