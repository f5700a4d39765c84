"""What of a client's configuration is secret."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bridge import ClientConfig
    from runtime import JSON

PLAIN_HEADERS = frozenset({"accept", "accept-language", "content-type", "user-agent"})
"""Headers whose values are no secret: masking `application/json` would make reports unreadable and protect nobody."""

SHORTEST = 8
"""Characters of a value that may prove who somebody is; `v=2024` in a query does not."""


def client_secrets(client: ClientConfig) -> JSON:
    """Return the values by which a client proves who it is, in whatever form it was made from the credentials."""
    values = [*_in_headers(client.headers), *client.query.values()]
    for patch in (override.patch for override in client.overrides):
        values += [*_in_headers(patch.headers), *patch.query.values(), *(patch.data or {}).values()]
    secrets: list[JSON] = [value for value in values if isinstance(value, str) and len(value) >= SHORTEST]
    proxy = client.proxy.credentials if client.proxy is not None else None
    secrets += [credentials.password for credentials in (client.auth, proxy) if credentials is not None]
    return secrets


def _in_headers(headers: Mapping[str, JSON]) -> list[JSON]:
    """Return the values of headers that may be secret."""
    return [value for name, value in headers.items() if name.lower() not in PLAIN_HEADERS]
