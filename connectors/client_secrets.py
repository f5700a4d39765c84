"""What of a client's configuration is secret."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bridge import ClientConfig
    from runtime import JSON

PLAIN_HEADERS = frozenset({"accept", "accept-language", "content-type", "user-agent"})
"""Headers whose values are no secret: masking `application/json` would make reports unreadable and protect nobody."""

SHORTEST = 8
"""Characters of a value that may prove who somebody is; `v=2024` in a query does not."""


def client_secrets(client: ClientConfig) -> JSON:
    """Return the values by which a client proves who it is, in whatever form it was made from the credentials."""
    headers = [value for name, value in client.headers.items() if name.lower() not in PLAIN_HEADERS]
    values = [*headers, *client.query.values()]
    secrets: list[JSON] = [value for value in values if isinstance(value, str) and len(value) >= SHORTEST]
    if client.auth is not None:
        secrets += client.auth.secrets()
    return secrets
