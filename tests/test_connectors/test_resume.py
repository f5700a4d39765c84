"""Runs that are put off, lose their worker or their application, and go on."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import web
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors import (
    Connection,
    Connector,
    EgressPolicy,
    JournalError,
    Limits,
    MethodHost,
    RunJournal,
    RunSuspendedError,
)
from connectors.cli import Session, methodhost
from connectors.exit_status import ExitStatus
from connectors.render_json import JsonOutput
from connectors.spec import ConnectorSpec
from runtime.frames import FrameKind
from runtime.process import WorkerProcess

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from connectors import RunReport

AFTER = 0.4
"""From how many seconds on runs are put off here."""


@dataclass
class Server:
    """Answers with what it was sent and counts it; may be told to be busy first, or to tell before it answers."""

    port: int = 0
    sent: list[tuple[str, str, str | None]] = field(default_factory=list)
    busy: list[str] = field(default_factory=list)
    on_request: Callable[[int], None] = lambda _: None

    async def answer(self, request: web.Request) -> web.Response:
        """Answer a request."""
        body = await request.text()
        self.sent.append((f"{request.method} {request.path}", body, request.headers.get("Idempotency-Key")))
        self.on_request(len(self.sent))
        if self.busy and request.path not in {"/make", "/before"}:
            return web.json_response({}, status=429, headers={"Retry-After": self.busy.pop(0)})
        await asyncio.sleep(float(request.query.get("after", 0)))
        return web.json_response({"n": len(self.sent), "path": request.path})

    @property
    def writes(self) -> Counter[str]:
        """How often each write came."""
        return Counter(f"{what} {body}" for what, body, _ in self.sent if what.startswith("POST"))


class Bench:
    """Runs methods in hosts of one event loop, against one server."""

    _numbers = count(1)

    def __init__(self, runner: asyncio.Runner) -> None:
        self.runner = runner
        self.server = Server()
        self.customer = ""
        runner.run(self._open())

    async def _open(self) -> None:
        app = web.Application()
        app.router.add_route("*", "/{rest:.*}", self.server.answer)
        self._web = web.AppRunner(app)
        await self._web.setup()
        site = web.TCPSite(self._web, "127.0.0.1", 0)
        await site.start()
        self.server.port = self._web.addresses[0][1]
        self.host = self.new_host()
        await self.host.__aenter__()

    def begin(self) -> None:
        """Forget what was, and be another customer: a server that is busy holds back one of them only."""
        self.server.sent.clear()
        self.server.busy = []
        self.customer = f"customer {next(self._numbers)}"
        self.connection = self.with_token("tk_old_secret")

    def with_token(self, token: str) -> Connection:
        """Return the connection with these credentials."""
        api_client = {"baseUri": f"http://127.0.0.1:{self.server.port}/", "headers": {"X-Token": token}}
        return Connection.model_validate(
            {"id": self.customer, "credentials": {"token": token}, "apiClient": api_client}
        )

    def new_host(self) -> MethodHost:
        """Return a host as another machine would have it."""
        egress = EgressPolicy.from_allow(["127.0.0.1"])
        return MethodHost(egress=egress, workers=4, spares=1, suspend_after_seconds=AFTER)

    async def close(self) -> None:
        """End all."""
        await self.host.aclose()
        await self._web.cleanup()

    def run(self, connector: Connector, **options: Any) -> RunReport:
        """Run a method of which nothing was sent before."""
        self.server.sent.clear()
        options = {"mode": "async", "connection": self.connection, **options}
        return self.runner.run(self.host.run(connector, **options))

    def to_the_end(self, report: RunReport, connector: Connector, connection: Connection | None = None) -> RunReport:
        """Resume a run, each time on another machine, until it has ended."""

        async def resume(journal: str) -> RunReport:
            async with self.new_host() as host:
                return await host.resume(journal, connector, connection=connection or self.connection)

        for _ in range(5):
            if report.suspended is None:
                return report
            wait = (report.suspended.resume_at - datetime.now(UTC)).total_seconds()
            assert wait > 0
            self.runner.run(asyncio.sleep(wait))
            report = self.runner.run(resume(report.journal.to_text()))
        raise AssertionError("the run never ends")

    def kill_workers(self) -> None:
        """Kill the workers of runs, as a machine short of memory does."""
        services = self.host._services
        assert services is not None
        for worker in list(services.wall._sandbox._pool._alive):
            if worker.lease is not None:
                os.kill(worker.process.process, signal.SIGKILL)


@pytest.fixture(scope="module")
def opened() -> Iterator[Bench]:
    """Open a bench."""
    with asyncio.Runner() as runner:
        bench = Bench(runner)
        yield bench
        runner.run(bench.close())


@pytest.fixture
def bench(opened: Bench) -> Bench:
    """Return the bench, as if it were new."""
    opened.begin()
    return opened


def method(body: str) -> Connector:
    """Return a connector of one method."""
    return Connector.from_source(
        "sync.js", f"export default async function sync({{ apiClient, credentials, input }}) {{ {body} }}"
    )


BACKS_OFF = method(
    """
    const key = Math.random()
    console.log('begins', key)
    const made = await apiClient.post('make', { key })
    const limited = await apiClient.post('limited', { token: credentials.token })
    await new Promise((resolve) => setTimeout(resolve, 600))
    console.log('goes on')
    return { made, limited, last: await apiClient.post('make', { key: key + 1 }), key }
    """
)


def test_a_run_that_waits_long_is_put_off_and_goes_on_elsewhere(bench: Bench) -> None:
    """Its worker is free meanwhile; each write is sent once, and console and randomness are as if it had not stopped."""
    bench.server.busy = ["1"]
    first = bench.run(BACKS_OFF)
    assert (False, None) == (first.ok, first.error)
    assert first.suspended is not None
    with pytest.raises(RunSuspendedError) as raised:
        first.unwrap()
    assert raised.value.journal is first.journal
    assert "resumeAt" in json.loads(first.to_json())["suspended"]
    last = bench.to_the_end(first, BACKS_OFF, bench.with_token("tk_new_secret"))
    assert last.error is None
    key = last.value["key"]
    assert [f"begins {key}", "goes on"] == [line.message for line in last.logs]
    assert {f'POST /make {{"key":{key}}}': 1, f'POST /make {{"key":{key + 1}}}': 1} == {
        what: times for what, times in bench.server.writes.items() if "/make" in what
    }
    assert 2 == sum(times for what, times in bench.server.writes.items() if "/limited" in what)


def test_no_secret_is_in_a_journal(bench: Bench) -> None:
    """What is asked for is told by a digest, and credentials are masked in what else is told."""
    bench.server.busy = ["1"]
    report = bench.run(method("console.log(credentials.token); await apiClient.post('/x', credentials); return 1"))
    text = report.journal.to_text()
    assert report.suspended is not None
    assert "tk_old_secret" not in text
    assert "[redacted]" in text


def test_a_suspended_run_can_be_replayed_without_sending(bench: Bench) -> None:
    """A replay gives the same value and the same console from the journal alone."""
    report = bench.run(BACKS_OFF)
    last = bench.to_the_end(report, BACKS_OFF)
    sent = len(bench.server.sent)
    again = bench.runner.run(bench.host.replay(last.journal, BACKS_OFF, connection=bench.connection))
    assert (last.value, last.logs, None) == (again.value, again.logs, again.error)
    assert sent == len(bench.server.sent)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda text: text.replace('"journal":1', '"journal":9'), "journal:1: journal: "),
        (lambda text: text.replace('{"delivery"', '{"deliveries"'), "journal:6: deliveries: "),
        (lambda text: text.replace('"args":{}', '"args":{"input":1}'), "journal:1: args: is not what the digest"),
        (lambda text: "no journal", "journal:1: "),
    ],
    ids=["version", "unknown entry", "changed args", "no JSON"],
)
def test_a_wrong_journal_is_told_by_line_and_key(bench: Bench, change: Callable[[str], str], says: str) -> None:
    """Text that is no journal is refused with its place."""
    text = bench.run(method("return apiClient.get('/x')")).journal.to_text()
    with pytest.raises(JournalError) as raised:
        RunJournal.parse(change(text), limits=Limits())
    assert str(raised.value).startswith(says), str(raised.value)


def test_only_the_same_code_goes_on(bench: Bench) -> None:
    """A journal of other code is refused; and so is that of a run that has ended."""
    bench.server.busy = ["1"]
    report = bench.run(BACKS_OFF)
    with pytest.raises(JournalError, match="must be the same"):
        bench.runner.run(bench.host.resume(report.journal, method("return 1")))
    bench.begin()
    ended = bench.run(method("return 1"))
    with pytest.raises(JournalError, match="come to its end"):
        bench.runner.run(bench.host.resume(ended.journal, method("return 1")))


def test_a_run_that_does_something_else_diverges(bench: Bench) -> None:
    """What the code asks for is compared with the journal; the difference is told, and nothing is sent."""
    code = method("await apiClient.post('/x', { token: credentials.other ?? 1 }); return apiClient.post('/y')")
    bench.server.busy = ["1"]
    report = bench.run(code)
    bench.server.sent.clear()
    other = bench.connection.model_copy(update={"credentials": {"token": "tk_old_secret", "other": 7}})
    again = bench.runner.run(bench.host.resume(report.journal, code, connection=other))
    assert again.error is not None
    assert ("internal", "diverged") == (again.error.type, again.error.key)
    assert "sync.js:1:" in again.error.data["expected"]
    assert [] == bench.server.sent


@pytest.mark.parametrize("policy", ["fail", "send_again"])
@pytest.mark.parametrize("key", [True, False])
def test_a_write_that_was_on_its_way_is_in_doubt(bench: Bench, policy: Any, *, key: bool) -> None:
    """When the application ends in the middle of a write, resuming says so; it is sent again only with the same key."""
    header = ", { headers: { 'Idempotency-Key': crypto.randomUUID() } }" if key else ""
    code = method(f"await apiClient.get('/before'); return apiClient.post('/pay?after=0.2', {{ a: 1 }}{header})")
    lines: list[str] = []

    async def die() -> None:
        run = asyncio.create_task(
            bench.host.run(code, connection=bench.connection, mode="async", on_journal=lines.append)
        )
        bench.server.sent.clear()
        while len(bench.server.sent) < 2:
            await asyncio.sleep(0.01)
        run.cancel()
        await asyncio.gather(run, return_exceptions=True)

    bench.runner.run(die())
    text = "".join(f"{line}\n" for line in lines) + '{"half a li'
    report = bench.runner.run(bench.host.resume(text, code, connection=bench.connection, in_doubt=policy))
    keys = {key for what, _, key in bench.server.sent if what.startswith("POST")}
    if policy == "send_again" and key:
        assert report.error is None
        assert [2, 1] == [bench.server.writes.total(), len(keys)]
        return
    assert report.error is not None
    assert ("connection", "in_doubt") == (report.error.type, report.error.key)
    assert ["GET /before", "POST /pay"] == [what for what, _, _ in bench.server.sent]
    assert "POST http://127.0.0.1" in report.error.message


def test_a_connector_can_name_the_header_of_idempotency_keys(bench: Bench) -> None:
    """Requests that must not be made twice have a key then, which is the same when they are sent again."""
    code = method("const made = await apiClient.post('/pay'); await apiClient.get('/x'); return made")
    code = replace(code, spec=ConnectorSpec(idempotency_header="Idempotency-Key"))
    bench.server.busy = ["0"]
    assert bench.run(code).ok
    keys = [key for _, _, key in bench.server.sent]
    assert keys[0] == keys[1] is not None, bench.server.sent
    assert keys[2] is None, bench.server.sent


def test_a_resumed_run_may_lose_its_worker_at_once(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its console is told whole, and all of its earlier requests count, wherever in the journal the worker is lost."""
    code = method(
        """
        for (let n = 0; n < 3; n++) { await apiClient.get('before'); console.log(n) }
        await apiClient.get('limited')
        """
    )
    bench.server.busy = ["1", "0"]
    report = bench.run(code)
    tell, told = WorkerProcess.tell, count()

    def kill_and_tell(self: WorkerProcess, kind: FrameKind, *args: Any, **options: Any) -> None:
        if kind is FrameKind.DELIVER and next(told) == 1:
            os.kill(self.process, signal.SIGKILL)
        tell(self, kind, *args, **options)

    async def resume(most: int) -> RunReport:
        async with bench.new_host() as host:
            monkeypatch.setattr(WorkerProcess, "tell", kill_and_tell)
            limits = Limits(requests=most)
            return await host.resume(report.journal, code, connection=bench.connection, limits=limits)

    assert report.suspended is not None
    bench.runner.run(asyncio.sleep(max(0.0, (report.suspended.resume_at - datetime.now(UTC)).total_seconds())))
    again = bench.runner.run(resume(4))
    assert ["0", "1", "2"] == [line.message for line in again.logs], again.error
    assert again.error is not None
    assert ("limit", "requests", 5) == (again.error.type, again.error.key, again.error.data["used"])
    tighter = bench.runner.run(
        bench.host.resume(report.journal, code, connection=bench.connection, limits=Limits(requests=2))
    )
    assert tighter.error is not None
    assert ("limit", "requests") == (tighter.error.type, tighter.error.key)


def test_attempts_count_across_suspensions(bench: Bench) -> None:
    """A server that never has time ends the run after as many attempts as the limits allow, however often it was resumed."""
    code = method("await apiClient.post('limited')")
    bench.server.busy = ["1"] * 9
    report = bench.to_the_end(bench.run(code), code)
    assert report.error is not None
    assert "rate_limit_exceeded" == report.error.key
    assert Limits().attempts == len(bench.server.sent)


def test_a_journal_is_bounded(bench: Bench) -> None:
    """One that becomes too long says so and keeps nothing more; the run goes on, but in its worker."""
    code = method(
        """
        for (let n = 0; n < 300; n++) await new Promise((resolve) => setTimeout(resolve, 0))
        await new Promise((resolve) => setTimeout(resolve, 600))
        return 1
        """
    )
    report = bench.run(code, limits=Limits(journal_bytes=50_000))
    assert 1 == report.value
    text = report.journal.to_text()
    assert '{"cut"' in text
    assert len(text) < 50_000
    with pytest.raises(JournalError, match="too long to be kept whole"):
        bench.runner.run(bench.host.replay(text, code, connection=bench.connection))


def test_a_run_goes_on_without_an_event_loop(bench: Bench) -> None:
    """Whoever waits for runs in threads resumes them so as well; before its time, it is put off again."""
    bench.server.busy = ["60"]
    report = bench.run(BACKS_OFF)
    with bench.new_host() as host:
        resume = partial(host.resume_sync, report.journal.to_text(), BACKS_OFF, connection=bench.connection)
        again = bench.runner.run(_in_thread(resume))
    assert again.suspended is not None
    assert abs((again.suspended.resume_at - report.suspended.resume_at).total_seconds()) < 0.1
    assert ["POST /make", "POST /limited"] == [what for what, _, _ in bench.server.sent]


async def _in_thread(work: Callable[[], RunReport]) -> RunReport:
    return await asyncio.to_thread(work)


def test_what_cannot_be_kept_does_not_happen(bench: Bench) -> None:
    """When the application fails to keep a line, the run ends before what the line tells of."""
    lines: list[str] = []

    def keep(line: str) -> None:
        if '"sent"' in line:
            raise OSError
        lines.append(line)

    report = bench.run(method("return apiClient.post('/x')"), on_journal=keep)
    assert report.error is not None
    assert ("internal", "journal") == (report.error.type, report.error.key)
    assert "(OSError)" in report.error.message
    assert [] == bench.server.sent


def test_a_run_goes_on_with_its_own_connection_only(bench: Bench) -> None:
    """A journal of one customer is refused for another."""
    bench.server.busy = ["1"]
    report = bench.run(BACKS_OFF)
    other = bench.connection.model_copy(update={"id": "somebody else"})
    with pytest.raises(JournalError, match="goes on with no other"):
        bench.runner.run(bench.host.resume(report.journal, BACKS_OFF, connection=other))


def test_the_command_suspends_and_resumes(bench: Bench, tmp_path: Path) -> None:
    """`run --journal` keeps the journal and ends with status 4; `resume` goes on from it and adds to it."""
    journal, connection, code = tmp_path / "run.jsonl", tmp_path / "acme.json", tmp_path / "sync.js"
    connection.write_text(bench.connection.model_dump_json(by_alias=True, exclude_none=True), encoding="utf-8")
    code.write_text(BACKS_OFF.files["sync.js"].text.replace("600", "60_000"), encoding="utf-8")
    options = ["--connection", str(connection), "--allow", "127.0.0.1", "--no-cache"]

    def command(*arguments: str) -> Session:
        session = Session(output=JsonOutput())
        work = asyncio.to_thread(methodhost.main, [*arguments, *options], standalone_mode=False, obj=session)
        bench.runner.run(work)
        return session

    start = ["run", str(code), "--mode", "async", "--journal", str(journal)]
    assert ExitStatus.SUSPENDED == command(*start).status
    assert 0o600 == journal.stat().st_mode & 0o777
    with pytest.raises(JournalError, match="is there already"):
        command(*start)
    lines = journal.read_text(encoding="utf-8")
    journal.write_text(f'{lines}{{"half', encoding="utf-8")
    assert ExitStatus.SUSPENDED == command("resume", str(journal), str(code)).status
    assert 2 == len(bench.server.sent)
    resumed = journal.read_text(encoding="utf-8")
    assert resumed.startswith(f'{lines}{{"resumed"')
    assert '{"suspended"' in resumed.removeprefix(lines)


STEPS = st.recursive(
    st.one_of(
        st.builds("await apiClient.post('w', {{ k: Math.random(), n: {} }})".format, st.integers(0, 99)),
        st.builds("log((await apiClient.get('r?after={}')).path)".format, st.sampled_from(["0", "0.005", "0.01"])),
        st.builds("await sleep({})".format, st.integers(0, 12)),
        st.just("log(Math.random())"),
        st.just("log(crypto.randomUUID(), Date.now() >= start)"),
    ),
    lambda steps: st.one_of(
        st.lists(steps, min_size=2, max_size=4).map(
            lambda many: f"await Promise.all([{', '.join(f'(async () => {{ {one} }})()' for one in many)}])"
        ),
        st.lists(steps, min_size=2, max_size=3).map("; ".join),
        st.lists(steps, min_size=2, max_size=3).map(
            lambda many: f"await Promise.race([{', '.join(f'(async () => {{ {one} }})()' for one in many)}])"
        ),
    ),
    max_leaves=8,
)
"""Random methods, of calls, timers, randomness and parallelism."""

AROUND = """
    const start = Date.now()
    const seen = []
    const log = (...values) => { seen.push(values.join(' ')); console.log(...values) }
    const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms))
"""
PROPERTY = settings(
    max_examples=25, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@PROPERTY
@given(body=st.lists(STEPS, min_size=1, max_size=4).map("; ".join))
def test_a_replay_of_any_run_is_the_run(bench: Bench, body: str) -> None:
    """Whatever ran in parallel, and in whatever order answers and timers came: value and console are the same."""
    bench.begin()
    code = method(f"{AROUND}; {body}; return seen")
    report = bench.run(code)
    assert report.error is None, report.error
    again = bench.runner.run(bench.host.replay(report.journal.to_text(), code, connection=bench.connection))
    assert (report.value, report.logs, None) == (again.value, again.logs, again.error)


@PROPERTY
@given(body=st.lists(STEPS, min_size=1, max_size=4).map("; ".join), at=st.integers(1, 8))
def test_any_run_survives_its_worker(bench: Bench, body: str, at: int) -> None:
    """Killed at any request, it goes on elsewhere; each write reached the server exactly once."""
    bench.begin()
    code = method(f"{AROUND}; {body}; return seen")
    bench.server.on_request = lambda number: bench.kill_workers() if number == at else None
    try:
        report = bench.run(code)
    finally:
        bench.server.on_request = lambda _: None
    assert report.error is None, report.error
    assert [line.message for line in report.logs] == report.value
    assert all(times == 1 for times in bench.server.writes.values()), bench.server.writes


@PROPERTY
@given(body=st.lists(STEPS, min_size=1, max_size=4).map("; ".join), at=st.integers(2, 25))
def test_any_run_survives_its_application(bench: Bench, body: str, at: int) -> None:
    """Ended at any line of its journal, it goes on from what was kept; no write reached the server twice."""
    bench.begin()
    code = method(f"{AROUND}; {body}; return seen")
    bench.server.sent.clear()
    lines: list[str] = []

    async def die() -> RunReport | None:
        run: asyncio.Task[RunReport]

        def keep(line: str) -> None:
            if len(lines) < at:
                lines.append(line)
            if len(lines) == at:
                run.cancel()

        options: Any = {"connection": bench.connection, "mode": "async", "on_journal": keep}
        run = asyncio.create_task(bench.host.run(code, **options))
        (ended,) = await asyncio.gather(run, return_exceptions=True)
        return None if isinstance(ended, BaseException) else ended

    if bench.runner.run(die()) is not None or lines[-1].startswith('{"end"'):
        return
    text = "".join(f"{line}\n" for line in lines)
    report = bench.runner.run(bench.host.resume(text, code, connection=bench.connection))
    assert report.error is None or report.error.key == "in_doubt", report.error
    assert all(times == 1 for times in bench.server.writes.values()), bench.server.writes
