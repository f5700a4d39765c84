"""What the JavaScript of the extension must know about a run: its settings there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .isolate_client import IsolateClient

if TYPE_CHECKING:
    from runtime import JSON

    from .client_config import ClientConfig
    from .limits import Limits


def plain_settings(limits: Limits) -> dict[str, JSON]:
    """Return what holds for a run whose method is given no client."""
    return {"requestBytes": limits.request_bytes, "requests": limits.requests}


def client_settings(limits: Limits, client: ClientConfig | IsolateClient) -> dict[str, JSON]:
    """Return what holds for a run whose method is given the client."""
    in_isolate = isinstance(client, IsolateClient)
    maker, known = (client.settings, None) if in_isolate else (None, client.settings)
    return {**plain_settings(limits), "maker": maker, "client": known}
