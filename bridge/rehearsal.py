"""The runs that workers have rehearsed before they are given one: calls of a client, and what may come back."""

from __future__ import annotations

from http import HTTPStatus
from importlib import resources
from typing import TYPE_CHECKING

from runtime import Rehearsal

from .classification import refuse_unsuccessful
from .client_config import ClientConfig
from .errors import ConnectionFailedError
from .isolate_settings import client_settings
from .limits import Limits
from .outgoing import OutgoingRequest
from .redaction import Redactor
from .reply import failure_reply, success_reply
from .request_name import request_name
from .response import Response
from .target import target_of

if TYPE_CHECKING:
    from runtime import HostReply


def rehearsal() -> Rehearsal:
    """Return what many methods do, so that V8 has compiled for them what they need."""
    return _of_file(
        "rehearsal.js",
        _reply(HTTPStatus.OK, b'[{"id": 1, "name": "pen", "price": 1.5}, {"id": 2, "price": 3}]'),
        _reply(HTTPStatus.CREATED, b'{"id": 3, "name": "book"}'),
        _reply(HTTPStatus.NOT_FOUND, b'{"error": "not found"}'),
    )


def practice() -> Rehearsal:
    """Return the least that most methods do, which each idle worker does."""
    return _of_file("practice.js", _reply(HTTPStatus.OK, b'[{"id": 1, "name": "pen"}]'))


def _of_file(name: str, *replies: HostReply) -> Rehearsal:
    """Return a run with the settings and replies of a real one."""
    code = resources.files("bridge").joinpath(name).read_text(encoding="utf-8")
    return Rehearsal(code=code, settings=client_settings(Limits(), ClientConfig()), replies=replies)


def _reply(status: HTTPStatus, body: bytes) -> HostReply:
    """Return what a call gives that a server answers so."""
    target = target_of("https://example.com", "/items")
    request = OutgoingRequest(verb="GET", target=target, headers={}, body=None, carries_client=True)
    headers = (("content-type", "application/json"),)
    response = Response(status=status, reason=status.phrase, headers=headers, body=body)
    try:
        refuse_unsuccessful(request_name(request), response, now_ms=0.0)
    except ConnectionFailedError as error:
        error.request = request
        return failure_reply(error, Redactor())
    return success_reply(request, response)
