"""ClientMaker: how the client of a connection comes about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bridge import ClientConfig, ConfigurationError
from runtime import Failure, RunEnded

from .arguments import auth_arguments
from .client_secrets import client_secrets
from .connection import digest_of
from .connector import MAKE_API_CLIENT
from .lru import LruDict
from .mapping import mapping_variables

if TYPE_CHECKING:
    from runtime import JSON

    from .connection import Connection
    from .context import RunContext
    from .mapping import FormulaMapping
    from .wall import Wall

MOST_KEPT = 1024


class ClientMaker:
    """Makes client configurations, and keeps those that JavaScript made until credentials or code change.

    Args:
        wall: Where a connector's `make-api-client.js` runs.
    """

    def __init__(self, wall: Wall) -> None:
        self._wall = wall
        self._kept: LruDict[tuple[str, str, str], ClientConfig] = LruDict(MOST_KEPT)

    async def make(self, context: RunContext, connection: Connection | None) -> ClientConfig:
        """Return the configuration for `connection`: from the connector, else from the connection, else an empty one.

        Args:
            context: The run that needs it; its record masks what is secret in the configuration.
            connection: With the credentials as they are now.

        Raises:
            RunEnded: The connector's code failed, or what it made is no configuration.
        """
        if connection is None:
            return ClientConfig()
        client, place = connection.api_client or ClientConfig(), "The connection's apiClient"
        method = context.connector.methods.get(MAKE_API_CLIENT)
        if method is not None:
            if connection.api_client is not None:
                context.record.warn("The connection's apiClient is not used: the connector makes its own client.")
            client, place = await self._from_connector(context, connection), method.file.name
        context.record.hide(client_secrets(client))
        for warning in client.warnings:
            context.record.warn(f"{place}: {warning}")
        variables = mapping_variables(auth_arguments(connection))
        return client.with_variables(variables, context.connector.spec.formula_compat)

    async def _from_connector(self, context: RunContext, connection: Connection) -> ClientConfig:
        """Build the connector's mapping, or run its JavaScript, whose plain result is kept."""
        connector = context.connector
        arguments = auth_arguments(connection)
        place = connector.methods[MAKE_API_CLIENT].file.name
        if connector.client_mapping is not None:
            return _configuration(_built(connector.client_mapping, arguments), place)
        key = (connector.digest, connection.id, digest_of(arguments))
        kept = self._kept.get(key)
        if kept is None:
            kept = _configuration(await self._run(context, arguments), place)
            self._kept.put(key, kept)
        return kept

    async def _run(self, context: RunContext, arguments: dict[str, JSON]) -> JSON:
        """Run the connector's `make-api-client.js`, which has no client itself."""
        outcome = await self._wall.run(context, context.connector.methods[MAKE_API_CLIENT], arguments)
        context.record.add(outcome)
        if outcome.failure is not None:
            raise RunEnded(outcome.failure)
        return outcome.value


def _built(mapping: FormulaMapping, arguments: dict[str, JSON]) -> JSON:
    """Build what a mapping says of a client."""
    try:
        return mapping.build(arguments)
    except ConfigurationError as caught:
        message = f"{mapping.file.name}: {caught.message}"
        raise RunEnded(Failure(type="configuration", key="client", message=message)) from caught


def _configuration(made: JSON, where: str) -> ClientConfig:
    """Read what was made as a configuration."""
    try:
        return ClientConfig.parse(made, where)
    except ConfigurationError as caught:
        raise RunEnded(Failure(type="configuration", key="client", message=str(caught))) from caught
