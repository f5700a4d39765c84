"""The `apiClient` of methods: HTTP on behalf of code that nobody trusts.

The JavaScript side is an extension for `runtime.Sandbox`, the other side is `ApiClient`, which answers the calls of one
run. Credentials and sockets stay on this side. Which addresses may be reached is up to an `EgressPolicy`.
"""

from __future__ import annotations

from .api_client import ApiClient, Client
from .auth import ApiKey, BasicCredentials, BearerToken
from .bare_body import BareBody
from .client_config import ClientConfig
from .egress import EgressPolicy
from .errors import (
    BridgeError,
    CallError,
    ClientIncompleteError,
    ConfigurationError,
    ConnectionFailedError,
    EgressRefusedError,
    RequestRefusedError,
)
from .exchange import Exchange
from .extension import api_client_extension
from .isolate_client import IsolateClient
from .limits import Limits
from .oauth_config import OAuthConfig
from .redaction import Redactor
from .token_request import Grant, request_token
from .transports import Transports

__all__ = [
    "ApiClient",
    "ApiKey",
    "BareBody",
    "BasicCredentials",
    "BearerToken",
    "BridgeError",
    "CallError",
    "Client",
    "ClientConfig",
    "ClientIncompleteError",
    "ConfigurationError",
    "ConnectionFailedError",
    "EgressPolicy",
    "EgressRefusedError",
    "Exchange",
    "Grant",
    "IsolateClient",
    "Limits",
    "OAuthConfig",
    "Redactor",
    "RequestRefusedError",
    "Transports",
    "api_client_extension",
    "request_token",
]
