"""The plugin of pytest: fixtures are tests, and tests in Python have a host and recorded exchanges."""

from __future__ import annotations

import re
import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import connectors.testing.recordings  # noqa: F401 (so that no session inside of this one has to import it)

if TYPE_CHECKING:
    from collections.abc import Iterator

pytest_plugins = ["pytester"]

CONNECTOR = {
    "crm/spec.yml": "name: CRM\n",
    "crm/data/contacts/list.js": """
export default async function list({ apiClient, cursor }) {
  const page = await apiClient.get('https://api.example.com/contacts', { cursor })
  console.log(`read ${page.items.length}`)
  return { records: page.items, next: page.next.cursor }
}
""",
    "crm/data/contacts/create.js": """
export default ({ apiClient, fields }) => apiClient.post('https://api.example.com/contacts', fields)
""",
}
PAGES = """
exchanges:
  - request: {url: https://api.example.com/contacts}
    response: {json: {items: [1, 2], next: {cursor: b}}}
expect:
  value: {records: [1, 2], next: VALUE}
"""
NO_NEXT = PAGES.replace("next: {cursor: b}", "more: no")

CASSETTE = """
interactions:
- request: {method: GET, uri: 'https://api.example.com/contacts', body: null, headers: {}}
  response: {status: {code: 200, message: OK}, headers: {}, body: {string: '{"items": [7], "next": {}}'}}
version: 1
"""


@pytest.fixture(autouse=True)
def project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.Pytester]:
    """Give a project with a connector, whose tests are run in this process, with few plugins."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setenv("PYTEST_PLUGINS", "pytest_asyncio.plugin,pytest_methodhost")
    files = {
        **CONNECTOR,
        "crm/data/contacts/list.two.fixture.yml": PAGES.replace("VALUE", "b"),
        "crm/data/contacts/list.wrong.fixture.yml": PAGES.replace("VALUE", "c"),
    }
    write(pytester, files)
    pytester.makeini("[pytest]\nasyncio_mode = auto\nasyncio_default_fixture_loop_scope = function\n")
    yield pytester
    sys.modules.pop("test_crm", None)


def write(pytester: pytest.Pytester, files: dict[str, str]) -> None:
    """Write files by their paths."""
    for name, text in files.items():
        path = pytester.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def test_fixtures_are_tests_with_reports_of_their_own(project: pytest.Pytester) -> None:
    """What differs, the source of a throw, what is wrong with a file; then --lf runs no more than what failed."""
    write(
        project,
        {
            "crm/data/contacts/list.throws.fixture.yaml": NO_NEXT,
            "crm/data/contacts/list.unreadable.fixture.json": '{\n  "exchange": []\n}',
            "lost.fixture.yml": "version: 1\n",
        },
    )

    result = project.runpytest_inprocess("--continue-on-collection-errors", "--junitxml=report.xml")

    result.assert_outcomes(passed=1, failed=3, errors=1)
    result.stdout.fnmatch_lines(
        [
            "lost.fixture.yml: There is no connector*",
            "*_ data/contacts/list.throws _*",
            "*The method failed with custom_code*Cannot read properties of undefined*",
            "*> 5 |   return { records: page.items, next: page.next.cursor }*".replace("|", "?"),
            "crm/data/contacts/list.unreadable.fixture.json:2: exchange: *",
            "*_ data/contacts/list.wrong _*",
            "*The result is another.  list.wrong.fixture.yml:6*",
            '*-   "next": "c",*',
            '*+   "next": "b",*',
            "*read 2*",
            "FAILED crm/data/contacts/list.wrong.fixture.yml::data/contacts/list.wrong - T*",
        ]
    )
    assert "\x1b" not in (project.path / "report.xml").read_text()
    again = project.runpytest_inprocess("--lf", "--deselect=lost.fixture.yml", "crm")
    again.assert_outcomes(failed=3)


def test_fixtures_are_chosen_by_the_names_of_methods_and_cases(project: pytest.Pytester) -> None:
    """As -k has it; a fixture that is named twice is run once."""
    chosen = project.runpytest_inprocess("--collect-only", "-q", "-k", "contacts/list and two")
    named = project.runpytest_inprocess("--collect-only", "-q", "crm", "crm/data/contacts/list.two.fixture.yml")

    name = "crm/data/contacts/list.two.fixture.yml::data/contacts/list.two"
    assert [name] == chosen.outlines[:1]
    assert [name, name.replace("two", "wrong")] == named.outlines[:2]


def test_a_project_can_have_other_fixtures_of_these_names(project: pytest.Pytester) -> None:
    """An option leaves them alone."""
    result = project.runpytest_inprocess("-o", "methodhost_collect=false")

    result.assert_outcomes()


def test_workers_of_xdist_share_the_fixtures(project: pytest.Pytester) -> None:
    """Reports come back from their processes."""
    result = project.runpytest_inprocess("-p", "xdist", "-n", "2", "-p", "no:cacheprovider")

    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["*The result is another.*", '*+   "next": "b"*'])


TESTS = """
import asyncio

import pytest
from connectors import Connector, EgressPolicy
from connectors.testing import RecordedApiError

CRM = Connector.load("crm")
PAGE = {"request": {"url": "https://api.example.com/contacts"}, "response": {"json": {"items": [1], "next": {}}}}
CREATED = {"request": {"method": "POST", "url": "https://api.example.com/contacts", "body": "any"}, "response": {"status": 201}}


def test_a_fixture(method_host, recorded_api):
    api = recorded_api("crm/data/contacts/list.two.fixture.yml")
    report = method_host.run_sync(CRM, "data/contacts/list", args=api.fixture.args)
    assert {"records": [1, 2], "next": "b"} == report.unwrap()


async def test_inline_in_an_event_loop(method_host, recorded_api):
    api = recorded_api([CREATED, CREATED, PAGE], order="any")
    runs = [method_host.run(CRM, "data/contacts/create", args={"fields": {"n": n}}) for n in range(2)]
    await asyncio.gather(*runs, method_host.run(CRM, "data/contacts/list", args={"cursor": None}))
    assert [{"n": 0}, {"n": 1}] == sorted((r.json() for r in api.requests if r.method == "POST"), key=str)
    assert {"/contacts"} == {request.path for request in api.requests}


def test_a_cassette(method_host, recorded_api):
    recorded_api("list.yaml")
    assert [7] == method_host.run_sync(CRM, "data/contacts/list").value["records"]


def test_something_else_is_sent(method_host, recorded_api):
    api = recorded_api([PAGE], strict=False)
    report = method_host.run_sync(CRM, "data/contacts/list", args={"cursor": "x"})
    assert "unmatched_request" == report.error.key
    with pytest.raises(RecordedApiError, match="cursor"):
        api.check()


def test_an_unused_exchange(recorded_api):
    recorded_api([PAGE])


def test_a_wrong_exchange(recorded_api):
    recorded_api([{"request": {"url": "ftp://example.com"}}])


def test_the_network(method_host):
    local = Connector.from_source("local", "export default ({ apiClient }) => apiClient.get('http://127.0.0.1:9/')")
    assert "address" == method_host.run_sync(local).error.key
"""


def test_tests_in_python_have_a_host_and_recorded_exchanges(project: pytest.Pytester) -> None:
    """With and without an event loop: fixtures, cassettes and exchanges in the test itself; then the network again."""
    write(project, {"test_crm.py": TESTS, "list.yaml": CASSETTE})

    result = project.runpytest_inprocess("test_crm.py")

    result.assert_outcomes(passed=6, failed=1, errors=1)
    result.stdout.fnmatch_lines(
        [
            "*GET https://api.example.com/contacts was not sent: exchange 1 is not used*",
            "*recorded_api: exchanges[[]0[]].request.url: *",
        ]
    )


def test_the_tests_of_the_page_pass(project: pytest.Pytester) -> None:
    """What the documentation shows is what happens."""
    page = (Path(__file__).parents[2] / "docs" / "pytest.md").read_text()
    tests, conftest = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    files = {
        "crm/data/contacts/list.js": """
export default async function list({ apiClient }) {
  const first = await apiClient.get('contacts')
  const second = await apiClient.get('contacts', { cursor: first.next })
  return { records: [...first.items, ...second.items] }
}
""",
        "crm/data/contacts/list.two-pages.fixture.yml": """
exchanges:
  - request: {url: https://api.example.com/contacts}
    response: {json: {items: [1, 2], next: abc}}
  - request: {url: https://api.example.com/contacts, query: {cursor: abc}}
    response: {json: {items: [3]}}
""",
        "crm/data/contacts/create.js": "export default ({ apiClient, fields }) => apiClient.post('contacts', fields)\n",
    }
    write(project, {**files, "test_crm.py": tests, "conftest.py": conftest})

    project.runpytest_inprocess("test_crm.py").assert_outcomes(passed=2)


def test_a_project_configures_its_host(project: pytest.Pytester) -> None:
    """A fixture of its own replaces the options."""
    conftest = "import pytest, connectors\n@pytest.fixture(scope='session')\ndef method_host_options():\n    return {OPTIONS}\n"
    test = "def test_it(method_host):\n    assert 3 == method_host.limits.requests\n"
    options = "'limits': connectors.Limits(requests=3)"
    write(project, {"conftest.py": conftest.replace("{OPTIONS}", f"{{{options}}}"), "test_crm.py": test})

    project.runpytest_inprocess("test_crm.py").assert_outcomes(passed=1)


def test_projects_that_do_not_use_it_load_nothing_of_it() -> None:
    """Pytest imports the plugin in each project; that costs nothing, and hides nothing from coverage."""
    code = (
        "import sys, pytest; names = set(sys.modules); import pytest_methodhost; "
        "print(sorted(set(sys.modules) - names))"
    )

    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert "['pytest_methodhost']\n" == loaded.stdout
    assert "pytest_methodhost" == entry_points(group="pytest11")["methodhost"].value
