"""Methods run against fixtures."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

from connectors.errors import FixtureError
from connectors.fixtures.discovery import find_fixtures
from connectors.fixtures.fixture_file import FixtureFile
from connectors.fixtures.runner import FixtureRunner
from runtime import VirtualTimeLoop

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from connectors.fixtures.result import FixtureResult

GET = "export default ({ apiClient }) => apiClient.get('https://api.example.com/me')"
ME = {"request": {"url": "https://api.example.com/me"}, "response": {"json": {"id": 1}}}


@dataclass(kw_only=True)
class Cases:
    """Runs methods against fixtures that are written by tests.

    Attributes:
        loop: In which virtual time is possible.
        runner: One for all tests of the module.
        folder: Where files are written.
    """

    loop: asyncio.Runner
    runner: FixtureRunner
    folder: Path

    def write(self, files: dict[str, str | bytes | dict[str, Any]]) -> None:
        """Write files by their paths; data as JSON."""
        for name, content in files.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            text = json.dumps(content) if isinstance(content, dict) else content
            path.write_bytes(text if isinstance(text, bytes) else text.encode())

    def load(self, name: str = "method.case.fixture.json") -> FixtureFile:
        """Read a fixture."""
        return FixtureFile.load(self.folder / name)

    def run(self, code: str, **fixture: Any) -> FixtureResult:
        """Run a method against a fixture."""
        self.write({"method.js": code, "method.case.fixture.json": fixture})
        self.runner.reload()
        return self.run_file(self.load())

    def run_file(self, file: FixtureFile) -> FixtureResult:
        """Run a fixture that was read."""
        return self.loop.run(self.runner.run(file))

    def passes(self, code: str, **fixture: Any) -> FixtureResult:
        """Run a method that does what its fixture says."""
        result = self.run(code, **fixture)
        assert result.ok, shown(result)
        return result

    def fails(self, code: str, **fixture: Any) -> str:
        """Run a method that does not, and return what differs."""
        result = self.run(code, **fixture)
        assert not result.ok
        return shown(result)


def shown(result: FixtureResult) -> str:
    """Return what differs as text."""
    lines = [(f"{one.kind}: {one.title}", *one.diff) for one in result.mismatches]
    return "\n".join(line for parts in lines for line in parts)


@pytest.fixture(scope="module")
def shared_runner() -> Iterator[tuple[asyncio.Runner, FixtureRunner]]:
    """Open one runner for all tests of the module."""
    with asyncio.Runner(loop_factory=VirtualTimeLoop) as loop:
        runner = FixtureRunner(workers=2)
        loop.run(runner.__aenter__())
        yield loop, runner
        loop.run(runner.__aexit__())


@pytest.fixture
def cases(shared_runner: tuple[asyncio.Runner, FixtureRunner], tmp_path: Path) -> Cases:
    """Run methods against fixtures in a folder of their own."""
    loop, runner = shared_runner
    return Cases(loop=loop, runner=runner, folder=tmp_path)


def test_a_method_passes_that_does_what_its_fixture_says(cases: Cases) -> None:
    """Value, schema, paths, console and number of requests are compared; the name says which method is meant."""
    cases.passes(
        """export default async ({ apiClient, parameters }) => {
          const records = [];
          for (let page = 1; page; ) {
            const got = await apiClient.get('/contacts', { page, ...parameters });
            records.push(...got.records);
            page = got.next;
          }
          console.log('pages read', { records });
          console.warn('done');
          return { records };
        }""",
        args={"parameters": {"limit": 2}},
        connection={"credentials": {}, "apiClient": {"baseUri": "https://api.example.com", "auth": {"type": "bearer", "token": "placeholder-1"}}},
        exchanges=[
            {
                "request": {
                    "url": "https://api.example.com/contacts?limit=2",
                    "query": {"page": 1},
                    "headers": {"Authorization": "Bearer placeholder-1", "x-none": None},
                },
                "response": {"json": {"records": [{"id": "a"}, {"id": "b"}], "next": 2}, "latency_ms": 1500},
            },
            {
                "request": {"url": "https://api.example.com/contacts", "query": {"page": "2", "limit": 2}},
                "response": {"json": {"records": [{"id": "c"}]}},
            },
        ],
        expect={
            "value": {"records": [{"id": "a"}, {"id": "b"}, {"id": "c"}]},
            "schema": {"type": "object", "required": ["records"]},
            "paths": {"$.records[0].id": "a", "$.records[*].id": ["a", "b", "c"], "$..nothing": []},
            "console": [{"level": "log", "message": "pages read { records: [ { id: 'a' }, { id: 'b' }, { id: 'c' } ] }"}, "done"],
            "requests": 2,
        },
    )  # fmt: skip


def test_an_expired_token_is_refreshed_and_the_request_sent_again(cases: Cases) -> None:
    """401, a token request, and the same request with the new token are three exchanges in order."""
    me = {"url": "https://api.example.com/me"}
    result = cases.passes(
        GET,
        connection={
            "credentials": {"access_token": "placeholder-old", "refresh_token": "placeholder-refresh"},
            "apiClient": {"baseUri": "https://api.example.com"},
            "oauth2": {"clientId": "client", "tokenUri": "https://auth.example.com/token", "grant": "refresh_token"},
        },
        exchanges=[
            {"request": {**me, "headers": {"authorization": "Bearer placeholder-old"}}, "response": {"status": 401}},
            {
                "request": {
                    "method": "POST",
                    "url": "https://auth.example.com/token",
                    "form": {"grant_type": "refresh_token", "refresh_token": "placeholder-refresh", "client_id": "client"},
                },
                "response": {"json": {"access_token": "placeholder-new", "refresh_token": "placeholder-next"}},
            },
            {"request": {**me, "headers": {"authorization": "Bearer placeholder-new"}}, "response": {"json": "hello"}},
        ],
        expect={"value": "hello", "requests": 3},
    )  # fmt: skip
    assert "placeholder-new" == (result.report.credentials or {})["access_token"]
    assert [401, 200, 200] == [exchange.status for exchange in result.capture.exchanges]


def test_a_rate_limit_of_ten_minutes_is_waited_for_in_no_time(cases: Cases) -> None:
    """In asynchronous mode the run waits as the server asks, twice, on a clock that jumps."""
    too_many = {"status": 429, "headers": {"Retry-After": 600}}
    result = cases.passes(
        GET,
        mode="async",
        limits={"wall_time": "3600", "retry_after": 900},
        exchanges=[{**ME, "response": too_many}, {**ME, "response": too_many}, ME],
        expect={"value": {"id": 1}, "requests": 3},
    )
    started = [exchange.started_ms for exchange in result.capture.exchanges]
    assert [600_000, 600_000] == [later - earlier for earlier, later in pairwise(started)]
    assert 60 > result.seconds


def test_a_rate_limit_is_an_error_at_once_where_somebody_waits(cases: Cases) -> None:
    """In synchronous mode a 429 is the end, with type and key as methods and applications see them."""
    cases.passes(
        GET,
        exchanges=[{**ME, "response": {"status": 429}}],
        expect={"error": {"type": "connection", "key": "rate_limit_exceeded"}},
    )


def test_polling_gets_another_answer_each_time(cases: Cases) -> None:
    """The same URL is asked five times, with waits of a minute between."""
    states = ["queued", "running", "running", "running", "done"]
    cases.passes(
        """export default async ({ apiClient }) => {
          const seen = [];
          do {
            if (seen.length) await new Promise((resolve) => setTimeout(resolve, 60_000));
            seen.push((await apiClient.get('https://api.example.com/job')).state);
          } while (seen.at(-1) !== 'done');
          return seen;
        }""",
        limits={"wall_time": 600},
        exchanges=[{"request": {"url": "https://api.example.com/job"}, "response": {"json": {"state": state}}} for state in states],
        expect={"value": states},
    )  # fmt: skip


def test_parallel_requests_come_in_any_order(cases: Cases) -> None:
    """Pages that are fetched at a time find their exchanges; in strict order the one that comes early is named."""
    page = "https://api.example.com/pages"
    fixture = {
        "exchanges": [
            {"request": {"url": page, "query": {"n": n}}, "response": {"json": n, "latency_ms": 100 * n}}
            for n in (3, 1, 2)
        ],
        "expect": {"value": [1, 2, 3]},
    }
    code = f"export default ({{ apiClient }}) => Promise.all([1, 2, 3].map((n) => apiClient.get('{page}', {{ n }})))"
    cases.passes(code, order="any", **fixture)
    assert "is what exchange 2 expects, but it is the turn of exchange 1" in cases.fails(code, **fixture)


STREAM = "export default ({ apiClient }) => apiClient.get('https://api.example.com/me', {}, { responseType: 'stream' })"


@pytest.mark.parametrize(
    ("response", "expect", "differs"),
    [
        ({"text": "a,b\n1,2\n"}, {"stream": {"text": "a,b\n1,2\n"}}, None),
        ({"file": "method.case.fixture.bin"}, {"stream": {"file": "method.case.fixture.bin"}}, None),
        ({"base64": "AAEC"}, {"stream": {"base64": "AAEC", "content_type": "application/octet-stream"}}, None),
        ({"json": [1, 2]}, {"stream": {"json": [1, 2.0]}}, None),
        ({"text": "a,b\n1,2\n"}, {"stream": {"text": "a,b\n1,3\n"}}, "stream: The stream has another content.\n  a,b\n- 1,3\n+ 1,2"),
        ({"text": "a"}, {"stream": {"content_type": "text/csv"}}, "stream: The stream has another content type."),
        ({"text": "a"}, {"value": "a"}, "stream: The method gave a stream, of which value says nothing"),
    ],
)  # fmt: skip
def test_a_result_that_is_a_stream_is_read_and_compared(
    cases: Cases, response: dict[str, Any], expect: dict[str, Any], differs: str | None
) -> None:
    """A stream is compared as text, bytes or JSON, and a file beside the fixture may hold it."""
    cases.write({"method.case.fixture.bin": bytes(range(256)) * 3000})
    fixture = {"exchanges": [{**ME, "response": response}], "expect": expect}
    if differs is None:
        cases.passes(STREAM, **fixture)
    else:
        assert differs in cases.fails(STREAM, **fixture)


def test_a_stream_that_breaks_off_is_told_so(cases: Cases) -> None:
    """What the result gave before the connection broke is no result."""
    differs = cases.fails(STREAM, exchanges=[{**ME, "fault": "truncated"}], expect={"stream": {}})
    assert "stream: The stream broke off" in differs


def test_uploads_are_compared_as_what_they_are(cases: Cases) -> None:
    """A stream that is sent on, a form with a file, and fields of a form are written readably, and compared by that."""
    cases.write({"method.case.fixture.bin": b"\0\1\xff" * 1000})
    cases.passes(
        """export default async ({ apiClient }) => {
          const stream = await apiClient.get('https://api.example.com/me', {}, { responseType: 'stream' });
          await apiClient.put('https://api.example.com/copy', stream);
          const form = new FormData();
          form.append('note', 'a\\nb');
          form.append('file', new Blob(['col\\n1'], { type: 'text/csv' }), 'rows.csv');
          await apiClient.post('https://api.example.com/upload', form);
          await apiClient.post('https://api.example.com/form', new URLSearchParams({ b: '2', a: '1' }));
        }""",
        exchanges=[
            {**ME, "response": {"file": "method.case.fixture.bin"}},
            {"request": {"method": "PUT", "url": "https://api.example.com/copy", "file": "method.case.fixture.bin"}, "response": {}},
            {
                "request": {
                    "method": "POST",
                    "url": "https://api.example.com/upload",
                    "headers": {"content-type": "multipart/form-data"},
                    "multipart": [
                        {"name": "note", "text": "a\r\nb"},
                        {"name": "file", "filename": "rows.csv", "content_type": "text/csv", "text": "col\n1"},
                    ],
                },
                "response": {"status": 201},
            },
            {"request": {"method": "POST", "url": "https://api.example.com/form", "form": {"a": 1, "b": ["2"]}}, "response": {}},
        ],
        expect={"value": None, "requests": 4},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("fault", "seen"),
    [
        ("refused", ["connection", "connect", "ECONNREFUSED"]),
        ("unknown_host", ["connection", "connect", "ENOTFOUND"]),
        ("tls", ["connection", "tls", "EPROTO"]),
        ("timeout", ["connection", "timeout", "ETIMEDOUT"]),
        ("reset", ["connection", "protocol", "ECONNRESET"]),
        ("protocol", ["connection", "protocol", "EPROTO"]),
        ("truncated", ["connection", "protocol", "ECONNRESET"]),
    ],
)
def test_methods_see_faults_as_they_see_real_ones(cases: Cases, fault: str, seen: list[str]) -> None:
    """Each fault is the error that the method can catch, and the one that the report has where it does not."""
    broken = {**ME, "fault": fault}
    if fault != "truncated":
        del broken["response"]
    code = f"{GET}.catch((error) => [error.type, error.key, error.code])"
    cases.passes(code, exchanges=[broken], expect={"value": seen})
    cases.passes(GET, exchanges=[broken], expect={"error": {"type": seen[0], "key": seen[1]}})


def test_a_request_that_is_not_expected_fails_with_its_difference_alone(cases: Cases) -> None:
    """No method can catch it, what follows from it is not told, and the nearest exchange is named with its line."""
    result = cases.run(
        "export default ({ apiClient }) => apiClient.get('https://api.example.com/me', { a: 2 }).catch(() => 'caught')",
        exchanges=[{"request": {"url": "https://api.example.com/me?a=1"}, "response": {}}, ME],
        expect={"value": "caught"},
    )
    (mismatch,) = result.mismatches
    assert ("unmatched", ("exchanges", 0, "request")) == (mismatch.kind, mismatch.key)
    assert ("  GET https://api.example.com/me", "-   ? a=1", "+   ? a=2") == mismatch.diff


def test_an_exchange_that_is_not_used_fails(cases: Cases) -> None:
    """A method that sends less than its fixture says has not done what it says."""
    assert "unused: Exchange 2 was not used: GET https://api.example.com/me was not sent." in cases.fails(
        GET, exchanges=[ME, ME], expect={"value": {"id": 1}}
    )


@pytest.mark.parametrize(
    ("code", "expect", "differs"),
    [
        ("() => ({ a: 1, b: [1.0] })", {"value": {"b": [1], "a": True}}, 'value: The result is another.\n  {\n-   "a": true,\n+   "a": 1,'),
        ("() => {}", {"value": "x"}, 'value: The result is another.\n- "x"\n+ null'),
        ("() => ({ id: 1 })", {"schema": {"properties": {"id": {"type": "string"}}}}, "schema: The result does not keep to the schema at $.id: 1 is not of type 'string'."),
        ("() => ({ ids: [1, 2] })", {"paths": {"$.ids[*]": [1, 3]}}, "path: The result has something else at $.ids[*]."),
        ("() => ({ ids: [1, 2] })", {"paths": {"$.ids[2]": 3}}, "path: The result has nothing at $.ids[2]."),
        ("() => '[1]'", {"paths": {"$[0]": 1}}, "path: The result has nothing at $[0]."),
        ("() => 1", {"stream": {}}, "stream: The method gave a value, not a stream."),
        ("() => { throw new Error('no') }", {}, "error: The method failed with custom_code: no"),
        ("() => { throw new Error('no') }", {"error": {"type": "limit", "message": "no"}}, '-   "type": "limit"\n+   "type": "custom_code"'),
        ("() => 1", {"error": {}}, "error: The method did not fail."),
        ("() => { console.log('a\\nb'); console.warn('c') }", {"console": ["a\nb", {"level": "log", "message": "c"}]}, "console: The console has other lines.\n  log: a\n  b\n- log: c\n+ warn: c"),
        ("() => console.log('a')", {"console": []}, "console: The console has other lines."),
        ("() => 1", {"requests": 1}, "requests: 0 requests were sent, not 1."),
    ],
)  # fmt: skip
def test_what_comes_out_otherwise_than_expected_is_told(
    cases: Cases, code: str, expect: dict[str, Any], differs: str
) -> None:
    """Each kind of expectation says what differs, as lines where that helps."""
    assert differs in cases.fails(f"export default {code}", expect=expect)


def test_secrets_are_masked_in_what_is_shown_and_compared_as_they_are(cases: Cases) -> None:
    """Credentials that somebody wrote into a fixture do not go into logs; that they differ shows all the same."""
    fixture = {
        "connection": {"credentials": {"key": "placeholder-secret"}},
        "expect": {"value": ["placeholder-secret-2"], "console": ["is placeholder-secret"]},
    }
    code = "export default ({ credentials }) => { console.log(`is ${credentials.key}`); return [credentials.key] }"
    (mismatch,) = cases.run(code, **fixture).mismatches
    assert (["[redacted]-2"], ["[redacted]"]) == (mismatch.expected, mismatch.actual)
    assert '-   "[redacted]-2"' in mismatch.diff
    request = {"url": "https://api.example.com/me", "headers": {"authorization": "Bearer placeholder-secret"}}
    sent = "{ headers: { Authorization: 'Basic cGxhY2Vob2xkZXItc2VjcmV0' } }"
    shown = cases.fails(
        f"export default ({{ apiClient }}) => apiClient.get('https://api.example.com/me', {{}}, {sent})",
        connection=fixture["connection"],
        exchanges=[{"request": request, "response": {}}],
    )
    assert "- authorization: Bearer [redacted]\n+ authorization: Basic [redacted]" in shown


def test_two_runs_of_a_fixture_are_the_same_to_the_byte(cases: Cases) -> None:
    """Time, randomness and the order of parallel answers follow from the fixture alone."""
    code = """export default async ({ apiClient }) => {
      const form = new FormData();
      form.append('id', crypto.randomUUID());
      console.log(new Date().toISOString(), Math.random());
      const sent = [3, 1, 2].map((n) => apiClient.post('https://api.example.com/up', form, { query: { n } }));
      await Promise.all(sent);
      return [Date.now(), Math.random(), performance.now()];
    }"""
    up = {"method": "POST", "url": "https://api.example.com/up", "body": "any"}
    exchanges = [
        {"request": {**up, "query": {"n": n}}, "response": {"json": n, "latency_ms": 7 * n}} for n in (1, 2, 3)
    ]
    runs = [cases.run(code, order="any", exchanges=exchanges, now="2026-03-01T12:00:00Z") for _ in range(2)]
    first, second = ((run.report.value, run.report.logs, run.capture.exchanges) for run in runs)
    assert first == second
    assert runs[0].ok, shown(runs[0])
    assert runs[0].report.logs[0].message.startswith("2026-03-01T12:00:00")


def test_many_fixtures_run_at_a_time_and_know_nothing_of_each_other(cases: Cases) -> None:
    """Runs of one connector share workers, but no clock, no exchange and no credentials."""
    cases.write({"method.js": GET})
    for number in range(8):
        me = {**ME, "response": {"json": number, "latency_ms": 1000 * (8 - number)}}
        cases.write({f"method.{number}.fixture.json": {"exchanges": [me], "expect": {"value": number}}})
    files = [FixtureFile.load(path) for path in find_fixtures([cases.folder])]

    async def all_at_once() -> list[FixtureResult]:
        return await asyncio.gather(*map(cases.runner.run, files))

    assert [True] * 8 == [result.ok for result in cases.loop.run(all_at_once())]


@pytest.mark.parametrize(
    ("fixture", "message"),
    [
        ({"method": "lst"}, "method: There is no method 'lst'."),
        ({"limits": {"wall_tim": 1}}, "limits.wall_tim: There is no limit 'wall_tim'. Did you mean wall_time?"),
        ({"expect": {"schema": {"$ref": "#/$defs/none"}}}, "expect.schema: $ref leads nowhere in this schema: /$defs/none."),
        ({"expect": {"schema": {"$ref": "https://example.com/schema"}}}, "expect.schema: $ref leads nowhere in this schema: https://example.com/schema."),
    ],
)  # fmt: skip
def test_a_fixture_that_cannot_be_run_is_wrong(cases: Cases, fixture: dict[str, Any], message: str) -> None:
    """What shows only beside the connector, or in a run, is named with file and key too; no schema is fetched."""
    with pytest.raises(FixtureError) as caught:
        cases.run("export default () => 1", **fixture)
    assert f"method.case.fixture.json:1: {message}" in str(caught.value)


def test_limits_bound_a_run_as_its_fixture_says(cases: Cases) -> None:
    """Of time a fixture may allow more than a host does by default, of all else only less."""
    wait = (
        "export default async () => { await new Promise((resolve) => setTimeout(resolve, 86_400_000)); return 'late' }"
    )
    cases.passes(wait, limits={"wall_time": 90_000}, expect={"value": "late"})
    cases.passes(wait, expect={"error": {"type": "limit", "key": "wall_time"}})
    huge = "export default () => 'x'.repeat(6 * 1024 * 1024)"
    cases.passes(huge, limits={"result_size": "100MB"}, expect={"error": {"type": "limit", "key": "result_size"}})
