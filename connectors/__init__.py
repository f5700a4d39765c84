"""Connectors: what is stored, and what composes it into runs.

`Connector` is a folder of definitions, `Connection` a customer's access, `MethodHost` runs a method of the one
for the other, and `RunReport` says what happened.
"""

from __future__ import annotations

from bridge import ByteStream, EgressPolicy, Exchange, Limits, StreamError
from runtime import LogLine

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
    "ByteStream",
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
    "RunReport",
    "StreamError",
    "UnknownMethodError",
]
