"""Connectors: what is stored, and what composes it into runs.

`Connector` is a folder of definitions, `Connection` a customer's access, `MethodHost` runs a method of the one
for the other, and `RunReport` says what happened.
"""

from __future__ import annotations

from bridge import ByteStream, Capture, CapturedExchange, EgressPolicy, Exchange, Limits, Redactor, StreamError
from runtime import (
    DiskCache,
    Layer,
    LayerMissingError,
    LayerName,
    LayerReason,
    LogLine,
    PoolPolicy,
    SandboxReport,
    VirtualClock,
    VirtualTimeLoop,
    WorkerStartError,
)

from .connection import Connection, OAuthSection
from .connector import Connector
from .credential_store import CredentialStore, StoredCredentials
from .environment import RunEnvironment
from .errors import (
    ArgumentsError,
    ConnectionFileError,
    ConnectorsError,
    CredentialConflictError,
    CredentialStoreError,
    DefinitionError,
    HostClosedError,
    JournalError,
    MethodError,
    RunSuspendedError,
    UnknownMethodError,
)
from .file_credential_store import FileCredentialStore
from .host import MethodHost
from .memory_credential_store import MemoryCredentialStore
from .package_bundler import PackageBundler
from .report import RunReport
from .run_journal import RunJournal

__all__ = [
    "ArgumentsError",
    "ByteStream",
    "Capture",
    "CapturedExchange",
    "Connection",
    "ConnectionFileError",
    "Connector",
    "ConnectorsError",
    "CredentialConflictError",
    "CredentialStore",
    "CredentialStoreError",
    "DefinitionError",
    "DiskCache",
    "EgressPolicy",
    "Exchange",
    "FileCredentialStore",
    "HostClosedError",
    "JournalError",
    "Layer",
    "LayerMissingError",
    "LayerName",
    "LayerReason",
    "Limits",
    "LogLine",
    "MemoryCredentialStore",
    "MethodError",
    "MethodHost",
    "OAuthSection",
    "PackageBundler",
    "PoolPolicy",
    "Redactor",
    "RunEnvironment",
    "RunJournal",
    "RunReport",
    "RunSuspendedError",
    "SandboxReport",
    "StoredCredentials",
    "StreamError",
    "UnknownMethodError",
    "VirtualClock",
    "VirtualTimeLoop",
    "WorkerStartError",
]
