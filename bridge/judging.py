"""Judging: what a response means to the method, by the client's own handlers first and then by the default rules."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from .classification import RATE_LIMITED, default_message, refuse_unsuccessful
from .coercion import text_of
from .errors import ConfigurationError, ConnectionFailedError, HandlerFailedError
from .json_size import LONGEST, MOST_VALUES, is_readable
from .request_name import request_name
from .retry_after import retry_after_seconds
from .undefined import UNDEFINED

if TYPE_CHECKING:
    from runtime import JSON, Clock

    from .outgoing import OutgoingRequest
    from .response import Response
    from .response_handlers import Verdict
    from .undefined import Found

_LONGEST_MESSAGE: Final = 4096
_LONGEST_INTEGER: Final = 15
_BYTE_ORDER_MARK: Final = "\ufeff"


def judge(request: OutgoingRequest, response: Response, clock: Clock) -> Response:
    """Return the response of a call that goes well, with what a handler built of it.

    Args:
        request: What was sent.
        response: What came back.
        clock: Of the run.

    Raises:
        ConnectionFailedError: The call does not go well.
        HandlerFailedError: A handler cannot be computed.
    """
    if not request.handlers.rules:
        if not response.is_success:
            refuse_unsuccessful(request_name(request), response, clock.now_ms())
        return response
    response, seen = _seen_by_handlers(request, response)
    try:
        verdict = request.handlers.verdict(seen)
        _refuse_unspeakable(verdict)
    except ConfigurationError as error:
        raise HandlerFailedError(f"{request_name(request)}: {error}", response=response) from None
    if verdict is None:
        refuse_unsuccessful(request_name(request), response, clock.now_ms())
    elif verdict.is_success:
        return replace(response, built=verdict.data)
    else:
        raise _failure(request, response, verdict, clock.now_ms())
    return response


def _refuse_unspeakable(verdict: Verdict | None) -> None:
    """Refuse data that could not be sent to the method: a server may nest a body as deeply as Python just can read."""
    built = [part for part in (verdict.data, verdict.error) if part is not UNDEFINED] if verdict else []
    try:
        json.dumps(built)
    except RecursionError:
        message = "The data that a handler built is nested too deeply."
        raise ConfigurationError(message, key="responseHandlers") from None


def _failure(request: OutgoingRequest, response: Response, verdict: Verdict, now_ms: float) -> ConnectionFailedError:
    """Return the error that a handler makes of a response."""
    parts: dict[str, JSON] = verdict.error if isinstance(verdict.error, dict) else {}
    message = _text(verdict.error if isinstance(verdict.error, str) else parts.get("message"))
    key = _text(parts.get("key"))
    return ConnectionFailedError(
        (message or default_message(request_name(request), response))[:_LONGEST_MESSAGE],
        key=key,
        response=replace(response, built=parts.get("data", UNDEFINED)),
        retry_after_seconds=retry_after_seconds(response, now_ms) if key == RATE_LIMITED else None,
    )


def _text(value: Found) -> str | None:
    """Return a text that was built; None for what is empty."""
    return None if value is None else text_of(value) or None


def _seen_by_handlers(request: OutgoingRequest, response: Response) -> tuple[Response, dict[str, JSON]]:
    """Return what formulas see of a response; where that is not all, the response says so."""
    seen: dict[str, JSON] = {
        "status": response.status,
        "statusCode": response.status,
        "headers": response.headers_json(),
    }
    if response.stream is not None:
        return response, seen
    if is_readable(response.body):
        return response, {**seen, "data": _data(response.text)}
    warning = (
        f"The body of {request_name(request)} is longer than {LONGEST} bytes, or holds more than {MOST_VALUES} values: "
        "the client's responseHandlers did not see it."
    )
    return replace(response, warnings=(*response.warnings, warning)), seen


def _data(text: str) -> JSON:
    """Read a body as methods see it: JSON whatever the content type, text where it is not JSON."""
    text = text.removeprefix(_BYTE_ORDER_MARK)
    try:
        data: JSON = json.loads(text, parse_int=_integer, parse_float=_number, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        return text
    return data


def _integer(text: str) -> float | None:
    """Read an integer; a long one is a double, as in JavaScript."""
    return int(text) if len(text) <= _LONGEST_INTEGER else _number(text)


def _number(text: str) -> float | None:
    """Read a number; one that is too large for a double is null, as `JSON.stringify` has it."""
    number = float(text)
    return number if math.isfinite(number) else None


def _no_constant(name: str) -> JSON:
    """Refuse what Python takes for a number and JSON does not."""
    raise ValueError(name)
