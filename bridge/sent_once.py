"""Requests that must not be made twice, in runs that may go on after their application ended."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final
from uuid import UUID

from runtime import Failure, RunEnded

from .durable import IDEMPOTENCY_KEY
from .request_name import request_name

if TYPE_CHECKING:
    from runtime import HostCall

    from .durable import Durable
    from .outgoing import OutgoingRequest
    from .run_random import RunRandom

IN_DOUBT: Final = "in_doubt"
"""The key of the failure of a run of which nobody knows whether one of its requests was carried out."""


def sent_once(request: OutgoingRequest, asked: HostCall, durable: Durable, random: RunRandom) -> OutgoingRequest:
    """Return a request as it is sent: with an idempotency key where one is wanted.

    Args:
        request: What a call means.
        asked: The call.
        durable: What is to be done about requests that must not be made twice.
        random: Of the run.

    Raises:
        RunEnded: `in_doubt`: it was on its way before, and must not be sent again.
    """
    if request.is_idempotent:
        return request
    header = durable.idempotency_header
    if header is not None and header.lower() not in request.headers:
        key = UUID(bytes=random.fixed(f"idempotency key {asked.number}")[:16], version=4)
        request = replace(request, headers={**request.headers, header.lower(): str(key)})
    if asked.in_doubt and not (durable.in_doubt == "send_again" and _has_key(request, header)):
        raise RunEnded(_in_doubt(request, asked, durable))
    return request


def _has_key(request: OutgoingRequest, header: str | None) -> bool:
    return IDEMPOTENCY_KEY in request.headers or (header is not None and header.lower() in request.headers)


def _in_doubt(request: OutgoingRequest, asked: HostCall, durable: Durable) -> Failure:
    name = request_name(request)
    advice = (
        "Find out whether it was carried out. in_doubt='send_again' sends it again, with the same idempotency key."
        if durable.in_doubt == "fail"
        else "It has no idempotency key, so it is not sent again: a server would carry it out twice."
    )
    message = f"{name} was on its way when the application ended, and nobody knows what became of it. {advice}"
    return Failure(type="connection", key=IN_DOUBT, message=message, data={"request": name, "site": asked.site})
