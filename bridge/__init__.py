"""The `apiClient` of methods: HTTP on behalf of code that nobody trusts.

The JavaScript side is an extension for `runtime.Sandbox`, the other side is `ApiClient`, which answers the calls of one
run. Credentials and sockets stay on this side. Which addresses may be reached is up to an `EgressPolicy`. A client is
data with formulas in it: `ClientConfig`, `Formula`. What methods ask of `crypto.subtle` is computed by `CryptoThreads`.
"""

from __future__ import annotations

from .api_client import ApiClient, Client
from .auth import ApiKey, BasicCredentials, BearerToken
from .bare_body import BareBody
from .byte_stream import ByteStream
from .client_config import ClientConfig
from .client_secrets import SHORTEST_SECRET, client_secrets
from .crypto_calls import CryptoCalls
from .crypto_threads import CryptoThreads
from .egress import EgressPolicy
from .errors import (
    BridgeError,
    CallError,
    ClientIncompleteError,
    ConfigurationError,
    ConnectionFailedError,
    EgressRefusedError,
    RequestRefusedError,
    StreamError,
)
from .exchange import Exchange
from .extension import api_client_extension
from .formula import Formula
from .formula_compat import FormulaCompat
from .formula_scope import FormulaScope
from .isolate_client import IsolateClient
from .limits import Limits
from .oauth_config import OAuthConfig
from .redaction import Redactor
from .token_request import Grant, request_token
from .transports import Transports
from .undefined import UNDEFINED
from .unpacking import unpacked

__all__ = [
    "SHORTEST_SECRET",
    "UNDEFINED",
    "ApiClient",
    "ApiKey",
    "BareBody",
    "BasicCredentials",
    "BearerToken",
    "BridgeError",
    "ByteStream",
    "CallError",
    "Client",
    "ClientConfig",
    "ClientIncompleteError",
    "ConfigurationError",
    "ConnectionFailedError",
    "CryptoCalls",
    "CryptoThreads",
    "EgressPolicy",
    "EgressRefusedError",
    "Exchange",
    "Formula",
    "FormulaCompat",
    "FormulaScope",
    "Grant",
    "IsolateClient",
    "Limits",
    "OAuthConfig",
    "Redactor",
    "RequestRefusedError",
    "StreamError",
    "Transports",
    "api_client_extension",
    "client_secrets",
    "request_token",
    "unpacked",
]
