"""CheckCommand: what `methodhost check` does."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bridge import api_client_extension
from runtime import Sandbox

from .check_folder import missing_methods, unused_files
from .check_imports import import_problems, reached
from .check_methods import handler_problems, method_problems
from .check_report import CheckReport, Problem
from .check_spec import check_definitions
from .checked_files import CheckedFiles
from .contract import kind_of
from .package_manifest import package_of
from .source_examiner import SourceExaminer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from runtime import DiskCache

    from .source_examiner import Examination
    from .spec import ConnectorSpec


@dataclass(frozen=True, kw_only=True)
class CheckCommand:
    """A look at a connector, in which nothing of it is run.

    Attributes:
        path: Its folder, or one file.
        cache: Where to keep what is made of sources.
    """

    path: str
    cache: DiskCache | None = None

    def execute(self) -> CheckReport:
        """Look at it.

        Raises:
            DefinitionError: There is no connector at the path.
            LayerMissingError: A required layer around workers is not active.
            RunEnded: The host is in trouble.
            WorkerStartError: No worker could be started.
        """
        checked = CheckedFiles.read(Path(self.path))
        definitions = check_definitions(checked.files, checked.methods)
        examination = asyncio.run(_examine(checked, self.cache))
        problems = (
            *checked.problems,
            *definitions.problems,
            *examination.problems,
            *missing_methods(definitions.spec, checked.methods),
            *_problems_in_code(checked, examination, definitions.spec),
        )
        return CheckReport(
            ok=not problems,
            target=self.path,
            methods=tuple(sorted(checked.methods)),
            files=len(checked.files),
            problems=tuple(sorted(problems, key=lambda problem: problem.order)),
            sources={name: file.text for name, file in checked.files.items()},
        )


async def _examine(checked: CheckedFiles, cache: DiskCache | None) -> Examination:
    """Look at all files of code behind the wall."""
    async with Sandbox(extensions=(api_client_extension(),), workers=2, spares=0, cache=cache) as sandbox:
        return await SourceExaminer(sandbox).examine(checked.scripts)


def _problems_in_code(checked: CheckedFiles, examination: Examination, spec: ConnectorSpec) -> Iterator[Problem]:
    """Yield what is wrong with the files of code that V8 accepts."""
    outlines = examination.outlines
    texts = {name: file.text for name, file in checked.code.items()}
    yield from import_problems(outlines, texts, _unavailable(checked, examination))
    for outline in outlines.values():
        for one in outline.unawaited:
            message = f"{one.call} gives a promise, which is used here as if it were the answer; write await before it."
            yield Problem.at(one, rule="await", message=message, file=outline.name)
    methods = checked.methods.values()
    imported = reached(outlines, texts, [method.file.name for method in methods])
    for method in methods:
        found = outlines.get(method.file.name)
        if found is None:
            continue
        if method.is_handler and method.file.name not in imported:
            yield from handler_problems(method, found, exposed=spec.expose_credentials)
        elif kind_of(method) is not None or "/" not in method.name:
            yield from method_problems(method, found, exposed=spec.expose_credentials)
    if all(file.name in outlines for file in checked.scripts):
        yield from unused_files(checked.files, methods, imported)


def _unavailable(checked: CheckedFiles, examination: Examination) -> dict[str, str]:
    """Return why modules are not available; what `package.json` names is, once it is installed."""
    reasons = examination.unavailable.items()
    return {name: reason for name, reason in reasons if package_of(name) not in checked.packages}
