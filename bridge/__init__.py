"""The `apiClient` of methods: HTTP on behalf of code that nobody trusts.

The JavaScript side is an extension for `runtime.Sandbox`, the other side is `ApiClient`, which answers the calls of one
run. Credentials and sockets stay on this side. Which addresses may be reached is up to an `EgressPolicy`. A client is
data with formulas in it: `ClientConfig`, `Formula`.
"""

from __future__ import annotations

from .api_client import ApiClient
from .basic_credentials import BasicCredentials
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
from .formula import Formula
from .formula_compat import FormulaCompat
from .formula_scope import FormulaScope
from .limits import Limits
from .redaction import Redactor
from .transports import Transports
from .undefined import UNDEFINED

__all__ = [
    "UNDEFINED",
    "ApiClient",
    "BasicCredentials",
    "BridgeError",
    "CallError",
    "ClientConfig",
    "ClientIncompleteError",
    "ConfigurationError",
    "ConnectionFailedError",
    "EgressPolicy",
    "EgressRefusedError",
    "Exchange",
    "Formula",
    "FormulaCompat",
    "FormulaScope",
    "Limits",
    "Redactor",
    "RequestRefusedError",
    "Transports",
    "api_client_extension",
]
