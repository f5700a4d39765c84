"""OAuth: new credentials from an authorization server (semantics 1.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bridge import ConfigurationError, OAuthConfig, request_token

from .arguments import before_connection_arguments
from .connection_secrets import credential_secrets
from .new_credentials import NewCredentials
from .spec import CLIENT_CREDENTIALS, OAUTH2

if TYPE_CHECKING:
    from bridge import Grant
    from runtime import JSON

    from .auth_methods import AuthMethods
    from .connection import Connection
    from .connector import Connector
    from .context import RunContext
    from .method import Method
    from .wall import Wall

CONFIG_METHODS = ("auth/get-oauth-config", "auth/oauth-config")
FROM_REFRESH_RESPONSE = "auth/get-credentials-from-refresh-token-response"
FROM_RESPONSE = (
    "auth/get-credentials-from-access-token-response",
    "auth/get-credentials-from-token-response",
)
READERS: dict[Grant, tuple[str, ...]] = {
    "refresh_token": (FROM_REFRESH_RESPONSE, *FROM_RESPONSE),
    "client_credentials": FROM_RESPONSE,
}
"""Methods that make credentials of a token response: the first that a connector has."""

GRANTS: dict[str | None, Grant] = {OAUTH2: "refresh_token", CLIENT_CREDENTIALS: "client_credentials"}
"""What a connector's type says of the grant."""


class OAuth:
    """Asks authorization servers for tokens.

    Args:
        wall: What requests go through.
        methods: Runs the connector's own part of it.
    """

    def __init__(self, wall: Wall, methods: AuthMethods) -> None:
        self._wall = wall
        self._methods = methods

    async def new_credentials(self, context: RunContext, connection: Connection) -> NewCredentials:
        """Return what an authorization server gave.

        Args:
            context: The run that needs it; its record takes in the request, and masks what is secret.
            connection: With the credentials so far.

        Raises:
            ConfigurationError: The configuration is wrong, there is nothing to ask with, or no token in the answer.
            CallError: The server refused, or was not reached.
            RunEnded: The connector's code failed, or a limit was hit.
            DefinitionError: A method of the connector cannot be run.
        """
        grant = grant_of(context.connector, connection)
        config = await self._config(context, connection)
        context.record.hide(config.client_secret)
        refresh_token = _refresh_token(config, connection) if grant == "refresh_token" else None
        response = await request_token(self._wall.host_client(context), config, grant, refresh_token=refresh_token)
        context.record.hide(credential_secrets(response))
        values = await self._read(context, connection, grant, response)
        return NewCredentials.of(values, now=context.now, lifetime=response.get("expires_in"))

    async def _config(self, context: RunContext, connection: Connection) -> OAuthConfig:
        """Return the configuration, as the connector says or else as the connection does."""
        method = config_method(context.connector)
        if method is None:
            if connection.oauth2 is None:
                raise ConfigurationError("neither connector nor connection says where tokens come from")
            return connection.oauth2
        made = await self._methods.run(context, method, before_connection_arguments(connection))
        return OAuthConfig.parse(made, method.file.name)

    async def _read(
        self, context: RunContext, connection: Connection, grant: Grant, response: dict[str, JSON]
    ) -> dict[str, JSON]:
        """Make credentials of a token response: as the connector does, else as it is."""
        methods = context.connector.methods
        reader = next((methods[name] for name in READERS[grant] if name in methods), None)
        if reader is None:
            if not response.get("access_token"):
                raise ConfigurationError("the answer of the authorization server has no access_token")
            return response
        arguments = before_connection_arguments(connection) | {"tokenResponse": response}
        made = await self._methods.run(context, reader, arguments)
        if not isinstance(made, dict):
            raise ConfigurationError(f"{reader.name} gave no object")
        return made


def config_method(connector: Connector) -> Method | None:
    """Return the connector's method that says where tokens come from."""
    for name in CONFIG_METHODS:
        if name in connector.methods:
            return connector.methods[name]
    return None


def has_oauth(connector: Connector, connection: Connection) -> bool:
    """Whether it is said where tokens come from."""
    return connection.oauth2 is not None or config_method(connector) is not None


def grant_of(connector: Connector, connection: Connection) -> Grant:
    """Say what tokens are asked for with: as the connection says, else the connector, else as credentials permit."""
    by_credentials: Grant = "refresh_token" if "refresh_token" in connection.credentials else "client_credentials"
    by_connector = GRANTS.get(connector.spec.auth_type, by_credentials)
    return by_connector if connection.oauth2 is None or connection.oauth2.grant is None else connection.oauth2.grant


def _refresh_token(config: OAuthConfig, connection: Connection) -> str:
    """Return the refresh token among the credentials."""
    token = connection.credentials.get("refresh_token")
    if config.no_refresh_token or not isinstance(token, str) or not token:
        raise ConfigurationError("there is no refresh_token among the credentials")
    return token
