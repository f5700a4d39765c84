"""Authentication of a request."""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .basic_credentials import BasicCredentials


def basic_authorization(credentials: BasicCredentials) -> str:
    """Return the value of the header `authorization` (RFC 7617, in UTF-8)."""
    pair = f"{credentials.username}:{credentials.password}"
    return f"Basic {b64encode(pair.encode('utf-8', 'replace')).decode('ascii')}"
