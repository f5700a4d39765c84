"""Files of fixtures: what they may say, where they lie, and how they are found."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import jsonschema
import pytest

from connectors import Connector, cli
from connectors.errors import FixtureError
from connectors.fixtures.discovery import find_fixtures
from connectors.fixtures.exchanges import scripted
from connectors.fixtures.fixture_file import FixtureFile
from connectors.fixtures.fixture_schema import fixture_schema

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    WriteFolder = Callable[[Mapping[str, str]], Path]

ROOT = Path(__file__).parents[2]
ENDS = "expect: {value: 1}\n"
CRM = {"spec.yml": "key: crm\nname: CRM\n", "data/contacts/spec.yml": "key: contacts\nname: Contacts\n"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("version: 2\n", "list.a.fixture.yml:1: version: Input should be 1."),
        ("expect: {}\nwhen: now\n", "list.a.fixture.yml:2: when: Extra inputs are not permitted."),
        ("now: 2026-01-01\n", "list.a.fixture.yml:1: now: "),
        ("now: 2026-01-01T00:00:00\n", "now: Input should have timezone info."),
        ("exchanges:\n  - request:\n      url: /contacts\n    response: {}\n", "list.a.fixture.yml:3: exchanges[0].request.url: "),
        ("exchanges:\n  - request: {url: 'https://a:b@c'}\n    response: {}\n", "exchanges[0].request.url: The URL cannot be requested: it holds a user name"),
        ("exchanges:\n  - request: {url: https://a}\n", "list.a.fixture.yml:2: exchanges[0]: There is neither a response nor a fault: one of them."),
        ("exchanges:\n  - request: {url: https://a}\n    fault: truncated\n", "truncated breaks off a response: give it."),
        ("exchanges:\n  - request: {url: https://a}\n    response: {}\n    fault: reset\n", "After reset there is no response: leave one of them out."),
        ("exchanges:\n  - request: {url: https://a, json: 1, text: a}\n    response: {}\n", "exchanges[0].request: json and text are both given: one of them."),
        ("exchanges:\n  - request: {url: https://a}\n    response: {base64: '*'}\n", "exchanges[0].response.base64: This is not base64."),
        ("exchanges:\n  - request: {url: https://a, headers: {'a b': c}}\n    response: {}\n", "exchanges[0].request.headers.a b"),
        ("exchanges:\n  - request: {url: https://a, query: {a: 1.10}}\n    response: {}\n", "exchanges[0].request.query.a"),
        ("exchanges:\n  - request: {url: https://a}\n    response: {file: none.bin}\n", "list.a.fixture.yml:3: exchanges[0].response.file: The file none.bin cannot be read: No such file or directory."),
        ("exchanges:\n  - request: {url: https://a}\n    response: {file: ../../../outside.txt}\n", "exchanges[0].response.file: The file lies outside of the connector's folder."),
        ("exchanges:\n  - request: {url: https://a}\n    response: {file: link.txt}\n", "exchanges[0].response.file: The file lies outside of the connector's folder."),
        ("exchanges:\n  - request: {url: https://a}\n    response: {file: .}\n", "exchanges[0].response.file: This is not a regular file."),
        ("expect:\n  error: {}\n  value: 1\n", "expect: A method that fails gives nothing: leave out error or value."),
        ("expect:\n  stream: {}\n  schema: {}\n", "expect: A stream is no value: leave out stream or schema."),
        ("expect: {error: {kind: a}}\n", "expect.error.kind: Extra inputs are not permitted."),
        ("expect:\n  paths:\n    records: 1\n", "list.a.fixture.yml:3: expect.paths.records: This is no JSONPath (RFC 9535): "),
        ("expect:\n  schema:\n    properties:\n      id: {type: strng}\n", "list.a.fixture.yml:4: expect.schema.properties.id.type: This is no JSON Schema: 'strng' is not valid"),
        ("connection: {credentials: [a]}\n", "connection.credentials: Input should be a valid dictionary."),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_with_file_key_and_line(write_folder: WriteFolder, text: str, message: str) -> None:
    """A fixture that cannot be used says where and why."""
    folder = write_folder({**CRM, "data/contacts/list.a.fixture.yml": text, "../outside.txt": "x"})
    (folder / "data/contacts/link.txt").symlink_to(folder / "../outside.txt")
    with pytest.raises(FixtureError) as caught:
        scripted(FixtureFile.load(folder / "data/contacts/list.a.fixture.yml"))
    assert message in str(caught.value)
    assert "data/contacts/list.a.fixture.yml" in str(caught.value)


@pytest.mark.parametrize(
    ("files", "fixture", "target", "name", "method"),
    [
        (CRM, "data/contacts/list.a.fixture.yml", ".", "data/contacts/list.a", "data/contacts/list"),
        (CRM, "data/contacts/find-by-id.not-found.x.fixture.json", ".", "data/contacts/find-by-id.not-found.x", "data/contacts/find-by-id"),
        (CRM, "auth/test.fixture.yaml", ".", "auth/test", "auth/test"),
        ({"src/spec.yml": "key: a\nname: A\n", "package.json": "{}"}, "src/auth/test.a.fixture.yml", ".", "auth/test.a", "auth/test"),
        ({"hello.js": "export default () => 1"}, "hello.a.fixture.yml", "hello.js", "hello.a", "hello"),
        ({"hello.ts": "export default () => 1"}, "hello.a.fixture.yml", "hello.ts", "hello.a", "hello"),
    ],
)  # fmt: skip
def test_the_place_of_a_fixture_says_whose_it_is(
    write_folder: WriteFolder, files: dict[str, str], fixture: str, target: str, name: str, method: str
) -> None:
    """The connector is the folder above with a `spec.yml` that is no collection's, or the file beside the fixture."""
    folder = write_folder({**files, fixture: json.dumps({"expect": {"value": 1}})})
    file = FixtureFile.load(folder / fixture)
    assert (folder / target, name, method) == (file.target, file.name, file.method)


def test_a_fixture_may_say_which_method_it_means(write_folder: WriteFolder) -> None:
    """The key `method` comes before the name of the file."""
    folder = write_folder({**CRM, "cases/all.fixture.yml": f"method: data/contacts/list\n{ENDS}"})
    file = FixtureFile.load(folder / "cases/all.fixture.yml")
    assert ("cases/all", "data/contacts/list") == (file.name, file.method)


def test_a_fixture_without_a_connector_is_refused(write_folder: WriteFolder) -> None:
    """What belongs to nothing says what is missing."""
    folder = write_folder({"list.a.fixture.yml": ENDS, "list.a.yml": ENDS})
    with pytest.raises(FixtureError, match=r"neither a spec\.yml in a folder above, nor list\.js beside"):
        FixtureFile.load(folder / "list.a.fixture.yml")
    with pytest.raises(FixtureError, match=r"ends in one of \.fixture\.yml, \.fixture\.yaml, \.fixture\.json"):
        FixtureFile.load(folder / "list.a.yml")


def test_fixtures_and_their_files_are_no_part_of_a_connector(write_folder: WriteFolder) -> None:
    """A connector is the same with fixtures as without."""
    before = Connector.load(write_folder(CRM)).digest
    files = {
        "list.a.fixture.yml": ENDS,
        "list.a.fixture.yaml": ENDS,
        "list.a.fixture.json": "{}",
        "list.a.fixture.1.json": "[",
    }
    write_folder({f"data/contacts/{name}": text for name, text in files.items()})
    assert before == Connector.load(write_folder({})).digest


def test_fixtures_are_found_below_folders_and_beside_files(write_folder: WriteFolder) -> None:
    """Each is found once, in order; what is hidden or installed is not looked at."""
    names = ("a/b.2.fixture.yml", "a/b.1.fixture.json", "a/bc.fixture.yaml", "d.fixture.yml")
    hidden = (".git/x.fixture.yml", "node_modules/x.fixture.yml", "a/b.fixture.1.json", "a/b.yml")
    folder = write_folder({"a/b.js": "1", **dict.fromkeys(names + hidden, ENDS)})

    def found(*paths: str) -> list[str]:
        return [path.relative_to(folder).as_posix() for path in find_fixtures([folder / path for path in paths])]

    assert ["a/b.1.fixture.json", "a/b.2.fixture.yml", "a/bc.fixture.yaml", "d.fixture.yml"] == found(".")
    assert ["a/b.1.fixture.json", "a/b.2.fixture.yml"] == found("a/b.js", "a/b.2.fixture.yml")
    for wrong in ("none", "a/b.yml", ".git/none.js"):
        with pytest.raises(FixtureError, match=wrong):
            found(wrong)


def test_the_schema_is_in_step_and_means_the_same(write_folder: WriteFolder) -> None:
    """Both copies are what the code makes; what it refuses and admits is what reading refuses and admits."""
    text = fixture_schema()
    hint = "python -c 'from connectors.fixtures.fixture_schema import *; print(fixture_schema(), end=\"\")'"
    for place in ("docs/fixture.schema.json", "connectors/types/fixture.schema.json"):
        assert text == (ROOT / place).read_text(encoding="utf-8"), f"write {place} anew: {hint}"
    validator = jsonschema.Draft202012Validator(json.loads(text))
    assert validator.is_valid({"$schema": "x", "exchanges": [{"request": {"url": "https://a", "query": {"a": 1}}}]})
    for wrong in ({"verson": 1}, {"exchanges": [{}]}, {"expect": {"console": [1]}}, {"mode": "later"}):
        assert not validator.is_valid(wrong)


def methodhost(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    """Run the command in this process and return its exit status."""
    monkeypatch.setattr(sys, "argv", ["methodhost", *arguments])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    return int(ended.value.code or 0)


def test_the_exit_status_says_whether_all_passed(
    write_folder: WriteFolder, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """0 where all passed, 1 where one did not, 2 where a fixture or the command is wrong."""
    folder = write_folder({"one.js": "export default () => 1", "one.a.fixture.yml": ENDS, "one.b.fixture.yml": ENDS})
    assert 0 == methodhost(monkeypatch, "test", str(folder))
    assert "2 passed" in capfd.readouterr().out
    (folder / "one.b.fixture.yml").write_text("# two\nexpect:\n  value: 2\n")
    assert 1 == methodhost(monkeypatch, "test", str(folder / "one.js"))
    out = capfd.readouterr().out
    assert "The result is another.  one.b.fixture.yml:3" in out
    assert "- 2\n" in out
    assert 2 == methodhost(monkeypatch, "test", str(folder / "none"))
    (folder / "one.b.fixture.yml").write_text("expect: 2\n")
    capfd.readouterr()
    assert 2 == methodhost(monkeypatch, "test", str(folder))
    assert "one.b.fixture.yml:1\n  expect: Input should be a valid dictionary.\n" in capfd.readouterr().out
