"""What of a client's configuration is secret."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from runtime import JSON

    from .client_config import ClientConfig

PLAIN_HEADERS = frozenset({"accept", "accept-language", "content-type", "user-agent"})
"""Headers whose values are no secret: masking `application/json` would make reports unreadable and protect nobody."""

SHORTEST_SECRET = 8
"""Characters of a value that may prove who somebody is; `v=2024` in a query does not."""


def client_secrets(client: ClientConfig) -> JSON:
    """Return the values by which a client proves who it is, in whatever form it was made from the credentials."""
    headers = [client.headers, *(override.patch.headers for override in client.overrides)]
    values: list[JSON] = [value for mapping in headers for value in _in_headers(mapping)]
    values += client.query.values()
    for override in client.overrides:
        values += [*override.patch.query.values(), override.patch.data]
    secrets: list[JSON] = [text for text in _texts_in(values) if len(text) >= SHORTEST_SECRET]
    proxy = client.proxy.credentials if client.proxy is not None else None
    for auth in (client.auth, proxy):
        secrets += () if auth is None else auth.secrets()
    return secrets


def _in_headers(headers: Mapping[str, JSON]) -> list[JSON]:
    """Return the values of headers that may be secret."""
    return [value for name, value in headers.items() if name.lower() not in PLAIN_HEADERS]


def _texts_in(value: JSON) -> Iterator[str]:
    """Yield each text that a value holds, at any depth."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for member in value.values() if isinstance(value, dict) else value:
            yield from _texts_in(member)
