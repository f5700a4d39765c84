"""The client of a connection whose connector makes none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bridge import ClientConfig, ConfigurationError
from runtime import Failure, RunEnded

from .oauth import has_oauth

if TYPE_CHECKING:
    from .connection import Connection
    from .connector import Connector


def own_client(connector: Connector, connection: Connection) -> ClientConfig:
    """Return what the connection says of its client; with its access token, where such tokens come by OAuth 2.

    Raises:
        RunEnded: The token cannot be sent.
    """
    client = connection.api_client or ClientConfig()
    token = connection.credentials.get("access_token")
    if client.auth is not None or not isinstance(token, str) or not has_oauth(connector, connection):
        return client
    try:
        return client.with_bearer(token, "credentials.access_token")
    except ConfigurationError as caught:
        raise RunEnded(Failure(type="configuration", key="client", message=str(caught))) from caught
