"""SourceExaminer: what V8 and a parser say of files, behind the wall. Nothing in the files is run."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from runtime import Failure, Module, RunEnded, SandboxLimits, Script, outline_script

from .check_report import Problem
from .outline import Outline, Outlines

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runtime import JSON, HostCall, HostReply, Outcome, Sandbox

    from .source_file import SourceFile

_KEY: Final = "methodhost:check"
_LIMITS: Final = SandboxLimits(cpu_time_seconds=30, heap_bytes=256 << 20, memory_bytes=512 << 20, result_bytes=64 << 20)
_FILES_AT_ONCE: Final = 50
_TYPESCRIPT: Final = (".ts", ".mts", ".cts")


@dataclass(kw_only=True)
class Examination:
    """What was found.

    Attributes:
        outlines: By file; those that could not be looked at have none.
        unavailable: Why modules are not available that they import by name.
        problems: What V8 does not accept.
    """

    outlines: dict[str, Outline] = field(default_factory=dict)
    unavailable: dict[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def add(self, found: Outlines) -> None:
        """Take in outlines."""
        self.outlines.update({outline.name: outline for outline in found.outlines if outline.parsed})
        self.unavailable.update(found.unavailable)


class SourceExaminer:
    """Looks at files of code: V8 compiles each as it would for a run, and a parser makes an outline of it.

    Args:
        sandbox: Where that happens.
    """

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    async def examine(self, files: Sequence[SourceFile]) -> Examination:
        """Look at files of JavaScript and TypeScript.

        Raises:
            RunEnded: The host itself is in trouble.
        """
        examination = Examination()
        for start in range(0, len(files), _FILES_AT_ONCE):
            await self._examine(files[start : start + _FILES_AT_ONCE], examination)
        return examination

    async def _examine(self, files: Sequence[SourceFile], examination: Examination) -> None:
        """Look at some files at once, and again without the one that is refused, until none is."""
        refused: dict[str, Problem] = {}
        while accepted := [file for file in files if file.name not in refused]:
            outcome = await self._run(accepted, compiled=accepted)
            if outcome.failure is None:
                examination.add(Outlines.model_validate(outcome.value))
                break
            file = _refused(outcome.failure, accepted)
            if file is None:
                for one in accepted:
                    await self._examine([one], examination)
                break
            refused[file.name] = _problem(file, outcome.failure)
        for file in files:
            if file.name in refused:
                examination.problems.append(await self._explained(file, refused[file.name]))

    async def _explained(self, file: SourceFile, problem: Problem) -> Problem:
        """Return what is wrong with a file in the words of the parser, which are better than those of V8."""
        outcome = await self._run([file], compiled=())
        outlines = () if outcome.failure else Outlines.model_validate(outcome.value).outlines
        error = next((outline.error for outline in outlines), None)
        return (
            problem
            if error is None
            else Problem.at(error, rule=problem.rule, message=_sentence(error.message), file=file.name)
        )

    async def _run(self, files: Sequence[SourceFile], *, compiled: Sequence[SourceFile]) -> Outcome:
        """Make outlines of files.

        Args:
            files: Which.
            compiled: Those of them that V8 compiles before that.
        """
        script = outline_script()
        code: list[JSON] = [
            {"name": file.name, "code": file.text, "typescript": file.name.endswith(_TYPESCRIPT)} for file in files
        ]
        others = tuple(Module(name=file.name, code=file.text) for file in compiled)
        outcome = await self._sandbox.run(
            Script(module=script.module, others=others),
            {"files": code},
            isolation_key=_KEY if len(files) > 1 else f"{_KEY} {files[0].name}",
            calls=_refuse,
            limits=_LIMITS,
        )
        if outcome.failure is not None and outcome.failure.type == "internal":
            raise RunEnded(outcome.failure)
        return outcome


def _refused(failure: Failure, files: Sequence[SourceFile]) -> SourceFile | None:
    """Return the file that a failure is about; None where that is not known."""
    if len(files) == 1:
        return files[0]
    place = failure.location
    return next((file for file in files if place is not None and file.name == place.file), None)


def _problem(file: SourceFile, failure: Failure) -> Problem:
    return Problem.at(failure.location, rule="syntax", message=_sentence(failure.message), file=file.name)


def _sentence(message: str) -> str:
    return message if message.endswith(".") else f"{message}."


async def _refuse(call: HostCall) -> HostReply:
    """Answer no call: the script makes none."""
    raise NotImplementedError(call.operation)
