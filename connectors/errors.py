"""The exceptions of this part.

    ConnectorsError                       (code)
    ├── DefinitionError     definition    a connector, a connection or the arguments of a run are wrong
    │   ├── UnknownMethodError  unknown_method  the connector has no such method
    │   ├── ConnectionFileError connection      the text of a connection is wrong
    │   ├── ArgumentsError      arguments       the arguments of a run cannot be given to a method
    │   ├── FixtureError        fixture         a fixture is wrong, or belongs to no connector
    │   └── JournalError        journal         a run cannot be resumed or replayed from a journal
    ├── CredentialStoreError    credential_store     stored credentials could not be read or written
    │   └── CredentialConflictError credential_conflict  somebody else saved credentials meanwhile
    ├── NoCredentialsError  no_credentials  credentials could not be renewed; becomes a warning in the report
    ├── HostClosedError     host_closed   the host is not open
    ├── RunSuspendedError   suspended     the run was put off; raised by `RunReport.unwrap` only
    └── MethodError         method        the method failed; raised by `RunReport.unwrap` only

What a method does never raises from `MethodHost.run`: it comes back as the `error` of a `RunReport`.
"""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from runtime import JSON

    from .report import ErrorLocation
    from .run_journal import RunJournal


class ConnectorsError(Exception):
    """Something is wrong on the application's side of a run."""

    code: ClassVar[str] = "connectors"


class DefinitionError(ConnectorsError):
    """What was defined cannot be used.

    Args:
        message: What is wrong and what to do about it.
        file: Where, as the author knows the file.
        key: Which key of that file, dotted (`auth.type`).
        line: Which line of that file, counted from 1.
    """

    code = "definition"

    def __init__(
        self, message: str, *, file: str | None = None, key: str | None = None, line: int | None = None
    ) -> None:
        place = f"{file}:{line}" if file and line else file
        super().__init__(": ".join(part for part in (place, key, message) if part))
        self.message = message
        self.file = file
        self.key = key
        self.line = line


class UnknownMethodError(DefinitionError):
    """The connector has no such method.

    Args:
        name: What was asked for.
        known: The methods there are.
        file: The connector's folder or file.
    """

    code = "unknown_method"

    def __init__(self, name: str, known: Collection[str], *, file: str) -> None:
        nearest = get_close_matches(name, known, n=1, cutoff=0.5)
        question = f" Did you mean {nearest[0]}?" if nearest else ""
        listing = ", ".join(sorted(known)) or "none"
        super().__init__(f"There is no method {name!r}.{question} Methods: {listing}.", file=file)
        self.name = name
        self.known = tuple(sorted(known))
        self.nearest = nearest[0] if nearest else None


class ConnectionFileError(DefinitionError):
    """The text of a connection is wrong."""

    code = "connection"


class FixtureError(DefinitionError):
    """A fixture is wrong, or belongs to no connector."""

    code = "fixture"


class ArgumentsError(DefinitionError):
    """The arguments of a run are not JSON."""

    code = "arguments"


class JournalError(DefinitionError):
    """A run cannot be resumed or replayed from a journal."""

    code = "journal"


class CredentialStoreError(ConnectorsError):
    """Stored credentials could not be read or written."""

    code = "credential_store"


class CredentialConflictError(CredentialStoreError):
    """Credentials were not saved: they would have replaced others than the caller knows of. Load them and see."""

    code = "credential_conflict"


class NoCredentialsError(ConnectorsError):
    """Credentials could not be renewed; begins with a verb, since who says it what could not is known elsewhere."""

    code = "no_credentials"


class HostClosedError(ConnectorsError):
    """The host is not open: enter it with `async with` or `with`, and start no run after that."""

    code = "host_closed"


class RunSuspendedError(ConnectorsError):
    """A run gave no value yet: it was put off, and its journal is to be resumed.

    Attributes:
        resume_at: When.
        journal: Of the run.
    """

    code = "suspended"

    def __init__(self, resume_at: datetime, journal: RunJournal) -> None:
        super().__init__(f"The run is suspended; resume its journal at {resume_at.isoformat(timespec='seconds')}.")
        self.resume_at = resume_at
        self.journal = journal


class MethodError(ConnectorsError):
    """The method failed.

    Attributes:
        type: Whose failure it is (`custom_code`, `connection`, `limit`, ...).
        key: What exactly, within the type.
        message: For a person.
        data: Facts about it.
        stack: The frames of the method's own files.
        location: Where in the method's source.
    """

    code = "method"

    def __init__(
        self,
        *,
        type: str,  # noqa: A002 (the product's name for it)
        key: str | None,
        message: str,
        data: JSON,
        stack: str | None,
        location: ErrorLocation | None,
    ) -> None:
        super().__init__(f"{type}/{key}: {message}" if key else f"{type}: {message}")
        self.type = type
        self.key = key
        self.message = message
        self.data = data
        self.stack = stack
        self.location = location
