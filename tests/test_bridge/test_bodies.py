"""Bodies on the wire, from what the sandbox sends."""

from __future__ import annotations

from email.parser import BytesParser
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import web

from bridge import Limits
from runtime import RunEnded

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from conftest import Answer, Runs, Seen, Server

FORM = "application/x-www-form-urlencoded"


@pytest.fixture
async def server(serve: Callable[[Answer], Awaitable[Server]]) -> Server:
    """A server that answers everything with an empty object."""
    return await serve(lambda _: web.json_response({}))


def fields(encoding: str, members: dict[str, Any], *lengths: int) -> dict[str, Any]:
    """Return the body that an object becomes whose content type is that of a form."""
    return {"kind": "fields", "encoding": encoding, "members": members, "files": [{"length": each} for each in lengths]}


def parts_of(seen: Seen) -> list[tuple[dict[str, str], bytes]]:
    """Return headers and contents of the parts of a multipart body, as the standard library reads them."""
    message = BytesParser().parsebytes(f"Content-Type: {seen.headers['content-type']}\r\n\r\n".encode() + seen.body)
    assert message.is_multipart()
    assert [] == message.defects
    return [(dict(part.items()), part.get_payload(decode=True)) for part in message.get_payload()]


@pytest.mark.parametrize(
    ("body", "data", "sent", "content_type"),
    [
        ({"kind": "json", "text": '{"b": 1.0}'}, None, b'{"b": 1.0}', "application/json"),
        ({"kind": "text", "text": "aü"}, None, "aü".encode(), FORM),
        ({"kind": "text", "text": ""}, None, b"", FORM),
        ({"kind": "form", "text": "a=1"}, None, b"a=1", f"{FORM};charset=utf-8"),
        ({"kind": "bytes"}, b"\0\xff", b"\0\xff", FORM),
        ({"kind": "bytes", "type": "image/png"}, b"\0", b"\0", "image/png"),
        ({"kind": "bytes"}, None, b"", FORM),
        (fields("form", {"a": "b c", "~*": ["1", None]}), None, b"a=b+c&%7E*%5B%5D=1", FORM),
        (fields("form", {"f": 0}, 2), b"\0\xff", b"f=AP8%3D", FORM),
    ],
)
async def test_a_body_says_what_it_is(
    runs: Runs, server: Server, body: dict[str, Any], data: bytes | None, sent: bytes, content_type: str
) -> None:
    """Each kind of body has bytes and a type of its own; a type that the call asks for wins."""
    run = runs.start({"baseUri": server.url})
    await run.ask("post", "/x", body=body, data=data)
    await run.ask("post", "/x", body=body, data=data, options={"headers": {"Content-Type": "text/special"}})
    assert [(sent, content_type), (sent, "text/special")] == [
        (seen.body, seen.headers["content-type"]) for seen in server.seen
    ]


@pytest.mark.parametrize("name", ["Content-Type", "Accept", "User-Agent"])
async def test_null_suppresses_a_default(runs: Runs, server: Server, name: str) -> None:
    """A header given as null is not sent, even where every request has it."""
    await runs.start({"baseUri": server.url}).ask("post", "/x", body="{}", options={"headers": {name: None}})
    assert name.lower() not in server.seen[0].headers


async def test_only_verbs_that_have_bodies_guess_their_type(runs: Runs, server: Server) -> None:
    """Text that a DELETE sends has the type that the method gives, or none."""
    await runs.start({"baseUri": server.url}).ask("delete", "/x", body={"kind": "text", "text": "a"})
    assert (b"a", None) == (server.seen[0].body, server.seen[0].headers.get("content-type"))


async def test_a_form_data_is_multipart(runs: Runs, server: Server) -> None:
    """Texts and files stand in their order, each with its name; line breaks in texts are those of the format."""
    parts = [
        {"name": "a", "text": "1\n2\r\n3\r4"},
        {"name": "file", "filename": 'a "x\\', "type": "image/png", "length": 3},
        {"name": "a", "text": "ü"},
        {"name": "blob", "filename": None, "type": None, "length": 1},
    ]
    await runs.start({"baseUri": server.url}).ask(
        "post", "/x", body={"kind": "multipart", "parts": parts}, data=b"\r\n\0\xff"
    )
    assert [
        ({"Content-Disposition": 'form-data; name="a"'}, b"1\r\n2\r\n3\r\n4"),
        (
            {"Content-Disposition": 'form-data; name="file"; filename="a %22x\\"', "Content-Type": "image/png"},
            b"\r\n\0",
        ),
        ({"Content-Disposition": 'form-data; name="a"'}, "ü".encode()),
        ({"Content-Disposition": 'form-data; name="blob"', "Content-Type": "application/octet-stream"}, b"\xff"),
    ] == parts_of(server.seen[0])


async def test_an_object_may_be_multipart(runs: Runs, server: Server) -> None:
    """Members of an object are named as in a query."""
    body = fields("multipart", {"a": {"b": ["1", "2"]}, "ids": ["1", "2"], "file": 0, "none": None}, 2)
    await runs.start({"baseUri": server.url}).ask("post", "/x", body=body, data=b"\0\xff")
    names = [headers["Content-Disposition"].partition("name=")[2] for headers, _ in parts_of(server.seen[0])]
    assert ['"a[b][0]"', '"a[b][1]"', '"ids[]"', '"ids[]"', '"file"'] == names


@pytest.mark.parametrize(
    "content_type", ["multipart/form-data", "multipart/form-data; boundary=mine", "application/json"]
)
async def test_a_boundary_is_the_hosts(runs: Runs, server: Server, content_type: str) -> None:
    """Whatever type a call asks for, a multipart body has one that fits, with a boundary that nobody could guess."""
    run = runs.start({"baseUri": server.url})
    body = {"kind": "multipart", "parts": [{"name": "a", "text": "1"}]}
    for _ in range(2):
        await run.ask("post", "/x", body=body, options={"headers": {"Content-Type": content_type}})
    assert [[b"1"], [b"1"]] == [[content for _, content in parts_of(seen)] for seen in server.seen]
    first, second = (seen.headers["content-type"] for seen in server.seen)
    assert first != second
    assert content_type not in {first, second}


async def test_a_part_cannot_break_out(runs: Runs, server: Server) -> None:
    """Names, file names and types cannot add headers or parts."""
    evil = 'a"\r\nX-Evil: 1\r\n\r\n--'
    parts = [{"name": evil, "text": "1"}, {"name": "b", "filename": evil, "type": evil, "length": 1}]
    await runs.start({"baseUri": server.url}).ask("post", "/x", body={"kind": "multipart", "parts": parts}, data=b"2")
    found = parts_of(server.seen[0])
    assert [b"1", b"2"] == [content for _, content in found]
    assert {"Content-Disposition", "Content-Type"} == {name for headers, _ in found for name in headers}


@pytest.mark.parametrize(
    ("body", "data"),
    [
        ({"kind": "multipart", "parts": [{"name": "a", "length": 2}]}, b"1"),
        ({"kind": "multipart", "parts": [{"name": "a", "length": 1}]}, b"12"),
        ({"kind": "multipart", "parts": [{"name": "a", "length": 1}]}, None),
        ({"kind": "multipart", "parts": [{"name": "a", "length": 2}, {"name": "b", "length": -1}]}, b"1"),
        ({"kind": "multipart", "parts": [{"name": "a", "text": "1", "length": 1}]}, b"1"),
        (fields("multipart", {"a": 1}, 1), b"1"),
        (fields("multipart", {"a": -1}, 1), b"1"),
        (fields("form", {"a": 0.0}, 1), b"1"),
        (fields("form", {"a": 0}), None),
        (fields("other", {}), None),
        ({"kind": "stream", "id": 1}, None),
        ({"kind": "json"}, None),
        ({"kind": "yaml", "text": "a"}, None),
        ({"text": "a"}, None),
        ([], None),
    ],
)
async def test_a_body_that_the_extension_does_not_write_is_refused(
    runs: Runs, server: Server, body: Any, data: bytes | None
) -> None:
    """What does not fit together is refused before anything is sent."""
    assert ("request", "invalid") == await runs.start({"baseUri": server.url}).refused(
        "/x", verb="post", body=body, data=data
    )
    assert [] == server.seen


async def test_a_type_cannot_inject(runs: Runs, server: Server) -> None:
    """The type of a Blob is checked as any header."""
    body = {"kind": "bytes", "type": "a\r\nX-Evil: 1"}
    assert ("request", "header") == await runs.start({"baseUri": server.url}).refused("/x", verb="post", body=body)


@pytest.mark.parametrize(
    ("body", "data"),
    [
        ({"kind": "json", "text": "1" * 101}, None),
        ({"kind": "bytes"}, b"1" * 101),
        (fields("form", {"a": "ü" * 20}), None),
        ({"kind": "multipart", "parts": [{"name": "a", "text": "1"}]}, None),
    ],
)
async def test_a_body_is_measured_as_it_is_sent(
    runs: Runs, server: Server, body: dict[str, Any], data: bytes | None
) -> None:
    """What is too long once it is written ends the run, however short it was before."""
    run = runs.start({"baseUri": server.url}, limits=Limits(request_bytes=100))
    with pytest.raises(RunEnded) as ended:
        await run.ask("post", "/x", body=body, data=data)
    assert ("limit", "request_size") == (ended.value.failure.type, ended.value.failure.key)
    assert [] == server.seen
