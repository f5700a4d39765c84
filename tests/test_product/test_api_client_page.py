"""What the page on `apiClient` shows is what happens."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import web

from connectors import Connection, Connector, EgressPolicy, MethodHost

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

PAGE = (Path(__file__).parents[2] / "docs/api-client.md").read_text()
DOCUMENTED = "https://crm.example.com"
MAKER = "auth/make-api-client.js"
CLIENT = "export default ({ credentials }) => ({ baseUri: credentials.uri, headers: { Authorization: `Bearer ${credentials.token}` } })"
NAMES = ["Grace Hopper", "Edsger Dijkstra", "Barbara Liskov"]


@dataclass(frozen=True)
class Example:
    """A method that the page shows, the client it has, and what it gives."""

    method: str
    maker: str
    gives: str


def examples() -> Iterator[Example]:
    """Read the page: a method's code is followed by its value."""
    blocks = re.findall(r"^```(\w+)\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
    maker = CLIENT
    for (language, code), (next_language, gives) in zip(blocks, [*blocks[1:], ("", "")], strict=True):
        if language == "js" and MAKER in code.split("\n")[0]:
            maker = code
        elif language == "js":
            assert "json" == next_language, f"no value is shown for:\n{code}"
            yield Example(code, maker, gives)


async def list_contacts(request: web.Request) -> web.Response:
    """Give a page of contacts."""
    limit = int(request.query["limit"])
    return web.json_response({"records": [{"name": name} for name in NAMES[:limit]], "cursor": None})


async def create_contact(_: web.Request) -> web.Response:
    """Create one."""
    return web.json_response({"id": "con_3"}, status=201)


async def no_contact(_: web.Request) -> web.Response:
    """Find none."""
    return web.json_response({"message": "There is no such contact."}, status=404)


async def echo(request: web.Request) -> web.Response:
    """Give the request back."""
    return web.json_response({"method": request.method, "target": request.raw_path, "body": await request.text()})


async def upload(request: web.Request) -> web.Response:
    """Give the fields of a form back."""
    fields = [[name, getattr(value, "filename", None), _text(value)] for name, value in (await request.post()).items()]
    return web.json_response({"fields": fields})


def _text(value: str | bytearray | web.FileField) -> str:
    return value.file.read().decode() if isinstance(value, web.FileField) else str(value)


async def give_logo(_: web.Request) -> web.Response:
    """Give the start of an image."""
    return web.Response(body=b"\x89PNG\r\n\x1a\n", content_type="image/png")


async def give_report(_: web.Request) -> web.Response:
    """Give 100 lines."""
    return web.Response(body=b"a,b,c\n" * 100, content_type="text/csv")


async def take_copy(request: web.Request) -> web.Response:
    """Count what comes."""
    return web.json_response({"bytes": len(await request.read())})


@pytest.fixture
async def base_uri() -> AsyncIterator[str]:
    """Start the server of the page."""
    application = web.Application()
    application.add_routes(
        [
            web.get("/v1/contacts", list_contacts),
            web.post("/v1/contacts", create_contact),
            web.get("/v1/contacts/con_404", no_contact),
            web.get("/v1/echo", echo),
            web.post("/v1/uploads", upload),
            web.get("/v1/files/logo", give_logo),
            web.get("/v1/files/report", give_report),
            web.put("/v1/files/copy", take_copy),
        ]
    )
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


@pytest.mark.parametrize("example", list(examples()), ids=lambda example: re.sub(r"\W+", "-", example.method[:60]))
async def test_an_example_gives_what_the_page_says(example: Example, base_uri: str, tmp_path: Path) -> None:
    """Each method of the page gives the value that stands below it, without a warning."""
    (tmp_path / "auth").mkdir()
    (tmp_path / MAKER).write_text(example.maker)
    (tmp_path / "operations/do").mkdir(parents=True)
    (tmp_path / "operations/do/run.js").write_text(example.method)
    connection = Connection(id="acme", credentials={"uri": f"{base_uri}/v1", "token": "live-token-1"})
    async with MethodHost(egress=EgressPolicy.from_allow(["127.0.0.1"]), workers=2, spares=0) as host:
        report = await host.run(Connector.load(tmp_path), "operations/do", connection=connection)
    expected: Any = json.loads(example.gives.replace(DOCUMENTED, base_uri))
    assert expected == report.unwrap()
    assert () == report.warnings
