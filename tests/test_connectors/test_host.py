"""Running methods through the public doors."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING

import pytest

from connectors import (
    ArgumentsError,
    Connection,
    Connector,
    DefinitionError,
    FileCredentialStore,
    HostClosedError,
    Limits,
    LogLine,
    MethodError,
    MethodHost,
    UnknownMethodError,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

THROWING = "export default function list() {\n  const page = undefined\n  return page.records\n}\n"


def source(code: str) -> Connector:
    """Make a connector with the one method `list`."""
    return Connector.from_source("list", code)


async def test_a_method_gives_its_value(host: MethodHost) -> None:
    """Arguments go in, a value comes out, and the report says what it took."""
    report = await host.run(
        source("export default ({ input }) => ({ sum: input.a + input.b })"), args={"input": {"a": 1, "b": 2}}
    )

    assert (True, {"sum": 3}, None) == (report.ok, report.value, report.error)
    assert report.usage.wall_ms > 0
    assert report.usage.peak_memory_bytes > 0
    assert 0 == report.usage.requests


async def test_a_method_signs(host: MethodHost) -> None:
    """Signatures that the application computes are those that the method's own library makes."""
    report = await host.run(
        source("""
        import { createHmac } from 'crypto'
        export default async () => {
          const key = await crypto.subtle.importKey('raw', Buffer.from('k'), { name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])
          const signature = Buffer.from(await crypto.subtle.sign('HMAC', key, Buffer.from('x')))
          return [createHmac('sha256', 'k').update('x').digest('hex'), signature.toString('hex')]
        }
        """)
    )
    own, computed = report.unwrap()
    assert own == computed


async def test_an_error_names_the_authors_file_and_line(host: MethodHost) -> None:
    """What a method throws is a part of the report."""
    report = await host.run(source(THROWING))

    assert report.error is not None
    assert "custom_code" == report.error.type
    assert "Cannot read properties of undefined (reading 'records')" in report.error.message
    assert report.error.location is not None
    assert ("list.js", 3) == (report.error.location.file, report.error.location.line)
    with pytest.raises(MethodError, match="custom_code"):
        report.unwrap()


async def test_console_lines_are_reported_and_told_as_they_happen(host: MethodHost) -> None:
    """A listener hears each line, and the report has them in order."""
    heard: list[object] = []

    report = await host.run(
        source("export default () => { console.log('one'); console.warn('two') }"), on_event=heard.append
    )

    assert [("log", "one"), ("warn", "two")] == [(line.level, line.message) for line in report.logs]
    assert ["one", "two"] == [line.message for line in heard if isinstance(line, LogLine)]


async def test_a_listener_that_fails_does_not_end_the_run(host: MethodHost) -> None:
    """The application's mistake becomes a warning."""

    def fail(_event: object) -> None:
        raise ValueError("no")

    report = await host.run(source("export default () => { console.log(1); console.log(2); return 3 }"), on_event=fail)

    assert 3 == report.value
    assert ("on_event raised ValueError; it was not called again",) == report.warnings


async def test_a_named_export_is_found_by_the_methods_key(host: MethodHost) -> None:
    """`exports.findById` is the method of `find-by-id.js`."""
    connector = Connector.from_source(
        "data/contacts/find-by-id", "exports.findById = ({ id }) => id; exports.other = () => 0"
    )

    assert "7" == (await host.run(connector, args={"id": "7"})).value


async def test_an_unknown_method_is_the_callers_error(host: MethodHost) -> None:
    """It raises before anything runs."""
    with pytest.raises(UnknownMethodError, match="Did you mean list"):
        await host.run(source("export default () => 1"), "lst")


async def test_arguments_that_are_not_json_are_the_callers_error(host: MethodHost) -> None:
    """The path of the wrong value is named."""
    with pytest.raises(ArgumentsError, match=r"args\.input is a set"):
        await host.run(source("export default () => 1"), args={"input": set()})


async def test_a_wrong_mode_is_the_callers_error(host: MethodHost) -> None:
    """There are two modes."""
    with pytest.raises(ArgumentsError, match="sync, async"):
        await host.run(source("export default () => 1"), mode="later")  # type: ignore[arg-type]


async def test_methods_of_other_kinds_cannot_run_yet(
    host: MethodHost, load_folder: Callable[[Mapping[str, str]], Connector]
) -> None:
    """The error names the file and its kind."""
    connector = load_folder({"data/contacts/list.rest.yml": "path: /contacts\n"})

    with pytest.raises(DefinitionError, match="rest-api-mapping cannot be run yet"):
        await host.run(connector, "data/contacts/list")


async def test_a_run_may_tighten_the_limits_of_its_host(host: MethodHost) -> None:
    """An endless method ends when the run's own wall time is over."""
    report = await host.run(source("export default () => { while (true) {} }"), limits=Limits(wall_time_seconds=0.3))

    assert report.error is not None
    assert ("limit", "wall_time") == (report.error.type, report.error.key)


async def test_a_run_may_have_fewer_files_than_one_before_it(
    host: MethodHost, load_folder: Callable[[Mapping[str, str]], Connector]
) -> None:
    """What was linked for an earlier run counts anew under the limits of each."""
    connector = load_folder(
        {
            "spec.yml": "name: x\n",
            "data/contacts/list.js": "module.exports = () => require('./two')",
            "data/contacts/two.js": "module.exports = 2",
        }
    )
    assert 2 == (await host.run(connector, "data/contacts/list")).unwrap()
    report = await host.run(connector, "data/contacts/list", limits=Limits(modules=1))

    assert report.error is not None
    assert ("limit", "modules", 2) == (report.error.type, report.error.key, report.error.data["used"])
    assert 2 == (await host.run(connector, "data/contacts/list")).unwrap()


async def test_a_run_cannot_loosen_the_limits_of_its_host() -> None:
    """The host's wall time holds although the run asks for more."""
    async with MethodHost(limits=Limits(wall_time_seconds=0.3), spares=0) as host:
        report = await host.run(source("export default () => { while (true) {} }"), limits=Limits(wall_time_seconds=20))

    assert report.error is not None
    assert ("limit", "wall_time") == (report.error.type, report.error.key)


async def test_more_runs_than_workers_take_turns() -> None:
    """Runs wait for a place, and each gets its answer."""
    connector = source(
        "export default async ({ input }) => { await new Promise((r) => setTimeout(r, 20)); return input }"
    )
    async with MethodHost(workers=2, spares=1) as host:
        reports = await asyncio.gather(*(host.run(connector, args={"input": n}) for n in range(8)))

    assert list(range(8)) == [report.value for report in reports]


async def test_cancelling_the_caller_ends_the_run(host: MethodHost) -> None:
    """The place of a run that was given up is free again at once."""
    task = asyncio.create_task(host.run(source("export default () => new Promise((r) => setTimeout(r, 20_000))")))
    await asyncio.sleep(0.2)
    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task
    reports = await asyncio.gather(*(host.run(source("export default () => 1")) for _ in range(4)))
    assert [1, 1, 1, 1] == [report.value for report in reports]


async def test_a_method_changes_neither_connection_nor_arguments(host: MethodHost) -> None:
    """What a method receives is a copy."""
    connection = Connection(id="acme", credentials={"token": "abc"}, parameters={"region": "eu"})
    args = {"input": {"a": 1}}
    code = "export default (args) => { args.credentials.token = args.parameters.region = args.input.a = 'changed' }"

    report = await host.run(source(code), connection=connection, args=args)

    assert report.ok
    assert ({"token": "abc"}, {"region": "eu"}, {"input": {"a": 1}}) == (
        connection.credentials,
        connection.parameters,
        args,
    )


async def test_credentials_are_masked_in_console_lines_and_errors() -> None:
    """A method that prints or throws what it was given gives nothing away, but its result is its own."""
    connection = Connection(id="acme", credentials={"token": "canary-4711-xyz"})
    code = """export default ({ credentials, input }) => {
      console.log('token', credentials.token)
      if (input) throw Object.assign(new Error(`bad ${credentials.token}`), { data: credentials })
      return credentials.token
    }"""
    heard: list[object] = []
    async with MethodHost(spares=0) as host:
        thrown = await host.run(source(code), connection=connection, args={"input": 1}, on_event=heard.append)
        returned = await host.run(source(code), connection=connection)

    assert "canary" not in thrown.to_json()
    assert "canary" not in repr(heard)
    assert thrown.error is not None
    assert "bad [redacted]" in thrown.error.message
    assert "canary-4711-xyz" == returned.value


async def test_a_closed_host_runs_nothing() -> None:
    """Neither before opening nor after closing."""
    host = MethodHost(spares=0)
    with pytest.raises(HostClosedError, match="not open"):
        await host.run(source("export default () => 1"))
    async with host:
        pass
    with pytest.raises(HostClosedError, match="not open"):
        await host.run(source("export default () => 1"))
    with pytest.raises(HostClosedError, match="opened once"):
        await host.__aenter__()


def test_the_blocking_door_needs_no_event_loop() -> None:
    """`with` opens a host for callers without a loop, and closing it leaves no thread."""
    before = threading.active_count()
    with MethodHost(spares=0) as host:
        values = [
            host.run_sync(source("export default ({ input }) => input"), args={"input": n}).value for n in range(3)
        ]

    assert [0, 1, 2] == values
    assert before == threading.active_count()
    with pytest.raises(HostClosedError):
        host.run_sync(source("export default () => 1"))


def test_the_blocking_door_leaves_no_thread_of_a_store(tmp_path: Path) -> None:
    """Files of credentials are read in threads, which end with the host."""
    before = threading.active_count()
    with MethodHost(spares=0, credentials=FileCredentialStore(tmp_path)) as host:
        report = host.run_sync(source("export default () => 1"), connection=Connection(id="acme"))

    assert 1 == report.value
    assert before == threading.active_count()


def test_the_blocking_door_opens_the_host() -> None:
    """A script may run a method in two lines."""
    host = MethodHost(spares=0)
    try:
        assert 1 == host.run_sync(source("export default () => 1")).value
    finally:
        host.close()


async def test_the_blocking_door_serves_other_threads(host: MethodHost) -> None:
    """Threads of an asynchronous application may share its host."""
    report = await asyncio.to_thread(host.run_sync, source("export default () => 1"))

    assert 1 == report.value


async def test_the_blocking_door_does_not_block_its_own_loop(host: MethodHost) -> None:
    """Called in the host's event loop it would wait for itself."""
    with pytest.raises(RuntimeError, match=r"await host\.run"):
        host.run_sync(source("export default () => 1"))
