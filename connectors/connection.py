"""Connection: one customer's access to one external app."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, JsonValue, StringConstraints

from bridge import ClientConfig, Grant, OAuthConfig

from .document import Document
from .errors import ConnectionFileError, DefinitionError
from .source_file import SourceFile

_sorted_json_text = json.JSONEncoder(sort_keys=True).encode


class OAuthSection(OAuthConfig):
    """What a connection says of its tokens itself.

    Attributes:
        grant: What they are asked for with: `refresh_token` or `client_credentials`.
    """

    model_config = ConfigDict(extra="forbid")

    grant: Grant | None = None


class Connection(BaseModel):
    """One customer's access to one external app.

    The id is a security boundary: runs with the same id may share worker processes and sockets, others never do.

    Attributes:
        id: Which customer and app; unique in the application.
        credentials: What makes the client; given to methods, masked in everything that is reported.
        parameters: What the customer chose when connecting; the default of a method's `parameters`.
        connector_parameters: What the application chose for the connector, such as its id and secret at the external
            app; given to methods of authentication.
        api_client: What `makeApiClient` would give, for a connector that makes no client of its own.
        oauth2: Where tokens come from, for a connector that does not say so itself. Without a client of the connector
            and an `auth` of its own, the connection's client sends the `access_token` of the credentials.
    """

    model_config = ConfigDict(
        frozen=True, extra="forbid", populate_by_name=True, hide_input_in_errors=True, allow_inf_nan=False
    )

    id: Annotated[str, StringConstraints(min_length=1, max_length=256)]
    credentials: dict[str, JsonValue] = Field(default_factory=dict, repr=False)
    parameters: dict[str, JsonValue] = Field(default_factory=dict, repr=False)
    connector_parameters: dict[str, JsonValue] = Field(default_factory=dict, alias="connectorParameters", repr=False)
    api_client: ClientConfig | None = Field(default=None, alias="apiClient", repr=False)
    oauth2: OAuthSection | None = Field(default=None, repr=False)

    @classmethod
    def load(cls, path: str | Path) -> Connection:
        """Read a connection from a YAML or JSON file.

        Raises:
            ConnectionFileError: Names the file, the key and its line.
        """
        return read_connection(path).into(cls)


def read_connection(path: str | Path) -> Document:
    """Read the file of a connection as data.

    Raises:
        ConnectionFileError: Names the file and the line.
    """
    path = Path(path)
    try:
        file = SourceFile.read(path, name=path.name)
    except DefinitionError as caught:
        raise ConnectionFileError(caught.message, file=str(path)) from caught
    return Document.parse(file.place, file.text, error=ConnectionFileError)


def digest_of(value: object) -> str:
    """Return the SHA-256 of a JSON value, in hexadecimal."""
    return hashlib.sha256(_sorted_json_text(value).encode()).hexdigest()
