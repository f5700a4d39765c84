"""What a request is called in messages: its verb and its URL without the query, which may hold secrets."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .outgoing import OutgoingRequest


def request_name(request: OutgoingRequest) -> str:
    """Return `GET https://api.example.com/v1/contacts`."""
    return f"{request.verb} {request.target.without_query}"
