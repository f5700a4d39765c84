"""What the log of an application shows of the requests of methods: nothing that could be secret."""

from __future__ import annotations

import asyncio
import gc
import logging
import socket
from typing import TYPE_CHECKING, Any

import pytest

from bridge import EgressPolicy, Limits, Transports

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from conftest import RawAnswer, Run, Runs, Server

CANARY = "c4nary"
CONFIG = {
    "headers": {"X-Key": f"{CANARY}-header", "Cookie": f"a={CANARY}-cookie"},
    "query": {"key": f"{CANARY}-query"},
    "auth": {"username": f"{CANARY}-user", "password": f"{CANARY}-password"},
}
PATH = f"/{CANARY}-path?token={CANARY}-token"
BODY = f'"{CANARY}-body"'
OK = "HTTP/1.1 200 OK\r\n"
EMPTY = "Content-Length: 0\r\n\r\n"
ANSWERS = {
    "none": "",
    "good": f"HTTP/1.1 200 {CANARY}\r\nX-A: {CANARY}\r\nSet-Cookie: {CANARY}=1\r\nContent-Length: 6\r\n\r\n{CANARY}",
    "bad cookie": f"{OK}Set-Cookie: {CANARY}(=1; {CANARY}\r\n{EMPTY}",
    "bad status": f"HTTP/1.1 {CANARY} OK\r\n\r\n",
    "bad header": f"{OK}{CANARY}\r\n\r\n",
    "bad charset": f"{OK}Content-Type: text/plain; charset={CANARY}\r\n{EMPTY}",
    "bad type": f"{OK}Content-Type: {CANARY}\r\n{EMPTY}",
    "bad chunk": f"{OK}Transfer-Encoding: chunked\r\n\r\n{CANARY}\r\n",
    "bad encoding": f"{OK}Content-Encoding: gzip\r\nContent-Length: 6\r\n\r\n{CANARY}",
    "short": f"{OK}Content-Length: 100\r\n\r\n{CANARY}",
    "two": f"{OK}{EMPTY}{OK}X: {CANARY}\r\n{EMPTY}",
    "redirect": f"HTTP/1.1 302 Found\r\nLocation: //{CANARY}:x/\r\n{EMPTY}",
    "upgrade": f"HTTP/1.1 101 Switching Protocols\r\nUpgrade: {CANARY}\r\nConnection: upgrade\r\n\r\n",
    "expired": f"HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: {CANARY}\r\n{EMPTY}",
    "not HTTP": f"{CANARY}\r\n\r\n",
}


@pytest.fixture
async def log(caplog: pytest.LogCaptureFixture) -> Callable[[], str]:
    """Give everything that was logged, with asyncio in debug mode and told to show each callback that it runs."""
    caplog.set_level(logging.DEBUG)
    loop = asyncio.get_running_loop()
    loop.set_debug(True)
    loop.slow_callback_duration = 0.0

    def text() -> str:
        gc.collect()  # what was not closed is logged when it goes
        return "\n".join(logging.Formatter().format(record) for record in caplog.records)

    return text


async def ask(run: Run, base: str) -> None:
    """Make calls full of canaries."""
    for verb in ("post", "get"):
        await run.ask(verb, f"{base}{PATH}", body=BODY)


@pytest.mark.parametrize("name", ANSWERS)
async def test_no_answer_is_logged(
    runs: Runs, serve_raw: Callable[[RawAnswer], Awaitable[Server]], log: Callable[[], str], name: str
) -> None:
    """Whatever a server answers, no library logs any of it, nor of the request."""

    async def answer(_: Any, writer: asyncio.StreamWriter) -> None:
        writer.write(ANSWERS[name].encode())

    server = await serve_raw(answer)
    await ask(runs.start({"baseUri": server.url, **CONFIG}), server.url)
    assert "Executing" in log()
    assert CANARY not in log()


async def test_no_failure_is_logged(runs: Runs, log: Callable[[], str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Servers that cannot be reached, or may not be, leave nothing in the log."""

    def getaddrinfo(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, CANARY)

    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        closed = f"127.0.0.1:{unused.getsockname()[1]}"
        for base in (f"http://{closed}", f"https://{closed}", "http://10.0.0.1", "http://127.0.0.1:25"):
            await ask(runs.start({"baseUri": base, **CONFIG}), base)
    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    await ask(runs.start({"baseUri": "http://nobody.example", **CONFIG}), "http://nobody.example")
    assert CANARY not in log()


@pytest.mark.parametrize("start", ["", f"{OK}Content-Length: 100\r\n\r\n{CANARY}"], ids=["waiting", "reading"])
@pytest.mark.parametrize("ends", ["in time", "by its caller", "with its application"])
async def test_no_end_is_logged(
    serve_raw: Callable[[RawAnswer], Awaitable[Server]],
    over: Callable[..., Run],
    log: Callable[[], str],
    start: str,
    ends: str,
) -> None:
    """A request that ends before its answer does is closed, not left for the log to find."""
    arrived = asyncio.Event()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(start.encode())
        await writer.drain()
        arrived.set()
        await reader.read()

    server = await serve_raw(answer)
    transports = Transports(policy=EgressPolicy.from_allow(["127.0.0.1"]))
    limits = Limits(request_seconds=0.1 if ends == "in time" else 30)
    run = over(transports.get("acme"), {"baseUri": server.url, **CONFIG}, limits=limits)
    call = asyncio.create_task(run.ask("post", PATH, body=BODY))
    if ends != "in time":
        await arrived.wait()
        await asyncio.sleep(0.01)
    if ends == "by its caller":
        call.cancel()
    if ends == "with its application":
        await transports.aclose()
    await asyncio.wait([call])
    await transports.aclose()
    assert CANARY not in log()
