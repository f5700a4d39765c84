"""Replies: what the extension's JavaScript makes a result or an error of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from runtime import HostReply

from .undefined import UNDEFINED

if TYPE_CHECKING:
    from runtime import JSON

    from .errors import CallError
    from .outgoing import OutgoingRequest
    from .redaction import Redactor
    from .response import Response

_LONGEST_SHOWN_BYTES: Final = 1024 * 1024
_BUFFER: Final = ("buffer",)
"""What the sandbox makes bytes of, for methods."""


def success_reply(request: OutgoingRequest, response: Response, stream: int | None = None) -> HostReply:
    """Return the answer to a call that went well; the body stands beside it, to be parsed by the sandbox alone.

    Data that a handler of the client built takes its place.

    Args:
        request: As it was prepared from the call.
        response: With a status of 200 to 299, or what a handler takes for one.
        stream: The number of the stream that stands for the body.
    """
    value: dict[str, JSON] = {
        "full": request.full_response,
        "plain": request.plain,
        "warnings": [*request.warnings, *response.warnings],
        **(_head(response) if request.full_response or request.hooked else {}),
        **_built(response),
    }
    if stream is not None:
        value["stream"] = stream
    if "built" in value or stream is not None:
        return HostReply(ok=True, value=value)
    return _with_body(request, response, value, ok=True)


def plain_reply(
    asked: OutgoingRequest, request: OutgoingRequest, response: Response, stream: int | None = None
) -> HostReply:
    """Return the answer to a request that was made without the client, whatever its status; the body is not with it.

    Args:
        asked: As the method asked for it.
        request: The last one, after redirects.
        response: The answer to that.
        stream: The number of the stream that is the body; None where the body is empty.
    """
    value: dict[str, JSON] = {
        "status": response.status,
        "statusText": response.reason,
        "headers": [[name, value] for name, value in response.headers],
        "url": request.target.href,
        "redirected": request.target.href != asked.target.href,
        "stream": stream,
        "warnings": [*asked.warnings, *response.warnings],
    }
    return HostReply(ok=True, value=value)


def bytes_reply(value: JSON, data: bytes) -> HostReply:
    """Return an answer with bytes, which methods see as a Buffer.

    Args:
        value: What else is told.
        data: The bytes.
    """
    return HostReply(ok=True, value=value, data=data, libraries=_BUFFER)


def failure_reply(error: CallError, redactor: Redactor) -> HostReply:
    """Return the answer to a call that failed; the body of a response stands beside it, as for one that went well.

    Args:
        error: Why.
        redactor: Masks secrets that the server put into what the message quotes. The response itself is the method's.
    """
    request, response = error.request, error.response
    value: dict[str, JSON] = {
        "type": error.type,
        "key": error.key,
        "code": error.code_of_node,
        "message": redactor.text(error.message),
        "retryAfter": error.retry_after_seconds,
        "plain": bool((request and request.plain) or (response and response.deep)),
        "warnings": [*(request.warnings if request else ()), *(response.warnings if response else ())],
        "request": {"method": request.verb, "url": redactor.text(request.target.without_query)} if request else None,
        "response": _head(response) if response else None,
        "full": request.full_response if request else False,
        "carriesClient": request.carries_client if request else False,
        **(_built(response) if response else {}),
    }
    if request and response and request.binary:
        value["text"] = _shown(response)  # for the report, which is JSON
    if request and response:
        return _with_body(request, response, value, ok=False)
    return HostReply(ok=False, value=value)


def _with_body(request: OutgoingRequest, response: Response, value: JSON, *, ok: bool) -> HostReply:
    """Return a reply with the body of a response beside it."""
    if request.binary:
        return HostReply(ok=ok, value=value, data=response.body, libraries=_BUFFER)
    return HostReply(ok=ok, value=value, utf8=response.body)


def _shown(response: Response) -> str:
    """Return a body for a person, unless it is too long to be read here, where all other runs wait for it."""
    length = len(response.body)
    return response.text if length <= _LONGEST_SHOWN_BYTES else f"<{length} bytes>"


def _built(response: Response) -> dict[str, JSON]:
    """Return the data that takes the place of the body, where a handler built some."""
    return {} if response.built is UNDEFINED else {"built": {"data": response.built}}


def _head(response: Response) -> dict[str, JSON]:
    return {"status": response.status, "statusText": response.reason, "headers": response.headers_json()}
