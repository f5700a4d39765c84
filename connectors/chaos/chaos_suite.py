"""ChaosSuite: derives failures from fixtures in which all goes well, and runs each."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from bridge import FaultyScript
from connectors.connector import REFRESH_CREDENTIALS
from connectors.credential_source import FROM_PARAMETERS
from connectors.errors import DefinitionError
from connectors.fixtures.exchanges import scripted
from connectors.oauth import has_oauth

from .chaos_report import ChaosCell, ChaosReport, Omission
from .failure_kinds import FAILURE_KINDS
from .judge import judge
from .scripted_runs import ScriptedRuns
from .trial import HappyPath, Trial
from .volatile import steady

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from bridge import ScriptedExchange, ScriptedFailure
    from connectors.fixtures.fixture_file import FixtureFile
    from connectors.fixtures.result import FixtureResult
    from connectors.fixtures.runner import FixtureRunner
    from connectors.report import RunReport
    from connectors.suite.observer import SuiteObserver
    from connectors.suite.suite_report import SuiteReport

    from .failure_kinds import FailureKind

_LATER: Final = timedelta(hours=1, minutes=1, seconds=1)
_FAILING: Final = frozenset({401, 429})
_SERVER_ERRORS: Final = 500
_RENEWING: Final = (REFRESH_CREDENTIALS, FROM_PARAMETERS)


class ChaosSuite:
    """Runs the failures of fixtures.

    Args:
        runner: Open; it has run the fixtures.
        at_once: How many runs go on at the same time.
        observer: Is told how it goes on.
    """

    def __init__(self, runner: FixtureRunner, *, at_once: int, observer: SuiteObserver) -> None:
        self._runner = runner
        self._runs = ScriptedRuns(runner)
        self._turns = asyncio.Semaphore(at_once)
        self._observer = observer

    async def run(self, suite: SuiteReport, others: Sequence[FixtureFile]) -> ChaosReport:
        """Run all failures that can be derived from fixtures, and report what came of them.

        Args:
            suite: What came of the fixtures.
            others: All fixtures of their connectors; they answer requests that a fixture does not have.
        """
        started = time.perf_counter()
        spares = _by_target(others)
        found = await asyncio.gather(*(self._happy_path(one, spares[one.file.target]) for one in suite.results))
        happy_paths = [happy for happy in found if isinstance(happy, HappyPath)]
        failures = [
            (happy, kind, failure)
            for happy in happy_paths
            for victim in range(len(happy.exchanges))
            for kind in FAILURE_KINDS
            if (failure := kind.make(happy.exchanges, victim, happy.file.fixture.now)) is not None
        ]
        self._observer.begin(len(failures))
        cells = await asyncio.gather(*(self._cell(*failure) for failure in failures))
        return ChaosReport(
            cells=tuple(cells),
            omissions=tuple(omission for omission in found if isinstance(omission, Omission)),
            failed=tuple(result.file for result in suite.failed),
            problems=suite.problems,
            seconds=suite.seconds + time.perf_counter() - started,
            connectors=suite.connectors,
        )

    async def _happy_path(self, result: FixtureResult, spares: tuple[ScriptedExchange, ...]) -> HappyPath | Omission:
        """Return what failures can be derived from, or why none can."""
        file, exchanges = result.file, tuple(scripted(result.file))
        reason = _unsuitable(result, exchanges)
        if reason is not None:
            return Omission(file=file, reason=reason)
        first, second = await asyncio.gather(
            self._run(file, FaultyScript(exchanges=exchanges)),
            self._run(file, FaultyScript(exchanges=exchanges), later=_LATER),
        )
        if first.error is not None or second.error is not None:
            return Omission(file=file, reason="It passes only as long as nothing is different, not even its time.")
        connector, connection = self._runner.connector(file.target), file.fixture.connection
        renews = any(name in connector.methods for name in _RENEWING)
        return HappyPath(
            file=file,
            exchanges=exchanges,
            value=steady(first.value, second.value),
            spares=spares,
            renews=connection is not None and (renews or has_oauth(connector, connection)),
        )

    async def _cell(self, happy: HappyPath, kind: FailureKind, failure: ScriptedFailure) -> ChaosCell:
        """Run one failure and judge what came of it."""
        script = FaultyScript(exchanges=happy.exchanges, failure=failure, spares=happy.spares)
        report = await self._run(happy.file, script)
        trial = Trial(happy=happy, kind=kind, victim=failure.victim, script=script, report=report)
        verdict = judge(trial)
        self._observer.done(happy.file.name, ok=verdict.outcome != "not_handled")
        return ChaosCell(
            file=happy.file,
            kind=kind,
            victim=failure.victim,
            request=trial.request_name,
            verdict=verdict,
            location=trial.place,
            error=report.error,
        )

    async def _run(self, file: FixtureFile, script: FaultyScript, *, later: timedelta = timedelta()) -> RunReport:
        async with self._turns:
            return await self._runs.run(file, script, later=later)


def _by_target(files: Sequence[FixtureFile]) -> dict[Path, tuple[ScriptedExchange, ...]]:
    """Return the exchanges of the fixtures of each connector, but of those with bodies in files that cannot be read."""
    found: dict[Path, tuple[ScriptedExchange, ...]] = {}
    for file in files:
        with suppress(DefinitionError):
            found[file.target] = (*found.get(file.target, ()), *scripted(file))
    return found


def _unsuitable(result: FixtureResult, exchanges: Sequence[ScriptedExchange]) -> str | None:
    """Return why nothing can be derived from a fixture; None where something can."""
    if not result.ok:
        return "It does not pass."
    if result.file.fixture.expect.error is not None:
        return "Its method is to fail."
    if not exchanges:
        return "It has no exchanges."
    if any(exchange.fault is not None or _fails(exchange) for exchange in exchanges):
        return "Something goes wrong in it already."
    return None


def _fails(exchange: ScriptedExchange) -> bool:
    status = exchange.response.status if exchange.response else 0
    return status in _FAILING or status >= _SERVER_ERRORS
