"""ClientMaker: how the client of a connection comes about."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bridge import ClientConfig, ConfigurationError, IsolateClient, client_secrets
from runtime import Failure, RunEnded

from .arguments import auth_arguments
from .connection import digest_of
from .connector import MAKE_API_CLIENT
from .lru import LruDict
from .mapping import mapping_variables
from .own_client import own_client

if TYPE_CHECKING:
    from bridge import Client
    from runtime import JSON

    from .connection import Connection
    from .context import RunContext
    from .mapping import FormulaMapping
    from .wall import Wall

MOST_KEPT = 1024
UNUSED = "The connection's apiClient is not used: the connector makes its own client."


@dataclass(frozen=True, kw_only=True)
class MadeClient:
    """A client, and what must be known of it.

    Attributes:
        client: The client.
        given: What its connection had for it.
        secrets: What of it is secret.
        warnings: What its author should know.
    """

    client: Client
    given: ClientConfig | None = None
    secrets: JSON = field(default=None, repr=False)
    warnings: tuple[str, ...] = ()


class ClientMaker:
    """Makes clients, and keeps them until credentials or code change, but for those that formulas build.

    Args:
        wall: Where a connector's `make-api-client.js` runs.
    """

    def __init__(self, wall: Wall) -> None:
        self._wall = wall
        self._kept: LruDict[tuple[str, str, bool, str], MadeClient] = LruDict(MOST_KEPT)

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
        made = await self._made(context, connection)
        context.record.hide(made.secrets)
        for warning in made.warnings:
            context.record.warn(warning)
        return made.client

    async def _made(self, context: RunContext, connection: Connection) -> MadeClient:
        """Return the client that is kept, or make it."""
        connector, given = context.connector, connection.api_client
        if connector.client_mapping is not None:
            return await self._make(context, connection)
        known = digest_of([connection.credentials, connection.parameters, connection.connector_parameters])
        key = (connector.digest, connection.id, connection.oauth2 is not None, known)
        made = self._kept.get(key)
        if made is None or (made.given is not given and made.given != given):
            made = await self._make(context, connection)
            self._kept.put(key, made)
        return made

    async def _make(self, context: RunContext, connection: Connection) -> MadeClient:
        connector, given, arguments = context.connector, connection.api_client, auth_arguments(connection)
        maker = connector.methods.get(MAKE_API_CLIENT)
        client: Client
        if maker is None:
            client, place = own_client(connector, connection), "The connection's apiClient"
        else:
            client, place = await self._from_connector(context, arguments), maker.file.name
        warnings = () if maker is None or given is None else (UNUSED,)
        if not isinstance(client, ClientConfig):
            return MadeClient(client=client, given=given, warnings=warnings)
        return MadeClient(
            client=client.with_variables(mapping_variables(arguments), connector.spec.formula_compat),
            given=given,
            secrets=client_secrets(client),
            warnings=(*warnings, *(f"{place}: {warning}" for warning in client.warnings)),
        )

    async def _from_connector(self, context: RunContext, arguments: dict[str, JSON]) -> Client:
        """Build the connector's mapping, or run its JavaScript."""
        connector = context.connector
        if connector.client_mapping is None:
            return await self._run(context, arguments)
        place = connector.methods[MAKE_API_CLIENT].file.name
        return _configuration(_built(connector.client_mapping, arguments), place)

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
