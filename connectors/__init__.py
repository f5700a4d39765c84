"""Connectors: what is stored, and what composes it into runs.

`Connector` is a folder of definitions, `Connection` a customer's access, `MethodHost` runs a method of the one
for the other, and `RunReport` says what happened.
"""

from __future__ import annotations

from bridge import EgressPolicy, Exchange, Limits
from runtime import LogLine, PoolPolicy

from .connection import Connection
from .connector import Connector
from .errors import (
    ArgumentsError,
    ConnectionFileError,
    ConnectorsError,
    DefinitionError,
    HostClosedError,
    MethodError,
    UnknownMethodError,
)
from .host import MethodHost
from .report import RunReport

__all__ = [
    "ArgumentsError",
    "Connection",
    "ConnectionFileError",
    "Connector",
    "ConnectorsError",
    "DefinitionError",
    "EgressPolicy",
    "Exchange",
    "HostClosedError",
    "Limits",
    "LogLine",
    "MethodError",
    "MethodHost",
    "PoolPolicy",
    "RunReport",
    "UnknownMethodError",
]
