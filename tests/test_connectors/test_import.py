"""The command `methodhost import`: mocks of Nango and cassettes of VCR become fixtures."""

from __future__ import annotations

import base64
import gzip
import json
import sys
from typing import TYPE_CHECKING, Any

import pytest

from connectors import cli
from connectors.errors import DefinitionError
from connectors.fixtures.fixture_file import FixtureFile
from connectors.importing.import_command import ImportCommand
from connectors.testing.item_runner import ItemRunner

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from connectors.importing.imported import Imported

API = "https://api.example.com/v1"
FILES = {
    "spec.yml": "name: CRM\n",
    "data/contacts/list.js": "export default ({ apiClient }) => apiClient.get('contacts')\n",
    "operations/create-contact/run.js": "export default ({ apiClient, input }) => apiClient.post('contacts', input)\n",
}


@pytest.fixture
def imported(write_folder: Callable[[Mapping[str, str]], Path], tmp_path: Path) -> Callable[..., Imported]:
    """Give a function that writes recordings beside a connector and imports them."""
    write_folder(FILES)

    def run(recordings: Mapping[str, object], **options: Any) -> Imported:
        for name, content in recordings.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content if isinstance(content, str) else json.dumps(content, indent=1), encoding="utf-8")
        said = {"method": "data/contacts/list", "case": None, "base_uri": API, "connection": None, "force": False}
        files = options.pop("files", tuple(str(tmp_path / name) for name in recordings))
        return ImportCommand(**{"files": files, "to": str(tmp_path / "connector"), **said, **options}).execute()

    return run


def written(result: Imported) -> dict[str, Any]:
    """Return what the only fixture says."""
    (file,) = result.files
    assert file.fixture, file.error
    return read(file.fixture)


def read(fixture: str | None) -> dict[str, Any]:
    """Return what a fixture says."""
    said: dict[str, Any] = FixtureFile.load(fixture or "").document.data
    return said


def notes(result: Imported) -> list[str]:
    """Return what is told of what is different."""
    return [f"{note.key or ''}:{note.line or ''} {note.message}" for file in result.files for note in file.notes]


MOCK = {
    "input": {"name": "Ada"},
    "output": {"id": "con_1"},
    "nango": {
        "getMetadata": {"team": "blue"},
        "getConnection": {"connectionId": "c", "provider": "crm"},
        "batchDelete": {},
    },
    "api": {
        "post": {
            "/contacts": {
                "response": {"id": "con_1"},
                "status": 201,
                "headers": {"content-type": "application/json", "server": "x", "etag": "1"},
                "hash": "0a",
                "request": {"params": {"dry": "no"}, "headers": {"X-Team": "blue"}, "data": {"name": "Ada"}},
            }
        },
        "get": {
            "/contacts": [
                {"response": {"items": [1]}, "hash": "0b", "request": {"params": {"page": "1"}}},
                {"response": "", "status": 204, "hash": "0c", "request": {"params": {"page": "2"}, "data": "sha1:00"}},
            ]
        },
    },
}


def test_a_mock_of_nango_becomes_a_fixture(imported: Callable[..., Imported]) -> None:
    """Its answers, whatever their order, what the function was given and gave, and the metadata as parameters."""
    result = imported({"tests/create-contact.test.json": MOCK}, method=None)

    said = written(result)
    assert result.ok
    assert "operations/create-contact/run" == result.files[0].method
    assert str(result.files[0].fixture).endswith("operations/create-contact/run.create-contact.fixture.yml")
    assert ({"input": {"name": "Ada"}}, {"value": {"id": "con_1"}}) == (said["args"], said["expect"])
    assert ("any", {"team": "blue"}) == (said["order"], said["connection"]["parameters"])
    post, first, second = said["exchanges"]
    assert {
        "method": "POST",
        "url": f"{API}/contacts",
        "query": {"dry": "no"},
        "headers": {"x-team": "blue"},
        "json": {"name": "Ada"},
    } == post["request"]
    assert {"status": 201, "headers": {"etag": "1"}, "json": {"id": "con_1"}} == post["response"]
    assert {"page": "1"} == first["request"]["query"]
    assert ("any", {"status": 204}) == (second["request"]["body"], second["response"])
    assert [
        "nango.getConnection:12 Left out of the connection: connectionId, provider. "
        "Say with --connection what placeholders of credentials the fixture has.",
        "api.get./contacts[1].request.data:67 Nango kept a checksum of this body alone; it is not compared.",
    ] == sorted(notes(result), reverse=True)[:2]
    assert any(note.endswith("Headers of responses that were left out: server.") for note in notes(result))


def test_older_mocks_of_nango_become_a_fixture_for_each_function(
    imported: Callable[..., Imported], tmp_path: Path
) -> None:
    """Files that tell their request, files that do not, and the oldest, which tell it in pairs."""
    told = {"method": "get", "endpoint": "contacts", "params": [["page", 2]], "headers": [["X-Team", "blue"]]}
    oldest = [["data", '{"name":"Ada"}'], ["method", "post"], ["url", "https://nango.example/proxy/contacts"]]
    api = "crm/mocks/nango"
    recordings = {
        f"{api}/get/proxy/contacts/list/0a.json": {
            "requestIdentityHash": "0a", "requestIdentity": told, "response": {"items": []}, "status": 404,
        },
        f"{api}/get/proxy/contacts/list.json": {"items": [1]},
        f"{api}/post/proxy/contacts/create-contact/0b.json": {
            "requestIdentityHash": "0b", "requestIdentity": oldest, "response": {"id": 1},
        },
        f"{api}/getMetadata.json": {"team": "blue"},
        "crm/mocks/create-contact/input.json": {"name": "Ada"},
        "crm/mocks/create-contact/output.json": {"id": 1},
        "crm/mocks/list/Contact/batchSave.json": [{"id": 1}],
    }  # fmt: skip

    result = imported(recordings, files=(str(tmp_path / "crm"),), method=None)

    create, listed = (read(file.fixture) for file in result.files)
    assert ({"input": {"name": "Ada"}}, {"value": {"id": 1}}) == (create["args"], create["expect"])
    assert {"method": "POST", "url": f"{API}/contacts", "json": {"name": "Ada"}} == create["exchanges"][0]["request"]
    hashed, plain = listed["exchanges"]
    assert {"method": "GET", "url": f"{API}/contacts", "body": "any"} == plain["request"]
    assert ({"page": "2"}, {"x-team": "blue"}) == (hashed["request"]["query"], hashed["request"]["headers"])
    assert 404 == hashed["response"]["status"]
    assert {"team": "blue"} == listed["connection"]["parameters"]
    assert any("A sync saves or deletes records" in note for note in notes(result))


def _interaction(request: Mapping[str, object], response: Mapping[str, object]) -> dict[str, object]:
    """Return an interaction as vcrpy writes it."""
    return {
        "request": {"method": "GET", "uri": f"{API}/contacts?page=1", "headers": {}, "body": None, **request},
        "response": {"status": {"code": 200, "message": "OK"}, "headers": {}, "body": {"string": ""}, **response},
    }


PACKED = base64.b64encode(gzip.compress(b'{"items": [1, 2.50]}')).decode()

VCRPY = f"""
interactions:
- request:
    method: POST
    uri: {API}/contacts?page=1
    headers:
      Accept-Encoding: ['gzip, deflate']
      Authorization: [Bearer secret]
      Content-Type: [application/x-www-form-urlencoded]
      X-Team: [blue]
    body: !!python/object/new:_io.BytesIO
      state: !!python/tuple [!!binary YT0xJmI9MiZiPTM=, 0, null]
  response:
    status: {{code: 200, message: OK}}
    headers:
      Content-Encoding: [gzip]
      Content-Type: [application/json; charset=utf-8]
      Date: ['Mon, 15 Dec 2025 14:29:01 GMT']
      Set-Cookie: [session=secret]
    body:
      string: !!binary {PACKED}
version: 1
"""

RUBY = f"""---
http_interactions:
- request:
    method: get
    uri: "<API>/contacts?page=1"
    body: {{encoding: US-ASCII, string: ''}}
    headers: {{User-Agent: [Faraday v1]}}
  response:
    status: {{code: 200, message: OK}}
    headers: {{Content-Type: [text/plain]}}
    body: {{encoding: ISO-8859-1, string: Zoë}}
    http_version: '1.1'
  recorded_at: Mon, 15 Dec 2025 14:29:01 GMT
- request:
    method: get
    uri: {API}/logo
    body: {{encoding: UTF-8, base64_string: ''}}
    headers: {{}}
  response:
    status: {{status_code: '200', message: OK}}
    headers: {{Content-Type: [image/png]}}
    body: {{encoding: ASCII-8BIT, string: !binary |- /wA=}}
  recorded_at: Mon, 15 Dec 2025 14:29:02 GMT
recorded_with: VCR 6.1.0
""".replace("!binary |- /wA=", "!binary /wA=")


def test_a_cassette_of_vcrpy_becomes_a_fixture(imported: Callable[..., Imported]) -> None:
    """In the order of its interactions, unpacked, with the form as fields, at the time of the recording."""
    result = imported({"pages.yaml": VCRPY})

    said = written(result)
    (exchange,) = said["exchanges"]
    assert "2025-12-15T14:29:01Z" == said["now"]
    assert "order" not in said
    assert {
        "method": "POST",
        "url": f"{API}/contacts",
        "query": {"page": "1"},
        "headers": {"x-team": "blue"},
        "form": {"a": "1", "b": ["2", "3"]},
    } == exchange["request"]
    assert {"items": [1, 2.5]} == exchange["response"]["json"]
    assert "secret" not in json.dumps(said)


def test_a_cassette_in_json_becomes_a_fixture(imported: Callable[..., Imported]) -> None:
    """Also where its answers are written as vcrpy once did for httpx."""
    request = {"body": {"string": '{"name": "Ada"}'}, "headers": {"Content-Type": ["application/json"]}}
    older = {
        "request": _interaction({}, {})["request"],
        "response": {"status_code": 404, "content": "no", "headers": {}},
    }
    cassette = {"version": 1, "interactions": [_interaction(request, {"body": {"string": "[]"}}), older]}

    first, second = written(imported({"pages.json": cassette}))["exchanges"]

    assert {"name": "Ada"} == first["request"]["json"]
    assert [] == first["response"]["json"]
    assert (404, "no") == (second["response"]["status"], second["response"]["text"])


def test_a_cassette_of_ruby_or_r_becomes_a_fixture(imported: Callable[..., Imported]) -> None:
    """Bodies in their encodings and as bytes, a placeholder for the base URI, and the status as R has it."""
    result = imported({"pages.yml": RUBY})

    said = written(result)
    text, image = said["exchanges"]
    assert (f"{API}/contacts", {"page": "1"}) == (text["request"]["url"], text["request"]["query"])
    assert "Zoë".encode("latin-1") == base64.b64decode(text["response"]["base64"])
    assert b"\xff\x00" == base64.b64decode(image["response"]["base64"])
    assert "2025-12-15T14:29:01Z" == said["now"]


SECRET = "sk_live_8f2b9c1d7e6a"


def test_an_imported_case_passes_and_has_no_secrets(imported: Callable[..., Imported], tmp_path: Path) -> None:
    """Placeholders stand in the exchanges where they stand in the connection; a secret of the answer has one as well."""
    client = {"baseUri": API, "headers": {"Authorization": f"Bearer {SECRET}"}}
    (tmp_path / "live.yml").write_text(json.dumps({"id": "live", "apiClient": client}))
    sent = {"uri": f"{API}/contacts", "headers": {"Authorization": [f"Bearer {SECRET}"], "User-Agent": ["python"]}}
    answer = {"items": [], "session_token": "tok_5Jm2Qx8Zr4Wn6Pb1"}
    cassette = {"interactions": [_interaction(sent, {"body": {"string": json.dumps(answer)}})]}

    result = imported({"all.json": cassette}, connection=str(tmp_path / "live.yml"))

    said = written(result)
    assert (
        f"Bearer {said['connection']['apiClient']['headers']['Authorization'].removeprefix('Bearer ')}"
        == (said["exchanges"][0]["request"]["headers"]["authorization"])
    )
    assert not {SECRET, answer["session_token"]} & set(json.dumps(said).replace('"', " ").split())
    assert any("Placeholders stand for secrets: placeholder-session-token." in note for note in notes(result))
    runner = ItemRunner()
    try:
        replayed = runner.run(FixtureFile.load(str(result.files[0].fixture)))
    finally:
        runner.close()
    assert replayed.ok, replayed.mismatches
    assert {"items": [], "session_token": "placeholder-session-token"} == replayed.report.value


def test_a_secret_that_no_connection_has_is_asked_of_no_request(imported: Callable[..., Imported]) -> None:
    """The header is left out, and that is told."""
    sent = {"headers": {"Authorization": [f"Bearer {SECRET}"], "X-Api-Key": ["k_9d8f7a6b5c4e"], "X-Team": ["blue"]}}

    result = imported({"all.json": {"interactions": [_interaction(sent, {})]}})

    assert {"x-team": "blue"} == written(result)["exchanges"][0]["request"]["headers"]
    assert ": Headers of requests that were left out: authorization, x-api-key." in notes(result)


ODD = f"""
interactions:
- request:
    method: POST
    uri: {API}/contacts
    headers: {{X-Team: !!python/unicode blue}}
    body: !!python/object/apply:builtins.iter
      args: [[!!binary YT0x, "&b=2"]]
    matched_on: [uri]
  response:
    status: {{code: 200, message: OK}}
    headers: {{Content-Encoding: [gzip], Date: [yesterday], Content-Type: [text/plain]}}
    body: {{string: plain, base64_string: cGxhaW4=}}
  recorded_at: '2025-12-15T14:29:01+01:00'
ignored: true
"""


def test_what_is_left_out_of_a_recording_is_told(imported: Callable[..., Imported]) -> None:
    """Keys that are not known, and a body that is not packed as its header says; Python's types are read as data."""
    cassette = imported({"odd.yaml": ODD})
    mock = {
        "api": {"get": {"/a": {"response": "x", "extra": 1, "request": {"cookies": 1}}, "/b": {"response": 1}}},
        "new": 1,
    }
    mocks = imported({"odd.test.json": {**mock, "nango": {"trackDeletesStart": [1]}}})

    (exchange,) = written(cassette)["exchanges"]
    assert {"x-team": "blue"} == exchange["request"]["headers"]
    assert "a=1&b=2" == exchange["request"]["text"]
    assert "plain" == exchange["response"]["text"]
    assert "2025-12-15T13:29:01Z" == written(cassette)["now"]
    unknown = "This key is not known; it was left out."
    assert [
        f"ignored:15 {unknown}",
        f"interactions[0].request.matched_on:9 {unknown}",
        "interactions[0].response.body:13 The body is not in gzip, as its header says; it was taken for unpacked already.",
    ] == sorted(notes(cassette))[1:4]
    told = "\n".join(notes(mocks))
    assert all(f"{key}:" in told for key in ("new", "api.get./a.extra", "api.get./a.request.cookies"))
    assert "nango.trackDeletesStart" in told
    assert "Nango kept nothing of this request" in told


@pytest.mark.parametrize(
    ("name", "content", "key", "line", "says"),
    [
        ("a.test.json", '{\n "api": {"get": }}', None, 2, "not JSON"),
        ("a.test.json", {"api": {"get": {"/a": {"status": "x"}}}}, "api.get./a[0].status", 4, "valid integer"),
        ("a.test.json", [1], None, 1, "dictionary"),
        ("a.yaml", "interactions:\n- request: {}\n", "interactions[0].request.method", 2, "Field required"),
        ("a.yaml", "interactions: !!python/object/apply:os.system [x]\n", "interactions", 1, "tag"),
        ("a.yaml", "a: 1\n", None, None, "This is no cassette"),
        ("a.yaml", VCRPY.replace(API, "<API>"), "interactions[0].request.uri", 5, "--base-uri"),
        ("a.json", {"interactions": [_interaction({"method": "?"}, {})]}, "interactions[0].request", 4, "pattern"),
        ("a.har", "{}", None, None, "*.test.json"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_recording_is_told_with_its_place(
    imported: Callable[..., Imported], name: str, content: object, key: str | None, line: int | None, says: str
) -> None:
    """File, key and line; the other recordings are converted all the same."""
    result = imported({name: content, "fine.json": {"interactions": [_interaction({}, {})]}}, base_uri=None)

    wrong, fine = result.files
    assert wrong.error is not None
    assert (False, key, line) == (result.ok, wrong.error.key, wrong.error.line)
    assert wrong.error.file.endswith(name)
    assert says in wrong.error.message
    assert fine.fixture


def test_what_nango_does_not_keep_is_asked_for(imported: Callable[..., Imported]) -> None:
    """The host of requests, and the method, where none is called like the function."""
    no_base = imported({"a.test.json": MOCK}, base_uri=None).files[0].error
    no_method = imported({"other.test.json": MOCK}, method=None).files[0].error

    assert no_base is not None
    assert no_method is not None
    assert ("api", 18) == (no_base.key, no_base.line)
    assert "--base-uri" in no_base.message
    assert "--method" in no_method.message


def test_a_fixture_that_is_there_is_not_written_over(imported: Callable[..., Imported]) -> None:
    """Unless that is asked for; the case may have another name."""
    cassette = {"pages.json": {"interactions": [_interaction({}, {})]}}
    assert imported(cassette, case="two-pages").ok

    again = imported(cassette, case="two-pages").files[0].error

    assert again is not None
    assert "--force" in again.message
    assert str(again.file).endswith("connector/data/contacts/list.two-pages.fixture.yml")
    assert imported(cassette, case="two-pages", force=True).ok
    assert imported(cassette, case="others").ok


def test_a_folder_without_recordings_is_a_wrong_command(imported: Callable[..., Imported], tmp_path: Path) -> None:
    """And so is a file that is not there."""
    with pytest.raises(DefinitionError, match="neither files"):
        imported({}, files=(str(tmp_path / "connector"),))
    with pytest.raises(DefinitionError, match="no such file"):
        imported({}, files=(str(tmp_path / "none.yaml"),))


@pytest.mark.parametrize("form", ["text", "json"])
def test_the_command_tells_what_became_of_each(
    imported: Callable[..., Imported],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    form: str,
) -> None:
    """What was written, what is different in it, what failed and why, and what to do next."""
    imported({"pages.yaml": VCRPY, "wrong.yaml": "a: 1\n"}, case="first")
    command = [
        "methodhost",
        "import",
        "pages.yaml",
        "wrong.yaml",
        "--to",
        "connector",
        "--method",
        "data/contacts/list",
    ]
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", [*command, *(["--json"] if form == "json" else [])])

    with pytest.raises(SystemExit) as ended:
        cli.main()

    shown = capsys.readouterr().out
    assert 1 == ended.value.code
    if form == "json":
        said = json.loads(shown)
        assert (False, None) == (said["ok"], said["error"])
        assert ["connector/data/contacts/list.pages.fixture.yml", None] == [file["fixture"] for file in said["files"]]
    else:
        assert "wrote connector/data/contacts/list.pages.fixture.yml (1 exchange, of pages.yaml)" in shown
        assert "failed wrong.yaml: This is no cassette" in shown
        assert "methodhost test connector/data/contacts/list.pages.fixture.yml" in shown
