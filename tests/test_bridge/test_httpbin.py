"""`apiClient` against httpbin, a server that nobody here wrote."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio

from bridge import Limits

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from conftest import Methods

pytestmark = pytest.mark.asyncio(loop_scope="module")


@dataclass(frozen=True, kw_only=True)
class Httpbin:
    """Runs methods whose client calls httpbin."""

    methods: Methods
    url: str

    async def value(self, body: str, **options: Any) -> Any:
        """Run a method and return its value."""
        config = {"baseUri": self.url, **options.pop("config", {})}
        return await self.methods.value(body, config=config, **options)

    async def error(self, call: str, **options: Any) -> dict[str, Any]:
        """Return what is told of a call that fails."""
        shown = "({ name, key, response }) => ({ name, key, status: response?.status, headers: response?.headers })"
        error = await self.value(f"return {call}.then(() => null, {shown})", **options)
        assert isinstance(error, dict)
        return error


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def httpbin(shared_methods: Methods) -> AsyncIterator[Httpbin]:
    """Httpbin in a process of its own."""
    program = Path(__file__).with_name("httpbin_server.py")
    process = await asyncio.create_subprocess_exec(
        sys.executable, program, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL
    )
    assert process.stdout is not None
    try:
        port = int(await asyncio.wait_for(process.stdout.readline(), 30))
        yield Httpbin(methods=shared_methods, url=f"http://127.0.0.1:{port}")
    finally:
        process.kill()
        await process.wait()


@pytest.mark.parametrize("verb", ["get", "post", "put", "patch", "delete"])
async def test_a_verb_arrives(httpbin: Httpbin, verb: str) -> None:
    """Each verb is understood as what it is."""
    seen = await httpbin.value(f"return apiClient.{verb}('/anything/x')")
    assert (verb.upper(), f"{httpbin.url}/anything/x", "") == (seen["method"], seen["url"], seen["data"])


async def test_a_query_is_read_as_it_was_meant(httpbin: Httpbin) -> None:
    """Names and values of all kinds arrive as they were."""
    query = "{ q: 'a b&c=d+e', ids: [1, 2], filter: { name: 'Zoë' }, none: null, empty: '' }"
    seen = await httpbin.value(f"return apiClient.get('/get?own=1%202', {query})")
    assert {
        "own": "1 2",
        "q": "a b&c=d+e",
        "ids[]": ["1", "2"],
        "filter[name]": "Zoë",
        "empty": "",
    } == seen["args"]


async def test_json_is_read_as_it_was_meant(httpbin: Httpbin) -> None:
    """An object arrives as JSON."""
    seen = await httpbin.value("return apiClient.post('/post', { a: [1, null, 'ü'], at: new Date(0) })")
    assert {"a": [1, None, "ü"], "at": "1970-01-01T00:00:00.000Z"} == seen["json"]


@pytest.mark.parametrize(
    ("body", "form"),
    [
        ("{ a: 'b c', 'ü&': '~*\\'()', ids: [1, 2] }", {"a": "b c", "ü&": "~*'()", "ids[]": ["1", "2"]}),
        ("'a=b+c&d=%C3%BC'", {"a": "b c", "d": "ü"}),
        ("new URLSearchParams({ a: 'b c', d: 'ü~' })", {"a": "b c", "d": "ü~"}),
    ],
)
async def test_a_form_is_read_as_it_was_meant(httpbin: Httpbin, body: str, form: dict[str, Any]) -> None:
    """An object, a string and a URLSearchParams arrive as the fields that they are."""
    headers = "{ 'Content-Type': 'application/x-www-form-urlencoded' }"
    seen = await httpbin.value(f"return apiClient.post('/post', {body}, {{ headers: {headers} }})")
    assert form == seen["form"]


@pytest.mark.parametrize(
    "make",
    [
        """
        const form = new FormData();
        form.append('a', '1');
        form.append('b c', 'ü');
        form.append('file', new File(['x\\r\\n--y'], 'a b.txt', { type: 'text/plain' }));
        return apiClient.post('/post', form);
        """,
        """
        const form = { a: 1, 'b c': 'ü', file: new File(['x\\r\\n--y'], 'a.txt') };
        return apiClient.post('/post', form, { headers: { 'Content-Type': 'multipart/form-data' } });
        """,
    ],
    ids=["FormData", "object"],
)
async def test_a_multipart_form_is_read_as_it_was_meant(httpbin: Httpbin, make: str) -> None:
    """Fields and files arrive as they were, whoever takes the body apart."""
    seen = await httpbin.value(make)
    assert ({"a": "1", "b c": "ü"}, {"file": "x\r\n--y"}) == (seen["form"], seen["files"])


async def test_bytes_arrive(httpbin: Httpbin) -> None:
    """Bytes arrive as they were; httpbin shows them in base64."""
    options = "{ headers: { 'Content-Type': 'application/octet-stream' } }"
    seen = await httpbin.value(f"return apiClient.post('/post', new Uint8Array([0, 255, 13, 10]), {options})")
    assert "data:application/octet-stream;base64,AP8NCg==" == seen["data"]


@pytest.mark.parametrize(
    "path",
    ["/redirect/3", "/relative-redirect/3", "/absolute-redirect/3", "/redirect-to?url=%2Fget&status_code=308"],
)
async def test_redirects_are_followed(httpbin: Httpbin, path: str) -> None:
    """A chain of redirects leads to its end, relative or absolute."""
    assert f"{httpbin.url}/get" == (await httpbin.value(f"return apiClient.get('{path}')"))["url"]


@pytest.mark.parametrize(
    ("status", "method", "data"),
    [(302, "GET", ""), (303, "GET", ""), (307, "POST", '{"a":1}'), (308, "POST", '{"a":1}')],
)
async def test_a_redirect_decides_about_the_body(httpbin: Httpbin, status: int, method: str, data: str) -> None:
    """307 and 308 send the body again, others ask for the page alone."""
    path = f"/redirect-to?url=%2Fanything&status_code={status}"
    seen = await httpbin.value(f"return apiClient.post('{path}', {{ a: 1 }})")
    assert (method, data) == (seen["method"], seen["data"])


@pytest.mark.parametrize(
    ("call", "name", "key", "status"),
    [
        ("get('/redirect/6')", "EgressError", "redirects", None),
        ("get('/redirect/2', {}, { maxRedirects: 1 })", "EgressError", "redirects", None),
        ("get('/redirect/1', {}, { maxRedirects: 0 })", "ConnectionError", None, 302),
    ],
)
async def test_too_many_redirects_are_an_error(
    httpbin: Httpbin, call: str, name: str, key: str | None, status: int | None
) -> None:
    """A chain that is longer than allowed, or a redirect where none is, is an error."""
    error = await httpbin.error(f"apiClient.{call}")
    assert (name, key, status) == (error["name"], error.get("key"), error.get("status"))


@pytest.mark.parametrize(
    ("path", "config"),
    [
        ("/basic-auth/ann/secret", {"auth": {"username": "ann", "password": "secret"}}),
        ("/hidden-basic-auth/ann/secret", {"auth": {"username": "ann", "password": "secret"}}),
        ("/bearer", {"headers": {"Authorization": "Bearer token"}}),
    ],
)
async def test_credentials_are_accepted(httpbin: Httpbin, path: str, config: dict[str, Any]) -> None:
    """Basic and bearer authentication are understood, by the client's configuration."""
    assert (await httpbin.value(f"return apiClient.get('{path}')", config=config))["authenticated"]


@pytest.mark.parametrize("path", ["/basic-auth/ann/secret", "/bearer", "/digest-auth/auth/ann/secret"])
async def test_missing_credentials_are_told(httpbin: Httpbin, path: str) -> None:
    """401 is the error that asks for new credentials, with the challenge in its headers."""
    error = await httpbin.error(f"apiClient.get('{path}')")
    assert ("access_token_expired", 401) == (error["key"], error["status"])
    assert "www-authenticate" in error["headers"]


@pytest.mark.parametrize(("path", "flag"), [("/gzip", "gzipped"), ("/deflate", "deflated"), ("/brotli", "brotli")])
async def test_what_is_packed_is_unpacked(httpbin: Httpbin, path: str, flag: str) -> None:
    """Packed JSON arrives as the object that it is."""
    assert (await httpbin.value(f"return apiClient.get('{path}')"))[flag]


@pytest.mark.parametrize("path", ["/delay/5", "/drip?duration=5&numbytes=5"])
async def test_a_slow_answer_is_given_up(httpbin: Httpbin, path: str) -> None:
    """The limit of a request counts from its start to the last byte of the answer."""
    error = await httpbin.error(f"apiClient.get('{path}')", limits=Limits(request_seconds=0.3))
    assert ("ConnectionError", "timeout") == (error["name"], error["key"])


@pytest.mark.parametrize("status", [200, 201, 202, 203, 205, 206, 299])
async def test_a_success_is_told(httpbin: Httpbin, status: int) -> None:
    """All statuses from 200 to 299 are successes."""
    value = await httpbin.value(f"return apiClient.post('/status/{status}', {{}}, {{ returnFullResponse: true }})")
    assert (status, "") == (value["status"], value["data"])


@pytest.mark.parametrize(
    ("status", "key"),
    [
        (300, None),
        (304, None),
        (400, None),
        (401, "access_token_expired"),
        (403, None),
        (404, None),
        (409, None),
        (418, None),
        (422, None),
        (429, "rate_limit_exceeded"),
        (500, None),
        (503, None),
    ],
)
async def test_any_other_status_is_an_error(httpbin: Httpbin, status: int, key: str | None) -> None:
    """Everything else is a ConnectionError with its status."""
    error = await httpbin.error(f"apiClient.get('/status/{status}')")
    assert ("ConnectionError", key, status) == (error["name"], error.get("key"), error["status"])


async def test_no_cookie_is_kept(httpbin: Httpbin) -> None:
    """A cookie that a server sets reaches the method, and no later request; one that the method sets goes out."""
    error = await httpbin.error("apiClient.get('/cookies/set?a=1', {}, { maxRedirects: 0 })")
    assert ["a=1; Path=/"] == error["headers"]["set-cookie"]
    assert {"cookies": {}} == await httpbin.value("return apiClient.get('/cookies/set?a=1')")
    options = "{ headers: { Cookie: 'b=2; c=3' } }"
    assert {"cookies": {"b": "2", "c": "3"}} == await httpbin.value(
        f"return apiClient.get('/cookies', {{}}, {options})"
    )


@pytest.mark.parametrize(
    ("kind", "start"),
    [("png", b"\x89PNG\r\n"), ("jpeg", b"\xff\xd8\xff"), ("webp", b"RIFF"), ("svg", b"<svg ")],
)
async def test_an_image_arrives_as_bytes(httpbin: Httpbin, kind: str, start: bytes) -> None:
    """An image is as long as the server says, and starts as such images do."""
    call = f"apiClient.get('/image/{kind}', {{}}, {{ responseType: 'arraybuffer', returnFullResponse: true }})"
    code = f"const {{ data, headers }} = await {call}; return [Array.from(data.slice(0, 8)), data.length, headers]"
    first, length, headers = await httpbin.value(code)
    assert bytes(first).startswith(start)
    assert (str(length), f"image/{kind}") == (headers["content-length"], headers["content-type"].partition("+")[0])


async def test_bytes_that_come_in_chunks_are_whole(httpbin: Httpbin) -> None:
    """A body without a length arrives whole."""
    code = "const bytes = await apiClient.get('/stream-bytes/5000', {}, { responseType: 'arraybuffer' });"
    assert 5000 == await httpbin.value(f"{code} return bytes.length")


async def test_text_is_utf8(httpbin: Httpbin) -> None:
    """Text in many scripts arrives as it is."""
    text = await httpbin.value("return apiClient.get('/encoding/utf8')")
    assert [True] * 3 == [part in text for part in ("∮ E⋅da = Q", "Οὐχὶ ταὐτὰ", "▁▂▃▄▅▆▇█")]


@pytest.mark.parametrize(
    ("path", "start"),
    [("/html", "<!DOCTYPE html>"), ("/xml", "<?xml"), ("/robots.txt", "User-agent"), ("/stream/2", '{"url"')],
)
async def test_what_is_no_json_is_text(httpbin: Httpbin, path: str, start: str) -> None:
    """HTML, XML, plain text and several JSON texts in one body are text."""
    text = await httpbin.value(f"return apiClient.get('{path}')")
    assert isinstance(text, str)
    assert text.lstrip().startswith(start)


async def test_json_may_be_wanted_as_text(httpbin: Httpbin) -> None:
    """With `responseType: 'text'` JSON is not parsed."""
    text = await httpbin.value("return apiClient.get('/json', {}, { responseType: 'text' })")
    assert text.lstrip().startswith("{")


async def test_response_headers_are_told(httpbin: Httpbin) -> None:
    """Headers have lower-case names; repeated ones are joined."""
    call = "apiClient.get('/response-headers?X-Kind=k&X-Twice=1&X-Twice=2', {}, { returnFullResponse: true })"
    headers = (await httpbin.value(f"return {call}"))["headers"]
    assert ("k", "1, 2") == (headers["x-kind"], headers["x-twice"])


async def test_conditions_and_ranges_work(httpbin: Httpbin) -> None:
    """Headers of HTTP that a method sets do what they are for."""
    error = await httpbin.error("apiClient.get('/etag/e', {}, { headers: { 'If-None-Match': 'e' } })")
    assert 304 == error["status"]
    options = "{ headers: { Range: 'bytes=0-3' }, returnFullResponse: true }"
    value = await httpbin.value(f"return apiClient.get('/range/26', {{}}, {options})")
    assert (206, "abcd", "bytes 0-3/26") == (value["status"], value["data"], value["headers"]["content-range"])
