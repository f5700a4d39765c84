"""What of a client's configuration is secret."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from runtime import JSON

    from .client_config import ClientConfig

PLAIN_HEADERS = frozenset({"accept", "accept-language", "content-type", "user-agent"})
"""Headers whose values are no secret: masking `application/json` would make reports unreadable and protect nobody."""

SHORTEST_SECRET = 8
"""Characters of a value that may prove who somebody is; `v=2024` in a query does not."""


def client_secrets(client: ClientConfig) -> JSON:
    """Return the values by which a client proves who it is, in whatever form it was made from the credentials."""
    headers = [value for name, value in client.headers.items() if name.lower() not in PLAIN_HEADERS]
    texts = _texts_in([*headers, *client.query.values()])
    secrets: list[JSON] = [text for text in texts if len(text) >= SHORTEST_SECRET]
    if client.auth is not None:
        secrets += client.auth.secrets()
    return secrets


def _texts_in(value: JSON) -> Iterator[str]:
    """Yield each text that a value holds, at any depth."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for member in value.values() if isinstance(value, dict) else value:
            yield from _texts_in(member)
