"""The report of many fixtures as JUnit XML, which build servers read.

The dialect is the one of https://github.com/testmoapp/junitxml: one `testsuite` for each connector, one `testcase` for
each fixture.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from connectors.errors import DefinitionError
from connectors.printable import printable

from .shown_path import shown_path

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from connectors.fixtures.fixture_file import FixtureFile
    from connectors.fixtures.result import FixtureResult, Mismatch

    from .suite_report import SuiteReport

_NOT_XML = re.compile("[\ufffe\uffff]")
"""What XML 1.0 cannot hold, besides what is not printed either."""


def write_junit(report: SuiteReport, path: Path) -> None:
    """Write the report to a file.

    Raises:
        DefinitionError: The file cannot be written.
    """
    tree = ET.ElementTree(_suites(report))
    ET.indent(tree)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        tree.write(path, encoding="utf-8", xml_declaration=True)
    except OSError as caught:
        raise DefinitionError(f"{path} cannot be written: {caught.strerror}.", key="--junit") from caught


def _suites(report: SuiteReport) -> ET.Element:
    root = ET.Element(
        "testsuites",
        name="methodhost",
        tests=str(len(report.results) + len(report.problems) + len(report.not_run)),
        failures=str(len(report.failed)),
        errors=str(len(report.problems)),
        skipped=str(len(report.not_run)),
        time=_seconds(report.seconds),
    )
    for target in sorted({file.target for file in (*(one.file for one in report.results), *report.not_run)}):
        _add_connector(root, target, report)
    _add_problems(root, report)
    return root


def _add_connector(root: ET.Element, target: Path, report: SuiteReport) -> None:
    """Add the fixtures of one connector: those that were run, and those that were left out after a failure."""
    results = [result for result in report.results if result.file.target == target]
    left_out = [file for file in report.not_run if file.target == target]
    failed = sum(not result.ok for result in results)
    suite = _suite(root, shown_path(target), len(results) + len(left_out), failures=failed, skipped=len(left_out))
    suite.set("time", _seconds(sum(result.seconds for result in results)))
    for result in results:
        _add_result(suite, result)
    for file in left_out:
        ET.SubElement(_case(suite, file), "skipped", message="A fixture before it failed, and --fail-fast was given.")


def _add_result(suite: ET.Element, result: FixtureResult) -> None:
    """Add what came of one fixture."""
    case = _case(suite, result.file)
    case.set("time", _seconds(result.seconds))
    properties = ET.SubElement(case, "properties")
    for name, value in _properties(result):
        ET.SubElement(properties, "property", name=name, value=_text(value))
    for mismatch in result.mismatches:
        failure = ET.SubElement(case, "failure", type=mismatch.kind, message=_text(mismatch.title))
        failure.text = _text("\n".join(_lines(mismatch, result)))
    if result.report.logs:
        lines = [f"{line.level} {line.message}" for line in result.report.logs]
        ET.SubElement(case, "system-out").text = _text("\n".join(lines))


def _add_problems(root: ET.Element, report: SuiteReport) -> None:
    """Add the fixtures that cannot be read."""
    if not report.problems:
        return
    suite = _suite(root, "not readable", len(report.problems), errors=len(report.problems))
    for problem in report.problems:
        case = ET.SubElement(suite, "testcase", classname="fixtures", name=_text(problem.file or "fixture"))
        error = ET.SubElement(case, "error", type=problem.code, message=_text(problem.message))
        error.text = _text(str(problem))


def _suite(
    root: ET.Element, name: str, tests: int, *, failures: int = 0, errors: int = 0, skipped: int = 0
) -> ET.Element:
    counts = {"tests": tests, "failures": failures, "errors": errors, "skipped": skipped}
    suite = ET.SubElement(root, "testsuite", name=_text(name))
    for key, count in counts.items():
        suite.set(key, str(count))
    return suite


def _case(suite: ET.Element, file: FixtureFile) -> ET.Element:
    """Add a test case; the method is its class, as build servers group by classes."""
    return ET.SubElement(
        suite,
        "testcase",
        classname=_text(file.method.replace("/", ".")),
        name=_text(file.name.removeprefix(f"{file.method}.")),
        file=_text(shown_path(file.path)),
    )


def _properties(result: FixtureResult) -> Iterator[tuple[str, str]]:
    """Yield what is to be known of a case besides how it went."""
    fixture = result.file.fixture
    yield "method", result.file.method
    yield "mode", fixture.mode
    yield "now", fixture.now.isoformat()
    yield "requests", str(len(result.report.requests))
    if fixture.description:
        yield "description", fixture.description


def _lines(mismatch: Mismatch, result: FixtureResult) -> Iterator[str]:
    """Yield what is to be read of a failure: its place, the difference, and the stack."""
    path = shown_path(result.file.path)
    yield f"{path}:{mismatch.line}" if mismatch.line else path
    yield from mismatch.diff
    error = result.report.error
    if mismatch.kind == "error" and error is not None:
        yield error.stack or f"{error.type}: {error.message}"


def _text(text: str) -> str:
    """Return text that XML can hold."""
    return _NOT_XML.sub("�", printable(text, keep="\n\t"))


def _seconds(seconds: float) -> str:
    return f"{seconds:.3f}"
