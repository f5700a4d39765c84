"""ClientMaker: how the client of a connection comes about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bridge import ClientConfig, ConfigurationError, IsolateClient
from runtime import Failure, RunEnded

from .arguments import auth_arguments
from .client_secrets import client_secrets
from .connection import digest_of
from .connector import MAKE_API_CLIENT
from .lru import LruDict
from .own_client import own_client

if TYPE_CHECKING:
    from bridge import Client
    from runtime import JSON

    from .connection import Connection
    from .context import RunContext
    from .wall import Wall

MOST_KEPT = 1024


class ClientMaker:
    """Makes clients, and keeps those that JavaScript made as plain data until credentials or code change.

    Args:
        wall: Where a connector's `make-api-client.js` runs.
    """

    def __init__(self, wall: Wall) -> None:
        self._wall = wall
        self._kept: LruDict[tuple[str, str, str], Client] = LruDict(MOST_KEPT)

    async def make(self, context: RunContext, connection: Connection | None) -> Client:
        """Return the client for `connection`: from the connector, else from the connection, else an empty one.

        Args:
            context: The run that needs it; its record masks what is secret in the client.
            connection: With the credentials as they are now.

        Raises:
            RunEnded: The connector's code failed, or what it made is no configuration.
        """
        if connection is None:
            return ClientConfig()
        client: Client
        if MAKE_API_CLIENT in context.connector.methods:
            if connection.api_client is not None:
                context.record.warn("The connection's apiClient is not used: the connector makes its own client.")
            client = await self._from_connector(context, connection)
        else:
            client = own_client(context.connector, connection)
        if isinstance(client, ClientConfig):
            context.record.hide(client_secrets(client))
        return client

    async def _from_connector(self, context: RunContext, connection: Connection) -> Client:
        """Build the connector's mapping, or run its JavaScript, whose plain result is kept."""
        connector = context.connector
        arguments = auth_arguments(connection)
        place = connector.methods[MAKE_API_CLIENT].file.name
        if connector.client_mapping is not None:
            return _configuration(connector.client_mapping.build(arguments), place)
        key = (connector.digest, connection.id, digest_of(arguments))
        kept = self._kept.get(key)
        if kept is None:
            kept = await self._run(context, arguments)
            self._kept.put(key, kept)
        return kept

    async def _run(self, context: RunContext, arguments: dict[str, JSON]) -> Client:
        """Run the connector's `make-api-client.js`; what holds functions is made again in each run that uses it."""
        maker = context.connector.methods[MAKE_API_CLIENT]
        outcome = await self._wall.make_client(context, maker, arguments)
        context.record.add(outcome)
        if outcome.failure is not None:
            raise RunEnded(outcome.failure)
        made = outcome.value if isinstance(outcome.value, dict) else {}
        if "functions" in made:
            return IsolateClient(module=maker.module, exports=maker.exports, arguments=arguments)
        return _configuration(made.get("options"), maker.file.name)


def _configuration(made: JSON, where: str) -> ClientConfig:
    """Read what was made as a configuration."""
    try:
        return ClientConfig.parse(made, where)
    except ConfigurationError as caught:
        raise RunEnded(Failure(type="configuration", key="client", message=str(caught))) from caught
