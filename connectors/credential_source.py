"""CredentialSource: where new credentials of a connection come from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bridge import CallError, ConfigurationError
from runtime import RunEnded

from .arguments import auth_arguments, before_connection_arguments
from .connector import REFRESH_CREDENTIALS
from .errors import DefinitionError, NoCredentialsError
from .new_credentials import NewCredentials
from .oauth import grant_of, has_oauth
from .spec import CLIENT_CREDENTIALS

if TYPE_CHECKING:
    from runtime import JSON

    from .auth_methods import AuthMethods
    from .clients import ClientMaker
    from .connection import Connection
    from .connector import Connector
    from .context import RunContext
    from .oauth import OAuth

FROM_PARAMETERS = "auth/get-credentials-from-connection-parameters"


class CredentialSource:
    """Gets new credentials: by the connector's own method, else by OAuth 2.

    Args:
        methods: Runs the connector's methods.
        clients: Makes the client that `refresh-credentials` is given.
        oauth: Asks authorization servers.
    """

    def __init__(self, methods: AuthMethods, clients: ClientMaker, oauth: OAuth) -> None:
        self._methods = methods
        self._clients = clients
        self._oauth = oauth

    def can_renew(self, connector: Connector, connection: Connection) -> bool:
        """Whether there is a way to new credentials in place of those of the connection."""
        refreshes = REFRESH_CREDENTIALS in connector.methods and bool(connection.credentials)
        return refreshes or _makes_credentials(connector) or has_oauth(connector, connection)

    def can_begin(self, connector: Connector, connection: Connection) -> bool:
        """Whether there is a way to credentials where there are none yet."""
        by_oauth = has_oauth(connector, connection) and grant_of(connector, connection) == "client_credentials"
        return _makes_credentials(connector) or by_oauth

    def name(self, connector: Connector, connection: Connection) -> str:
        """Say what brings new credentials, for messages."""
        if REFRESH_CREDENTIALS in connector.methods and connection.credentials:
            return REFRESH_CREDENTIALS
        return FROM_PARAMETERS if _makes_credentials(connector) else "OAuth"

    async def renew(self, context: RunContext, connection: Connection) -> NewCredentials:
        """Return new credentials.

        Args:
            context: The run that needs them; its record takes in what happens.
            connection: With the expired credentials, or none.

        Raises:
            NoCredentialsError: There are none, for a reason that is said.
        """
        try:
            return await self._new_credentials(context, connection)
        except RunEnded as ended:
            raise _without(ended.failure.message) from ended
        except DefinitionError as caught:
            raise _without(caught.message) from caught
        except (CallError, ConfigurationError) as caught:
            raise _without(str(caught)) from caught

    async def _new_credentials(self, context: RunContext, connection: Connection) -> NewCredentials:
        """Go the way there is."""
        way = self.name(context.connector, connection)
        if way == REFRESH_CREDENTIALS:
            client = await self._clients.make(context, connection)
            method = context.connector.methods[REFRESH_CREDENTIALS]
            return _made(context, await self._methods.run(context, method, auth_arguments(connection), client=client))
        if way == FROM_PARAMETERS:
            method = context.connector.methods[FROM_PARAMETERS]
            return _made(context, await self._methods.run(context, method, before_connection_arguments(connection)))
        return await self._oauth.new_credentials(context, connection)


def _makes_credentials(connector: Connector) -> bool:
    """Whether the connector's type is that whose credentials are made of what the customer chose when connecting."""
    return connector.spec.auth_type == CLIENT_CREDENTIALS and FROM_PARAMETERS in connector.methods


def _made(context: RunContext, value: JSON) -> NewCredentials:
    """Return what a method gave as credentials."""
    if not isinstance(value, dict):
        raise _without("it gave no object")
    return NewCredentials.of(value, now=context.now)


def _without(reason: str) -> NoCredentialsError:
    """Return the error to raise when a way led nowhere."""
    return NoCredentialsError(f"brought no new credentials: {reason}")
