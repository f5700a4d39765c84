"""Recording of fixtures: runs against a real server, what is written of them, and what never is."""

from __future__ import annotations

import asyncio
import base64
import html
import json
import socket
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from datetime import datetime
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, quote_plus

import pytest
import yaml

from connectors import Connection, Connector, EgressPolicy, Limits, MethodHost
from connectors.cli import Session, methodhost
from connectors.errors import DefinitionError
from connectors.fixtures.fixture_file import FixtureFile
from connectors.fixtures.runner import FixtureRunner
from connectors.recording.errors import RecordingError
from connectors.recording.live_run import RunRequest
from connectors.recording.recorded_case import RecordedCase
from connectors.recording.recorder import Recorder
from connectors.render_json import JsonOutput
from connectors.render_terminal import TerminalOutput
from runtime import VirtualTimeLoop

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from connectors.recording.proposal import Proposal

CANARY = "Cän4ry/+&\"<k>' 9~x"
"""A secret that every encoding writes in its own way."""


@dataclass(kw_only=True)
class Answer:
    """What the server answers."""

    body: Any = field(default_factory=dict)
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def content(self) -> bytes:
        """Its body as bytes."""
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body, separators=(",", ":")).encode()


@dataclass(kw_only=True)
class Api:
    """An external app, which answers as a test wants."""

    url: str = ""
    answer: Callable[[Any], Answer] = field(default=lambda _: Answer())
    seen: list[Any] = field(default_factory=list)


@pytest.fixture(scope="module")
def one_api(serve_in_thread: Callable[[type[BaseHTTPRequestHandler]], int]) -> Api:
    """Start an external app for all tests of the module."""
    api = Api()

    class Handler(BaseHTTPRequestHandler):
        """Hands each request to the test."""

        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            """Answer."""
            self.body = self.rfile.read(int(self.headers.get("content-length") or 0))
            api.seen.append(f"{self.command} {self.path}")
            answer = api.answer(self)
            self.send_response(answer.status)
            for name, value in {"Content-Type": "application/json", **answer.headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer.content)))
            self.end_headers()
            self.wfile.write(answer.content)

        do_POST = do_PUT = do_GET  # noqa: N815 (http.server's names)

        def log_message(self, *_parts: object) -> None:
            """Be silent."""

    api.url = f"http://127.0.0.1:{serve_in_thread(Handler)}"
    return api


@pytest.fixture
def api(one_api: Api) -> Api:
    """Give the external app, as if nobody had used it."""
    one_api.seen.clear()
    one_api.answer = lambda _: Answer()
    return one_api


@pytest.fixture(scope="module")
def loop() -> Iterator[asyncio.Runner]:
    """Start an event loop for all tests of the module."""
    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        yield runner


@pytest.fixture(scope="module")
def recorder(loop: asyncio.Runner) -> Iterator[Recorder]:
    """Open what records and replays for all tests of the module."""
    stack = AsyncExitStack()

    async def start() -> Recorder:
        limits = Limits(wall_time_seconds=5)
        host = MethodHost(limits=limits, egress=EgressPolicy.from_allow(["127.0.0.1"]), workers=1, spares=1)
        await stack.enter_async_context(host)
        return Recorder(host=host, runner=await stack.enter_async_context(FixtureRunner(workers=1)))

    yield loop.run(start())
    loop.run(stack.aclose())


@dataclass(frozen=True, kw_only=True)
class Case:
    """A method in a file of its own, to be recorded."""

    folder: Path
    recorder: Recorder
    loop: asyncio.Runner

    def propose(self, code: str, members: dict[str, Any] | None = None, **args: Any) -> Proposal:
        """Run a method, and return what is proposed."""
        (self.folder / "list.js").write_text(code, encoding="utf-8")
        case = self._case()
        return self.loop.run(self.recorder.record(self.request(members, args), case.path, case.name, limits={}))

    def record(self, code: str, members: dict[str, Any] | None = None, **args: Any) -> dict[str, Any]:
        """Run a method, write its fixture, see that it passes, and return what it says."""
        recording = self.propose(code, members, **args).take()
        assert () == recording.mismatches, self.text
        result = self.loop.run(self.recorder.runner.run(FixtureFile.load(self.path)))
        assert result.ok, result.mismatches
        return self.data

    def update(self, members: dict[str, Any] | None = None, **args: Any) -> Proposal:
        """Run it again."""
        file = FixtureFile.load(self.path)
        request = self.request(members, args or file.fixture.args)
        return self.loop.run(self.recorder.update(file, request, with_args=bool(args)))

    def reread(self, members: dict[str, Any] | None = None) -> Proposal:
        """Send its reads again."""
        return self.loop.run(self.recorder.reread(FixtureFile.load(self.path), self.request(members, {})))

    @property
    def path(self) -> Path:
        """Where its fixture lies."""
        return self.folder / "list.one.fixture.yml"

    @property
    def text(self) -> str:
        """What its fixture says, as text."""
        return self.path.read_text(encoding="utf-8")

    @property
    def data(self) -> dict[str, Any]:
        """What its fixture says."""
        data: dict[str, Any] = yaml.safe_load(self.text)
        return data

    def _case(self) -> RecordedCase:
        return RecordedCase.find(self.folder / "list.js", self._connector(), None, "one")

    def _connector(self) -> Connector:
        return Connector.load(self.folder / "list.js")

    def request(self, members: dict[str, Any] | None, args: dict[str, Any]) -> RunRequest:
        """Return what is to be run."""
        return RunRequest(
            connector=self._connector(),
            method="list",
            connection=None if members is None else Connection.model_validate({"id": "acme", **members}),
            members=members or {},
            args=args,
            mode="sync",
        )


@pytest.fixture
def case(tmp_path: Path, recorder: Recorder, loop: asyncio.Runner) -> Case:
    """Give a case of a method, in a folder of its own."""
    return Case(folder=tmp_path, recorder=recorder, loop=loop)


TOKEN = "t0ken-of-acme-9876"


def bearer(api: Api, token: str = TOKEN) -> dict[str, Any]:
    """Return a connection that sends a token."""
    return {
        "credentials": {"access_token": token},
        "apiClient": {"baseUri": api.url, "auth": {"type": "bearer", "token": token}},
    }


def test_a_run_becomes_a_fixture_that_passes(api: Api, case: Case) -> None:
    """What was sent and answered, the arguments, the value and the console are in the file, and it says no more."""
    api.answer = lambda _: Answer(body={"records": [{"id": 1}]}, headers={"X-RateLimit-Remaining": "9", "Server": "x"})
    code = """export default async ({ apiClient, page }) => {
      console.log("page", page);
      return apiClient.post("contacts", { name: "Ann" }, { query: { page } });
    }"""
    data = case.record(code, bearer(api), page=2)
    assert data.pop("now").endswith("Z")
    client = {"baseUri": api.url, "auth": {"type": "bearer", "token": "placeholder-access-token"}}
    assert {
        "version": 1,
        "args": {"page": 2},
        "connection": {"credentials": {"access_token": "placeholder-access-token"}, "apiClient": client},
        "exchanges": [
            {
                "request": {
                    "method": "POST",
                    "url": f"{api.url}/contacts",
                    "query": {"page": "2"},
                    "headers": {"authorization": "Bearer placeholder-access-token"},
                    "json": {"name": "Ann"},
                },
                "response": {
                    "status": 200,
                    "headers": {"x-ratelimit-remaining": "9"},
                    "json": {"records": [{"id": 1}]},
                },
            }
        ],
        "expect": {"value": {"records": [{"id": 1}]}, "console": [{"level": "log", "message": "page 2"}]},
    } == data


def test_refreshing_is_recorded_with_a_placeholder_for_each_token(api: Api, case: Case) -> None:
    """The 401, the token request and the retry are three exchanges, in which no token is and each has one name."""

    def answer(request: Any) -> Answer:
        if request.path == "/token":
            body = {"access_token": "second/t0ken+98", "refresh_token": "second-r3fresh", "expires_in": 60}
            return Answer(body=body)
        return Answer(status=200 if request.headers["Authorization"] == "Bearer second/t0ken+98" else 401)

    api.answer = answer
    members = {
        "credentials": {"access_token": "first-t0ken", "refresh_token": "first-r3fresh"},
        "apiClient": {"baseUri": api.url},
        "oauth2": {"tokenUri": f"{api.url}/token", "clientId": "app-1", "clientSecret": "app/s3cret"},
    }
    data = case.record("export default ({ apiClient }) => apiClient.get('me')", members)
    first, token, second = (exchange["request"] for exchange in data["exchanges"])
    assert "Bearer placeholder-access-token" == first["headers"]["authorization"]
    assert "placeholder-refresh-token" == token["form"]["refresh_token"]
    pair = base64.b64decode(token["headers"]["authorization"].removeprefix("Basic ")).decode()
    assert "app-1:placeholder-client-secret" == pair
    assert "placeholder-refresh-token-2" == data["exchanges"][1]["response"]["json"]["refresh_token"]
    assert "Bearer placeholder-access-token-2" == second["headers"]["authorization"]
    assert not [secret for secret in ("first-t0ken", "second/", "r3fresh", "s3cret") if secret in case.text]


def test_secrets_that_nobody_told_of_are_found_where_they_travel(api: Api, case: Case) -> None:
    """Cookies, sessions, keys in URLs and tokens known by their looks have one placeholder each, so that it replays."""
    jwt = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U"
    found = {
        "session": "s3ssion-41",
        "note": f"call ghp_{'a1B2c3' * 6} or {jwt}",
        "download": "https://files.example/1?X-Amz-Signature=5f2e9c&page=2",
        "fields": [{"name": "api_key", "value": "k3y-of-field"}],
        "next_page_token": "cGFnZTI",
    }
    api.answer = lambda _: Answer(body=found, headers={"Set-Cookie": "sid=c00kie-77; Path=/; HttpOnly"})
    code = """export default async ({ apiClient, password, key }) => {
      const { data, headers } = await apiClient.post("login?v=1&app_key=of-the-s0urce&api_key=" + key, { password }, { returnFullResponse: true });
      const cookie = String(headers["set-cookie"]).split(";")[0];
      await apiClient.get("items", { session: data.session, at: data.next_page_token }, { headers: { cookie, "x-session-key": data.session } });
      return data;
    }"""
    members = {"apiClient": {"baseUri": api.url}}
    data = case.record(code, members, password="hunter-2000", key="k3y-in-query")
    login, items = (exchange["request"] for exchange in data["exchanges"])
    assert {"password": "placeholder-password", "key": "placeholder-api-key"} == data["args"]
    assert {"password": "placeholder-password"} == login["json"]
    assert {"v": "1", "app_key": "of-the-s0urce", "api_key": "placeholder-api-key"} == login["query"]
    assert "sid=placeholder-sid; Path=/; HttpOnly" == data["exchanges"][0]["response"]["headers"]["set-cookie"]
    assert {"session": "placeholder-session", "at": "cGFnZTI"} == items["query"]
    assert {"cookie": "sid=placeholder-sid", "x-session-key": "placeholder-session"} == items["headers"]
    value = data["expect"]["value"]
    assert "call placeholder-token or placeholder-token-2" == value["note"]
    assert "https://files.example/1?X-Amz-Signature=placeholder-x-amz-signature&page=2" == value["download"]
    assert "placeholder-api-key-2" == value["fields"][0]["value"]


def test_a_canary_is_in_no_file_whatever_encodes_it(api: Api, case: Case) -> None:
    """A credential that a method and its server write in all encodings, in all places, is in nothing that is written."""

    def answer(request: Any) -> Answer:
        echo = {name: write(CANARY) for name, write in ENCODINGS.items()}
        inner = json.dumps({"token": CANARY})
        echo |= {"nested": json.dumps({"inner": inner}), "path": request.path, CANARY: request.body.decode()}
        return Answer(body=echo, headers={"Link": f"<{api.url}/?next={quote(CANARY)}>"})

    api.answer = answer
    code = """export default async ({ apiClient, credentials: { secret } }) => {
      const b64 = (text) => Buffer.from(text).toString("base64");
      const url = Buffer.from("user:" + secret).toString("base64url");
      const headers = { "x-b64": b64(secret), "x-pair": b64("user:" + secret), "x-url": url, "x-hex": Buffer.from(secret).toString("hex"), "x-uri": encodeURIComponent(secret) };
      const body = { secret, json: JSON.stringify({ secret }), twice: encodeURIComponent(encodeURIComponent(secret)), deep: b64(JSON.stringify({ a: b64(secret) })) };
      await apiClient.post("a/" + encodeURIComponent(secret) + "/b", body, { headers, query: { secret, all: b64("1" + secret) } });
      await apiClient.post("form", new URLSearchParams({ secret, pair: "x=" + secret }));
      const form = new FormData();
      form.append("secret", secret);
      form.append("file", new Blob(["key=" + secret]), "a.txt");
      const last = await apiClient.post("parts", form);
      console.log("secret", secret, { secret });
      return { last, list: [secret, headers, b64("<" + secret + ">")] };
    }"""
    members = {
        "credentials": {"secret": CANARY},
        "apiClient": {"baseUri": api.url, "auth": {"username": "user", "password": CANARY}},
    }
    data = case.record(code, members)
    assert "placeholder-secret" == data["connection"]["credentials"]["secret"]
    written = "".join(path.read_text() for path in case.folder.iterdir() if ".fixture." in path.name)
    for name, write in ENCODINGS.items():
        assert write(CANARY) not in written, name
    inside = [base64.b64encode(before + CANARY.encode())[4:-4].decode() for before in (b"x", b"xy", b"xyz")]
    assert not [part for part in inside if part in written]


ENCODINGS: dict[str, Callable[[str], str]] = {
    "plain": str,
    "quote": quote,
    "quote all": lambda text: quote(text, safe=""),
    "quote lower": lambda text: quote(text, safe="").lower(),
    "form": quote_plus,
    "twice": lambda text: quote(quote(text, safe=""), safe=""),
    "json": lambda text: json.dumps(text)[1:-1],
    "json readable": lambda text: json.dumps(text, ensure_ascii=False)[1:-1],
    "json slashes": lambda text: json.dumps(text)[1:-1].replace("/", "\\/"),
    "html": html.escape,
    "html without quotes": lambda text: html.escape(text, quote=False),
    "html numbers": lambda text: "".join(f"&#{ord(character)};" for character in text),
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "base64 bare": lambda text: base64.b64encode(text.encode()).decode().rstrip("="),
    "base64 url": lambda text: base64.urlsafe_b64encode(text.encode()).decode(),
    "base64 pair": lambda text: base64.b64encode(f"user:{text}".encode()).decode(),
    "base64 pair quoted": lambda text: quote(base64.b64encode(f"user:{text}".encode()).decode(), safe=""),
    "hex": lambda text: text.encode().hex(),
    "hex upper": lambda text: text.encode().hex().upper(),
    "upper": str.upper,
}


def test_nothing_is_written_while_a_secret_would_stand_in_it(api: Api, case: Case) -> None:
    """Where a secret is written in a way that is not known, recording ends with an error that names it, not shows it."""
    mixed = "".join(f"&#{ord(letter)};" if index % 2 else f"&#x{ord(letter):x};" for index, letter in enumerate(CANARY))
    api.answer = lambda _: Answer(body={"odd": mixed})
    members = {"credentials": {"secret": CANARY}, "apiClient": {"baseUri": api.url}}
    with pytest.raises(RecordingError, match=r"secret would still stand in list\.one\.fixture\.yml") as caught:
        case.propose("export default ({ apiClient }) => apiClient.get('a')", members)
    assert CANARY not in str(caught.value)
    members["credentials"]["kind"] = "value"
    with pytest.raises(RecordingError, match="say --public kind"):
        case.propose("export default () => 1", members)
    assert not case.path.exists()


def test_what_follows_from_a_secret_is_no_part_of_the_request(api: Api, case: Case) -> None:
    """A signature in a header is not recorded; one in the query or the value is what the replay makes of placeholders."""
    api.answer = lambda _: Answer(body={"ok": True})
    code = """import { createHmac } from "crypto";
    export default async ({ apiClient, credentials }) => {
      const signature = createHmac("sha256", credentials.signing_key).update("list").digest("hex");
      await apiClient.get("items", { check: signature }, { headers: { "x-signature": signature } });
      return signature;
    }"""
    members = {"credentials": {"signing_key": "s1gning-key-of-acme"}, "apiClient": {"baseUri": api.url}}
    proposal = case.propose(code, members)
    assert any("/items holds what follows from the time, or from a secret" in note for note in proposal.recording.notes)
    proposal.take()
    assert () == proposal.recording.mismatches
    assert "headers" not in case.data["exchanges"][0]["request"]
    assert case.data["expect"]["value"] == case.data["exchanges"][0]["request"]["query"]["check"]


def test_time_and_chance_come_again(api: Api, case: Case) -> None:
    """Random values are those of the live run; moments that servers took time to reach are those of the replay."""
    api.answer = lambda _: Answer(body={"ok": True})
    code = """export default async ({ apiClient }) => {
      const start = Date.now();
      const first = [Math.random(), crypto.randomUUID()];
      await apiClient.post("a", { first });
      await apiClient.get("b", { since: new Date().toISOString() });
      console.log(`took ${Date.now() - start} ms`);
      return { first, took: Date.now() - start };
    }"""
    data = case.record(code, {"apiClient": {"baseUri": api.url}})
    first, second = (exchange["request"] for exchange in data["exchanges"])
    assert {"first": first["json"]["first"], "took": 0} == data["expect"]["value"]
    assert data["now"] == second["query"]["since"]
    assert [{"level": "log", "message": "took 0 ms"}] == data["expect"]["console"]


def test_answers_of_parallel_requests_come_in_the_same_order(api: Api, case: Case) -> None:
    """Which of two requests is answered first stays as it was, with round latencies."""
    done = Event()

    def answer(request: Any) -> Answer:
        if request.path == "/slow":
            done.wait(5)
        elif request.path == "/done":
            done.set()
        return Answer(body=request.path)

    api.answer = answer
    code = """export default async ({ apiClient }) => {
      const order = [];
      const slow = apiClient.get("slow").then((body) => order.push(body));
      order.push(await apiClient.get("fast"), await apiClient.get("done"));
      await slow;
      return order;
    }"""
    data = case.record(code, {"apiClient": {"baseUri": api.url}})
    assert "any" == data["order"]
    latencies = {one["request"]["url"].rpartition("/")[2]: one["response"]["latency_ms"] for one in data["exchanges"]}
    assert latencies["fast"] == 10 < latencies["slow"]


def test_an_error_may_tell_of_the_time(api: Api, case: Case) -> None:
    """A message that holds a moment is expected as the replay has it; its type and place are the live run's."""
    code = "export default async ({ apiClient }) => { await apiClient.get('a'); throw new Error(`at ${Date.now()}`) }"
    data = case.record(code, {"apiClient": {"baseUri": api.url}})
    start = datetime.fromisoformat(data["now"]).timestamp() * 1000
    assert {"type": "custom_code", "message": f"at {start:.0f}"} == data["expect"]["error"]


@pytest.mark.parametrize(
    ("sent", "recorded"),
    [
        ("k3y-of-acme", "placeholder-authorization"),
        ("Bearer k3y-of-acme", "Bearer placeholder-access-token"),
        ('Token token="k3y-of-acme", name=x', 'Token token="placeholder-token", name=x'),
        ("Basic bm8gcGFpcg==", "Basic cGxhY2Vob2xkZXItdXNlcm5hbWU="),
        ('Digest username="ann", nonce="n0nce-1", response="0f1e2d3c"', None),
        ('OAuth oauth_token="k3y-of-acme", oauth_signature="tnnArxj06cWHq44gCs1OSKk"', None),
    ],
)
def test_authorization_of_all_kinds(api: Api, case: Case, sent: str, recorded: str | None) -> None:
    """What proves something has a placeholder, whatever the scheme; what is computed for each request is left out."""
    code = "export default ({ apiClient, header }) => apiClient.get('a', {}, { headers: { authorization: header } })"
    data = case.record(code, {"apiClient": {"baseUri": api.url}}, header=sent)
    assert recorded == data["exchanges"][0]["request"].get("headers", {}).get("authorization")


def test_json_that_is_more_than_data_is_text(api: Api, case: Case) -> None:
    """A name that is there twice, a number that is none and what is very long are not read as JSON, but kept as text."""
    bodies = {"/twice": b'{"a":1,"a":2}', "/number": b'{"a":1e999}', "/long": json.dumps(["x" * 70_000]).encode()}
    api.answer = lambda request: Answer(body=bodies[request.path])
    code = """export default async ({ apiClient }) => {
      const bodies = [];
      for (const name of ["twice", "number", "long", "long"]) bodies.push(await apiClient.get(name));
      return bodies.map((body) => JSON.stringify(body).length);
    }"""
    data = case.record(code, {"apiClient": {"baseUri": api.url}})
    twice, number, long, again = (one["response"] for one in data["exchanges"])
    assert [bodies["/twice"].decode(), bodies["/number"].decode()] == [twice["text"], number["text"]]
    assert "list.one.fixture.1.txt" == long["file"] == again["file"]


def test_errors_and_faults_are_cases_as_well(api: Api, case: Case) -> None:
    """A 404 is an expected error with its message; a server that refuses is a fault."""
    api.answer = lambda _: Answer(status=404, body=b'{"message": "no such thing"}')
    data = case.record("export default ({ apiClient }) => apiClient.get('a')", bearer(api))
    assert "connection" == data["expect"]["error"]["type"]
    assert '{"message": "no such thing"}' in data["expect"]["error"]["message"]
    case.path.unlink()
    with socket.create_server(("127.0.0.1", 0)) as closed:
        refused = {"apiClient": {"baseUri": f"http://127.0.0.1:{closed.getsockname()[1]}"}}
    case = replace(case, folder=case.folder / "refused")
    case.folder.mkdir()
    data = case.record("export default ({ apiClient }) => apiClient.get('a').catch((e) => e.message)", refused)
    assert "refused" == data["exchanges"][0]["fault"]
    assert "response" not in data["exchanges"][0]


def test_a_run_that_hit_a_limit_is_no_case(api: Api, case: Case) -> None:
    """Nothing is written of a run that did not end by itself; the recording has its error."""
    codes = {"limit": "() => 'x'.repeat(25e6)", "egress": "({ apiClient }) => apiClient.get('http://10.0.0.1/')"}
    for type_, code in codes.items():
        recording = case.propose(f"export default {code}", bearer(api)).take()
        assert recording.error is not None
        assert (type_, ()) == (recording.error.type, recording.written)
        case = replace(case, folder=case.folder / type_)
        case.folder.mkdir()
    assert [] == list(case.folder.parents[1].rglob("*.fixture.yml"))


def test_bytes_are_base64_when_short_and_files_beside_when_long(api: Api, case: Case) -> None:
    """A short binary body is in the fixture, a long one and a long text in files named after it; a stream is a result."""
    bodies = {"/short": b"\x89PNG\0", "/long": bytes(range(256)) * 8, "/text": b"line\n" * 20_000}
    api.answer = lambda request: Answer(body=bodies[request.path], headers={"Content-Type": "application/x-any"})
    code = """export default async ({ apiClient }) => {
      const sizes = await Promise.all(["short", "text"].map((name) => apiClient.get(name, {}, { responseType: "arraybuffer" })));
      console.log(sizes.map((bytes) => bytes.byteLength).join());
      return apiClient.get("long", {}, { responseType: "stream" });
    }"""
    data = case.record(code, {"apiClient": {"baseUri": api.url}})
    assert "any" == data["order"]
    carried = {one["request"]["url"].rpartition("/")[2]: one["response"] for one in data["exchanges"]}
    assert base64.b64encode(bodies["/short"]).decode() == carried["short"]["base64"]
    assert bodies["/text"] == (case.folder / carried["text"]["file"]).read_bytes()
    assert bodies["/long"] == (case.folder / carried["long"]["file"]).read_bytes()
    assert {"content_type": "application/x-any", "file": carried["long"]["file"]} == data["expect"]["stream"]


def test_members_that_are_no_secrets_may_stay(api: Api, case: Case) -> None:
    """A credential that code branches on breaks the replay, which a note says; as a public one it stays as it is."""
    code = "export default ({ apiClient, credentials }) => credentials.region === 'europe' ? apiClient.get('eu') : 1"
    members = {"credentials": {"region": "europe", "key": "k3y-of-acme"}, "apiClient": {"baseUri": api.url}}
    recording = case.propose(code, members).recording
    assert recording.mismatches
    assert any("--public region" in note for note in recording.notes)
    data = replace(case, recorder=replace(case.recorder, public=("region",))).record(code, members)
    assert {"region": "europe", "key": "placeholder-key"} == data["connection"]["credentials"]


def test_updating_changes_what_changed_and_keeps_what_an_author_wrote(api: Api, case: Case) -> None:
    """Comments, quotes, placeholders, fewer headers and paths stay; the answer and what is expected of it are new."""
    api.answer = lambda _: Answer(body={"records": [{"id": 1, "name": "Ann"}], "total": 1})
    code = "export default ({ apiClient }) => apiClient.get('contacts')"
    case.record(code, bearer(api))
    text = case.text.replace("placeholder-access-token", "mine").replace(
        "exchanges:", "# all of them\nexchanges:  # one"
    )
    text = text.replace("      headers:\n        authorization: Bearer mine\n", "").partition("expect:")[0]
    case.path.write_text(f"{text}expect: {{paths: {{'$.total': 1, '$..name': [Ann]}}}}  # enough\n")
    assert () == case.update(bearer(api)).recording.diff
    api.answer = lambda _: Answer(body={"records": [{"id": 1, "name": "Bea"}], "total": 1})
    before = case.text
    proposal = case.update(bearer(api))
    assert before == case.text
    proposal.take()
    changed = [line.strip() for line in proposal.recording.diff if line[:1] in {"+", "-"}][2:]
    assert [
        "-            name: Ann",
        "+            name: Bea",
        "-expect: {paths: {'$.total': 1, '$..name': [Ann]}}  # enough",
        "+expect: {paths: {'$.total': 1, '$..name': [Bea]}}  # enough",
    ] == changed
    assert case.text == before.replace("Ann", "Bea")


def test_updating_leaves_what_means_the_same(api: Api, case: Case) -> None:
    """A body in other words, a request that leaves more open, and a method that is named are all left as they were."""
    api.answer = lambda _: Answer(body={"a": 1})
    (case.folder / "list.js").write_text(
        "export default ({ apiClient }) => apiClient.post('x', { n: 1 }, { query: { p: 1 } })"
    )
    case.path.write_text(
        f"""method: list
connection:
    credentials: {{access_token: mine}}
    apiClient: {{baseUri: '{api.url}', auth: {{type: bearer, token: mine}}}}
exchanges:
- request: {{method: POST, url: "{api.url}/x?p=1", body: any}}  # whatever
  response: {{headers: {{content-type: application/json}}, text: '{{ "a": 1 }}', latency_ms: 5}}
expect:
    schema: {{type: object}}
"""
    )
    assert () == case.update(bearer(api)).recording.diff
    api.answer = lambda _: Answer(body={"a": 2}, status=201)
    changed = [line for line in case.update(bearer(api)).recording.diff if line[:1] in {"+", "-"}][2:]
    assert [
        """-  response: {headers: {content-type: application/json}, text: '{ "a": 1 }', latency_ms: 5}""",
        "+  response: {status: 201, latency_ms: 5, json: {a: 2}}",
    ] == changed


def test_updating_rewrites_a_request_and_expectations_of_all_kinds(api: Api, case: Case) -> None:
    """What is sent now stands in place of the old request, with the headers it told of; so does how the method ends."""
    api.answer = lambda _: Answer(status=409, body={"no": 1})
    code = """export default async ({ apiClient }) => {
      console.log("now");
      await apiClient.post("x", { n: 2 }, { query: { page: 2 }, headers: { "x-a": "2", "x-b": "3" } });
    }"""
    (case.folder / "list.js").write_text(code)
    url = f"{api.url}/x"
    request = {"method": "POST", "url": url, "query": {"page": "1"}, "headers": {"X-A": "1"}, "body": "any"}
    gone = {"request": {"method": "GET", "url": url}, "response": {"json": 1}}
    exchanges = [gone, {"request": request, "response": {"status": 409, "reason": "No", "json": {"no": 1}}}]
    expect = {"error": {"key": "not_found"}, "console": ["then"], "requests": 2}
    connection = {"apiClient": {"baseUri": api.url}}
    case.path.write_text(yaml.safe_dump({"connection": connection, "exchanges": exchanges, "expect": expect}))
    proposal = case.update({"apiClient": {"baseUri": api.url}})
    assert () == proposal.recording.mismatches
    proposal.take()
    sent = {"method": "POST", "url": url, "query": {"page": "2"}, "headers": {"X-A": "2"}, "body": "any"}
    assert [{"request": sent, "response": {"status": 409, "json": {"no": 1}}}] == case.data["exchanges"]
    assert {"error": {"key": None}, "console": ["now"], "requests": 1} == case.data["expect"]


def test_a_fixture_in_json_stays_json(api: Api, case: Case) -> None:
    """What is written over a `.fixture.json` is JSON as well."""
    api.answer = lambda _: Answer(body={"a": 1})
    case.record("export default ({ apiClient }) => apiClient.get('x')", {"apiClient": {"baseUri": api.url}})
    path = case.path.with_name("list.two.fixture.json")
    path.write_text(json.dumps(case.data))
    api.answer = lambda _: Answer(body={"a": 2})
    request = case.request({"apiClient": {"baseUri": api.url}}, {})
    case.loop.run(case.recorder.update(FixtureFile.load(path), request, with_args=False)).take()
    assert {"a": 2} == json.loads(path.read_text())["expect"]["value"]


def test_updating_follows_a_method_that_sends_something_else(api: Api, case: Case) -> None:
    """A request that is new, one that is gone, and another end of the method are all taken over."""
    api.answer = lambda request: Answer(body={"at": request.path})
    case.record(
        "export default async ({ apiClient }) => [await apiClient.get('a'), await apiClient.get('b')]", bearer(api)
    )
    changed = replace(case, folder=case.folder / "changed")  # runners keep the connectors that they have seen
    changed.folder.mkdir()
    changed.path.write_text(case.text)
    (changed.folder / "list.js").write_text(
        "export default async ({ apiClient, n }) => { await apiClient.get('b'); await apiClient.get('c', { n }); throw new Error('stop') }"
    )
    proposal = changed.update(bearer(api), n=3)
    proposal.take()
    assert () == proposal.recording.mismatches
    assert [f"{api.url}/b", f"{api.url}/c"] == [one["request"]["url"] for one in changed.data["exchanges"]]
    assert {"n": 3} == changed.data["args"]
    assert {"error": {"type": "custom_code", "message": "stop"}} == changed.data["expect"]


def test_reads_are_sent_alone_and_their_drift_is_told(api: Api, case: Case) -> None:
    """Only the GETs are sent, with real credentials; keys gone and new and other types are told, and can be taken over."""
    code = """export default async ({ apiClient }) => {
      await apiClient.post("contacts", { name: "Ann" });
      return (await apiClient.get("contacts", { page: 1 })).records.length;
    }"""
    api.answer = lambda _: Answer(body={"records": [{"id": 1, "name": "Ann"}]})
    case.record(code, bearer(api))
    api.seen.clear()
    tokens: list[str] = []

    def answer(request: Any) -> Answer:
        tokens.append(request.headers["Authorization"])
        return Answer(body={"records": [{"id": "1", "mail": None}, {"id": "2", "mail": "x"}]})

    assert () == case.reread(bearer(api)).recording.drift
    api.answer = answer
    before = case.text
    proposal = case.reread(bearer(api))
    assert ["GET /contacts?page=1"] * 2 == api.seen
    assert [f"Bearer {TOKEN}"] == tokens
    (drift,) = proposal.recording.drift
    assert f"GET {api.url}/contacts" == drift.request
    assert before.split("\n")[drift.line - 1].strip() == "- request:"
    assert (
        "$.records[*].id was number, and is string",
        "$.records[*].name is gone",
        "$.records[*].mail is new: null or string",
    ) == drift.changes
    assert before == case.text
    proposal.take()
    assert (2, ()) == (case.data["expect"]["value"], proposal.recording.mismatches)
    assert "x" == case.data["exchanges"][1]["response"]["json"]["records"][1]["mail"]


def test_reads_may_end_in_other_ways(api: Api, case: Case) -> None:
    """Another status, a body that is JSON no more, and no answer at all are drift; what is no read is none."""
    case.path.write_text(
        yaml.safe_dump(
            {"exchanges": [{"request": {"url": f"{api.url}/{name}"}, "response": {"json": 1}} for name in "abc"]}
        )
    )
    (case.folder / "list.js").write_text("export default () => 1")
    answers = {"/a": Answer(status=404), "/b": Answer(body=b"<html>"), "/c": Answer(body=2)}
    api.answer = lambda request: answers[request.path]
    proposal = case.reread()
    assert [
        ("the status was 200, and is 404",),
        ("the body was JSON, and is no JSON",),
    ] == [drift.changes for drift in proposal.recording.drift]
    case.path.write_text(case.text.replace(f"{api.url}/c", "http://10.0.0.1/"))
    (*_, refused) = case.reread().recording.drift
    assert "there was no answer: " in refused.changes[0]
    case.path.write_text(yaml.safe_dump({"exchanges": []}))
    with pytest.raises(RecordingError, match="no GET that was answered well"):
        case.reread()


def test_the_command_records_updates_and_rereads(
    api: Api, case: Case, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The exit status says whether the fixture passes and is as things are; a case that is there is not written over."""
    monkeypatch.chdir(case.folder)
    api.answer = lambda _: Answer(body={"a": 1})
    (case.folder / "list.js").write_text("export default ({ apiClient }) => apiClient.get('x')")
    (case.folder / "acme.yml").write_text(yaml.safe_dump({"id": "acme", **bearer(api)}))
    options = ("--connection", "acme.yml", "--allow", "127.0.0.1", "--limit", "wall_time=9")
    session = command("list.js", "--case", "one", *options)
    assert (0, True) == (session.status, case.path.exists())
    assert {"wall_time": 9} == case.data["limits"]
    document = show(session, capsys)
    assert (True, ["list.one.fixture.yml"], 1) == (document["ok"], document["written"], document["exchanges"])
    with pytest.raises(DefinitionError, match="This case is there already; --update"):
        command("list.js", "--case", "one", *options)
    with pytest.raises(DefinitionError, match="There is no such case yet"):
        command("list.js", "--case", "two", "--update", *options)
    with pytest.raises(DefinitionError, match="--case: Name the case"):
        command("list.js", "--case", "../two", *options)
    for option in ("connection", "args"):
        placed = {"credentials": {"key": "placeholder-key"}}
        given = {"args": {"key": "placeholder-key-2"}} if option == "args" else {"connection": placed}
        case.path.with_name("list.two.fixture.yml").write_text(yaml.safe_dump({"exchanges": [], **given}))
        with pytest.raises(DefinitionError, match=f"--{option}: The fixture has placeholders where secrets were"):
            command("list.js", "--case", "two", "--update")
    api.answer = lambda _: Answer(body={"a": "1"})
    before = case.text
    assert (1, before) == (command("list.one.fixture.yml", "--reads-only", *options).status, case.text)
    declined = command("list.one.fixture.yml", "--update", *options)
    assert (1, before) == (declined.status, case.text)
    assert "Nothing was written; --yes writes it" in show(declined, capsys)["notes"]
    assert 0 == command("list.one.fixture.yml", "--update", "--yes", *options).status
    assert {"a": "1"} == case.data["expect"]["value"]


def command(*arguments: str) -> Session:
    """Run `methodhost record` in this process."""
    session = Session(output=JsonOutput())
    methodhost.main(args=["record", *arguments], standalone_mode=False, obj=session)
    return session


def show(session: Session, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    """Return the document that a program reads, having seen that a person can read something too."""
    assert session.recording is not None
    TerminalOutput().show_recording(session.recording)
    capsys.readouterr()
    session.output.show_recording(session.recording)
    document: dict[str, Any] = json.loads(capsys.readouterr().out)
    return document


def test_the_page_tells_of_every_option() -> None:
    """An option that the page on recording does not mention is not there for people."""
    page = (Path(__file__).parents[2] / "docs/recording.md").read_text(encoding="utf-8")
    options = [option for parameter in methodhost.commands["record"].params for option in parameter.opts]
    assert [] == [option for option in options if option.startswith("--") and f"`{option}`" not in page]
