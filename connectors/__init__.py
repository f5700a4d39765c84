"""Connectors: what is stored, and what composes it into runs.

`Connector` is a folder of definitions, `Connection` a customer's access, `MethodHost` runs a method of the one
for the other, and `RunReport` says what happened.
"""

from __future__ import annotations

from bridge import EgressPolicy, Exchange, Limits
from runtime import LogLine

from .connection import Connection, OAuthSection
from .connector import Connector
from .credential_store import CredentialStore, StoredCredentials
from .errors import (
    ArgumentsError,
    ConnectionFileError,
    ConnectorsError,
    CredentialConflictError,
    CredentialStoreError,
    DefinitionError,
    HostClosedError,
    MethodError,
    UnknownMethodError,
)
from .file_credential_store import FileCredentialStore
from .host import MethodHost
from .memory_credential_store import MemoryCredentialStore
from .report import RunReport

__all__ = [
    "ArgumentsError",
    "Connection",
    "ConnectionFileError",
    "Connector",
    "ConnectorsError",
    "CredentialConflictError",
    "CredentialStore",
    "CredentialStoreError",
    "DefinitionError",
    "EgressPolicy",
    "Exchange",
    "FileCredentialStore",
    "HostClosedError",
    "Limits",
    "LogLine",
    "MemoryCredentialStore",
    "MethodError",
    "MethodHost",
    "OAuthSection",
    "RunReport",
    "StoredCredentials",
    "UnknownMethodError",
]
