"""What of a connection is secret."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bridge import SHORTEST_SECRET

from .spec import CLIENT_CREDENTIALS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from runtime import JSON

    from .connection import Connection
    from .connector import Connector


PLAIN_MEMBERS = frozenset({"expires_in", "scope", "scopes", "token_type"})
"""Of a token response (RFC 6749, 5.1): what is no secret, and might be a word that reports are full of."""


def credential_secrets(credentials: JSON) -> JSON:
    """Return the secrets among credentials."""
    if not isinstance(credentials, dict):
        return credentials
    return {name: value for name, value in credentials.items() if name not in PLAIN_MEMBERS}


def connection_secrets(connector: Connector, connection: Connection) -> JSON:
    """Return what must be masked in everything that is told of a connection's runs.

    The parameters of the connector hold the application's own id and secret. What the customer chose when connecting
    is no secret (`region: eu`), but where connectors are of the type `client-credentials` it is what credentials are
    made of.
    """
    secrets: list[JSON] = []
    if connection.credentials:
        secrets.append(credential_secrets(connection.credentials))
    if connection.connector_parameters:
        secrets += _long_texts(connection.connector_parameters)
    if connection.oauth2 is not None:
        secrets += [connection.oauth2.client_secret, *_long_texts(connection.oauth2.extra_parameters())]
    if connector.spec.auth_type == CLIENT_CREDENTIALS:
        secrets += _long_texts(connection.parameters)
    return secrets


def _long_texts(value: JSON | dict[str, str]) -> Iterator[str]:
    """Yield the texts that are long enough to be secrets."""
    if isinstance(value, dict | list):
        for member in value.values() if isinstance(value, dict) else value:
            yield from _long_texts(member)
    elif isinstance(value, str) and len(value) >= SHORTEST_SECRET:
        yield value
