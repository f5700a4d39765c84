"""Views of runs: HTTP archives and pages."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from datetime import datetime
from html.parser import HTMLParser
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, NotRequired

import pytest
from click import UsageError
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter
from typing_extensions import TypedDict

from connectors import (
    DefinitionError,
)
from connectors.cli import Session, methodhost
from connectors.render_json import JsonOutput
from connectors.render_terminal import TerminalOutput

if TYPE_CHECKING:
    from collections.abc import Callable

HOSTILE = "</script></style></pre></title><img src=x onerror=alert(1)>\"'&<!--\u202e\u2066\x1b[31m"
PICTURE = b"\x89PNG\r\n\x1a\n\0\0\xff"
SECRETS = ("canary-token", "canary-cookie", "canary-fresh", "canary-password", "canary-query", "canary-basic")
CODE = """
export default async ({ apiClient, input }) => {
  console.log(input.hostile, apiClient.token)
  console.warn('two\\nlines')
  await apiClient.get('picture')
  await apiClient.get('moved', { q: input.hostile, api_key: 'canary-query' })
  await apiClient.post('limited', { password: 'canary-password', text: input.hostile })
  await apiClient.post('form', 'a=1&b=%20&password=canary-password', { headers: { 'content-type': 'application/x-www-form-urlencoded' } })
  await apiClient.get('broken').catch((error) => console.error(error.message))
  return { hostile: input.hostile }
}
"""


STRICT = ConfigDict(extra="forbid", strict=True)
Moment = Annotated[datetime, Field(strict=False)]
Size = Annotated[int, Field(ge=-1)]
Phase = Annotated[float, Field(ge=-1)]
Lasted = Annotated[float, Field(ge=0)]


class Pair(TypedDict):
    """A header or a parameter of a query."""

    __pydantic_config__ = STRICT  # type: ignore[misc]
    name: str
    value: str


class Cookie(Pair):
    """A cookie."""

    path: NotRequired[str]
    domain: NotRequired[str]
    expires: NotRequired[Moment]
    httpOnly: NotRequired[bool]
    secure: NotRequired[bool]


class Form(TypedDict):
    """What was posted; `params` for forms, `text` for all else."""

    __pydantic_config__ = STRICT  # type: ignore[misc]
    mimeType: str
    params: NotRequired[list[Pair]]
    text: NotRequired[str]


class Sent(TypedDict):
    """A request."""

    __pydantic_config__ = STRICT  # type: ignore[misc]
    method: str
    url: str
    httpVersion: str
    cookies: list[Cookie]
    headers: list[Pair]
    queryString: list[Pair]
    postData: NotRequired[Form]
    headersSize: Size
    bodySize: Size


class Content(TypedDict):
    """The body of a response."""

    __pydantic_config__ = STRICT  # type: ignore[misc]
    size: Annotated[int, Field(ge=0)]
    mimeType: str
    text: NotRequired[str]
    encoding: NotRequired[Literal["base64"]]


class Received(TypedDict):
    """A response."""

    __pydantic_config__ = STRICT  # type: ignore[misc]
    status: int
    statusText: str
    httpVersion: str
    cookies: list[Cookie]
    headers: list[Pair]
    content: Content
    redirectURL: str
    headersSize: Size
    bodySize: Size


class Timings(TypedDict):
    """How long the phases of an exchange took; -1 is unknown."""

    __pydantic_config__ = STRICT  # type: ignore[misc]
    blocked: Phase
    dns: Phase
    connect: Phase
    ssl: Phase
    send: Lasted
    wait: Lasted
    receive: Lasted


class Entry(TypedDict):
    """An exchange."""

    __pydantic_config__ = STRICT  # type: ignore[misc]
    pageref: str
    startedDateTime: Moment
    time: Lasted
    request: Sent
    response: Received
    cache: Annotated[dict[str, None], Field(max_length=0)]
    timings: Timings
    comment: NotRequired[str]


class PageTimings(TypedDict):
    """When a page was there."""

    __pydantic_config__ = STRICT  # type: ignore[misc]
    onContentLoad: Phase
    onLoad: Phase


class Page(TypedDict):
    """A page."""

    __pydantic_config__ = STRICT  # type: ignore[misc]
    id: str
    title: str
    startedDateTime: Moment
    pageTimings: PageTimings
    comment: str


class Creator(TypedDict):
    """What wrote an archive."""

    __pydantic_config__ = STRICT  # type: ignore[misc]
    name: str
    version: str


class Log(TypedDict):
    """All of it."""

    __pydantic_config__ = STRICT  # type: ignore[misc]
    version: Literal["1.2"]
    creator: Creator
    pages: list[Page]
    entries: list[Entry]


class Archive(TypedDict):
    """HAR 1.2, http://www.softwareishard.com/blog/har-12-spec/."""

    __pydantic_config__ = STRICT  # type: ignore[misc]
    log: Log


class _Api(BaseHTTPRequestHandler):
    """Answers with hostile text, and sets cookies; each path does something else once."""

    protocol_version = "HTTP/1.1"
    limited = False

    def do_GET(self) -> None:
        """Answer."""
        self.rfile.read(int(self.headers.get("content-length", 0)))
        path = self.path.split("?")[0]
        if path == "/broken":
            self._answer(200, b"half of it", {"Content-Length": "100"})
            self.close_connection = True
        elif path == "/limited" and not _Api.limited:
            _Api.limited = True
            self._answer(429, b"{}", {"Retry-After": "0"})
        elif path == "/later":
            self._answer(429, b"{}", {"Retry-After": "40"})
        elif path == "/moved":
            self._answer(302, b"", {"Location": "/here?token=canary-fresh"})
        elif path == "/picture":
            self._answer(200, PICTURE, {"Content-Type": "image/png"})
        else:
            body = {"text": HOSTILE, "access_token": "canary-fresh", "authorization": self.headers["authorization"]}
            cookie = "sid=canary-cookie; Path=/; HttpOnly; Secure; Expires=Wed, 09 Jun 2027 10:18:14 GMT"
            self._answer(200, json.dumps(body).encode(), {"Content-Type": "application/json", "Set-Cookie": cookie})

    do_POST = do_GET  # noqa: N815 (http.server's name)

    def _answer(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_parts: object) -> None:
        """Be silent."""


class Views(BaseModel):
    """What one run left behind."""

    report: dict[str, Any]
    har: dict[str, Any]
    har_text: str
    page: str

    def entry(self, path: str) -> dict[str, Any]:
        """Return the last entry of a path."""
        found = [entry for entry in self.har["log"]["entries"] if path in entry["request"]["url"]]
        return dict(found[-1])


@pytest.fixture(scope="module")
def views(
    tmp_path_factory: pytest.TempPathFactory, serve_in_thread: Callable[[type[BaseHTTPRequestHandler]], int]
) -> Views:
    """Run the method once, with hostile and with secret texts wherever they can be."""
    folder, port = tmp_path_factory.mktemp("views"), serve_in_thread(_Api)
    (folder / "method.js").write_text(CODE)
    client = {"baseUri": f"http://127.0.0.1:{port}", "headers": {"Cookie": "sid=canary-cookie"}}
    connection = {
        "id": "acme",
        "credentials": {"access_token": "canary-token"},
        "apiClient": client | {"auth": {"type": "basic", "username": "canary-basic", "password": "canary-password"}},
    }
    (folder / "connection.json").write_text(json.dumps(connection))
    args = [str(folder / "method.js"), "--connection", str(folder / "connection.json"), "--allow", "127.0.0.1"]
    args += ["--har", str(folder / "run.har"), "--html", str(folder / "run.html"), "--mode", "async"]
    session = run(*args, "--input", json.dumps({"hostile": HOSTILE}))
    assert session.report is not None
    har_text = (folder / "run.har").read_text()
    return Views(
        report=json.loads(session.report.to_json()),
        har=json.loads(har_text),
        har_text=har_text,
        page=(folder / "run.html").read_text(),
    )


def run(*arguments: str, output: JsonOutput | TerminalOutput | None = None) -> Session:
    """Run the command in this process."""
    return command("run", *arguments, output=output)


def command(*arguments: str, output: JsonOutput | TerminalOutput | None = None) -> Session:
    """Run any command in this process."""
    session = Session(output=output or JsonOutput())
    methodhost.main(args=list(arguments), standalone_mode=False, obj=session)
    return session


def test_the_archive_is_one(views: Views) -> None:
    """Every member that HAR 1.2 asks for is there, none that it does not know, and times add up."""
    assert views.report["ok"], views.report["error"]
    log = TypeAdapter(Archive).validate_python(without_own(views.har))["log"]
    assert ["run"] == [page["id"] for page in log["pages"]]
    assert {"run"} == {entry["pageref"] for entry in log["entries"]}
    assert len(views.report["requests"]) == len(log["entries"])
    assert sorted(log["entries"], key=lambda entry: entry["startedDateTime"]) == log["entries"]
    for entry in log["entries"]:
        assert round(sum(part for part in entry["timings"].values() if part >= 0), 3) == round(entry["time"], 3)  # type: ignore[misc]


def without_own(value: Any) -> Any:
    """Return a part of an archive without the members that the format leaves to those who write it."""
    if isinstance(value, dict):
        return {name: without_own(member) for name, member in value.items() if not name.startswith("_")}
    return [without_own(item) for item in value] if isinstance(value, list) else value


def test_the_archive_has_what_was_sent_and_received(views: Views) -> None:
    """Queries, forms, cookies, redirects and binary bodies have their places."""
    picture, moved, form = (views.entry(path) for path in ("/picture", "/moved", "/form"))
    content = picture["response"]["content"]
    assert ("image/png", "base64", len(PICTURE)) == (content["mimeType"], content["encoding"], content["size"])
    assert PICTURE == base64.b64decode(content["text"])
    assert (302, "/here?token=[redacted]") == (moved["response"]["status"], moved["response"]["redirectURL"])
    query = {"name": "q", "value": HOSTILE}, {"name": "api_key", "value": "[redacted]"}
    assert list(query) == moved["request"]["queryString"]
    pairs = [("a", "1"), ("b", " "), ("password", "[redacted]")]
    assert [{"name": name, "value": value} for name, value in pairs] == form["request"]["postData"]["params"]
    assert [{"name": "sid", "value": "[redacted]"}] == form["request"]["cookies"]
    cookie = {"name": "sid", "value": "[redacted]", "path": "/", "expires": "2027-06-09T10:18:14+00:00"}
    assert [cookie | {"httpOnly": True, "secure": True}] == form["response"]["cookies"]
    assert HOSTILE == json.loads(form["response"]["content"]["text"])["text"]


def test_the_archive_tells_what_went_wrong(views: Views) -> None:
    """A response that broke off has its status and what came of it, and says why there is no more."""
    response = views.entry("/broken")["response"]
    assert (200, "truncated", "half of it") == (response["status"], response["_error"], response["content"]["text"])


def test_no_secret_is_in_any_view(views: Views) -> None:
    """Known secrets and what has the name of one are masked, in headers, cookies, queries and bodies alike."""
    for text in (views.har_text, views.page):
        assert "[redacted]" in text
        for secret in (*SECRETS, base64.b64encode(b"canary-basic:canary-password").decode()):
            assert secret not in text


class _Tags(HTMLParser):
    """Collects what a browser would find in a page."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: set[str] = set()
        self.attributes: dict[str, set[str]] = {}
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take in a tag."""
        self.tags.add(tag)
        for name, value in attrs:
            self.attributes.setdefault(name, set()).add(value or "")

    def handle_data(self, data: str) -> None:
        """Take in text."""
        self.text += data


def test_hostile_text_is_text_in_the_page(views: Views) -> None:
    """What servers and methods wrote makes no element and no attribute, and turns no writing direction."""
    page = _Tags(views.page)
    harmful = {"script", "img", "image", "iframe", "object", "embed", "link", "base", "form", "a", "foreignobject"}
    assert not harmful & page.tags
    assert not {name for name in page.attributes if name.startswith("on")} | {"style", "src"} & set(page.attributes)
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]", views.page)
    shown = HOSTILE.translate({0x202E: "\\u202e", 0x2066: "\\u2066", 0x1B: "\\u001b"})
    assert shown in page.text
    assert page.text.count(shown.partition('"')[0]) > 3


def test_the_page_loads_nothing(views: Views) -> None:
    """There is no address to load from, and the page's own policy forbids all but its one style."""
    page = _Tags(views.page)
    assert {"#grid"} == page.attributes["href"]
    style = re.findall("<style>(.*?)</style>", views.page, re.DOTALL)
    assert ["#hatch"] == re.findall(r"url\(([^)]*)", style[0])
    assert "@import" not in style[0]
    digest = base64.b64encode(hashlib.sha256(style[0].encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    assert policy in page.attributes["content"]


def test_the_page_tells_the_run(views: Views) -> None:
    """Attempts and redirects are one row each; console lines stand between the requests."""
    text = " ".join(_Tags(views.page).text.split())
    assert "2 tries 200" in text
    assert "Tried again" in text
    assert "redirected 200" in text
    assert "200 truncated" in text
    assert "warn two" in text


def test_an_error_is_shown_with_its_source(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The page has the lines around the place, and the terminal each thing that happened, with its place in time."""
    (tmp_path / "method.js").write_text(
        "export default () => {\n  console.log('before', '\\u001b[2J')\n  return no.such\n}\n"
    )
    page = tmp_path / "run.html"
    session = run(str(tmp_path / "method.js"), "--html", str(page), "--timeline", output=TerminalOutput())
    assert session.report is not None
    assert not session.report.ok
    text = _Tags(page.read_text()).text
    assert "no is not defined" in text
    assert re.search(r"3 │   return no.such\n +│ +\^", text)
    assert re.search(r"0\.000 +log +before \\u001b.* +•", capsys.readouterr().err)


def test_rows_in_the_terminal_are_not_for_programs(tmp_path: Path) -> None:
    """The document of --json stays alone."""
    (tmp_path / "method.js").write_text("export default () => 1")
    with pytest.raises(UsageError, match="--html FILE"):
        run(str(tmp_path / "method.js"), "--json", "--timeline")


def test_a_run_that_is_resumed_is_shown_as_well(
    tmp_path: Path, serve_in_thread: Callable[[type[BaseHTTPRequestHandler]], int]
) -> None:
    """methodhost resume takes the same options."""
    method, journal, page = (str(tmp_path / name) for name in ("method.js", "run.jsonl", "run.html"))
    uri = f"http://127.0.0.1:{serve_in_thread(_Api)}/later"
    Path(method).write_text(f"export default ({{ apiClient }}) => apiClient.get('{uri}')")
    session = run(method, "--allow", "127.0.0.1", "--mode", "async", "--journal", journal)
    assert session.report is not None
    assert session.report.suspended is not None
    command("resume", journal, method, "--allow", "127.0.0.1", "--html", page)
    assert "The journal tells of it" in Path(page).read_text()


@pytest.mark.parametrize("option", ["--har", "--html"])
@pytest.mark.parametrize("target", ["-", "no/such/folder/file"])
def test_a_file_that_cannot_be_written_is_told_before_the_run(tmp_path: Path, option: str, target: str) -> None:
    """The method is not run for nothing."""
    (tmp_path / "method.js").write_text("export default () => 1")
    with pytest.raises(DefinitionError, match=option):
        run(str(tmp_path / "method.js"), option, target)


def test_a_view_that_cannot_be_written_costs_no_value(tmp_path: Path) -> None:
    """The run was done: its value is in the report beside the error."""
    (tmp_path / "method.js").write_text("export default () => 'done'")
    report = run(str(tmp_path / "method.js"), "--har", "/dev/full").report
    assert report is not None
    assert report.error is not None
    assert ("done", False, "output") == (report.value, report.ok, report.error.key)
    assert "/dev/full cannot be written: No space left on device" in report.error.message
