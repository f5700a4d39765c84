"""Connections and their files."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from pydantic import ValidationError

from connectors import Connection, ConnectionFileError

if TYPE_CHECKING:
    from pathlib import Path

YAML = """\
id: acme
credentials:
  token: s3cret-token
parameters:
  region: eu
apiClient:
  baseUri: https://api.example.com
  headers: {X-Api-Key: s3cret-key}
  query: {v: 2}
  auth: {username: ada, password: s3cret-word}
connectorParameters:
  clientId: s3cret-id
oauth2:
  clientId: s3cret-id
  clientSecret: s3cret-client
  tokenUri: https://auth.example.com/token
  scopes: [read]
  clientAuthLocation: body
  noRefreshToken: true
  extra: {audience: s3cret-audience}
  grant: client_credentials
"""
OAUTH2 = "  clientId: x\n  tokenUri: https://x.example/token\n"
JSON = '{"id": "acme", "credentials": {"token": "s3cret-token"}}'


def test_a_yaml_file_is_a_connection(tmp_path: Path) -> None:
    """Id, credentials, parameters and a client come from the file."""
    path = tmp_path / "acme.yml"
    path.write_text(YAML, encoding="utf-8")

    connection = Connection.load(path)

    assert ("acme", {"token": "s3cret-token"}, {"region": "eu"}) == (
        connection.id,
        connection.credentials,
        connection.parameters,
    )
    assert connection.api_client is not None
    assert "https://api.example.com" == connection.api_client.base_uri
    assert {"clientId": "s3cret-id"} == connection.connector_parameters
    assert connection.oauth2 is not None
    assert (("read",), "body", "client_credentials") == (
        connection.oauth2.scopes,
        connection.oauth2.client_auth_location,
        connection.oauth2.grant,
    )


def test_a_json_file_is_a_connection(tmp_path: Path) -> None:
    """JSON is read as JSON."""
    path = tmp_path / "acme.json"
    path.write_text(JSON, encoding="utf-8")

    assert Connection(id="acme", credentials={"token": "s3cret-token"}) == Connection.load(path)


def test_repr_shows_no_secret(tmp_path: Path) -> None:
    """A connection in a log line or traceback gives nothing away."""
    path = tmp_path / "acme.yml"
    path.write_text(YAML, encoding="utf-8")

    assert "s3cret" not in repr(Connection.load(path))
    assert "acme" in repr(Connection.load(path))


@pytest.mark.parametrize(
    ("text", "key", "line"),
    [
        ("credentials: {}\n", "id", 1),
        ("id: ''\n", "id", 1),
        ("id: acme\ncredentials: s3cret\n", "credentials", 2),
        ("id: acme\n\ncredential:\n  token: s3cret\n", "credential", 3),
        ("id: acme\napiClient:\n  baseUri: https://a.example\n  headers: s3cret\n", "apiClient.headers", 4),
        ("id: acme\napiClient:\n  baseUri: ftp://s3cret\n", "apiClient.baseUri", 3),
        ("id: acme\napiClient:\n  auth: {type: bearer, tok: s3cret}\n", "apiClient.auth.token", 3),
        ("id: acme\napiClient:\n  auth: {type: s3cret}\n", "apiClient.auth", 3),
        ("id: acme\nconnectorParameters: s3cret\n", "connectorParameters", 2),
        ("id: acme\noauth2:\n  clientId: x\n", "oauth2.tokenUri", 2),
        ("id: acme\noauth2:\n  clientId: x\n  tokenUri: ftp://s3cret\n", "oauth2.tokenUri", 4),
        (f"id: acme\noauth2:\n{OAUTH2}  grant: s3cret\n", "oauth2.grant", 5),
        (f"id: acme\noauth2:\n{OAUTH2}  clientAuthLocation: s3cret\n", "oauth2.clientAuthLocation", 5),
        (f"id: acme\noauth2:\n{OAUTH2}  secret: s3cret\n", "oauth2.secret", 5),
        ("- id: acme\n", None, 1),
    ],
)
def test_a_wrong_file_is_named_with_key_and_line(tmp_path: Path, text: str, key: str | None, line: int) -> None:
    """Errors say where, and never what was there."""
    path = tmp_path / "acme.yml"
    path.write_text(text, encoding="utf-8")

    with pytest.raises(ConnectionFileError) as caught:
        Connection.load(path)

    assert (str(path), key, line) == (caught.value.file, caught.value.key, caught.value.line)
    assert "s3cret" not in str(caught.value)


def test_a_missing_file_is_an_error_of_the_connection(tmp_path: Path) -> None:
    """The code of the error says that it is about a connection."""
    with pytest.raises(ConnectionFileError, match="cannot be read") as caught:
        Connection.load(tmp_path / "nobody.yml")

    assert "connection" == caught.value.code


def test_credentials_must_be_json() -> None:
    """What JSON cannot hold is refused when the connection is made, and not shown."""
    with pytest.raises(ValidationError) as caught:
        Connection(id="acme", credentials={"token": b"s3cret"})  # type: ignore[dict-item]

    assert "s3cret" not in str(caught.value)
