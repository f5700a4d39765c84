"""The one harness of all hostile cases: what must hold after each of them.

A module of cases has a table `CASES`: by name, how the run must end, the code, and options (fields of `Case`). Each
case is run for a customer of its own beside a canary, another customer with one run every 50 ms. `Arena.check` returns
what went wrong, as texts:

1. there is exactly one answer, with the expected type and key, at most a second after the wall time was over;
2. the event loop was never busy for long, by the CPU time of its thread;
3. no run of the canary failed;
4. the next run of the same customer works, and finds nothing that the case left in its isolate;
5. processes, threads, descriptors and temporary files are no more than before;
6. no secret of the customer is in the report, its error, the log, a temporary file or what processes show of themselves;
7. there is no core file.

How long the heartbeat was silent, how much slower the canary became, and how soon the next run was answered depend on
what else the machine does. `Arena.figures` has them; `make soak` prints them; no test fails for them.
"""

from __future__ import annotations

import asyncio
import gc
import gzip
import io
import json
import logging
import os
import random
import runpy
import secrets
import socket
import tempfile
import threading
import time
import traceback
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil
import pytest
import pytest_asyncio

from connectors import Connection, Connector, EgressPolicy, Limits, MethodError, MethodHost, WorkerStartError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable

    from connectors import RunReport

HERE = Path(__file__).parent
HOST_LIMITS = Limits(wall_time_seconds=30, cpu_time_seconds=2, heap_bytes=32 * 2**20, memory_bytes=64 * 2**20)
LATE_SECONDS = 1.0
PATIENCE_SECONDS = 20.0
BUSY_SECONDS = 1.0
BURN_SECONDS = 1.0
LONG_TOGETHER = 4
SETTLE_SECONDS = 10.0
NEXT = Connector.from_source(
    "next",
    "export default ({ input }) => [input.n + 1, typeof globalThis.leak, typeof ({}).leak, JSON.stringify([1]), [].length]",
)
CANARY = Connector.from_source(
    "canary", "export default async ({ apiClient, input }) => (await apiClient.get('/canary')).path + input.n"
)
WARM = Connector.from_source("warm", "export default async ({ apiClient }) => (await apiClient.get('/warm')).path")


@dataclass(frozen=True, kw_only=True)
class Case:
    """Something hostile.

    Attributes:
        ends: How its run may end: `ok`, or type and key as in `limit/wall_time`.
        code: Of the method: its body, or its whole file where `whole` is set.
        value: What it gives, where `ends` is `ok`.
        burns: It takes all of its wall time, which is short therefore.
        slow: It takes long for another reason.
        sent: How many requests may reach the server.
        args: Arguments.
        limits: Of the run.
        mode: Of the run.
    """

    name: str
    ends: tuple[str, ...]
    code: str
    whole: bool = False
    value: Any = None
    burns: bool = False
    slow: bool = False
    sent: int | None = None
    args: dict[str, Any] = field(default_factory=dict)
    limits: dict[str, Any] = field(default_factory=dict)
    mode: str = "sync"

    @property
    def connector(self) -> Connector:
        """The connector with the one hostile method."""
        body = f"export default async ({{ apiClient, credentials, input }}) => {{\n{self.code}\n}}"
        return Connector.from_source("hostile", self.code if self.whole else body)

    @property
    def tightened(self) -> Limits:
        """The limits of its run."""
        wall = BURN_SECONDS if self.burns else HOST_LIMITS.wall_time_seconds
        return Limits(**({"wall_time_seconds": wall} | self.limits))


def cases_of(table: dict[str, tuple[Any, ...]]) -> list[Case]:
    """Return the cases of a module's table."""
    return [
        Case(name=name, ends=tuple(ends.split(" | ")), code=code, **(options[0] if options else {}))
        for name, (ends, code, *options) in table.items()
    ]


def whole_corpus() -> list[Case]:
    """Return the cases of all modules of this folder."""
    tables = (runpy.run_path(str(path)).get("CASES", {}) for path in sorted(HERE.glob("test_*.py")))
    return [case for table in tables for case in cases_of(table)]


def reply(
    body: bytes | str, *, status: str = "200 OK", type_: str = "application/json", headers: Iterable[str] = ()
) -> bytes:
    """Return an HTTP response."""
    data = body.encode() if isinstance(body, str) else body
    lines = [f"HTTP/1.1 {status}", f"Content-Type: {type_}", f"Content-Length: {len(data)}", "Connection: close"]
    return "\r\n".join([*lines, *headers, "", ""]).encode() + data


def _bomb(mebibytes: int) -> bytes:
    """Return a short text in gzip that is long in truth."""
    packed = io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb") as file:
        for _ in range(mebibytes):
            file.write(bytes(2**20))
    return packed.getvalue()


def _error(status: str, **headers: str) -> bytes:
    return reply("{}", status=status, headers=[f"{name.replace('_', '-')}: {text}" for name, text in headers.items()])


WIRE = {
    "prototype": reply('{"__proto__":{"leak":1},"constructor":{"prototype":{"leak":1}}}'),
    "deep": reply("[" * 100_000 + "]" * 100_000),
    "html": reply("<html>", type_="application/json"),
    "empty": reply(""),
    "text": reply("a\u2028b\0c", type_="text/plain; charset=utf-8"),
    "codec": reply(b"x\x9cK\xcb\xcf\x07\x00", type_="text/plain; charset=zlib_codec"),
    "utf-7": reply(b"+AGEAYg-", type_="text/plain; charset=utf-7"),
    "bomb": reply(_bomb(64), headers=["Content-Encoding: gzip"]),
    "bombs": reply(gzip.compress(_bomb(64)), headers=["Content-Encoding: gzip, gzip"]),
    "damaged": reply("no gzip", headers=["Content-Encoding: gzip"]),
    "unknown-encoding": reply("{}", headers=["Content-Encoding: rot13"]),
    "huge-length": b"HTTP/1.1 200 OK\r\nContent-Length: 100000000000000000000\r\n\r\nab",
    "short": b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nab",
    "bad-chunk": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nab\r\n0\r\n\r\n",
    "two-lengths": b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
    "status-000": b"HTTP/1.1 000 OK\r\nContent-Length: 0\r\n\r\n",
    "status-999": b"HTTP/1.1 999 OK\r\nContent-Length: 0\r\n\r\n",
    "not-http": b"SSH-2.0-OpenSSH_9.6\r\n\r\n",
    "silence": b"",
    "many-headers": b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 10_000 + b"\r\n",
    "pipelined": reply('"mine"').replace(b"Connection: close\r\n", b"") + reply('"poison"'),
    "to-metadata": _error("302 Found", Location="http://169.254.169.254/latest"),
    "to-private": _error("307 Temporary Redirect", Location="http://10.0.0.1/"),
    "to-file": _error("302 Found", Location="file:///etc/passwd"),
    "to-itself": _error("302 Found", Location="to-itself"),
    "rate-limited": _error("429 Too Many Requests", Retry_After="99999999999"),
    "rate-limited-1e309": _error("429 Too Many Requests", Retry_After="1e309"),
    "rate-limited-year-9999": _error("503 Service Unavailable", Retry_After="Fri, 31 Dec 9999 23:59:59 GMT"),
    "400": reply('{"message":"\\u001b[2J\\r\\nfake: line"}', status="400 Bad Request"),
    "500": reply("x" * 100_000, status="500 Internal Server Error", type_="text/plain"),
}
DRIPS = {
    "never": (b"", b""),
    "drip": (b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n", b"x"),
    "interim": (b"", b"HTTP/1.1 103 Early Hints\r\n\r\n"),
    "endless": (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"10000\r\n" + bytes(2**16) + b"\r\n"),
}


@dataclass(kw_only=True)
class HostileServer:
    """A server on loopback that does what the last part of a path says.

    Attributes:
        seen: How many requests came, by the first part of their paths.
    """

    port: int = 0
    seen: dict[str, int] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """Its origin."""
        return f"http://127.0.0.1:{self.port}"

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Read one request and answer it."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        verb, target, _ = head.split(" ", 2)
        length = next((int(line[15:]) for line in head.split("\r\n") if line.lower().startswith("content-length:")), 0)
        body = await reader.readexactly(length)
        path = target.partition("?")[0]
        customer, _, what = path.strip("/").partition("/")
        self.seen[customer] = self.seen.get(customer, 0) + 1
        if what in DRIPS:
            await self._drip(reader, writer, *DRIPS[what])
            return
        if what == "reset":
            writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            writer.transport.abort()
            return
        if what.startswith("after/"):
            await asyncio.sleep(float(what.removeprefix("after/")))
        echo = json.dumps({"verb": verb, "path": f"/{what}", "body": body.decode(errors="replace")})
        writer.write(WIRE.get(what, reply(echo)))

    @staticmethod
    async def _drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, start: bytes, piece: bytes) -> None:
        """Write piece after piece until the client is gone."""
        writer.write(start)
        while not reader.at_eof():
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(0.01 if len(piece) > 1 else 0.1)


@asynccontextmanager
async def hostile_server() -> AsyncIterator[HostileServer]:
    """Serve on loopback."""
    server = HostileServer()
    conversations: dict[asyncio.Task[None], asyncio.StreamWriter] = {}

    async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        conversations[task] = writer
        try:
            with suppress(ConnectionError, asyncio.IncompleteReadError):
                await server.answer(reader, writer)
                await writer.drain()
        finally:
            del conversations[task]
            writer.close()

    listener = await asyncio.start_server(converse, "127.0.0.1", 0)
    server.port = listener.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listener.close()
        for writer in conversations.values():
            writer.transport.abort()
        await asyncio.gather(*conversations, return_exceptions=True)
        await listener.wait_closed()


class _Log(logging.Handler):
    """Keeps what the application logs."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.text = io.StringIO()

    def emit(self, record: logging.LogRecord) -> None:
        self.text.write(self.format(record) + "\n")


@dataclass(kw_only=True)
class Figures:
    """What took how long, in seconds. Nothing fails for it.

    Attributes:
        silence: The longest time between two beats of the event loop that were to be 10 ms apart.
        busy: The longest CPU time of the loop's thread between two beats.
        quiet: Of the canary's runs while nothing else was going on.
        attacked: Of the canary's runs beside hostile ones.
        next_runs: Of the next runs of customers.
        overruns: Beyond the wall time.
    """

    silence: float = 0.0
    busy: float = 0.0
    quiet: list[float] = field(default_factory=list)
    attacked: list[float] = field(default_factory=list)
    next_runs: list[float] = field(default_factory=list)
    overruns: list[float] = field(default_factory=list)


@dataclass(frozen=True)
class Held:
    """What this process holds."""

    processes: int
    threads: int
    descriptors: int
    files: int

    @classmethod
    def now(cls) -> Held:
        """Count."""
        process = psutil.Process()
        return cls(
            len(process.children(recursive=True)), process.num_threads(), process.num_fds(), len(temporary_files())
        )

    def within(self, other: Held) -> bool:
        """Whether nothing is more than in `other`."""
        return all(mine <= theirs for mine, theirs in zip(vars(self).values(), vars(other).values(), strict=True))


def temporary_files() -> list[Path]:
    """Return the files in the folder for temporary files, which is ours alone."""
    return [path for path in Path(tempfile.gettempdir()).rglob("*") if path.is_file()]


def core_files() -> set[Path]:
    """Return the core files where one of our processes would write them."""
    folders = {Path.cwd(), Path("/"), Path(tempfile.gettempdir())}
    return {path for folder in folders for path in folder.glob("core*") if path.is_file()}


def workers() -> list[psutil.Process]:
    """Return the worker processes of all hosts of this process: the leaves below their zygotes."""
    found = []
    for process in psutil.Process().children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            if not process.children() and process.ppid() != os.getpid() and process.name() != "methodhost-init":
                found.append(process)
    return found


def shown_by_processes() -> str:
    """Return what processes show of themselves to others: command lines, and environments."""
    texts = []
    for process in [psutil.Process(), *psutil.Process().children(recursive=True)]:
        for name in ("cmdline", "environ"):
            with suppress(OSError):
                texts.append(Path(f"/proc/{process.pid}/{name}").read_text(errors="replace"))
    return "".join(texts)


class Arena:
    """A host, a hostile server, a canary, and the state that all must come back to."""

    def __init__(self, host: MethodHost, server: HostileServer, cases: list[Case]) -> None:
        self.host = host
        self.server = server
        self.figures = Figures()
        self.log = _Log()
        self.cases = cases
        self.held = Held(0, 0, 0, 0)
        self.canary_runs = 0
        self.canary_errors: list[str] = []
        self._cores = core_files()
        self._long = {case.name: case for case in cases if case.burns or case.slow}
        self._started: dict[str, asyncio.Task[list[str]]] = {}
        self._customers = 0
        self._durations = self.figures.quiet
        self._beat_busy = 0.0

    def customer(self) -> Connection:
        """Return a customer whom nobody knows yet, with secrets of his own."""
        self._customers += 1
        secret = f"c4n4ry{secrets.token_hex(8)}"
        return Connection(
            id=f"customer-{self._customers}",
            credentials={"token": secret, "nested": {"keys": [f"{secret}-in-a-list"]}},
            apiClient={
                "baseUri": f"{self.server.url}/customer-{self._customers}/",
                "headers": {"Authorization": f"Bearer {secret}", "X-Api-Key": secret},
                "query": {"key": secret},
            },
        )

    async def warm_up(self, size: int) -> None:
        """Fill the places for workers and threads, so that there is a highest number of everything to come back to."""
        barrier = threading.Barrier(min(32, (os.cpu_count() or 1) + 4))
        await asyncio.gather(*(asyncio.to_thread(barrier.wait, PATIENCE_SECONDS) for _ in range(barrier.parties)))
        for _ in range(size + 2):
            (await self.host.run(WARM, connection=self.customer())).unwrap()
        gc.collect()
        self.held = Held.now()

    async def check(self, case: Case) -> list[str]:
        """Run a case of this module and return what went wrong; those that take long are run together."""
        if case.name not in self._long:
            return await self.findings(case)
        if not self._started:
            places = asyncio.Semaphore(LONG_TOGETHER)

            async def run(long: Case) -> list[str]:
                async with places:
                    return await self.findings(long)

            self._started = {name: asyncio.create_task(run(one)) for name, one in self._long.items()}
        return await self._started[case.name]

    async def check_all(self, cases: Iterable[Case], *, together: int) -> dict[str, list[str]]:
        """Run cases in their order, so many at a time; return what went wrong, by the name of the case."""
        waiting = iter(cases)
        found: dict[str, list[str]] = {}

        async def work() -> None:
            for case in waiting:
                found[case.name] = await self.ended(case)

        await asyncio.gather(*(work() for _ in range(together)))
        found["all"] = await self.left()  # what each holds cannot be told apart while others run
        return {name: findings for name, findings in found.items() if findings}

    async def findings(self, case: Case) -> list[str]:
        """Run a case and return what went wrong, what it left included."""
        return await self.ended(case) + await self.left()

    async def ended(self, case: Case) -> list[str]:
        """Run a case and return what went wrong."""
        customer = self.customer()
        canary_errors, canary_runs = len(self.canary_errors), self.canary_runs
        self._durations, self._beat_busy = self.figures.attacked, 0.0
        events: list[object] = []
        run = self.host.run(
            case.connector,
            connection=customer,
            args=case.args,
            mode=case.mode,  # type: ignore[arg-type]
            limits=case.tightened,
            on_event=events.append,
        )
        report, found = await self._answer(case, run)
        found += self._wrong_requests(case, customer)
        found += await self._next_run(customer)
        while self.canary_runs == canary_runs:
            await asyncio.sleep(0.01)
        found += self.canary_errors[canary_errors:]
        if self._beat_busy > BUSY_SECONDS:
            found.append(f"the event loop was busy for {self._beat_busy:.1f} s of CPU time")
        found += self._secrets_shown(customer, report, events)
        return found

    async def _answer(self, case: Case, run: Any) -> tuple[RunReport | None, list[str]]:
        wall = case.tightened.wall_time_seconds
        started = time.monotonic()
        try:
            async with asyncio.timeout(wall + LATE_SECONDS + PATIENCE_SECONDS):
                report = await run
        except TimeoutError:
            return None, ["there was no answer"]
        self.figures.overruns.append(max(0.0, time.monotonic() - started - wall))
        return report, wrong_ends(case, report)

    def _wrong_requests(self, case: Case, customer: Connection) -> list[str]:
        sent = self.server.seen.get(customer.id, 0)
        return [] if case.sent in {None, sent} else [f"{sent} requests came instead of {case.sent}"]

    async def _next_run(self, customer: Connection) -> list[str]:
        started = time.monotonic()
        report = await self.host.run(NEXT, connection=customer, args={"input": {"n": 1}})
        self.figures.next_runs.append(time.monotonic() - started)
        works = report.value == [2, "undefined", "undefined", "[1]", 0]
        return [] if works else [f"the next run gave {report.to_json()[:500]}"]

    async def left(self) -> list[str]:
        """Return what is held beyond what was held at first, when there was time to let go of it."""
        deadline = time.monotonic() + SETTLE_SECONDS
        while not (now := Held.now()).within(self.held) and time.monotonic() < deadline:
            gc.collect()
            await asyncio.sleep(0.05)
        left = [] if now.within(self.held) else [f"{self.held} became {now}"]
        return left + [f"there is {path}" for path in core_files() - self._cores]

    def _secrets_shown(self, customer: Connection, report: RunReport | None, events: list[object]) -> list[str]:
        secret = customer.credentials["token"]
        shown = {
            "report": _shown(report),
            "events": repr(events),
            "log": self.log.text.getvalue(),
            "processes": shown_by_processes(),
            "files": "".join(path.read_text(errors="replace") for path in temporary_files()),
        }
        return [f"a secret is shown in: {place}" for place, text in shown.items() if secret in text]

    async def heartbeat(self) -> None:
        """Measure how long the event loop takes for something that is due."""
        while True:
            started, busy = time.monotonic(), time.thread_time()
            await asyncio.sleep(0.01)
            self.figures.silence = max(self.figures.silence, time.monotonic() - started - 0.01)
            self._beat_busy = max(self._beat_busy, time.thread_time() - busy)
            self.figures.busy = max(self.figures.busy, self._beat_busy)

    async def sing(self) -> None:
        """Run a method of another customer every 50 ms."""
        connection = self.customer()
        while True:
            started = time.monotonic()
            self.canary_runs += await self._sing_once(connection)
            self._durations.append(time.monotonic() - started)
            await asyncio.sleep(max(0.0, started + 0.05 - time.monotonic()))

    async def _sing_once(self, connection: Connection) -> int:
        try:
            report = await self.host.run(CANARY, connection=connection, args={"input": {"n": 7}})
        except Exception as error:  # noqa: BLE001 (whatever it is, it is a finding)
            self.canary_errors.append(f"the canary's run raised {error!r}")
            return 1
        if report.value != "/canary7":
            self.canary_errors.append(f"the canary's run gave {report.to_json()[:500]}")
        return 1


async def run_with_kills(arena: Arena, *, runs: int, kill_every: int, together: int = 4) -> dict[str, Any]:
    """Run a good method many times, and kill some worker at each so manieth run; return what became of them.

    A run whose worker was killed is `lost`; any other end but that of a good run is `wrong`.
    """
    result: dict[str, Any] = {"killed": 0, "lost": 0, "wrong": []}
    customers = [arena.customer() for _ in range(together)]
    numbers = iter(range(runs))
    own = arena.canary_errors
    before = len(own)

    async def work(customer: Connection) -> None:
        for number in numbers:
            if number % kill_every == kill_every - 1:
                result["killed"] += kill_some_worker()
            try:
                report = await arena.host.run(CANARY, connection=customer, args={"input": {"n": number}})
            except WorkerStartError:
                result["lost"] += 1
                continue
            if report.error is not None and report.error.key in LOST:
                result["lost"] += 1
            elif report.value != f"/canary{number}":
                result["wrong"].append(report.to_json()[:500])

    await asyncio.gather(*(work(customer) for customer in customers))
    result["lost"] += len(own) - before
    signs = ("WorkerStartError", *(f'"key": "{key}"' for key in LOST))
    result["wrong"] += [error for error in own[before:] if not any(sign in error for sign in signs)]
    del own[before:]
    return result


LOST = ("crashed", "worker_lost", "memory")
"""How a run ends whose worker somebody killed; where it was killed at its start, `WorkerStartError` is raised."""


def kill_some_worker() -> int:
    """Kill a worker, whatever it does; return how many were killed."""
    found = workers()
    if not found:
        return 0
    with suppress(psutil.NoSuchProcess):
        random.choice(found).kill()  # noqa: S311 (any will do)
    return 1


def wrong_ends(case: Case, report: RunReport) -> list[str]:
    """Return what is not as expected in how a run ended."""
    found = []
    end = f"{report.error.type}/{report.error.key}" if report.error else "ok"
    if end not in case.ends:
        found.append(f"it ended with {end}: {report.error and report.error.message[:300]} {str(report.value)[:300]}")
    elif end == "ok" and (report.value != case.value or type(report.value) is not type(case.value)):
        found.append(f"it gave {str(report.value)[:500]}")
    late = report.usage.wall_ms / 1000 - case.tightened.wall_time_seconds
    if late > LATE_SECONDS:
        found.append(f"the answer was {late:.1f} s late")
    message, stack = (report.error.message, report.error.stack or "") if report.error else ("", "")
    longest = case.tightened.error_message_bytes + 16
    if len(message.encode()) > longest or len(stack.encode()) > longest + case.tightened.error_stack_bytes:
        found.append(f"the error has a message of {len(message)} and a stack of {len(stack)} characters")
    if any(trace in report.to_json() for trace in ("Traceback", ".py", "site-packages", str(HERE.parents[1]))):
        found.append(f"the host shows of itself: {report.to_json()[:1000]}")
    if len(report.to_json().splitlines()) != 1 or "\x1b" in report.to_json():
        found.append("the report is not one printable line")
    return found


def _shown(report: RunReport | None) -> str:
    """Return all that a report, and the error that can be made of it, show."""
    if report is None:
        return ""
    try:
        report.unwrap()
    except MethodError as error:
        raised = "".join(traceback.format_exception(error)) + repr(vars(error))
    else:
        raised = ""
    return report.to_json() + repr(report) + raised


@asynccontextmanager
async def open_arena(cases: list[Case], *, together: int, quiet_seconds: float = 0.0) -> AsyncIterator[Arena]:
    """Open a host for so many runs at a time and one of the canary, with all there is around it."""
    size = together + 2
    log = logging.getLogger()
    level = log.level
    async with (
        hostile_server() as server,
        MethodHost(
            limits=HOST_LIMITS, egress=EgressPolicy.from_allow([f"127.0.0.1:{server.port}"]), workers=size, spares=1
        ) as host,
    ):
        arena = Arena(host, server, cases)
        log.addHandler(arena.log)
        log.setLevel(logging.DEBUG)
        await arena.warm_up(size + max(1, size // 8))
        beside = [asyncio.create_task(arena.heartbeat()), asyncio.create_task(arena.sing())]
        try:
            await asyncio.sleep(quiet_seconds)
            yield arena
        finally:
            for task in beside:
                task.cancel()
            await asyncio.gather(*beside, return_exceptions=True)
            log.removeHandler(arena.log)
            log.setLevel(level)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give the cases of its module to each test that takes one."""
    if "case" in metafunc.fixturenames:
        cases = cases_of(metafunc.module.CASES)
        metafunc.parametrize("case", cases, ids=[case.name for case in cases])


@pytest.fixture(scope="module", autouse=True)
def own_temporary_folder(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Give this process a folder for temporary files that no other one uses."""
    before, tempfile.tempdir = tempfile.tempdir, str(tmp_path_factory.mktemp("temporary"))
    yield
    tempfile.tempdir = before


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def arena(request: pytest.FixtureRequest, own_temporary_folder: None) -> AsyncIterator[Arena]:
    """One arena for all cases of a module."""
    async with open_arena(cases_of(request.module.CASES), together=LONG_TOGETHER + 1) as arena:
        yield arena


@pytest.fixture
def arena_for() -> Any:
    """Open an arena for the whole corpus: `arena_for(together=16)`."""
    return lambda **options: open_arena([], **options)


@pytest.fixture
def churn() -> Any:
    """Run a good method many times while workers are killed: `churn(arena, runs=500, kill_every=20)`."""
    return run_with_kills


@pytest.fixture
def corpus() -> list[Case]:
    """All cases, in an order that is another one each time."""
    seed = random.randrange(2**32)  # noqa: S311 (an order)
    print(f"the seed of this order is {seed}")  # noqa: T201 (shown where the test fails)
    cases = whole_corpus()
    random.Random(seed).shuffle(cases)  # noqa: S311 (an order)
    return cases
