"""Arena: a host, a hostile server, a canary, and the state that all must come back to."""

from __future__ import annotations

import asyncio
import gc
import io
import logging
import os
import re
import secrets
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from connectors import Connection, Connector

from .canary import Canary
from .held import Held, core_files, shown_by_processes, temporary_files
from .judging import told_by, wrong_ends
from .server import SECRET_MARK

if TYPE_CHECKING:
    from connectors import MethodHost, RunReport

    from .case import Case
    from .heartbeat import Heartbeat
    from .server import HostileServer

LATE_SECONDS = 1.0
PATIENCE_SECONDS = 20.0
SETTLE_SECONDS = 10.0
SECRET = re.compile(f"{SECRET_MARK}[0-9a-f]{{16}}", re.IGNORECASE)
NEXT = Connector.from_source(
    "next",
    "module.exports = ({ input }) => [input.n + 1, typeof globalThis.leak, typeof ({}).leak, JSON.stringify([1]), [].length]",
)
DERIVE = Connector.from_source(
    "derive",
    "module.exports = async () => { const key = await crypto.subtle.importKey('raw', new Uint8Array(8), 'PBKDF2', false, ['deriveBits']);"
    " await crypto.subtle.deriveBits({ name: 'PBKDF2', hash: 'SHA-256', salt: new Uint8Array(8), iterations: 3e5 }, key, 256) }",
)
WARM = Connector.from_source("warm", "module.exports = async ({ apiClient }) => (await apiClient.get('/warm')).path")


@dataclass(kw_only=True)
class Findings:
    """What went wrong: what is `wrong` in any case, and what was `late`, which the machine may be the reason for."""

    began: float
    wrong: list[str] = field(default_factory=list)
    late: list[str] = field(default_factory=list)


@dataclass(kw_only=True)
class Figures:
    """What took how long, in seconds: runs beyond their wall time, and the next runs of their customers."""

    overruns: list[float] = field(default_factory=list)
    next_runs: list[float] = field(default_factory=list)
    repeated: list[str] = field(default_factory=list)


class Arena:
    """Everything around a hostile run.

    Args:
        host: That runs it.
        server: That it talks to.
        heartbeat: Of the event loop.
    """

    def __init__(self, host: MethodHost, server: HostileServer, heartbeat: Heartbeat) -> None:
        self.host = host
        self.server = server
        self.heartbeat = heartbeat
        self.figures = Figures()
        self.log = _Log()
        self.held = Held(0, 0, 0, 0)
        self._cores = core_files()
        self._customers = 0
        self.canary = Canary(host, self.customer())

    def customer(self, **options: object) -> Connection:
        """Return a customer whom nobody knows yet, with secrets of his own, and further options for his client."""
        self._customers += 1
        name = f"customer-{self._customers}"
        secret = f"{SECRET_MARK}{secrets.token_hex(8)}"
        client = {
            "baseUri": f"{self.server.url}/{name}/",
            "headers": {"Authorization": f"Bearer {secret}", "X-Api-Key": secret},
            "query": {"key": secret},
        }
        return Connection(
            id=name,
            credentials={
                "token": secret,
                "nested": {"keys": [f"{secret}-in-a-list"]},
                "own": client["baseUri"],
                "other": f"{self.server.other_url}/{name}/",
            },
            apiClient=client | options,
        )

    async def warm_up(self, size: int) -> None:
        """Fill the places for workers and threads, so that there is a highest number of everything to come back to."""
        barrier = threading.Barrier(min(32, (os.cpu_count() or 1) + 4))
        await asyncio.gather(*(asyncio.to_thread(barrier.wait, PATIENCE_SECONDS) for _ in range(barrier.parties)))
        derived = await asyncio.gather(*(self.host.run(DERIVE, connection=self.customer()) for _ in range(4)))
        assert [None] * 4 == [report.unwrap() for report in derived]
        for _ in range(size + 2):
            (await self.host.run(WARM, connection=self.customer())).unwrap()
        gc.collect()
        gc.freeze()  # so that collections of this harness keep the event loop for a moment only
        self.held = Held.now()

    async def check(self, case: Case) -> list[str]:
        """Run a case alone and return what went wrong; where it was only late, once more."""
        findings = await self.tried(case)
        findings.late += self.canary.slower(findings.began)
        if findings.late and not findings.wrong:
            self.figures.repeated.append(f"{case.name}: {'; '.join(findings.late)}")
            await self.canary.listen()
            findings = await self.tried(case)
            findings.late += self.canary.slower(findings.began)
        return findings.wrong + findings.late + await self.left() + await self.shown()

    def told(self) -> list[str]:
        """Return the figures, as lines for a person."""
        figures, attacked, quiet = self.figures, sorted(self.canary.since(0.0)), sorted(self.canary.quiet)
        shares = [
            f"{name} {one[int(len(one) * share)] * 1000:.0f} ms"
            for one in (quiet, attacked)
            for name, share in (("p50", 0.5), ("p99", 0.99))
        ]
        return [
            f"answers: {len(figures.overruns)}, {max(figures.overruns, default=0.0):.2f} s late at most",
            f"next runs: {max(figures.next_runs, default=0.0):.2f} s at most",
            f"event loop: silent for {self.heartbeat.longest * 1000:.0f} ms at most",
            f"canary: quiet {', '.join(shares[:2])}; attacked {', '.join(shares[2:])}",
            *(f"tried twice: {text}" for text in figures.repeated),
        ]

    async def tried(self, case: Case) -> Findings:
        """Run a case and return what went wrong, but for what it left, and what it showed outside of its report."""
        customer = self.customer(**case.client)
        found = Findings(began=time.monotonic())
        errors = len(self.canary.errors)
        events: list[object] = []
        report = await self._run(case, customer, events, found)
        told = len(events)
        await self._run_next(customer, found)
        await self.canary.runs(1)
        found.wrong += self.canary.errors[errors:]
        found.late += map(str, self.heartbeat.since(found.began))
        sent = self.server.seen.get(customer.id, 0)
        if case.sent not in {None, sent}:
            found.wrong.append(f"{sent} requests came instead of {case.sent}")
        if len(events) > told:
            found.wrong.append(f"after the answer there was told {events[told:]}")
        texts = {"report": told_by(report), "events": repr(events)}
        found.wrong += [f"a secret is shown in: {place}" for place, text in texts.items() if SECRET.search(text)]
        return found

    async def _run(self, case: Case, customer: Connection, events: list[object], found: Findings) -> RunReport | None:
        wall = case.tightened.wall_time_seconds
        run = self.host.run(
            case.connector,
            connection=customer,
            args=case.args,
            mode=case.mode,  # type: ignore[arg-type]
            limits=case.tightened,
            on_event=events.append,
        )
        started = time.monotonic()
        try:
            async with asyncio.timeout(wall + LATE_SECONDS + PATIENCE_SECONDS):
                report = await run
        except TimeoutError:
            found.wrong.append("there was no answer")
            return None
        overrun = max(0.0, time.monotonic() - started - wall)
        self.figures.overruns.append(overrun)
        if overrun > LATE_SECONDS:
            found.late.append(f"the answer was {overrun:.2f} s late")
        found.wrong += wrong_ends(case, report)
        return report

    async def _run_next(self, customer: Connection, found: Findings) -> None:
        started = time.monotonic()
        report = await self.host.run(NEXT, connection=customer, args={"input": {"n": 1}})
        took = time.monotonic() - started
        self.figures.next_runs.append(took)
        if report.value != [2, "undefined", "undefined", "[1]", 0]:
            found.wrong.append(f"the next run gave {report.to_json()[:500]}")
        if took > LATE_SECONDS:
            found.late.append(f"the next run took {took:.2f} s")

    async def left(self) -> list[str]:
        """Return what is held beyond what was held at first, when there was time to let go of it."""
        deadline = time.monotonic() + SETTLE_SECONDS
        while not (now := await asyncio.to_thread(Held.now)).within(self.held) and time.monotonic() < deadline:
            gc.collect()
            await asyncio.sleep(0.05)
        left = [] if now.within(self.held) else [f"{self.held} became {now}"]
        return left + [f"there is {path}" for path in core_files() - self._cores]

    async def shown(self) -> list[str]:
        """Return where a secret of any customer can be seen."""
        log, self.log.text = self.log.text, io.StringIO()
        of_processes, of_files = await asyncio.to_thread(_shown_outside)
        places = {
            "log": log.getvalue(),
            "processes": of_processes,
            "files": of_files,
            "other origin": "".join(self.server.stolen),
        }
        return [f"a secret is shown in: {place}" for place, text in places.items() if SECRET.search(text)]


class _Log(logging.Handler):
    """Keeps what the application logs."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.text = io.StringIO()

    def emit(self, record: logging.LogRecord) -> None:
        self.text.write(self.format(record) + "\n")


def _shown_outside() -> tuple[str, str]:
    return shown_by_processes(), "".join(path.read_text(errors="replace") for path in temporary_files())
