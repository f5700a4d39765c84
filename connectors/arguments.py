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


CONNECTED = frozenset({"test", "disconnect"})
"""Methods of authentication that build neither client nor credentials, but use them as all others do."""


def takes_credentials(method: Method, *, exposed: bool = True) -> bool:
    """Tell whether a method is given the connection's credentials.

    Args:
        method: Which.
        exposed: Whether methods are that do not need them to build the client or the credentials.
    """
    if not method.in_auth:
        return exposed
    return method.key not in BEFORE_CONNECTION and (exposed or method.key not in CONNECTED)


def takes_client(method: Method) -> bool:
    """Tell whether a method is given `apiClient`."""
    return not (method.in_auth and (method.key in BEFORE_CONNECTION or method.key == "make-api-client"))


def uses_credentials(method: Method) -> bool:
    """Tell whether a method needs credentials that hold: it has a client, and is not what renews them."""
    return takes_client(method) and not (method.in_auth and method.key == "refresh-credentials")


def build_arguments(
    method: Method, args: Mapping[str, object] | None, connection: Connection | None, *, exposed: bool = True
) -> dict[str, JSON]:
    """Return a copy of `args` with what the contract adds; what the caller gave is never replaced.

    Args:
        method: Which will receive them.
        args: What the caller gave.
        connection: For whom.
        exposed: See `takes_credentials`.

    Raises:
        ArgumentsError: `args` is no object, or holds what JSON cannot; names the path.
    """
    copied = copy_json({} if args is None else args, "args")
    if not isinstance(copied, dict):
        raise ArgumentsError(
            f"args is a {type(args).__name__}; it must be an object, whose properties the method receives."
        )
    return with_aliases(_defaults(method, connection, exposed=exposed) | copied)


def with_aliases(arguments: dict[str, JSON]) -> dict[str, JSON]:
    """Return the arguments under all their names."""
    for names in ALIASES:
        for name in names:
            if name in arguments:
                arguments = {**dict.fromkeys(names, arguments[name]), **arguments}
                break
    return arguments


def auth_arguments(connection: Connection) -> dict[str, JSON]:
    """Return what methods of authentication receive about a connection (semantics 1.3)."""
    return {"credentials": connection.credentials, **before_connection_arguments(connection)}


def before_connection_arguments(connection: Connection) -> dict[str, JSON]:
    """Return what methods receive that run before there is a connection."""
    parameters: JSON = connection.parameters
    return with_aliases({"connectionParameters": parameters, "connectorParameters": connection.connector_parameters})


def _defaults(method: Method, connection: Connection | None, *, exposed: bool) -> dict[str, JSON]:
    """Return the arguments that come from the connection."""
    if connection is None:
        return {}
    defaults: dict[str, JSON] = before_connection_arguments(connection) if method.in_auth else {}
    defaults["parameters"] = connection.parameters
    if takes_credentials(method, exposed=exposed):
        defaults["credentials"] = connection.credentials
    return defaults
