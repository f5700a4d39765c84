"""The `apiClient` of methods: HTTP on behalf of code that nobody trusts.

The JavaScript side is an extension for `runtime.Sandbox`, the other side is `ApiClient`, which answers the calls of one
run. Credentials and sockets stay on this side. Which addresses may be reached is up to an `EgressPolicy`.
"""

from __future__ import annotations

from .api_client import ApiClient
from .byte_stream import ByteStream
from .client_config import BasicCredentials, ClientConfig
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
from .limits import Limits
from .redaction import Redactor
from .transports import Transports

__all__ = [
    "ApiClient",
    "BasicCredentials",
    "BridgeError",
    "ByteStream",
    "CallError",
    "ClientConfig",
    "ClientIncompleteError",
    "ConfigurationError",
    "ConnectionFailedError",
    "EgressPolicy",
    "EgressRefusedError",
    "Exchange",
    "Limits",
    "Redactor",
    "RequestRefusedError",
    "StreamError",
    "Transports",
    "api_client_extension",
]
