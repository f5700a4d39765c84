"""The uses of `apiClient` that its documentation shows, as methods write them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from aiohttp import web

if TYPE_CHECKING:
    from conftest import Methods, Seen

pytestmark = pytest.mark.asyncio(loop_scope="module")


def items(seen: Seen) -> web.Response:
    """Answer like an API of items that also has a file."""
    if seen.path.startswith("/file"):
        return web.Response(body=bytes(range(256)), content_type="application/octet-stream")
    if seen.method == "DELETE":
        return web.Response(status=204)
    return web.json_response(
        {"path": seen.path, "body": seen.body.decode(), "authorization": seen.headers.get("authorization")}
    )


async def test_the_examples_of_the_five_verbs(methods: Methods) -> None:
    """GET with a query, POST and PUT with data, DELETE: each sends what it says and gives the body."""
    methods.answer = items
    value = await methods.value("""
      const response = await apiClient.get('/items', { page: 1, limit: 10 })
      const newItem = await apiClient.post('/items', { name: 'New Item', description: 'Description' })
      const updated = await apiClient.put('/items/123', { name: 'Updated Item' })
      const patched = await apiClient.patch('/items/123', { name: 'Patched Item' })
      const deleted = await apiClient.delete('/items/123')
      return [response.path, newItem.body, updated.body, patched.body, deleted]
    """)
    assert [
        "/items?page=1&limit=10",
        '{"name":"New Item","description":"Description"}',
        '{"name":"Updated Item"}',
        '{"name":"Patched Item"}',
        "",
    ] == value


async def test_the_examples_of_the_options(methods: Methods) -> None:
    """JSON is the default; a file comes as bytes; the full response has status and headers; each option overrides the client."""
    methods.answer = items
    value = await methods.value(
        """
      const jsonResponse = await apiClient.get('/items')
      const binary = await apiClient.get('/file', undefined, { responseType: 'arraybuffer' })
      const full = await apiClient.get('/items', { page: 1 }, { returnFullResponse: true })
      const fullBinary = await apiClient.get('/file', {}, { responseType: 'arraybuffer', returnFullResponse: true })
      const other = await apiClient.get('items', {}, {
        query: { api_version: '2' }, headers: { Accept: 'application/json' }, auth: { username: 'u', password: 'p' },
      })
      return {
        json: jsonResponse.path,
        binary: [binary instanceof Uint8Array, binary.length, binary[255]],
        full: [full.status, full.statusCode, full.headers['content-type'], full.data.path],
        fullBinary: [fullBinary.status, fullBinary.data.length],
        other: [other.path, other.authorization],
      }
    """,
        config={"headers": {"Authorization": "Bearer token"}},
    )
    assert {
        "json": "/items",
        "binary": [True, 256, 255],
        "full": [200, 200, "application/json; charset=utf-8", "/items?page=1"],
        "fullBinary": [200, 256],
        "other": ["/items?api_version=2", "Basic dTpw"],
    } == value


@pytest.mark.parametrize(
    ("status", "key"), [(401, "access_token_expired"), (429, "rate_limit_exceeded"), (404, None), (500, None)]
)
async def test_the_documented_errors(methods: Methods, status: int, key: str | None) -> None:
    """401, 429 and any other status beyond 2xx throw an error that says which it is."""
    methods.answer = lambda _: web.json_response({"errors": ["not found"]}, status=status)
    value = await methods.value("""
      try {
        await apiClient.get('/items')
      } catch (error) {
        return [error.name, error.type, error.key ?? null, error.response.status, error.data.data.errors[0]]
      }
    """)
    assert ["ConnectionError", "connection", key, status, "not found"] == value
