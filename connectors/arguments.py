"""The one object a method receives."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .errors import ArgumentsError
from .json_copy import copy_json

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runtime import JSON

    from .connection import Connection
    from .method import Method

BEFORE_CONNECTION = frozenset(
    {
        "get-oauth-config",
        "oauth-config",
        "get-token-data",
        "get-credentials-from-access-token-response",
        "get-credentials-from-token-response",
        "get-credentials-from-refresh-token-response",
        "get-credentials-from-connection-parameters",
    }
)
"""Methods of authentication that run before there is a connection: without client and credentials (decision 6)."""

ALIASES = (
    ("data", "body"),
    ("webhookUri", "connectorWebhookUri"),
    ("state", "subscriptionState"),
    ("connectionParameters", "connectionInput", "appParameters"),
)
"""Names of one argument in the editions of the contract; a method is given it under all of them (decision 6)."""


def takes_credentials(method: Method) -> bool:
    """Tell whether a method is given the connection's credentials."""
    return not (method.in_auth and method.key in BEFORE_CONNECTION)


def takes_client(method: Method) -> bool:
    """Tell whether a method is given `apiClient`."""
    return takes_credentials(method) and not (method.in_auth and method.key == "make-api-client")


def build_arguments(
    method: Method, args: Mapping[str, object] | None, connection: Connection | None
) -> dict[str, JSON]:
    """Return a copy of `args` with what the contract adds; what the caller gave is never replaced.

    Raises:
        ArgumentsError: `args` is no object, or holds what JSON cannot; names the path.
    """
    copied = copy_json({} if args is None else args, "args")
    if not isinstance(copied, dict):
        raise ArgumentsError(
            f"args is a {type(args).__name__}; it must be an object, whose properties the method receives."
        )
    return with_aliases(_defaults(method, connection) | copied)


def with_aliases(arguments: dict[str, JSON]) -> dict[str, JSON]:
    """Return the arguments under all their names."""
    for names in ALIASES:
        given = [name for name in names if name in arguments]
        if given:
            arguments = {**dict.fromkeys(names, arguments[given[0]]), **arguments}
    return arguments


def auth_arguments(connection: Connection) -> dict[str, JSON]:
    """Return what methods of authentication receive about a connection (semantics 1.3)."""
    parameters = connection.parameters
    return with_aliases(
        {"credentials": connection.credentials, "connectionParameters": parameters, "connectorParameters": {}}
    )


def _defaults(method: Method, connection: Connection | None) -> dict[str, JSON]:
    """Return the arguments that come from the connection."""
    if connection is None:
        return {}
    defaults: dict[str, JSON] = auth_arguments(connection) if method.in_auth else {}
    defaults |= {"credentials": connection.credentials, "parameters": connection.parameters}
    if not takes_credentials(method):
        del defaults["credentials"]
    return defaults
