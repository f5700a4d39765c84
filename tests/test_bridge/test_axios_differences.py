"""What goes over the wire for a call, and what comes back, beside axios: the same, but for what is listed.

The calls, and the differences with their reasons, are in `axios_calls.yml`. Each call is made by axios in Node.js and by
`apiClient` in a sandbox, against one server that records every byte.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import re
import zlib
from collections import Counter
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any

import brotli
import pytest
import pytest_asyncio
import yaml

from bridge import Limits

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from conftest import Methods

pytestmark = pytest.mark.asyncio(loop_scope="module")

AXIOS = Path(__file__).parents[1] / "axios"
TABLE = yaml.safe_load(Path(__file__).with_name("axios_calls.yml").read_text(encoding="utf-8"))
PACKERS = {"identity": bytes, "gzip": gzip.compress, "deflate": zlib.compress, "br": brotli.compress}
PATIENCE_SECONDS = 60


@dataclass(frozen=True, kw_only=True)
class Call:
    """A call that both make.

    Attributes:
        call: What is called on the client, as JavaScript.
        client: How the client is configured; its `baseUri` begins with the server's.
        full: Whether the whole response is compared, not only the data.
        answers: What the server says, one answer for each request, the last of them again and again.
        differs: Which parts differ, and the key of the reason.
    """

    call: str
    client: dict[str, Any] = field(default_factory=dict)
    full: bool = False
    answers: tuple[dict[str, Any], ...] = ({},)
    differs: dict[str, str] = field(default_factory=dict)

    @classmethod
    def parse(cls, entry: str | dict[str, Any]) -> Call:
        """Read an entry of the table."""
        if isinstance(entry, str):
            return cls(call=entry)
        answer = entry.pop("answer", {})
        return cls(**entry, answers=tuple(answer if isinstance(answer, list) else [answer]))

    def client_for(self, server: str) -> dict[str, Any]:
        """Return the client's configuration."""
        return {**self.client, "baseUri": server + self.client.get("baseUri", "/v1")}


CALLS = tuple(Call.parse(entry) for entries in TABLE["calls"].values() for entry in entries)


@dataclass(frozen=True, kw_only=True)
class Request:
    """A request as it came."""

    method: str
    target: str
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def parts(self) -> dict[str, Any]:
        """Return what is compared, with the boundary of a multipart body by one name."""
        headers: dict[str, list[str]] = {}
        for name, value in self.headers:
            headers.setdefault(f"header {name.lower()}", []).append(value)
        kind = headers.get("header content-type", [""])[0]
        boundary = re.search("boundary=([^;]+)", kind)
        body = self.body
        if boundary:
            body = body.replace(boundary[1].encode(), b"BOUNDARY")
            headers["header content-type"] = [kind.replace(boundary[1], "BOUNDARY")]
            headers["header content-length"] = [str(len(body))]
        names = [name for name, _ in self.headers]
        order = {"header case": sorted(names), "header order": [name.lower() for name in names]}
        return {"method": self.method, "target": self.target, "body": body, **order, **headers}


class Recorder:
    """Answers HTTP on all addresses of loopback and keeps what came, call by call."""

    def __init__(self) -> None:
        self.port = 0
        self._call = CALLS[0]
        self._requests: list[Request] = []
        self._recorded: dict[int, list[Request]] = {}
        self._writers: set[asyncio.StreamWriter] = set()

    @property
    def url(self) -> str:
        """One origin of it."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def other_url(self) -> str:
        """Another origin of it."""
        return f"http://127.0.0.2:{self.port}"

    def begin(self, index: int) -> None:
        """Keep what comes now as the requests of this call."""
        self._call = CALLS[index]
        self._requests = self._recorded[index] = []

    def take(self) -> list[list[Request]]:
        """Return the requests of all calls, and forget them."""
        recorded, self._recorded = self._recorded, {}
        return [recorded[index] for index in range(len(CALLS))]

    async def converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer the requests of one connection."""
        self._writers.add(writer)
        try:
            while True:
                request = await _read_request(reader)
                writer.write(self._answer(request))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()
        finally:
            self._writers.discard(writer)

    def hang_up(self) -> None:
        """Close the connections that are left."""
        for writer in self._writers:
            writer.transport.abort()

    def _answer(self, request: Request) -> bytes:
        if request.target.startswith("/-/begin/"):
            self.begin(int(request.target.partition("?")[0].rpartition("/")[2]))
            return b"HTTP/1.1 204 No Content\r\n\r\n"
        answers = self._call.answers
        answer = answers[min(len(self._requests), len(answers) - 1)]
        self._requests.append(request)
        status = HTTPStatus(answer.get("status", 200))
        body = _body_of(answer)
        headers = [["Content-Length", str(len(body))]] if status != HTTPStatus.NO_CONTENT else []
        headers += [[name, value.format(other=self.other_url)] for name, value in answer.get("headers", [])]
        head = "".join(f"{name}: {value}\r\n" for name, value in headers)
        return f"HTTP/1.1 {status} {status.phrase}\r\n{head}\r\n".encode() + body


def _body_of(answer: dict[str, Any]) -> bytes:
    if answer.get("status") == HTTPStatus.NO_CONTENT:
        return b""
    body = bytes.fromhex(answer["hex"]) if "hex" in answer else answer.get("body", "{}").encode()
    return PACKERS[answer.get("packed", "identity")](body)


async def _read_request(reader: asyncio.StreamReader) -> Request:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").removesuffix("\r\n\r\n")
    first, *lines = head.split("\r\n")
    method, target, _ = first.split(" ")
    headers = tuple((name, value.strip()) for name, _, value in (line.partition(":") for line in lines))
    known = {name.lower(): value for name, value in headers}
    if "transfer-encoding" in known:
        body = await _read_chunks(reader)
    else:
        body = await reader.readexactly(int(known.get("content-length", 0)))
    return Request(method=method, target=target, headers=headers, body=body)


async def _read_chunks(reader: asyncio.StreamReader) -> bytes:
    body = b""
    while length := int(await reader.readline(), 16):
        body += (await reader.readexactly(length + 2))[:-2]
    await reader.readline()
    return body


@asynccontextmanager
async def recording() -> AsyncIterator[Recorder]:
    """Start a recorder."""
    recorder = Recorder()
    server = await asyncio.start_server(recorder.converse, "0.0.0.0", 0, limit=1 << 24)
    recorder.port = server.sockets[0].getsockname()[1]
    try:
        yield recorder
    finally:
        server.close()
        recorder.hang_up()
        await server.wait_closed()


async def outcomes_of_axios(recorder: Recorder, node: str) -> list[Any]:
    """Let axios make all calls in Node.js, and return what each gave."""
    calls = [{"call": call.call, "client": call.client_for(recorder.url), "full": call.full} for call in CALLS]
    plan = json.dumps({"server": recorder.url, "other": recorder.other_url, "calls": calls})
    process = await asyncio.create_subprocess_exec(
        node, AXIOS / "reference.js", stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    output, _ = await asyncio.wait_for(process.communicate(plan.encode()), PATIENCE_SECONDS)
    outcomes = json.loads(output)
    assert isinstance(outcomes, list)
    return outcomes


async def outcomes_of_ours(recorder: Recorder, methods: Methods) -> list[Any]:
    """Make all calls with `apiClient`, those of one client in one run, and return what each gave."""
    groups: dict[str, list[int]] = {}
    for index, call in enumerate(CALLS):
        groups.setdefault(json.dumps(call.client_for(recorder.url)), []).append(index)
    outcomes: dict[int, Any] = {}
    for client, indices in groups.items():
        given = await methods.value(_method(recorder, indices), config=json.loads(client), limits=Limits(requests=2000))
        outcomes.update(zip(indices, given, strict=True))
    return [outcomes[index] for index in range(len(CALLS))]


def _method(recorder: Recorder, indices: list[int]) -> str:
    """Return the body of a method that makes these calls one after the other, and tells the recorder of each."""
    lines = [
        (AXIOS / "outcome.js").read_text(encoding="utf-8"),
        f"const server = {json.dumps(recorder.url)}, other = {json.dumps(recorder.other_url)}, outcomes = [];",
    ]
    for index in indices:
        call = CALLS[index]
        lines += [
            f"await apiClient.get(`${{server}}/-/begin/{index}`);",
            f"outcomes.push(await outcomeOf(async () => apiClient.{call.call}, {json.dumps(call.full)}));",
        ]
    return "\n".join([*lines, "return outcomes;"])


def differences(axios: list[Request], ours: list[Request]) -> dict[str, tuple[Any, Any]]:
    """Return the parts of requests that differ, with both values."""
    found: dict[str, tuple[Any, Any]] = {}
    if len(axios) != len(ours):
        found["requests"] = (len(axios), len(ours))
    for number, (theirs, own) in enumerate(zip(axios, ours, strict=False)):
        prefix = "" if number == 0 else "redirected "
        left, right = theirs.parts(), own.parts()
        for part in left.keys() | right.keys():
            if left.get(part) != right.get(part):
                found[prefix + part] = (left.get(part), right.get(part))
    return found


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """What both did for one call.

    Attributes:
        found: All differences.
    """

    found: dict[str, tuple[Any, Any]]

    def unlisted(self, listed: set[str]) -> dict[str, tuple[Any, Any]]:
        """Return the differences that are not among those listed, for this call or for all."""
        always = {part.removeprefix("redirected ") for part in TABLE["always"]}
        return {
            part: values
            for part, values in self.found.items()
            if part not in listed and part.removeprefix("redirected ") not in always
        }


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def comparisons(shared_methods: Methods, node_with_axios: str) -> list[Comparison]:
    """All calls, made by both."""
    return await compare_all(shared_methods, node_with_axios)


async def compare_all(methods: Methods, node: str) -> list[Comparison]:
    """Let both make all calls, and return what differs for each."""
    async with recording() as recorder:
        theirs = await outcomes_of_axios(recorder, node)
        sent_by_axios = recorder.take()
        ours = await outcomes_of_ours(recorder, methods)
        sent_by_us = recorder.take()
    compared = []
    for index in range(len(CALLS)):
        found = differences(sent_by_axios[index], sent_by_us[index])
        if theirs[index] != ours[index]:
            found["outcome"] = (theirs[index], ours[index])
        compared.append(Comparison(found=found))
    return compared


@pytest.mark.parametrize("index", range(len(CALLS)), ids=[call.call for call in CALLS])
async def test_a_call_is_what_axios_makes_of_it(comparisons: list[Comparison], index: int) -> None:
    """Requests and outcome are those of axios; differences are those that the table lists for the call, no more, no less."""
    listed = set(CALLS[index].differs)
    comparison = comparisons[index]
    assert {} == comparison.unlisted(listed)
    assert set() == listed - comparison.found.keys()


async def test_the_differences_of_all_calls_occur(comparisons: list[Comparison]) -> None:
    """What is said to differ always, does."""
    found = Counter(part for comparison in comparisons for part in comparison.found)
    assert set(TABLE["always"]) <= found.keys()


async def test_each_reason_is_needed() -> None:
    """A listed difference has a reason, and no reason is left over."""
    used = {reason for call in CALLS for reason in call.differs.values()}
    assert used == set(TABLE["reasons"])


async def test_there_are_enough_calls() -> None:
    """The table is long, and no call stands in it twice."""
    assert 150 <= len(CALLS)
    assert [] == [
        name for name, count in Counter(json.dumps([c.call, c.client, c.answers]) for c in CALLS).items() if count > 1
    ]
