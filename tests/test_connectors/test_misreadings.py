"""Warnings about code that takes the body of a response for the response."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from connectors import Connection, Connector, MethodHost

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    WarningsOf = Callable[[str], Awaitable[tuple[str, ...]]]


@pytest.fixture
def warnings_of(host: MethodHost, echo_uri: str) -> WarningsOf:
    """Run a method's body and return its warnings."""

    async def run(body: str) -> tuple[str, ...]:
        connector = Connector.from_source("list", f"export default async ({{ apiClient }}) => {{\n{body}\n}}")
        connection = Connection.model_validate({"id": "acme", "apiClient": {"baseUri": echo_uri}})
        report = await host.run(connector, connection=connection)
        assert report.ok, report.error
        return report.warnings

    return run


@pytest.mark.parametrize(
    ("body", "line", "key"),
    [
        ("const response = await apiClient.get('/x')\nreturn response.data", 3, "data"),
        ("const r = await apiClient.post('/x', {})\n\nreturn r?.status ?? r.path", 4, "status"),
        ("const { data, path } = await apiClient.get('/x')\nreturn path", 2, "data"),
        ("let { statusCode: code } = await apiClient.get('/x')\nreturn code", 2, "statusCode"),
    ],
)
async def test_a_body_that_is_read_as_a_response_is_a_warning(
    warnings_of: WarningsOf, body: str, line: int, key: str
) -> None:
    """The warning names the line, the member and the option that gives it."""
    [warning] = await warnings_of(body)
    assert warning.startswith(f"list.js:{line} reads {key} of what the call in line 2 gave")
    assert "returnFullResponse" in warning


@pytest.mark.parametrize(
    "body",
    [
        "const response = await apiClient.get('/x', {}, { returnFullResponse: true })\nreturn response.data",
        "const response = await apiClient.get('/x')\nreturn response.headers",
        "const response = await apiClient.get('/x')\nconst other = { data: 1, response: { data: 2 } }\nreturn other.response.data",
        "const responses = await apiClient.get('/x')\nreturn [responses.path].data",
    ],
)
async def test_code_that_reads_what_is_there_is_no_warning(warnings_of: WarningsOf, body: str) -> None:
    """A whole response, a body that has such a member, and other objects are read rightly."""
    assert () == await warnings_of(body)
