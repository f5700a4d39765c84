"""Streams that methods give as their values."""

from __future__ import annotations

import asyncio
import gc
import json
import threading
import time
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import psutil
import pytest

from connectors import ByteStream, Connection, Connector, EgressPolicy, Limits, MethodHost, RunReport, StreamError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/csv\r\nContent-Length: %d\r\n\r\n"
GIVE = "export default ({ apiClient }) => apiClient.get('/file', {}, { responseType: 'stream' })"
EGRESS = EgressPolicy.from_allow(["127.0.0.1"])

Answer = "Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]"


class FileServer:
    """Answers each request as `answer` says; knows which connections ended."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self.gate = asyncio.Event()
        self.ended = asyncio.Event()
        self.uri = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one request, and wait for the end of its connection."""
        try:
            await reader.readuntil(b"\r\n\r\n")
            await self._answer(self, writer)  # type: ignore[operator]
            await writer.drain()
            await reader.read()
        except ConnectionError:
            pass
        finally:
            self.ended.set()
            writer.close()


async def two_halves(server: FileServer, writer: asyncio.StreamWriter) -> None:
    """Send a half, and the other one when the gate is open."""
    writer.write(HEAD % 10 + b"hello")
    await server.gate.wait()
    writer.write(b"world")


async def one_half(_: FileServer, writer: asyncio.StreamWriter) -> None:
    """Send a half and fall silent."""
    writer.write(HEAD % 10 + b"hello")


async def broken(_: FileServer, writer: asyncio.StreamWriter) -> None:
    """Send a half and end."""
    writer.write(HEAD % 10 + b"hello")
    await asyncio.sleep(0.05)
    writer.close()


@asynccontextmanager
async def serving(answer: Any) -> AsyncIterator[FileServer]:
    """Serve on loopback."""
    server = FileServer(answer)
    async with await asyncio.start_server(server.serve, "127.0.0.1", 0) as listener:
        server.uri = f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}"
        yield server


async def run(host: MethodHost, server: FileServer, code: str = GIVE, **options: Any) -> RunReport:
    """Run a method whose client is for a server."""
    connection = Connection(id="acme", apiClient={"baseUri": server.uri})
    return await host.run(Connector.from_source("download", code), connection=connection, **options)


async def test_a_stream_outlives_its_run(host: MethodHost) -> None:
    """The report is there while the server still sends; its bytes come as they are read."""
    async with serving(two_halves) as server:
        report = await run(host, server)
        stream = report.value
        assert isinstance(stream, ByteStream)
        assert ("text/csv", 10) == (stream.content_type, stream.length)
        assert b"hello" == await anext(stream)
        server.gate.set()
        assert [b"world"] == [piece async for piece in stream]
        assert [] == [piece async for piece in stream]


async def test_the_worker_of_a_stream_is_free_again() -> None:
    """A host with one worker runs other methods while a stream is being read."""
    async with serving(two_halves) as server, MethodHost(egress=EGRESS, workers=1, spares=0) as host:
        stream = (await run(host, server)).value
        report = await run(host, server, "export default () => 7")
        assert 7 == report.value
        server.gate.set()
        assert b"helloworld" == b"".join([piece async for piece in stream])


async def test_a_stream_outlives_the_wall_time_of_its_run(host: MethodHost) -> None:
    """The run's deadline is over with the run."""
    async with serving(two_halves) as server:
        stream = (await run(host, server, limits=Limits(wall_time_seconds=0.5))).value
        await asyncio.sleep(0.6)
        server.gate.set()
        assert b"helloworld" == b"".join([piece async for piece in stream])


async def test_each_wait_for_a_streams_bytes_has_a_limit(host: MethodHost) -> None:
    """A server that falls silent is an error, as for requests."""
    async with serving(one_half) as server:
        stream = (await run(host, server, limits=Limits(request_seconds=0.6))).value
        assert b"hello" == await anext(stream)
        for _ in range(2):
            with pytest.raises(StreamError, match=r"GET http://127.0.0.1:\d+/file was not answered in time") as caught:
                await anext(stream)
            assert "timeout" == caught.value.key
        await asyncio.wait_for(server.ended.wait(), 5)


async def test_a_stream_that_breaks_is_an_error(host: MethodHost) -> None:
    """A part is never taken for the whole; secrets in the error are masked."""
    code = "export default ({ apiClient }) => apiClient.get('/canary-4711/file', {}, { responseType: 'stream' })"
    async with serving(broken) as server:
        connection = Connection(id="acme", credentials={"token": "canary-4711"}, apiClient={"baseUri": server.uri})
        report = await host.run(Connector.from_source("download", code), connection=connection)
        with pytest.raises(StreamError, match=r"\[redacted\]") as caught:
            _ = [piece async for piece in report.value]
        assert "protocol" == caught.value.key
        assert "canary" not in str(caught.value)


async def test_closing_a_stream_closes_its_socket(host: MethodHost) -> None:
    """Whoever reads on is told; closing again does nothing."""
    async with serving(one_half) as server:
        stream = (await run(host, server)).value
        for _ in range(2):
            await stream.aclose()
        await asyncio.wait_for(server.ended.wait(), 5)
        with pytest.raises(StreamError, match="closed before it was read to its end") as caught:
            await anext(stream)
        assert "closed" == caught.value.key


async def test_closing_the_host_ends_its_streams() -> None:
    """Whoever reads or waits is told why."""
    async with serving(one_half) as server:
        async with MethodHost(egress=EGRESS, spares=0) as host:
            stream = (await run(host, server)).value
            await anext(stream)
            waiting = asyncio.create_task(anext(stream))
            await asyncio.sleep(0.01)
        for read in (waiting, anext(stream)):
            with pytest.raises(StreamError, match="The host was closed before the stream was read") as caught:
                await read
            assert "closed" == caught.value.key
        await asyncio.wait_for(server.ended.wait(), 5)


async def test_a_stream_that_is_dropped_is_closed(host: MethodHost) -> None:
    """As with files: a warning for developers, and no socket is left."""
    async with serving(one_half) as server:
        reports = [await run(host, server)]
        assert isinstance(reports[0].value, ByteStream)
        with pytest.warns(ResourceWarning, match="ByteStream"):
            _drop(reports)
        await asyncio.wait_for(server.ended.wait(), 5)


async def test_a_report_of_a_stream_is_json(host: MethodHost) -> None:
    """Type and length stand for the bytes."""
    async with serving(two_halves) as server:
        report = await run(host, server)
        document = json.loads(report.to_json())
        assert {"stream": {"contentType": "text/csv", "length": 10}} == document["value"]
        assert ([], True) == (document["warnings"], document["ok"])
        assert report.unwrap() is report.value
        assert "<ByteStream of text/csv, 10 bytes>" == repr(report.value)
        await report.value.aclose()


async def test_a_streams_request_is_in_the_report(host: MethodHost) -> None:
    """It is recorded when the run ends, with the bytes that came until then; a listener hears of it once."""
    heard: list[Any] = []
    async with serving(two_halves) as server:
        report = await run(host, server, on_event=heard.append)
        server.gate.set()
        assert b"helloworld" == b"".join([piece async for piece in report.value])
    assert [("GET", 200, 0, None)] == [
        (request.method, request.status, request.response_bytes, request.error) for request in report.requests
    ]
    assert 1 == len(heard)
    assert 1 == report.usage.requests


@pytest.mark.parametrize(
    ("use", "told"),
    [
        ("const r = stream.getReader(); await r.read()", "read"),
        ("await stream.cancel()", "cancelled"),
        ("await apiClient.post('/x', stream).catch(() => {})", "sent as the body of a request"),
    ],
)
async def test_a_used_stream_cannot_be_given(host: MethodHost, use: str, told: str) -> None:
    """A result that lacks its beginning would be worse than none."""
    code = f"""export default async ({{ apiClient }}) => {{
      const stream = await apiClient.get('/file', {{}}, {{ responseType: 'stream' }});
      {use};
      return stream;
    }}"""
    async with serving(one_half) as server:
        report = await run(host, server, code, limits=Limits(request_seconds=0.6))
    assert report.error is not None
    assert ("custom_code", "result") == (report.error.type, report.error.key)
    assert report.error.message.endswith(f"/file can be used once: it was {told}.")
    assert report.value is None


async def test_other_streams_of_the_run_are_closed(host: MethodHost) -> None:
    """Only the result stays open; the author is told of what was forgotten."""
    code = """export default async ({ apiClient }) => {
      const open = () => apiClient.get('/file', {}, { responseType: 'stream' });
      await open();
      return open();
    }"""
    async with serving(one_half) as server:
        report = await run(host, server, code)
        await asyncio.wait_for(server.ended.wait(), 5)
        assert 1 == len(report.warnings)
        assert "(download.js:2:36) was neither read to its end nor cancelled" in report.warnings[0]
        assert b"hello" == await anext(report.value)
        await report.value.aclose()


async def test_a_failed_run_tells_why_and_leaves_no_stream(host: MethodHost) -> None:
    """After an error nobody is reminded of streams, but they are closed."""
    code = """export default async ({ apiClient }) => {
      await apiClient.get('/file', {}, { responseType: 'stream' });
      throw new Error('no');
    }"""
    async with serving(one_half) as server:
        report = await run(host, server, code)
        await asyncio.wait_for(server.ended.wait(), 5)
    assert report.error is not None
    assert ("no", ()) == (report.error.message, report.warnings)


async def test_a_run_that_is_cancelled_leaves_no_stream(host: MethodHost) -> None:
    """Giving up on a run closes what it had open."""
    code = """export default async ({ apiClient }) => {
      const stream = await apiClient.get('/file', {}, { responseType: 'stream' });
      for await (const piece of stream) console.log(piece.length);
    }"""
    heard = asyncio.Event()
    async with serving(one_half) as server:
        task = asyncio.create_task(run(host, server, code, on_event=lambda _: heard.set()))
        await asyncio.wait_for(heard.wait(), 10)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await asyncio.wait_for(server.ended.wait(), 5)


async def test_what_is_still_being_sent_for_a_result_goes_on(host: MethodHost) -> None:
    """A server may answer while a stream is still being sent to it, and that answer may be the result."""

    async def convert(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(HEAD % 10)
        for _ in range(2):
            writer.write((await reader.readexactly(5)).upper())
            await writer.drain()
        writer.close()

    async with serving(two_halves) as server, await asyncio.start_server(convert, "127.0.0.1", 0) as listener:
        port = listener.sockets[0].getsockname()[1]
        code = f"""export default async ({{ apiClient }}) => {{
          const stream = await apiClient.get('/file', {{}}, {{ responseType: 'stream' }});
          return apiClient.post('http://127.0.0.1:{port}/', stream, {{ responseType: 'stream' }});
        }}"""
        stream = (await run(host, server, code, limits=Limits(wall_time_seconds=0.5))).value
        assert b"HELLO" == await anext(stream)
        await asyncio.sleep(0.6)  # neither the response nor the upload has to do with the run any more
        server.gate.set()
        assert b"WORLD" == b"".join([piece async for piece in stream])


async def test_a_method_that_others_wait_for_cannot_give_a_stream(
    host: MethodHost, load_folder: Callable[[dict[str, str]], Connector]
) -> None:
    """New credentials are an object; a stream in their place is closed, and the 401 stands."""
    closed = asyncio.Event()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        if b"/file" in head:
            writer.write(HEAD % 10 + b"hello")
            await reader.read()
            closed.set()
        else:
            writer.write(b"HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n")
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as listener:
        uri = f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}"
        connector = load_folder(
            {
                "auth/make-api-client.js": f"export default () => ({{ baseUri: '{uri}' }})",
                "auth/refresh-credentials.js": GIVE,
                "operations/me/run.js": "export default ({ apiClient }) => apiClient.get('/me')",
            }
        )
        connection = Connection(id="acme", credentials={"token": "old"})
        report = await host.run(connector, "operations/me", connection=connection)
        await asyncio.wait_for(closed.wait(), 5)
    assert report.error is not None
    assert "access_token_expired" == report.error.key
    assert any("The result is a stream of bytes, which this method cannot give" in text for text in report.warnings)


def _drop(reports: list[RunReport]) -> None:
    reports.clear()
    gc.collect()


class ThreadedServer:
    """Serves one file, to clients without an event loop."""

    def __init__(self, answer: Any) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._answer = answer

    def __enter__(self) -> FileServer:
        self._thread.start()
        self._serving = serving(self._answer)
        return self._call(self._serving.__aenter__())  # type: ignore[no-any-return]

    def __exit__(self, *_: object) -> None:
        self._call(self._serving.__aexit__(None, None, None))
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _call(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(10)


async def whole(_: FileServer, writer: asyncio.StreamWriter) -> None:
    """Send all of it."""
    writer.write(HEAD % 10 + b"helloworld")


def give_sync(host: MethodHost, uri: str) -> ByteStream:
    """Run a method that gives a stream, without an event loop."""
    connection = Connection(id="acme", apiClient={"baseUri": uri})
    stream = host.run_sync(Connector.from_source("download", GIVE), connection=connection).unwrap()
    assert isinstance(stream, ByteStream)
    return stream


def test_a_stream_can_be_read_without_an_event_loop() -> None:
    """`for` reads what the blocking door gave."""
    with ThreadedServer(whole) as server, MethodHost(egress=EGRESS, spares=0) as host:
        stream = give_sync(host, server.uri)
        assert b"helloworld" == b"".join(stream)
        assert [] == list(stream)
        stream.close()


def test_a_stream_can_be_closed_without_an_event_loop() -> None:
    """`close` is for the thread that `for` is for."""
    descriptors = psutil.Process().num_fds
    with ThreadedServer(one_half) as server, MethodHost(egress=EGRESS, spares=0) as host:
        stream = give_sync(host, server.uri)
        assert b"hello" == next(stream)
        before = descriptors()
        stream.close()
        stream.close()
        deadline = time.monotonic() + 5
        while descriptors() >= before and time.monotonic() < deadline:
            time.sleep(0.01)
        assert descriptors() < before
        with pytest.raises(StreamError, match="closed before it was read"):
            next(stream)


def test_closing_the_host_ends_its_streams_without_an_event_loop() -> None:
    """Reading on does not wait for a loop that is gone."""
    with ThreadedServer(one_half) as server:
        with MethodHost(egress=EGRESS, spares=0) as host:
            stream = give_sync(host, server.uri)
        with pytest.raises(StreamError, match="The host was closed"):
            next(stream)
        stream.close()


async def test_a_stream_is_read_in_its_own_loop_or_without_one(host: MethodHost) -> None:
    """Whatever would wait for itself, or for a loop that does not turn, is refused with what to do."""
    async with serving(two_halves) as server:
        stream = (await run(host, server)).value
        with pytest.raises(RuntimeError, match="use `async for`"):
            next(stream)
        with pytest.raises(RuntimeError, match="use `async for` or `aclose`"):
            stream.close()

        def read_in_another_loop() -> None:
            async def read() -> None:
                await anext(stream)

            asyncio.run(read())

        with pytest.raises(RuntimeError, match="another event loop"):
            await asyncio.to_thread(read_in_another_loop)
        server.gate.set()
        assert b"helloworld" == b"".join(await asyncio.to_thread(list, stream))
