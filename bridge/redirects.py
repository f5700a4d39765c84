"""Redirects, followed by hand: each hop is judged like a first request (decision 20)."""

from __future__ import annotations

from dataclasses import replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

import httpx

from .errors import EgressRefusedError, RequestRefusedError
from .target import Target, parse_url
from .upload import Upload

if TYPE_CHECKING:
    from .outgoing import OutgoingRequest
    from .response import Response

_TO_GET: Final = frozenset({HTTPStatus.MOVED_PERMANENTLY, HTTPStatus.FOUND, HTTPStatus.SEE_OTHER})
_REDIRECTS: Final = _TO_GET | {HTTPStatus.TEMPORARY_REDIRECT, HTTPStatus.PERMANENT_REDIRECT}
_FOR_ANYBODY: Final = frozenset({"accept", "accept-encoding", "accept-language", "content-type", "range", "user-agent"})
"""Headers that hold no secret. No other goes to another origin: a method, too, may have set a key of its own."""


def next_hop(request: OutgoingRequest, response: Response) -> OutgoingRequest | None:
    """Return the request that a redirect asks for; None where the response is none.

    Raises:
        EgressRefusedError: `redirect`: it leads to no URL that a method may ask for, asks for a stream once more, or
            would take there what is not for everybody.
    """
    location = response.header("location") if is_redirect(response) else None
    if location is None:
        return None
    hop = replace(request, target=_resolved(request.target.url, location))
    if _becomes_get(request, response.status):
        hop = _without_body(hop)
    elif isinstance(hop.body, Upload) and hop.body.started:
        raise EgressRefusedError("The server redirects a stream, which cannot be sent again.", key="redirect")
    return hop if request.target.origin.reaches(hop.target.origin) else _for_anybody(hop)


def is_redirect(response: Response) -> bool:
    """Whether a response says that what was asked for is elsewhere, and where."""
    return response.status in _REDIRECTS and response.header("location") is not None


def _becomes_get(request: OutgoingRequest, status: int) -> bool:
    """Whether the next request asks for what is there with GET.

    A client's request does whatever its verb; one that was made without the client does as the Fetch standard says.
    """
    if status not in _TO_GET or request.verb in {"GET", "HEAD"}:
        return False
    return not request.any_status or status == HTTPStatus.SEE_OTHER or request.verb == "POST"


def _resolved(url: httpx.URL, location: str) -> Target:
    try:
        return Target.of(parse_url(str(url.join(location))))
    except (RequestRefusedError, httpx.InvalidURL, ValueError):
        raise EgressRefusedError("The server redirects to something that is not an http URL.", key="redirect") from None


def _without_body(request: OutgoingRequest) -> OutgoingRequest:
    headers = {name: value for name, value in request.headers.items() if not name.startswith("content-")}
    return replace(request, verb="GET", body=None, headers=headers)


def _for_anybody(request: OutgoingRequest) -> OutgoingRequest:
    """Return the request without anything that was meant for the origin it leaves."""
    if request.has_client_data and request.body is not None:
        message = "The server redirects a body that the client's overrides are in to another origin."
        raise EgressRefusedError(message, key="redirect")
    headers = {name: value for name, value in request.headers.items() if name in _FOR_ANYBODY}
    return replace(request, headers=headers, carries_client=False)
