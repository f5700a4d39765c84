"""Streams as a method sees them."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import web

from bridge import Limits

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from conftest import Methods, RawAnswer, Seen, Server

pytestmark = pytest.mark.asyncio(loop_scope="module")

OPEN = "const stream = await apiClient.get('/file', {}, { responseType: 'stream' });\n"
DECODE = "const text = (bytes) => String.fromCharCode(...bytes);\n"
FILE = bytes(range(256)) * 4000


def give(_: Seen) -> web.Response:
    """Give a file."""
    return web.Response(body=FILE, content_type="application/x-file")


@pytest.fixture
def file_methods(methods: Methods) -> Methods:
    """Methods whose server gives a file."""
    methods.answer = give
    return methods


async def test_for_await_reads_a_stream(file_methods: Methods) -> None:
    """Pieces are bytes, in order."""
    code = f"""{OPEN}
      let length = 0, sum = 0, kinds = true;
      for await (const piece of stream) {{
        kinds &&= piece instanceof Uint8Array && piece.length > 0;
        length += piece.length;
        for (let i = 0; i < piece.length; i += 997) sum += piece[i];
        if (piece[0] !== (length - piece.length) % 256) throw new Error("out of order");
      }}
      return [length, kinds, stream.locked]"""
    assert [len(FILE), True, False] == await file_methods.value(code)


async def test_a_reader_reads_a_stream(file_methods: Methods) -> None:
    """`getReader` gives `read`, `closed` and `releaseLock`; at the end reading goes on to say so."""
    code = f"""{OPEN}
      const reader = stream.getReader();
      const locked = stream.locked;
      let length = 0;
      for (;;) {{
        const {{ done, value }} = await reader.read();
        if (done) break;
        length += value.length;
      }}
      await reader.closed;
      const after = await reader.read();
      reader.releaseLock();
      reader.releaseLock();
      return [length, locked, stream.locked, after.done, after.value === undefined]"""
    assert [len(FILE), True, False, True, True] == await file_methods.value(code)


async def test_a_reader_can_hand_over_to_another(file_methods: Methods) -> None:
    """After `releaseLock` the next reader, or a loop, goes on where the first one stopped."""
    code = f"""{OPEN}
      const first = stream.getReader();
      let length = (await first.read()).value.length;
      first.releaseLock();
      const second = stream.getReader();
      length += (await second.read()).value.length;
      second.releaseLock();
      for await (const piece of stream) length += piece.length;
      return length"""
    assert len(FILE) == await file_methods.value(code)


async def test_reads_that_are_not_awaited_come_in_order(file_methods: Methods) -> None:
    """Several reads may wait at the same time."""
    code = f"""{OPEN}
      const reader = stream.getReader();
      const steps = await Promise.all(Array.from({{ length: 16 }}, () => reader.read()));
      let at = 0;
      for (const {{ done, value }} of steps) {{
        if (done) continue;
        if (value[0] !== at % 256) throw new Error("out of order");
        at += value.length;
      }}
      await reader.cancel();
      return at > 0"""
    assert await file_methods.value(code)


async def test_a_stream_stands_in_a_full_response(file_methods: Methods) -> None:
    """Status and headers are beside it."""
    code = """
      const response = await apiClient.get('/file', {}, { responseType: 'stream', returnFullResponse: true });
      let length = 0;
      for await (const piece of response.data) length += piece.length;
      return [response.status, response.headers['content-type'], length]"""
    assert [200, "application/x-file", len(FILE)] == await file_methods.value(code)


async def test_post_can_have_a_stream_as_its_answer(file_methods: Methods) -> None:
    """Each verb takes the option."""
    code = """
      const stream = await apiClient.post('/file', { a: 1 }, { responseType: 'stream' });
      let length = 0;
      for await (const piece of stream) length += piece.length;
      return length"""
    assert len(FILE) == await file_methods.value(code)


async def test_a_stream_is_the_body_of_another_call(file_methods: Methods) -> None:
    """It is handed over as it is, and is locked from then on."""
    file_methods.answer = lambda seen: (
        give(seen) if seen.method == "GET" else web.json_response([len(seen.body), seen.headers["content-type"]])
    )
    code = f"{OPEN} const answer = await apiClient.put('/upload', stream); return [answer, stream.locked]"
    assert [[len(FILE), "application/x-file"], True] == await file_methods.value(code)
    assert FILE == file_methods.server.seen[-1].body


@pytest.mark.parametrize(
    "leave",
    ["break", "throw new Error('enough')", "return await probe()"],
)
async def test_leaving_a_loop_early_closes_the_connection(
    methods: Methods, serve_raw: Callable[[RawAnswer], Awaitable[Server]], leave: str
) -> None:
    """`break`, `return` and `throw` in `for await` cancel the stream at once, not only at the end of the run."""
    ended = asyncio.Event()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhello")
        await reader.read()
        ended.set()

    async def probe(_: Seen) -> web.Response:
        await asyncio.wait_for(ended.wait(), 5)
        return web.json_response("closed")

    server = await serve_raw(answer)
    methods.answer = probe
    after = "break" if leave.startswith("return") else leave
    code = f"""
      const stream = await apiClient.get('{server.url}/file', {{}}, {{ responseType: 'stream' }});
      try {{ await (async () => {{ for await (const piece of stream) {{ {after} }} }})() }} catch {{}}
      const again = await (async () => stream.getReader())().catch((error) => error.message);
      return [await apiClient.get('/probe'), stream.locked, again]"""
    outcome = await methods.run(code)
    assert ["closed", False, "The stream can be used once: it was cancelled"] == outcome.value
    assert () == outcome.warnings


@pytest.mark.parametrize("how", ["stream.cancel()", "stream.getReader().cancel('reason')"])
async def test_a_stream_can_be_cancelled(file_methods: Methods, how: str) -> None:
    """By itself or by its reader, as often as one likes; nothing is forgotten then."""
    outcome = await file_methods.run(f"{OPEN} const gone = await {how}; await {how}; return gone === undefined")
    if "getReader" in how:
        assert outcome.failure is not None
        assert "locked" in outcome.failure.message
    else:
        assert (True, ()) == (outcome.value, outcome.warnings)


MISUSE = {
    "two readers": ("stream.getReader(); stream.getReader()", "The stream is locked: a reader or a loop is reading it"),
    "a reader and a loop": (
        "stream.getReader(); for await (const piece of stream);",
        "The stream is locked: a reader or a loop is reading it",
    ),
    "sending what is read": (
        "stream.getReader(); await apiClient.post('/x', stream)",
        "The stream is locked: a reader or a loop is reading it",
    ),
    "sending what was read a little": (
        "const r = stream.getReader(); await r.read(); r.releaseLock(); await apiClient.post('/x', stream)",
        "can be used once: it was read.",
    ),
    "sending twice": (
        "await apiClient.post('/x', stream); await apiClient.post('/x', stream)",
        "The stream can be used once: it was sent as the body of a request",
    ),
    "reading what was sent": (
        "await apiClient.post('/x', stream); for await (const piece of stream);",
        "The stream can be used once: it was sent as the body of a request",
    ),
    "reading twice": (
        "for await (const piece of stream); for await (const piece of stream);",
        "The stream can be used once: it was read to its end",
    ),
    "reading what was cancelled": ("await stream.cancel(); stream.getReader()", "it was cancelled"),
    "cancelling what somebody reads": ("stream.getReader(); await stream.cancel()", "The stream is locked"),
    "cancelling what was sent": ("await apiClient.post('/x', stream); await stream.cancel()", "The stream is locked"),
    "a reader that was released": (
        "const r = stream.getReader(); r.releaseLock(); await r.read()",
        "The reader was released",
    ),
    "cancelling with a reader that was released": (
        "const r = stream.getReader(); r.releaseLock(); await r.cancel()",
        "The reader was released",
    ),
    "closed of a reader that was released": (
        "const r = stream.getReader(); r.releaseLock(); await r.closed",
        "The reader was released",
    ),
    "releasing while a read waits": (
        "const r = stream.getReader(); r.read(); r.releaseLock()",
        "The reader cannot be released while a read of it waits",
    ),
    "in a JSON body": (
        "await apiClient.post('/x', { files: [{ file: stream }] })",
        "data.files[0].file is a stream of bytes, which JSON cannot hold",
    ),
    "in a query": (
        "await apiClient.get('/x', { a: { file: stream } })",
        "query.a.file is a stream of bytes, which a query or form cannot hold",
    ),
    "in a form": (
        "await apiClient.post('/x', { file: stream }, { headers: { 'content-type': 'multipart/form-data' } })",
        "data.file is a stream of bytes, which a query or form cannot hold",
    ),
    "too many reads": (
        "const r = stream.getReader(); await Promise.all(Array.from({ length: 17 }, () => r.read()))",
        "More than 16 reads of one stream wait: await them",
    ),
}


@pytest.mark.parametrize(("code", "message"), MISUSE.values(), ids=MISUSE.keys())
async def test_misuse_has_a_clear_error(file_methods: Methods, code: str, message: str) -> None:
    """What a stream cannot be used for is `request/invalid`, at the line that does it."""
    failure = (await file_methods.run(f"{OPEN}{code}")).failure
    assert failure is not None
    assert ("request", "invalid") == (failure.type, failure.key)
    assert message in failure.message
    assert failure.location is not None
    assert 3 == failure.location.line


async def test_a_stream_that_breaks_is_a_connection_error(
    methods: Methods, serve_raw: Callable[[RawAnswer], Awaitable[Server]]
) -> None:
    """It has the stack of the loop, rejects `closed` too, and reading on gives it again."""

    async def answer(_: Any, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhello")

    server = await serve_raw(answer)
    opened = f"const open = () => apiClient.get('{server.url}/file', {{}}, {{ responseType: 'stream' }});\n"
    code = f"""{opened}
      const reader = (await open()).getReader();
      const errors = [];
      for (let i = 0; i < 3; i++) await reader.read().then(() => {{}}, (error) => errors.push(error));
      const closed = await reader.closed.catch((error) => error);
      const [error] = errors;
      return [error.constructor.name, error.type, error.key, error.request, errors.length > 1 && errors.every((e) => e === error), closed === error]"""
    request = {"method": "GET", "url": f"{server.url}/file"}
    assert ["ConnectionError", "connection", "protocol", request, True, True] == await methods.value(code)
    failure = (await methods.run(f"{opened}for await (const piece of await open()) console.log(piece.length)")).failure
    assert failure is not None
    assert ("connection", "protocol") == (failure.type, failure.key)
    assert failure.location is not None
    assert 3 == failure.location.line


async def test_a_stream_cannot_be_made_or_forged(file_methods: Methods) -> None:
    """Only the host makes streams; what merely looks like one is a body like any other."""
    code = f"""{OPEN}
      const refused = [];
      for (const make of [() => new stream.constructor(), () => new stream.constructor({{}}, 1), () => stream.constructor.isStream(stream)]) {{
        try {{ make(); refused.push("made") }} catch (error) {{ refused.push(error.name) }}
      }}
      await apiClient.post('/x', Object.create(stream));
      await stream.cancel();
      return [refused, String(stream), Object.keys(stream)]"""
    assert [["TypeError"] * 3, "[object ByteStream]", []] == await file_methods.value(code)
    assert b"{}" == file_methods.server.seen[-1].body


async def test_a_stream_works_whatever_the_method_did_to_prototypes(file_methods: Methods) -> None:
    """The host's JavaScript uses nothing that a method can have changed."""
    code = f"""
      const names = [[WeakMap, "get"], [WeakMap, "set"], [Map, "get"], [Map, "set"], [Array, "push"], [Array, "0"], [Promise, "then"], [Symbol, "asyncIterator"]];
      for (const [{{ prototype }}, name] of names) {{
        Object.defineProperty(prototype, name, {{ configurable: true, get() {{ throw new Error("touched") }}, set() {{ throw new Error("touched") }} }});
      }}
      Object.setPrototypeOf(Object.getPrototypeOf(async function* () {{}}).prototype, null);
      {OPEN}
      let length = 0;
      for await (const piece of stream) length += piece.length;
      return length"""
    assert len(FILE) == await file_methods.value(code)


async def test_a_forgotten_stream_is_a_warning_with_its_place(file_methods: Methods) -> None:
    """The author is told which call it was."""
    outcome = await file_methods.run(f"{OPEN}return 1")
    told = "was neither read to its end nor cancelled; it was closed when the run ended."
    url = f"{file_methods.server.url}/file"
    assert (f"The stream of GET {url} (data/contacts/list.js:2:32) {told}",) == outcome.warnings


@pytest.mark.parametrize(
    ("result", "path"),
    [
        ("{ file: stream }", "result.file"),
        ("[1, stream]", "result[1]"),
        ("await apiClient.get('/file', {}, { responseType: 'stream', returnFullResponse: true })", "result.data"),
    ],
)
async def test_a_stream_inside_a_result_is_refused_with_its_path(file_methods: Methods, result: str, path: str) -> None:
    """Only the whole result can be a stream."""
    failure = (await file_methods.run(f"{OPEN}return {result}")).failure
    assert failure is not None
    assert ("custom_code", "result") == (failure.type, failure.key)
    assert f"The result is not JSON: {path} is a stream of bytes, which JSON cannot hold" == failure.message


async def test_a_stream_is_the_result(file_methods: Methods) -> None:
    """The application learns its number."""
    outcome = await file_methods.run(f"{OPEN}return stream")
    assert (None, None, {"stream": 1}) == (outcome.failure, outcome.value, outcome.resource)


async def test_many_pieces_fit_through_a_small_worker(file_methods: Methods) -> None:
    """What was read is freed: a method can look at more than its memory could hold."""
    body = bytes(8_000_000)
    file_methods.answer = lambda _: web.Response(body=body)
    code = """
      let length = 0;
      for (let i = 0; i < 12; i++) {
        for await (const piece of await apiClient.get('/file', {}, { responseType: 'stream' })) length += piece.length;
      }
      return length"""
    assert 96_000_000 == await file_methods.value(code, limits=Limits(memory_bytes=64_000_000, cpu_time_seconds=20))
