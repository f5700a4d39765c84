"""The sandbox: the one object of this part that others hold."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, Self

from .errors import SandboxClosedError
from .failure import Failure
from .host_limits import check_host_limits
from .launcher import Launcher
from .limits import SandboxLimits
from .linker import Linker
from .outcome import Outcome, Usage
from .pool import Lease, Pool
from .requirement import Requirement
from .run import Run, RunRequest
from .sandbox_report import SandboxReport
from .transform import CompiledModule, SourceRefusedError, Transformer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from types import TracebackType

    from .host import Extension, HostCall, HostCalls, HostReply
    from .outcome import LogLine
    from .script import Script
    from .values import JSON

_TRANSFORM_KEY: Final = "methodhost:transform"
_TRANSFORM_LIMITS: Final = SandboxLimits(result_bytes=64 * 1024 * 1024)
_NOTHING_USED: Final = Usage(wall_seconds=0.0, cpu_seconds=0.0, peak_memory_bytes=0)


class Sandbox:
    """Runs scripts, each in a fresh V8 isolate inside a worker process that serves one isolation key only.

    Use it as `async with Sandbox(...) as sandbox`. Leaving the block ends every run and every process.

    Args:
        extensions: What JavaScript may use besides the language; evaluated in every isolate.
        workers: The most worker processes at once. A run waits while all are busy.
        spares: Workers kept warm for the next isolation key.
        require: Names of layers that must be active around each worker; otherwise those that every Linux can have, and
            none on other systems.

    Raises:
        ValueError: There is no layer of a name in `require`.
    """

    def __init__(
        self,
        *,
        extensions: Sequence[Extension] = (),
        workers: int = 32,
        spares: int = 2,
        require: Iterable[str] | None = None,
    ) -> None:
        self._launcher = Launcher(extensions)
        self._pool = Pool(self._launcher, size=workers, spares=spares, admit=Requirement(require).check)
        self._linker = Linker(Transformer(self._run_transform))
        self._runs: set[Run] = set()
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
        on_log: Callable[[LogLine], None] | None = None,
    ) -> Outcome:
        """Run a script once and return how it ended. Cancelling the caller's task kills the run.

        Args:
            script: What to run.
            arguments: The properties of the one object the method receives, as JSON values.
            isolation_key: Runs of different keys never share a process.
            calls: Answers the script's host calls.
            limits: Of this run.
            settings: For the extensions, by their names.
            on_log: Hears each console line as it comes.

        Raises:
            ValueError: `arguments` are not JSON values.
            SandboxClosedError: The sandbox is not open.
            WorkerStartError: No worker could be started.
        """
        if self._closed or self._report is None:
            raise SandboxClosedError("the sandbox is not open")
        text = json.dumps(arguments, allow_nan=False)
        try:
            linked = await self._linker.link(script)
        except SourceRefusedError as refused:
            return Outcome(value=None, failure=refused.failure, warnings=(), usage=_NOTHING_USED)
        request = RunRequest(
            modules=linked.modules,
            links=linked.links,
            exports=script.exports,
            arguments=text,
            limits=limits or SandboxLimits(),
            settings=settings or {},
            calls=calls,
            on_log=on_log or _ignore,
        )
        return await self._execute(isolation_key, request)

    async def aclose(self) -> None:
        """End every run, with a failure for its caller, and every process."""
        self._closed = True
        for run in self._runs:
            run.end(Failure(type="internal", key="closed", message="The sandbox was closed during the run"))
        await self._pool.aclose()
        await self._launcher.aclose()

    async def _execute(self, isolation_key: str, request: RunRequest) -> Outcome:
        worker = await self._pool.acquire(Lease(isolation_key, request.limits.memory_bytes))
        run = Run(worker.process, request)
        self._runs.add(run)
        reusable = False
        try:
            outcome = await run.outcome()
            reusable = outcome.failure is None or outcome.failure.type != "limit"
        finally:
            self._runs.discard(run)
            self._pool.release(worker, reusable=reusable)
        return outcome

    async def _run_transform(self, module: CompiledModule, script: Script, arguments: dict[str, Any]) -> Outcome:
        request = RunRequest(
            modules=(module,),
            links={},
            exports=script.exports,
            arguments=json.dumps(arguments),
            limits=_TRANSFORM_LIMITS,
            settings={},
            calls=_no_calls,
            on_log=_ignore,
        )
        return await self._execute(_TRANSFORM_KEY, request)


async def _no_calls(call: HostCall) -> HostReply:
    raise NotImplementedError(call.operation)


def _ignore(line: LogLine) -> None:
    """Drop a console line nobody asked for."""
