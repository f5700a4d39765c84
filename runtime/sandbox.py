"""The sandbox: the one object of this part that others hold."""

from __future__ import annotations

import json
import time
from functools import partial
from typing import TYPE_CHECKING, Any, Final, Self

from .attendance import Attendance
from .breaker import CircuitBreaker
from .clock import Clock
from .errors import RunEnded, SandboxClosedError
from .fair_queue import Place
from .host_limits import check_host_limits
from .journal import Journal
from .launcher import Launcher
from .limits import SandboxLimits
from .linker import LinkedScript, Linker
from .outcome import Outcome
from .policy import PoolPolicy
from .pool import Pool
from .pooled_worker import Lease
from .requirement import Requirement
from .run import Run
from .run_request import Durability, RunRequest
from .sandbox_report import SandboxReport
from .transform import CompiledModule, SourceRefusedError, Transformer
from .verdict import closed_failure, destroyed_its_worker

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from types import TracebackType

    from .disk_cache import DiskCache
    from .host import Extension, HostCall, HostCalls, HostReply
    from .outcome import LogLine
    from .process import WorkerProcess
    from .script import Module, Script
    from .values import JSON

_json_text: Final = json.JSONEncoder(allow_nan=False).encode
_TRANSFORM_KEY: Final = "methodhost:transform"
_TRANSFORM_LIMITS: Final = SandboxLimits(result_bytes=64 * 1024 * 1024)


class Sandbox:
    """Runs scripts, each in a fresh V8 isolate inside a worker process that serves one isolation key only.

    On Linux the process serves that one run.

    Use it as `async with Sandbox(...) as sandbox`. Leaving the block ends every run and every process.

    Args:
        extensions: What JavaScript may use besides the language; evaluated in every isolate.
        workers: The most runs at once, each in a worker process. A run waits while all are busy; keys take turns.
        inner_workers: Further ones, for runs that other runs wait for in the middle of their own.
        spares: Workers kept warm for the next runs.
        require: Names of layers that must be active around each worker; otherwise those that every Linux can have, and
            none on other systems.
        policy: How workers are shared among keys, and replaced.
        cache: Where what was made of sources is kept for other processes, and later ones; in memory it always is.
        packages: What all scripts may import by a name that is no path.

    Raises:
        ValueError: There is no layer of a name in `require`.
    """

    def __init__(
        self,
        *,
        extensions: Sequence[Extension] = (),
        workers: int = 32,
        inner_workers: int = 0,
        spares: int = 2,
        require: Iterable[str] | None = None,
        policy: PoolPolicy | None = None,
        cache: DiskCache | None = None,
        packages: Mapping[str, Module] | None = None,
    ) -> None:
        policy = policy or PoolPolicy()
        admit = Requirement(require).check
        self._launcher = Launcher(extensions, policy)
        self._pool = Pool(self._launcher, policy, size=workers, inner_size=inner_workers, spares=spares, admit=admit)
        self._breaker = CircuitBreaker(policy)
        self._linker = Linker(Transformer(self._run_transform, cache), packages)
        self._runs: set[Run] = set()
        self._callers = Attendance()
        self._report: SandboxReport | None = None
        self._closed = False

    async def __aenter__(self) -> Self:
        """Start the first worker.

        Raises:
            HostLimitError: A limit of this process is too low for V8.
            LayerMissingError: A required layer is not active.
            WorkerStartError: It could not be started.
        """
        check_host_limits()
        try:
            self._report = SandboxReport.decode(await self._pool.open())
        except BaseException:
            await self.aclose()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """End everything."""
        await self.aclose()

    @property
    def report(self) -> SandboxReport:
        """What the first worker said of itself: V8's version, and which layers around it have an effect.

        Raises:
            SandboxClosedError: The sandbox was not opened.
        """
        if self._report is None:
            raise SandboxClosedError("open the sandbox first: async with Sandbox(...) as sandbox")
        return self._report

    async def run(
        self,
        script: Script,
        arguments: Mapping[str, JSON],
        *,
        isolation_key: str,
        calls: HostCalls,
        limits: SandboxLimits | None = None,
        settings: Mapping[str, JSON] | None = None,
        clock: Clock | None = None,
        journal: Journal | None = None,
        durability: Durability | None = None,
        inner: bool = False,
        on_log: Callable[[LogLine], None] | None = None,
        on_start: Callable[[], None] | None = None,
    ) -> Outcome:
        """Run a script once and return how it ended. Cancelling the caller's task kills the run.

        Runs of one key with one source that keep destroying their workers are refused for a while: with the same data
        and the same code they would do it again. A source that was changed starts afresh.

        Args:
            script: What to run.
            arguments: The properties of the one object the method receives, as JSON values.
            isolation_key: Runs of different keys never share a process.
            calls: Answers the script's host calls.
            limits: Of this run.
            settings: For the extensions, by their names.
            clock: Of the run; one of its own otherwise.
            journal: Takes in what happens. What is in it already is gone through first, and not done again.
            durability: Whether the run may end as suspended, and more of how it outlives its worker.
            inner: Whether another run waits for this one in the middle of its own; it has precedence then.
            on_log: Hears each console line as it comes.
            on_start: Called when the run has its worker, and its wall time begins.

        Raises:
            ValueError: `arguments` are not JSON values, or `journal` has not all that is to be gone through.
            SandboxClosedError: The sandbox is not open.
        """
        if self._closed or self._report is None:
            raise SandboxClosedError("the sandbox is not open")
        limits, clock = limits or SandboxLimits(), clock or Clock()
        journal = journal or Journal.begin(clock, most_bytes=limits.journal_bytes)
        if not journal.complete:
            raise ValueError("the journal is not complete: it became too long to be kept whole")
        request = partial(
            RunRequest,
            arguments=_json_text(arguments),
            limits=limits,
            settings=settings or {},
            clock=clock,
            journal=journal,
            durability=durability or Durability(),
            calls=calls,
            on_log=on_log or _ignore,
            on_start=on_start or _nothing,
        )
        came = time.monotonic()
        with self._callers:
            clock.at_work += 1
            try:
                return await self._pass(script, limits, request, Place(isolation_key, inner=inner))
            except RunEnded as refused:
                waited = time.monotonic() - came
                return Outcome.without_value(refused.failure, queue_seconds=waited)
            finally:
                clock.at_work -= 1

    async def aclose(self) -> None:
        """End every run, with a failure for its caller, and every process."""
        self._closed = True
        for run in self._runs:
            run.end(closed_failure())
        await self._pool.aclose()
        await self._launcher.aclose()
        await self._callers.over()

    async def _pass(
        self, script: Script, limits: SandboxLimits, request: Callable[..., RunRequest], place: Place
    ) -> Outcome:
        """Compile and run what may run, and tell the circuit breaker how it ended.

        Args:
            script: What to run.
            limits: Of the run.
            request: Gives the request for what the script was compiled to.
            place: What the run waits for.

        Raises:
            RunEnded: It may not be run, or could not be started.
        """
        alike = (place.key, script.module.name, hash(script.module.code))
        trial = self._breaker.admit(alike)
        try:
            linked = await self._linker.link(script, place, limits)
            outcome = await self._execute(Lease(place.key, limits.memory_bytes), place, request(script=linked))
        except SourceRefusedError as refused:
            outcome = Outcome.without_value(refused.failure)
        except BaseException:
            if trial:
                self._breaker.give_up(alike)
            raise
        self._breaker.record(alike, breached=destroyed_its_worker(outcome.failure), trial=trial)
        return outcome

    async def _execute(self, lease: Lease, place: Place, request: RunRequest) -> Outcome:
        """Run on a worker what is compiled.

        Args:
            lease: What the worker is bound to.
            place: What the run waits for.
            request: The run.

        Raises:
            RunEnded: It could not be started.
        """
        came = time.monotonic()
        worker = await self._pool.acquire(lease, place, request.limits.queue_time_seconds)

        async def another_worker() -> WorkerProcess:
            nonlocal worker
            self._pool.release(worker, reusable=False)
            worker = await self._pool.acquire(lease, place, request.limits.queue_time_seconds)
            self._pool.restock()
            return worker.process

        run = Run(worker.process, request, queue_seconds=time.monotonic() - came, another_worker=another_worker)
        run.begin()
        self._pool.restock()
        self._runs.add(run)
        reusable = False
        try:
            outcome = await run.outcome()
            reusable = not lease.single and (outcome.failure is None or outcome.failure.type != "limit")
        finally:
            self._runs.discard(run)
            self._pool.release(worker, reusable=reusable)
        return outcome

    async def _run_transform(
        self, module: CompiledModule, script: Script, arguments: dict[str, Any], place: Place
    ) -> Outcome:
        request = RunRequest(
            script=LinkedScript(modules=(module,), exports=script.exports),
            arguments=_json_text(arguments),
            limits=_TRANSFORM_LIMITS,
            settings={},
            journal=Journal.begin(Clock(), most_bytes=_TRANSFORM_LIMITS.journal_bytes),
            calls=_no_calls,
            on_log=_ignore,
            on_start=_nothing,
        )
        lease = Lease(f"{_TRANSFORM_KEY} {place.key}", _TRANSFORM_LIMITS.memory_bytes, single=True)
        return await self._execute(lease, place, request)


async def _no_calls(call: HostCall) -> HostReply:
    raise NotImplementedError(call.operation)


def _ignore(line: LogLine) -> None:
    """Drop a console line nobody asked for."""


def _nothing() -> None:
    """Do nothing."""
