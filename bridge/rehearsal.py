"""The run that workers have rehearsed before they are given one: calls of a client, and what may come back."""

from __future__ import annotations

from importlib import resources
from typing import TYPE_CHECKING

from runtime import HostReply, Rehearsal

from .client_config import ClientConfig
from .limits import Limits

if TYPE_CHECKING:
    from runtime import JSON


def rehearsal() -> Rehearsal:
    """Return the run, with settings as `ApiClient.settings` gives them and replies as in `reply.py`."""
    limits, found = Limits(), _head(200, "OK")
    result: dict[str, JSON] = {"full": False, "plain": False, "warnings": [], **found}
    failure: dict[str, JSON] = {
        "type": "request",
        "key": "notFound",
        "code": None,
        "message": "There is no such item.",
        "retryAfter": None,
        "plain": False,
        "warnings": [],
        "full": False,
        "carriesClient": True,
        "request": {"method": "GET", "url": "https://example.com/missing"},
        "response": _head(404, "Not Found"),
    }
    return Rehearsal(
        code=resources.files("bridge").joinpath("rehearsal.js").read_text(encoding="utf-8"),
        settings={
            "requestBytes": limits.request_bytes,
            "requests": limits.requests,
            "maker": None,
            "client": ClientConfig().settings,
        },
        replies=(
            HostReply(ok=True, value=result, utf8=b'[{"id": 1, "name": "pen", "price": 1.5}, {"id": 2, "price": 3}]'),
            HostReply(ok=True, value=result, utf8=b'{"id": 3, "name": "book"}'),
            HostReply(ok=False, value=failure, utf8=b'{"error": "not found"}'),
        ),
    )


def _head(status: int, reason: str) -> dict[str, JSON]:
    return {"status": status, "statusText": reason, "headers": {"content-type": "application/json"}}
