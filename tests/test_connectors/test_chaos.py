"""The failure matrix: what `methodhost test --chaos` makes of fixtures, and what it says of methods."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from rich.console import Console

from connectors.chaos.failure_kinds import FAILURE_KINDS
from connectors.chaos.render_chaos import chaos_text
from connectors.exit_status import ExitStatus
from connectors.suite.observer import SilentObserver
from connectors.suite_command import SuiteCommand
from connectors.suite_options import SuiteOptions

if TYPE_CHECKING:
    from pathlib import Path

    from connectors.chaos.chaos_report import ChaosCell, ChaosReport

LOOP = """
export default async ({ apiClient }) => {
  const all = []
  let cursor
  do {
    const page = await apiClient.get('contacts', { cursor })
    CHECK
    all.push(...page.data)
    cursor = page.next
  } while (cursor)
  return { all, at: new Date().toISOString(), id: crypto.randomUUID() }
}
"""
CAREFUL = """if (!Array.isArray(page.data)) throw new ConnectionError('This is no page')
    if (page.next && page.next === cursor) throw new ConnectionError('This page was there before')"""
METHODS = {
    "careful": "import { ConnectionError } from '@membranehq/sdk'" + LOOP.replace("CHECK", CAREFUL),
    "naive": LOOP.replace("CHECK", "if (!page.data.length) break"),
    "counting": """export default async ({ apiClient }) => {
  const first = await apiClient.get('contacts', { page: 1 })
  const second = await apiClient.get('contacts', { page: 2 })
  return [...first.data, ...second.data].map((one) => `${one.id} ${one.name}`)
}
""",
    "swallowing": "export default ({ apiClient }) => apiClient.get('contacts').then((page) => page.data, () => [])\n",
    "writing": """export default async ({ apiClient }) => {
  await apiClient.post('contacts', { name: 'Ada' }).catch(() => {})
  return { ok: true }
}
""",
    "telling": """export default async ({ apiClient }) => {
  try {
    const { id } = await apiClient.post('contacts', { name: 'Ada' })
    return { created: [id], failed: [] }
  } catch (error) {
    return { created: [], failed: [error.message] }
  }
}
""",
    "wrapping": """export default async ({ apiClient }) => {
  try {
    const page = await apiClient.get('contacts')
    return page.data[0].id
  } catch (error) {
    throw new Error(`Contacts: ${error.message}`)
  }
}
""",
    "streaming": "export default ({ apiClient }) => apiClient.get('file', undefined, { responseType: 'stream' })\n",
    "unneeded": """export default async ({ apiClient }) => {
  await apiClient.get('hint').catch(() => {})
  return 1
}
""",
}
API = "https://api.example.com"
RECORDS = [{"id": "con_1", "name": "Ada"}, {"id": "con_2", "name": "Grace"}, {"id": "con_3", "name": "Edsger"}]


def exchange(path: str, answer: Any, method: str = "GET", **request: Any) -> dict[str, Any]:
    return {"request": {"method": method, "url": f"{API}/{path}", **request}, "response": {"json": answer}}


CURSORS = [
    exchange("contacts", {"data": RECORDS[:2], "next": "abc"}),
    exchange("contacts?cursor=abc", {"data": RECORDS[2:], "next": None}),
]
LIST = [exchange("contacts", {"data": RECORDS})]
CREATE = [exchange("contacts", {"id": "con_9"}, "POST", json={"name": "Ada"})]
PAGES = [
    exchange("contacts?page=1", {"data": RECORDS[:2]}),
    exchange("contacts?page=2", {"data": RECORDS[2:]}),
]
EXCHANGES = {
    "careful": CURSORS,
    "naive": CURSORS,
    "counting": PAGES,
    "swallowing": LIST,
    "writing": CREATE,
    "telling": CREATE,
    "wrapping": LIST,
    "streaming": [exchange("file", "some text")],
    "unneeded": [exchange("hint", {"hint": "none"})],
}
CONNECTION = {"credentials": {"access_token": "placeholder-access-token"}, "apiClient": {"baseUri": API}}


def write(folder: Path, methods: dict[str, str], fixtures: dict[str, dict[str, Any]]) -> Path:
    """Write a connector whose operations are `methods`, with one fixture each."""
    files = {"spec.yml": "name: Shop\n"}
    files |= {f"operations/{name}/run.js": code for name, code in methods.items()}
    files |= {f"operations/{name}/run.happy.fixture.yml": json.dumps(fixture) for name, fixture in fixtures.items()}
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


def run(folder: Path) -> ChaosReport:
    options = SuiteOptions.of(paths=(str(folder),), last_failed=False, cache=None, workers=2, filters=("operations",))
    return SuiteCommand(options, SilentObserver()).execute_chaos()


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> ChaosReport:
    """Let every exchange of every method fail in every way, once for all tests."""
    common = {"connection": CONNECTION, "limits": {"requests": 10}}
    fixtures = {name: {**common, "exchanges": exchanges} for name, exchanges in EXCHANGES.items()}
    return run(write(tmp_path_factory.mktemp("chaos") / "shop", METHODS, fixtures))


def outcomes(report: ChaosReport, method: str) -> dict[str, str]:
    """Return how a method's failures came out: of each kind the worst."""
    found: dict[str, str] = {}
    for cell in sorted(cells(report, method), key=lambda cell: cell.verdict.outcome != "handled"):
        found[cell.kind.name] = cell.verdict.how
    return found


def cells(report: ChaosReport, method: str, kind: str | None = None) -> list[ChaosCell]:
    named = [cell for cell in report.cells if cell.file.method == f"operations/{method}/run"]
    return [cell for cell in named if kind in {None, cell.kind.name}]


def test_a_careful_method_handles_every_failure(report: ChaosReport) -> None:
    """What is another in each run, such as the time, is no difference."""
    found = cells(report, "careful")
    assert {"handled"} == {cell.verdict.outcome for cell in found}
    assert {kind.name for kind in FAILURE_KINDS} == {cell.kind.name for cell in found}


def test_code_that_breaks_on_an_answer_is_told_with_its_line(report: ChaosReport) -> None:
    """A page of HTML has no list in it."""
    first, second = cells(report, "naive", "html")
    assert "crashed" == first.verdict.how == second.verdict.how
    assert first.location is not None
    assert ("operations/naive/run.js", 7) == (first.location.file, first.location.line)


def test_paging_that_does_not_end_is_found(report: ChaosReport) -> None:
    """A server that answers with the same page for ever keeps a loop going until a limit ends it."""
    assert ["endless"] == [cell.verdict.how for cell in cells(report, "naive", "duplicate_page")]


def test_stopping_at_an_empty_page_that_names_the_next_one_is_found(report: ChaosReport) -> None:
    """Records of later pages would be missing; going on, and stopping after the last page, are fine."""
    assert ["missing_records", "valid"] == [cell.verdict.how for cell in cells(report, "naive", "empty_page")]
    assert ["valid", "valid"] == [cell.verdict.how for cell in cells(report, "careful", "empty_page")]


def test_records_that_come_twice_are_found(report: ChaosReport) -> None:
    """The second page is the first one again."""
    assert ["repeated_records"] == [cell.verdict.how for cell in cells(report, "counting", "duplicate_page")]


def test_an_error_that_nobody_hears_of_is_found(report: ChaosReport) -> None:
    """A value that is another, or that of a success where a write never succeeded; not one that was not needed."""
    assert "swallowed" == outcomes(report, "swallowing")["server_error"]
    assert "wrong_value" == outcomes(report, "swallowing")["html"]
    for kind in ("unauthorized", "rate_limit_bare", "server_error", "refused", "timeout", "truncated"):
        assert "swallowed" == outcomes(report, "writing")[kind]
        assert "told" == outcomes(report, "telling")[kind]
        assert "not_needed" == outcomes(report, "unneeded")[kind]


def test_an_error_that_is_no_connection_error_any_more_is_found(report: ChaosReport) -> None:
    """Nobody can see from it that the app is at fault, or when to come again; for a wrong answer any error will do."""
    found = outcomes(report, "wrapping")
    assert {"wrong_error"} == {found[kind] for kind in ("unauthorized", "rate_limit_date", "server_error", "timeout")}
    assert {"threw"} == {found[kind] for kind in ("html", "empty_page")}


def test_a_stream_is_read_to_its_end(report: ChaosReport) -> None:
    """One that breaks is no value, and a page of HTML another one."""
    found = outcomes(report, "streaming")
    assert ("threw", "wrong_value") == (found["truncated"], found["html"])


def test_the_matrix_is_shown_and_written_with_every_failure(report: ChaosReport) -> None:
    """A person reads marks and lines of source, a program each cell."""
    console = Console(width=80, soft_wrap=True, color_system=None)
    with console.capture() as captured:
        console.print(chaos_text(report))
    text = captured.get()
    assert "  operations/careful/run    ✓ ✓ ✓ ✓ ✓ ✓ ✓ ✓ ✓ ✓ ✓ ✓ ✓ ✓" in text
    assert "  operations/naive/run      ✓ ✓ ✓ ✓ ✓ ✓ ✓ ✓ ✓ ✓ ✓ ✗ ✗ ✗" in text
    assert "GET https://api.example.com/contacts was answered with 200 and a page of HTML  (happy, exchange 1)" in text
    assert ">  7 │     if (!page.data.length) break" in text
    document = json.loads(report.to_json())
    assert (False, ExitStatus.FAILED) == (document["ok"], ExitStatus.of_suite(report))
    assert len(report.cells) == len(document["cells"]) == document["handled"] + document["notHandled"]
    naive = next(one for one in document["methods"] if one["method"] == "operations/naive/run")
    assert ("not_handled", "handled") == (naive["failures"]["html"], naive["failures"]["server_error"])


LIST_ONE_PAGE = """export default async ({ apiClient }) => {
  const page = await apiClient.get('contacts')
  if (!Array.isArray(page.data)) throw new Error('This is no page')
  return page.data
}
"""
RENEWS = """export default async ({ apiClient }) => apiClient.post('login', { token: 'x' })
"""


def test_credentials_are_renewed_where_a_recording_answers_that(tmp_path: Path) -> None:
    """Requests that other fixtures of the connector have are answered; where none has them, that cannot be told."""
    login = exchange("login", {"access_token": "placeholder-new-token"}, "POST", json={"token": "x"})
    method = {"list": LIST_ONE_PAGE}
    connection = {"credentials": CONNECTION["credentials"]}
    happy = {"connection": connection, "exchanges": LIST}
    folder = write(tmp_path / "shop", method, {"list": happy})
    (folder / "auth").mkdir()
    (folder / "auth/make-api-client.js").write_text(f"export default () => ({{ baseUri: '{API}' }})\n")
    (folder / "auth/refresh-credentials.js").write_text(RENEWS)
    unknown = run(folder)
    assert "not_renewed" == outcomes(unknown, "list")["unauthorized_once"]
    assert ExitStatus.OK == ExitStatus.of_suite(unknown)
    renewal = {"connection": connection, "exchanges": [login], "expect": {"value": login["response"]["json"]}}
    (folder / "auth/refresh-credentials.renews.fixture.yml").write_text(json.dumps(renewal))
    assert "recovered" == outcomes(run(folder), "list")["unauthorized_once"]


def test_fixtures_that_are_no_happy_paths_are_left_out_and_named(tmp_path: Path) -> None:
    """Those that fail, expect an error, have no exchange, or in which something goes wrong already."""
    failing = {"exchanges": [{"request": {"url": f"{API}/hint"}, "fault": "refused"}]}
    fixtures = {
        "unneeded": {"connection": CONNECTION, **failing, "expect": {"value": 1}},
        "naive": {"connection": CONNECTION, **failing},
        "computing": {"expect": {"value": 1}},
        "failing": {"expect": {"error": {"type": "custom_code"}}},
    }
    methods = {**METHODS, "computing": "export default () => 1\n", "failing": "export default () => missing\n"}
    report = run(write(tmp_path / "shop", {name: methods[name] for name in fixtures}, fixtures))
    reasons = {omission.file.method.split("/")[1]: omission.reason for omission in report.omissions}
    assert reasons == {
        "unneeded": "Something goes wrong in it already.",
        "naive": "It does not pass.",
        "computing": "It has no exchanges.",
        "failing": "Its method is to fail.",
    }
    assert () == report.cells
    assert ["operations/naive/run"] == [file.method for file in report.failed]
    assert ExitStatus.FAILED == ExitStatus.of_suite(report)
