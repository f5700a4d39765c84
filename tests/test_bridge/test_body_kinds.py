"""Bodies that a method makes of classes of the Web, and bytes, out of a real isolate."""

from __future__ import annotations

from email.parser import BytesParser
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

import pytest
from aiohttp import web

from bridge import Limits

if TYPE_CHECKING:
    from conftest import Methods

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.mark.parametrize(
    "make",
    [
        "new Uint8Array([1, 2, 3])",
        "new Uint8Array([1, 2, 3]).buffer",
        "Buffer.from([1, 2, 3])",
        "new DataView(new Uint8Array([1, 2, 3]).buffer)",
    ],
)
async def test_bytes_are_those_of_the_call(methods: Methods, make: str) -> None:
    """What a method does to bytes after the call changes nothing of what is sent."""
    code = f"""
      const bytes = {make};
      const whole = new Uint8Array(bytes.buffer ?? bytes);
      const answer = apiClient.post('/x', bytes);
      whole.fill(9);
      await answer;
    """
    await methods.value(code)
    assert b"\1\2\3" in methods.server.seen[0].body


async def test_files_of_a_form_are_those_of_the_call(methods: Methods) -> None:
    """Bytes beside a Blob, which takes its time, are still those of the call."""
    code = """
      const bytes = new Uint8Array([1, 2, 3]);
      const headers = { 'Content-Type': 'multipart/form-data' };
      const answer = apiClient.post('/x', { bytes, blob: new Blob(['later']) }, { headers });
      bytes.fill(9);
      await answer;
    """
    await methods.value(code)
    body = methods.server.seen[0].body
    assert (True, True) == (b"\r\n\r\n\1\2\3\r\n" in body, b"\r\n\r\nlater\r\n" in body)


async def test_a_long_form_is_whole(methods: Methods) -> None:
    """A form that is written in pieces is what it would be in one."""
    code = """
      const headers = { 'Content-Type': 'application/x-www-form-urlencoded' };
      await apiClient.post('/x', { a: 'x' + '\\u{1f600}'.repeat(50_000), b: 'y z'.repeat(30_000), c: '' }, { headers });
    """
    await methods.value(code)
    sent = dict(parse_qsl(methods.server.seen[0].body.decode("ascii"), keep_blank_values=True))
    assert {"a": "x" + "\U0001f600" * 50_000, "b": "y z" * 30_000, "c": ""} == sent


async def test_a_form_with_many_files_arrives(methods: Methods) -> None:
    """Files of a form keep their order, names and bytes."""
    code = """
      const form = new FormData();
      for (let i = 0; i < 50; i++) form.append(`f${i}`, i % 2 ? `text ${i}` : new File([`file ${i}`], `${i}.txt`));
      await apiClient.post('/x', form);
    """
    await methods.value(code)
    seen = methods.server.seen[0]
    message = BytesParser().parsebytes(f"Content-Type: {seen.headers['content-type']}\r\n\r\n".encode() + seen.body)
    assert [f"text {i}" if i % 2 else f"file {i}" for i in range(50)] == [
        part.get_payload(decode=True).decode() for part in message.get_payload()
    ]


async def test_asking_what_a_body_is_loads_nothing(methods: Methods) -> None:
    """A plain object is no FormData because it looks like one."""
    methods.answer = lambda seen: web.json_response({"body": seen.body.decode()})
    code = "return apiClient.post('/x', { append() {}, entries: [], size: 1, arrayBuffer: 2, type: 'a', name: 'b' })"
    assert {"body": '{"entries":[],"size":1,"arrayBuffer":2,"type":"a","name":"b"}'} == await methods.value(code)


@pytest.mark.parametrize(
    "make",
    [
        "Object.assign(new Blob(['a']), { arrayBuffer() { throw new Error('no') } })",
        "Object.assign(new Blob(['a']), { arrayBuffer: () => 7 })",
        "Object.assign(new Blob(['a']), { arrayBuffer: async () => new ArrayBuffer(9) })",
        "Object.assign(new FormData(), { forEach(see) { see({ size: -1 }, 'a') } })",
        "Object.assign(new FormData(), { forEach(see) { see('1', { toString() { throw 1 } }) } })",
        "Object.assign(new URLSearchParams(), { toString() { throw 1 } })",
    ],
)
async def test_a_body_that_lies_is_refused(methods: Methods, make: str) -> None:
    """Values that were tampered with reject the call; nothing is sent."""
    code = f"""
      const headers = {{ 'Content-Type': 'multipart/form-data' }};
      const errors = [];
      for (const body of [{make}, {{ file: {make} }}]) {{
        await apiClient.post('/x', body, {{ headers }}).catch((error) => errors.push(`${{error.name}} ${{error.key}}`));
      }}
      return errors;
    """
    errors = await methods.value(code)
    assert {"RequestError invalid"} == set(errors)
    assert len(errors) + len(methods.server.seen) == 2


@pytest.mark.parametrize(
    "make",
    [
        "new Uint8Array(101)",
        "new Blob(['x'.repeat(101)])",
        "'x'.repeat(101)",
        "new URLSearchParams({ a: 'x'.repeat(99) })",
        "(() => { const form = new FormData(); form.append('a', new Blob(['x'.repeat(101)])); return form })()",
        "(() => { const form = new FormData(); form.append('a', 'x'.repeat(101)); return form })()",
    ],
)
async def test_every_kind_of_body_has_a_longest_length(methods: Methods, make: str) -> None:
    """A body that is too long ends the run, whatever it is made of."""
    outcome = await methods.run(
        f"try {{ await apiClient.post('/x', {make}) }} catch {{}}", limits=Limits(request_bytes=100)
    )
    assert outcome.failure is not None
    assert ("limit", "request_size") == (outcome.failure.type, outcome.failure.key)
    assert [] == methods.server.seen


async def test_an_error_of_a_call_with_a_blob_is_where_the_call_is(methods: Methods) -> None:
    """That a Blob takes its time does not hide who made the call."""
    methods.answer = lambda _: web.json_response({}, status=404)
    outcome = await methods.run("const blob = new Blob(['a']);\nreturn apiClient.post('/x', blob);")
    assert outcome.failure is not None
    assert outcome.failure.location is not None
    assert ("data/contacts/list.js", 3) == (outcome.failure.location.file, outcome.failure.location.line)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        ("get('/x', {}, { queryFormat: 'dots' })", "options.queryFormat 'dots' is not supported"),
        ("get('/x', {}, { responseType: 'xml' })", "options.responseType 'xml' is not supported"),
        ("get('/x', {}, { maxRedirects: -1 })", "options.maxRedirects must be a whole number, not a number"),
        ("get('/x', {}, { maxRedirects: '3' })", "options.maxRedirects must be a whole number, not '3'"),
        ("get('/x', { 'a{}': { b: 1n } })", "query.a{}.b is a BigInt, which JSON cannot hold"),
        ("get('/x', { a: [{ f() {} }] })", "query.a[0].f is a function, which a query or form cannot hold"),
        (
            "post('/x', { a: { s: Symbol('s') } }, { headers: { 'content-type': 'multipart/form-data' } })",
            "data.a.s is a symbol, which a query or form cannot hold",
        ),
    ],
)
async def test_what_cannot_be_sent_is_named(methods: Methods, call: str, message: str) -> None:
    """The message names the option or the member."""
    error = await methods.value(f"return apiClient.{call}.catch(({{ name, key, message }}) => [name, key, message])")
    assert ["RequestError", "invalid", True] == [*error[:2], error[2].startswith(message)], error


async def test_bytes_of_a_response_are_a_buffer(methods: Methods) -> None:
    """With `responseType: 'arraybuffer'` data are a Buffer, which needs no conversion."""
    methods.answer = lambda _: web.Response(body=b"\0\xff")
    code = "const data = await apiClient.get('/x', {}, { responseType: 'arraybuffer' });"
    assert [True, "00ff", 2] == await methods.value(
        f"{code} return [Buffer.isBuffer(data), data.toString('hex'), data.length]"
    )


async def test_bytes_of_an_error_are_a_buffer_and_reported_as_what_they_say(methods: Methods) -> None:
    """An error's data are bytes where a success would be; the report of an error that nobody caught is JSON."""
    methods.answer = lambda _: web.json_response({"no": 1}, status=404)
    call = "apiClient.get('/x', {}, { responseType: 'arraybuffer' })"
    caught = "({ data, response }) => [data.data.toString(), Buffer.isBuffer(response.data)]"
    assert ['{"no": 1}', True] == await methods.value(f"return {call}.catch({caught})")
    outcome = await methods.run(f"return {call}")
    assert outcome.failure is not None
    data: Any = outcome.failure.data
    assert {"no": 1} == data["response"]["data"]


async def test_a_clients_content_type_decides_what_an_object_becomes(methods: Methods) -> None:
    """A client for forms sends objects as forms, its own and one that the method made."""
    code = f"""
      const {{ RestApiClient }} = require('@integration-app/connector-sdk');
      const headers = {{ 'content-type': 'application/x-www-form-urlencoded' }};
      await apiClient.post('/x', {{ a: {{ b: 1 }} }});
      await new RestApiClient({{ baseUri: '{methods.server.url}', headers }}).post('/x', {{ a: {{ b: 1 }} }});
    """
    outcome = await methods.run(code, config={"headers": {"Content-Type": "application/x-www-form-urlencoded"}})
    assert outcome.failure is None, outcome.failure
    assert [b"a%5Bb%5D=1"] * 2 == [seen.body for seen in methods.server.seen]
