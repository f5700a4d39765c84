"""The command `methodhost test`: which fixtures it runs, and what it says of them."""

from __future__ import annotations

import asyncio
import json
import signal
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pytest
from rich.console import Console

from connectors import Connector
from connectors.cli import Session, _conclude, _output
from connectors.fixtures.fixture_file import FixtureFile
from connectors.render_json import JsonOutput
from connectors.suite.affected import affected
from connectors.suite.junit import write_junit
from connectors.suite.observer import SilentObserver
from connectors.suite.progress import ProgressBar
from connectors.suite.render_diff import diff_text
from connectors.suite.render_suite import suite_text
from connectors.suite_command import SuiteCommand
from connectors.suite_options import SuiteOptions
from connectors.termination import Termination

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from connectors.suite.suite_report import SuiteReport

LIST = """import { named } from '../../lib/named'
export default async ({ apiClient }) => {
  const page = await apiClient.get('https://api.example.com/contacts')
  console.log('read %d', page.records.length)
  return page.records.map(named)
}
"""
FILES = {
    "spec.yml": "name: Shop\n",
    "lib/named.js": "export const named = (one) => one.name\n",
    "data/contacts/list.js": LIST,
    "operations/add/run.js": "export default ({ input }) => input.a + input.b\n",
    "operations/broken/run.js": "export default ({ input }) => {\n  return input.list.length\n}\n",
}
CONTACTS = {"records": [{"name": "Ada"}, {"name": "Grace"}]}
EXCHANGE = {"request": {"url": "https://api.example.com/contacts"}, "response": {"json": CONTACTS}}
PASSES = {"exchanges": [EXCHANGE], "expect": {"value": ["Ada", "Grace"], "console": ["read 2"]}}
DIFFERS = {"exchanges": [EXCHANGE], "expect": {"value": ["Ada", "Grace\u202e"], "console": ["read 2"]}}
ADDS = {"args": {"input": {"a": 1, "b": 2}}, "expect": {"value": 3}}
THROWS = {"args": {"input": {}}, "expect": {"value": 3}}
FIXTURES: dict[str, dict[str, Any]] = {
    "data/contacts/list.passes": PASSES,
    "data/contacts/list.differs": DIFFERS,
    "operations/add/run.adds": ADDS,
    "operations/broken/run.throws": THROWS,
}
OTHER_URL = {"exchanges": [{**EXCHANGE, "request": {"url": "https://api.example.com/people"}}]}


def write(folder: Path, fixtures: dict[str, dict[str, Any]], files: dict[str, str] | None = None) -> Path:
    """Write a connector with fixtures."""
    texts = {f"{name}.fixture.yml": json.dumps(fixture, indent=1) for name, fixture in fixtures.items()}
    for name, text in {**(FILES if files is None else files), **texts}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def methodhost(*arguments: str) -> int:
    """Run the command in this process and return its exit status."""
    session = Session(output=_output(arguments))
    _conclude(["test", *arguments], session, Termination())
    session.show()
    return int(session.status)


def xml(path: Path) -> ET.Element:
    """Return the root of a document."""
    return ET.fromstring(path.read_bytes())  # noqa: S314 (written here)


def options(folder: Path, **others: Any) -> SuiteOptions:
    return SuiteOptions.of(**{"paths": (str(folder),), "last_failed": False, "cache": None, "workers": 2, **others})


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> SuiteReport:
    """Run fixtures that pass, fail and cannot be read, once for all tests that look at the report."""
    folder = write(tmp_path_factory.mktemp("suite") / "shop", FIXTURES)
    (folder / "operations/add/run.wrong.fixture.yml").write_text("version: 1\nexchange: []\n")
    return SuiteCommand(options(folder), SilentObserver()).execute()


def shown(report: SuiteReport) -> str:
    """Return a report as a person reads it."""
    console = Console(width=200, color_system=None)
    with console.capture() as captured:
        console.print(suite_text(report))
    return captured.get()


def test_results_are_listed_by_connector_and_method_with_their_time(report: SuiteReport) -> None:
    """Each case has a line under its method, and there is a sum."""
    lines = shown(report).splitlines()
    assert lines[0].endswith("/shop")
    assert "  data/contacts/list" == lines[1]
    assert lines[2].startswith("    ✗ differs  ")
    assert lines[3].startswith("    ✓ passes   ")
    assert lines[3].endswith((" ms", " s"))
    assert lines[-1].startswith("2 passed, 2 failed, 1 not readable in ")


def test_a_difference_is_shown_as_a_diff_with_its_line_and_the_console(report: SuiteReport) -> None:
    """What was expected, what came, where the fixture says so, and what the method wrote; nothing acts on a terminal."""
    text = shown(report)
    assert "list.differs.fixture.yml:" in text
    assert '-   "Grace\\u202e"' in text
    assert '+   "Grace"' in text
    assert "console:\n    log   read 2" in text


def test_a_throw_is_shown_with_its_source(report: SuiteReport) -> None:
    """The lines around it, with a caret."""
    lines = shown(report).splitlines()
    place = next(number for number, line in enumerate(lines) if "operations/broken/run.js:2:21" in line)
    assert "> 2 │   return input.list.length" in lines[place + 2]
    assert lines[place + 2].index(".length") + 1 == lines[place + 3].index("^")


def test_a_request_that_nobody_expected_is_shown_with_its_source(tmp_path: Path) -> None:
    """The line that made it, and how it differs from the nearest exchange."""
    folder = write(tmp_path / "shop", {"data/contacts/list.other": OTHER_URL})
    text = shown(SuiteCommand(options(folder), SilentObserver()).execute())
    assert "+ GET https://api.example.com/contacts" in text
    assert "data/contacts/list.js:3:32" in text


def test_the_document_has_each_fixture_and_the_report_of_those_that_failed(report: SuiteReport) -> None:
    """Programs read the same facts."""
    document = json.loads(report.to_json())
    facts = ["ok", "error", "passed", "failed", "notRun", "seconds", "notes", "problems", "fixtures"]
    assert facts == list(document)
    assert (False, None, 2, 2, 0) == tuple(document[key] for key in facts[:5])
    assert ["exchange"] == [problem["key"] for problem in document["problems"]]
    differs, passes, _, throws = document["fixtures"]
    assert ("data/contacts/list.passes", True, []) == (passes["name"], passes["ok"], passes["mismatches"])
    assert "report" not in passes
    assert ("value", ["expect", "value"]) == (differs["mismatches"][0]["kind"], differs["mismatches"][0]["key"])
    assert ["Ada", "Grace"] == differs["mismatches"][0]["actual"] == differs["report"]["value"]
    assert 2 == throws["report"]["error"]["location"]["line"]


def test_junit_xml_has_a_suite_for_the_connector_and_a_case_for_each_fixture(
    report: SuiteReport, tmp_path: Path
) -> None:
    """Build servers read counts, properties, failures and the console."""
    write_junit(report, tmp_path / "new" / "junit.xml")
    root = xml(tmp_path / "new" / "junit.xml")
    assert ("5", "2", "1", "0") == tuple(root.get(key) for key in ("tests", "failures", "errors", "skipped"))
    suite, wrong = root.findall("testsuite")
    assert ("4", "2", "0") == tuple(suite.get(key) for key in ("tests", "failures", "errors"))
    cases = {(case.get("classname"), case.get("name")): case for case in suite}
    passes, differs = cases["data.contacts.list", "passes"], cases["data.contacts.list", "differs"]
    properties = {one.get("name"): one.get("value") for one in passes.iter("property")}
    assert ("data/contacts/list", "1") == (properties["method"], properties["requests"])
    assert "log read 2" == passes.findtext("system-out")
    assert '+   "Grace"' in (differs.findtext("failure") or "")
    assert "run.js:2:21" in (cases["operations.broken.run", "throws"].findtext("failure") or "")
    assert "exchange" in (wrong.findtext("testcase/error") or "")


def test_fixtures_are_chosen_by_a_part_of_their_name_or_a_pattern(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The status is 0 when those pass, and nothing is written to standard error where that is no terminal."""
    folder = str(write(tmp_path / "shop", FIXTURES))
    views = str(tmp_path / "views")
    chosen = ("--filter", "LIST.pass", "--filter", "*.adds")
    assert 0 == methodhost(folder, *chosen, "--json", "--har", views, "--html", views)
    out, err = capsys.readouterr()
    names = [fixture["name"] for fixture in json.loads(out)["fixtures"]]
    assert (["data/contacts/list.passes", "operations/add/run.adds"], "") == (names, err)
    archive = json.loads((tmp_path / "views/shop/data/contacts/list.passes.har").read_text())
    assert ["https://api.example.com/contacts"] == [one["request"]["url"] for one in archive["log"]["entries"]]
    assert "<html" in (tmp_path / "views/shop/operations/add/run.adds.html").read_text()


def test_those_that_failed_last_can_be_run_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What failed is kept with the caches, beside no connector; once all pass, all are run."""
    monkeypatch.delenv("METHODHOST_NO_CACHE")
    folder, cache = write(tmp_path / "shop", FIXTURES), str(tmp_path / "cache")
    before = sorted(folder.rglob("*"))
    where = (str(folder), "--cache-dir", cache, "--json")
    assert 1 == methodhost(*where)
    write(folder, {"data/contacts/list.differs": PASSES})
    capsys.readouterr()
    assert 1 == methodhost(*where, "--last-failed")
    first = json.loads(capsys.readouterr().out)
    assert (["list.differs", "run.throws"], (1, 1)) == (
        [fixture["name"].rpartition("/")[2] for fixture in first["fixtures"]],
        (first["passed"], first["failed"]),
    )
    write(folder, {"operations/broken/run.throws": {"args": {"input": {"list": "abc"}}, "expect": {"value": 3}}})
    assert 0 == methodhost(*where, "--last-failed")
    capsys.readouterr()
    assert 0 == methodhost(*where, "--last-failed", "--filter", "list.")
    last = json.loads(capsys.readouterr().out)
    assert (2, 1) == (last["passed"], len(last["notes"]))
    assert before == sorted(folder.rglob("*"))


def test_no_more_are_started_after_a_failure_where_that_is_asked_for(tmp_path: Path) -> None:
    """Those that were left out are counted."""
    folder = write(tmp_path / "shop", FIXTURES)
    junit = tmp_path / "junit.xml"
    assert 1 == methodhost(str(folder), "--fail-fast", "--workers", "1", "--junit", str(junit))
    assert ("4", "1", "3") == tuple(xml(junit).get(key) for key in ("tests", "failures", "skipped"))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "There is no fixture: a file whose name ends in"),
        (("no/such/folder",), "There is no such file or folder"),
        (("{folder}", "--filter", "lisst"), "Did you mean data/contacts/list.passes?"),
        (("{folder}", "--last-failed"), "leave out --no-cache"),
        (("{folder}", "--watch", "--chaos"), "--watch goes with neither"),
        (("{folder}", "--chaos", "--junit", "x.xml"), "--chaos goes with none of"),
        (("{folder}", "--workers", "0"), "--workers"),
    ],
)
def test_a_wrong_command_has_status_2_and_says_what_to_do(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: tuple[str, ...],
    message: str,
) -> None:
    """Nothing is run."""
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path / "empty")
    folder = write(tmp_path / "shop", {"data/contacts/list.passes": PASSES})
    assert 2 == methodhost(*(argument.format(folder=folder) for argument in arguments))
    assert message in capsys.readouterr().err.replace("\n", " ")


def test_a_fixture_that_cannot_be_read_has_status_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The others are run, and the file is named with key and line."""
    folder = write(tmp_path / "shop", {"operations/add/run.adds": ADDS, "operations/add/run.wrong": {"versions": 1}})
    assert 2 == methodhost(str(folder))
    out = capsys.readouterr().out
    assert "run.wrong.fixture.yml" in out
    assert "versions: " in out
    assert "1 passed, 1 not readable" in out


def names(folder: Path, *changed: str) -> list[str]:
    """Return the cases of fixtures that changed files affect."""
    files = [FixtureFile.load(path) for path in sorted(folder.rglob("*.fixture.yml"))]
    connectors = {files[0].target: Connector.load(folder)}
    found = affected(files, [folder.resolve() / name for name in changed], connectors)
    return [file.name.rpartition(".")[2] for file in found]


def test_a_change_affects_what_depends_on_it(tmp_path: Path) -> None:
    """A fixture depends on itself, its bodies, its method and what that imports; all depend on what makes the client."""
    exchange = {**EXCHANGE, "response": {"file": "list.fixture.page.json"}}
    fixtures = {**FIXTURES, "data/contacts/list.file": {**PASSES, "exchanges": [exchange]}}
    clients = {**FILES, "auth/make-api-client.js": "export { a } from '../lib/a'", "lib/a.ts": "export const a = 1"}
    folder = write(tmp_path / "shop", fixtures, clients)
    everything = ["differs", "file", "passes", "adds", "throws"]
    assert ["passes"] == names(folder, "data/contacts/list.passes.fixture.yml")
    assert ["file"] == names(folder, "data/contacts/list.fixture.page.json")
    assert ["differs", "file", "passes"] == names(folder, "lib/named.js")
    assert ["adds", "throws"] == names(folder, "operations/add/run.js", "operations/broken/run.js")
    assert everything == names(folder, "spec.yml") == names(folder, "lib/a.ts") == names(folder, "package.json")
    assert [] == names(folder, "README.md", "docs/notes.yml", "lib/unused.js")


def test_watching_runs_again_what_a_change_affects_until_it_is_interrupted(tmp_path: Path) -> None:
    """What fails stays in sight, and nothing is left behind."""
    folder = write(tmp_path / "shop", {"data/contacts/list.passes": PASSES, "operations/add/run.adds": ADDS})
    reports: list[list[tuple[str, bool]]] = []
    changes: list[Callable[[], object]] = [
        lambda: (folder / "lib/named.js").write_text("export const named = (one) => one.nam\n"),
        lambda: (folder / "operations/add/run.js").write_text("export default ({ input }) => 1 + 2\n"),
        lambda: (folder / "lib/named.js").write_text("export const named = (one) => one.name\n"),
    ]

    def show(report: SuiteReport) -> None:
        ordered = sorted(report.results, key=lambda result: result.file.name)
        reports.append([(result.file.name.rpartition(".")[2], result.ok) for result in ordered])
        asyncio.get_running_loop().call_soon(changes.pop(0) if changes else _interrupt)

    with pytest.raises(KeyboardInterrupt):
        SuiteCommand(options(folder), SilentObserver()).watch(show)
    passes, fails, adds = ("passes", True), ("passes", False), ("adds", True)
    assert [[passes, adds], [fails], [fails, adds], [passes]] == reports


def _interrupt() -> None:
    raise KeyboardInterrupt


def test_an_interrupt_is_how_watching_ends() -> None:
    """The status is 0; of a run that does not stay it is 130."""
    for watches, status in ((True, 0), (False, 130)):
        session = Session(output=JsonOutput(), watches=watches)
        session.interrupt(Termination().status)
        assert status == session.status


def test_being_told_to_end_ends_a_command_that_ignores_interrupts() -> None:
    """Shells start commands in the background so that an interrupt from the keyboard does not reach them."""
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        with Termination() as termination, pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGTERM)
        assert 143 == termination.status
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)


def test_a_bar_shows_how_far_it_is_where_somebody_can_see_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """On standard error, as long as it lasts; what a name holds does nothing."""
    monkeypatch.setenv("TTY_COMPATIBLE", "1")
    with ProgressBar() as progress:
        progress.begin(2)
        progress.done("data/contacts/list.[bold]\x07", ok=False)
        progress.done("data/contacts/list.all", ok=True)
    out, err = capsys.readouterr()
    assert "" == out
    assert "2/2" in err
    assert "1 failed" in err
    assert "\x07" not in err
    assert err.endswith("\x1b[2K")


def test_long_stretches_without_change_are_left_out_of_diffs() -> None:
    """Of a line that changed a little, what changed is marked."""
    same = [f"  line {number}" for number in range(20)]
    text = diff_text([*same, '- "name": "Ada"', '+ "name": "Adam"', *same])
    lines = text.plain.split("\n")
    assert ["  … 17 lines alike", *same[-3:], '- "name": "Ada"', '+ "name": "Adam"', *same[:3]] == lines[:-1]
    marked = [text.plain[span.start : span.end] for span in text.spans if "reverse" in str(span.style)]
    assert ["m"] == marked
