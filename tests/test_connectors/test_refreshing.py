"""When credentials are renewed, how often, and where they are kept."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio
from aiohttp import web

from connectors import (
    Connection,
    Connector,
    CredentialStoreError,
    EgressPolicy,
    FileCredentialStore,
    Limits,
    MemoryCredentialStore,
    MethodHost,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping
    from pathlib import Path

    from conftest import AuthServer, TokenRequest

    from connectors import CredentialStore, RunReport, StoredCredentials

    Load = Callable[[Mapping[str, str]], Connector]

pytestmark = pytest.mark.asyncio(loop_scope="module")

LOOPBACK = EgressPolicy.from_allow(["127.0.0.1"])
GET = Connector.from_source("get", "export default ({ apiClient }) => apiClient.get('me')")
TOKEN = Connector.from_source("get", "export default ({ credentials }) => credentials.access_token")
EXPIRED = {"access_token": "expired-token-0", "refresh_token": "refresh-token-0"}
PAST = datetime(2020, 1, 1, tzinfo=UTC)
RUNS_OF_ANOTHER_PROCESS = """
import asyncio, sys
from connectors import Connection, Connector, EgressPolicy, FileCredentialStore, MethodHost

async def main(folder, connection_file):
    connector = Connector.from_source("get", "export default ({ apiClient }) => apiClient.get('me')")
    connection = Connection.load(connection_file)
    store = FileCredentialStore(folder)
    egress = EgressPolicy.from_allow(["127.0.0.1"])
    async with MethodHost(egress=egress, workers=2, spares=1, credentials=store) as host:
        print("open", flush=True)
        sys.stdin.readline()
        reports = await asyncio.gather(*(host.run(connector, connection=connection) for _ in range(6)))
    print(sum(report.ok for report in reports), flush=True)

asyncio.run(main(*sys.argv[1:]))
"""


def connection_to(server: AuthServer, **more: Any) -> Connection:
    """Make a connection with an expired token and a way to a new one."""
    return Connection.model_validate(
        {
            "id": server.customer,
            "credentials": EXPIRED,
            "apiClient": {"baseUri": f"{server.url}/api"},
            "oauth2": {"clientId": "client-1", "tokenUri": f"{server.url}/token", "grant": "refresh_token"},
            **more,
        }
    )


def open_host(store: CredentialStore | None = None, **options: Any) -> MethodHost:
    """Return a host that may reach this machine."""
    return MethodHost(egress=LOOPBACK, workers=4, spares=1, credentials=store, **options)


@dataclass(frozen=True, kw_only=True)
class Kept:
    """A host and the store of its credentials."""

    host: MethodHost
    store: MemoryCredentialStore


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def kept() -> AsyncIterator[Kept]:
    """Open a host with a store, for all tests of the module."""
    store = MemoryCredentialStore()
    async with open_host(store) as host:
        yield Kept(host=host, store=store)


def refuse(_asked: TokenRequest) -> web.Response:
    """Answer as if the refresh token were dead."""
    return web.json_response({"error": "invalid_grant"}, status=400)


async def stored(store: CredentialStore, connection: Connection) -> StoredCredentials:
    """Return what is stored for a connection, which must be something."""
    record = await store.load(connection.id)
    assert record is not None
    return record


def warnings_with(words: str, report: RunReport) -> list[str]:
    """Return the warnings of a report in which these words are."""
    return [warning for warning in report.warnings if words in warning]


# --- Once for all ---


@pytest.mark.parametrize("with_store", [False, True])
async def test_fifty_runs_at_a_time_refresh_once(
    shared_host: MethodHost, kept: Kept, auth_server: AuthServer, *, with_store: bool
) -> None:
    """However many runs find the token expired, it is asked for once, and each run gets its answer."""
    host = kept.host if with_store else shared_host
    connection = connection_to(auth_server)

    reports = await asyncio.gather(*(host.run(GET, connection=connection) for _ in range(50)))

    assert {"Bearer access-token-1"} == {report.unwrap()["headers"]["authorization"] for report in reports}
    assert 1 == len(auth_server.asked)
    assert 1 == sum(request.method == "POST" for report in reports for request in report.requests)


async def test_two_processes_refresh_once(auth_server: AuthServer, tmp_path: Path) -> None:
    """Processes that share a folder of credentials share a refresh, too."""
    connection = connection_to(auth_server)
    file = tmp_path / "acme.yml"
    file.write_text(
        f"""
id: {connection.id}
credentials: {{access_token: expired-token-0, refresh_token: refresh-token-0}}
apiClient: {{baseUri: "{auth_server.url}/api"}}
oauth2: {{clientId: client-1, tokenUri: "{auth_server.url}/token"}}
"""
    )
    command = [sys.executable, "-c", RUNS_OF_ANOTHER_PROCESS, str(tmp_path / "credentials"), str(file)]
    pipes = {"stdin": asyncio.subprocess.PIPE, "stdout": asyncio.subprocess.PIPE}
    processes = [await asyncio.create_subprocess_exec(*command, **pipes) for _ in range(2)]
    for process in processes:
        assert process.stdout is not None
        assert b"open\n" == await process.stdout.readline()

    outputs = await asyncio.gather(*(process.communicate(b"go\n") for process in processes))

    assert [b"6\n", b"6\n"] == [output for output, _ in outputs]
    assert 1 == len(auth_server.asked)
    record = await stored(FileCredentialStore(tmp_path / "credentials"), connection)
    assert ("access-token-1", 1) == (record.credentials["access_token"], record.version)


async def test_who_waits_for_a_refresh_keeps_its_own_connection(
    shared_host: MethodHost, auth_server: AuthServer, load_folder: Load
) -> None:
    """Runs that share new credentials share nothing else: each client is made for what its own caller gave."""
    make = """export default ({ credentials, connectionParameters }) => ({
      baseUri: connectionParameters.uri,
      headers: { Authorization: `Bearer ${credentials.access_token}`, 'X-N': connectionParameters.n },
    })"""
    code = "export default ({ apiClient }) => apiClient.get('me').then(({ headers }) => headers['x-n'])"
    connector = load_folder({"auth/make-api-client.js": make, "operations/get/run.js": code})
    connections = [
        connection_to(auth_server, parameters={"n": n, "uri": f"{auth_server.url}/api"}, apiClient=None)
        for n in range(4)
    ]

    first = await asyncio.gather(*(shared_host.run(connector, connection=connection) for connection in connections))
    later = await shared_host.run(connector, connection=connections[3])

    assert ["0", "1", "2", "3", "3"] == [report.unwrap() for report in (*first, later)]
    assert 1 == len(auth_server.asked)


async def test_old_and_newer_credentials_lead_to_the_newest(shared_host: MethodHost, auth_server: AuthServer) -> None:
    """Without a store, whichever credentials of a chain the caller gives, those that replaced them last are used."""
    given = connection_to(auth_server)
    newer = given.model_copy(update={"credentials": (await shared_host.run(GET, connection=given)).credentials})
    auth_server.valid = set()

    await shared_host.run(GET, connection=newer)
    reports = [await shared_host.run(GET, connection=connection) for connection in (given, newer)]

    assert ["access-token-2"] * 2 == [report.credentials and report.credentials["access_token"] for report in reports]
    assert ["refresh-token-0", "refresh-token-1"] == [asked.form["refresh_token"] for asked in auth_server.asked]


# --- Never in a loop ---


async def test_dead_credentials_are_refreshed_once(
    shared_host: MethodHost, auth_server: AuthServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a refusal nobody asks again for a while; all runs see the app's own error, and why."""
    auth_server.answer = refuse  # type: ignore[method-assign]
    connection = connection_to(auth_server)

    reports = [await shared_host.run(GET, connection=connection) for _ in range(3)]

    assert {("connection", "access_token_expired")} == {
        (report.error.type, report.error.key) for report in reports if report.error
    }
    assert 1 == len(auth_server.asked)
    assert warnings_with("OAuth brought no new credentials: ", reports[0])
    assert warnings_with("OAuth was not asked for new credentials: that failed within the last 60 s", reports[2])

    monkeypatch.setattr("connectors.refresh_pace.BACK_OFF_SECONDS", 0.0)
    await shared_host.run(GET, connection=connection)
    assert 2 == len(auth_server.asked)


async def test_other_credentials_may_be_refreshed_at_once(shared_host: MethodHost, auth_server: AuthServer) -> None:
    """A customer who connects anew does not wait for the end of the back-off."""
    auth_server.answer = refuse  # type: ignore[method-assign]
    await shared_host.run(GET, connection=connection_to(auth_server))
    del auth_server.answer

    anew = {"access_token": "expired-token-1", "refresh_token": "refresh-token-new"}
    report = await shared_host.run(GET, connection=connection_to(auth_server, credentials=anew))

    assert report.ok, report.error


async def test_a_second_401_is_the_methods(shared_host: MethodHost, auth_server: AuthServer) -> None:
    """A run refreshes once; what the app refuses with new credentials, it refuses."""
    code = """export default async ({ apiClient }) => {
      const errors = []
      for (let i = 0; i < 3; i++) await apiClient.get('me').catch(({ key }) => errors.push(key))
      return errors
    }"""
    auth_server.answer = lambda _: web.json_response({"access_token": "useless-token"})  # type: ignore[method-assign]

    report = await shared_host.run(Connector.from_source("get", code), connection=connection_to(auth_server))

    assert ["access_token_expired"] * 3 == report.value
    assert 1 == len(auth_server.asked)
    assert 4 == len(auth_server.seen)


async def test_an_app_that_refuses_all_tokens_ends_the_refreshing(
    shared_host: MethodHost, auth_server: AuthServer
) -> None:
    """New tokens that are refused as well are not asked for without end."""
    auth_server.answer = lambda _: web.json_response(  # type: ignore[method-assign]
        {"access_token": f"useless-token-{len(auth_server.asked)}"}
    )
    connection = connection_to(auth_server)

    reports = [await shared_host.run(GET, connection=connection) for _ in range(12)]

    assert 10 == len(auth_server.asked)
    assert warnings_with("refreshed 10 times within the last 60 s", reports[-1])


# --- Before the first request ---


async def test_credentials_that_expired_are_not_tried(kept: Kept, auth_server: AuthServer) -> None:
    """What is known to have expired is renewed first, and the run does not refresh a second time."""
    connection = connection_to(auth_server)
    await kept.store.save(connection.id, EXPIRED, expected_version=0, expires_at=PAST)
    report = await kept.host.run(GET, connection=connection)

    auth_server.answer = lambda _: web.json_response({"access_token": "useless-token", "expires_in": 5})  # type: ignore[method-assign]
    auth_server.valid = set()
    await kept.store.save(connection.id, EXPIRED, expected_version=2, expires_at=PAST)
    refused = await kept.host.run(GET, connection=connection)

    assert ["POST", "GET"] == [request.method for request in report.requests]
    assert report.ok, report.error
    assert ["POST", "GET"] == [request.method for request in refused.requests]
    assert refused.error is not None
    assert "access_token_expired" == refused.error.key


async def test_the_lifetime_of_a_token_is_remembered(shared_host: MethodHost, auth_server: AuthServer) -> None:
    """Without a store, too: a token that lives a few seconds more is renewed before it is used."""
    auth_server.answer = lambda asked: web.json_response(  # type: ignore[method-assign]
        {"access_token": "short-token", "expires_in": "5" if "refresh-token-0" in asked.form.values() else 3600}
    )
    auth_server.valid = {"short-token"}
    connection = connection_to(auth_server)

    reports = [await shared_host.run(GET, connection=connection) for _ in range(3)]

    assert [["GET", "POST", "GET"], ["POST", "GET"], ["POST", "GET"]] == [
        [request.method for request in report.requests] for report in reports
    ]


async def test_a_stored_lifetime_is_a_date(kept: Kept, auth_server: AuthServer) -> None:
    """`expires_in` counts from now, and makes no sense later: the record says when."""
    connection = connection_to(auth_server)

    await kept.host.run(GET, connection=connection)

    expires_at = (await stored(kept.store, connection)).expires_at
    assert expires_at is not None
    assert timedelta(seconds=3500) < expires_at - datetime.now(UTC) <= timedelta(seconds=3600)


async def test_a_lifetime_is_remembered_that_the_connector_drops(
    kept: Kept, auth_server: AuthServer, load_folder: Load
) -> None:
    """Where a connector takes only the token out of a response, the response's lifetime counts."""
    read = "export default ({ tokenResponse }) => ({ access_token: tokenResponse.access_token })"
    connector = load_folder(
        {
            "auth/get-credentials-from-refresh-token-response.js": read,
            "operations/get/run.js": "export default ({ apiClient }) => apiClient.get('me')",
        }
    )
    connection = connection_to(auth_server)

    await kept.host.run(connector, connection=connection)

    record = await stored(kept.store, connection)
    assert record.expires_at is not None
    assert {"access_token": "access-token-1", "refresh_token": "refresh-token-0"} == record.credentials


@pytest.mark.parametrize("lifetime", ["null", "0", "-1", "true", "'soon'", "'NaN'", "1e308", "[3600]"])
async def test_a_lifetime_that_makes_no_sense_is_none(
    kept: Kept, auth_server: AuthServer, load_folder: Load, lifetime: str
) -> None:
    """Credentials without a known end are used until the app refuses them."""
    connection = connection_to(auth_server)
    connector = load_folder(
        {
            "auth/refresh-credentials.js": f"export default () => ({{ access_token: 'fresh', expires_in: {lifetime} }})",
            "auth/test.js": "export default ({ apiClient }) => apiClient.get('me')",
        }
    )

    await kept.host.run(connector, "auth/test", connection=connection)

    record = await stored(kept.store, connection)
    assert ("fresh", None) == (record.credentials["access_token"], record.expires_at)


async def test_a_method_without_a_client_does_not_refresh(
    kept: Kept, auth_server: AuthServer, load_folder: Load
) -> None:
    """What sends nothing needs no credentials that hold; nor does what renews them."""
    connection = connection_to(auth_server)
    await kept.store.save(connection.id, EXPIRED, expected_version=0, expires_at=PAST)
    connector = load_folder(
        {
            "auth/get-token-data.js": "export default () => 1",
            "auth/refresh-credentials.js": "export default ({ apiClient }) => apiClient.get('me').catch(() => 2)",
        }
    )
    reports = [
        await kept.host.run(connector, f"auth/{name}", connection=connection)
        for name in ("get-token-data", "refresh-credentials")
    ]

    assert [1, 2] == [report.value for report in reports]
    assert not auth_server.asked
    assert 1 == len(auth_server.seen)


# --- Connectors that make credentials of parameters ---

CLIENT_CREDENTIALS = {
    "spec.yml": "auth: {type: client-credentials}\n",
    "auth/get-credentials-from-connection-parameters.js": """exports.getCredentialsFromConnectionParameters = ({ connectionParameters, credentials, apiClient }) =>
        (console.log(connectionParameters.apiKey), { access_token: `made-of-${connectionParameters.apiKey}`, no: [typeof credentials, typeof apiClient].join() })""",
    "auth/make-api-client.js": """exports.makeApiClient = ({ credentials, connectionParameters }) =>
      ({ baseUri: connectionParameters.uri, headers: { Authorization: `Bearer ${credentials.access_token}` } })""",
    "operations/get/run.js": "export default ({ apiClient, credentials }) => apiClient.get('me').then(() => credentials)",
}


@pytest.mark.parametrize("credentials", [{}, {"access_token": "expired-token-0"}])
async def test_parameters_become_credentials(
    shared_host: MethodHost, auth_server: AuthServer, load_folder: Load, credentials: dict[str, Any]
) -> None:
    """A connector of that type makes credentials when there are none, and again when they have expired."""
    auth_server.valid = {"made-of-parameter-4711"}
    parameters = {"apiKey": "parameter-4711", "uri": f"{auth_server.url}/api"}
    connection = Connection(id=auth_server.customer, credentials=credentials, parameters=parameters)

    report = await shared_host.run(load_folder(CLIENT_CREDENTIALS), connection=connection)

    assert report.ok, report.error
    assert {"access_token": "made-of-parameter-4711", "no": "undefined,undefined"} == report.credentials
    assert (1 if not credentials else 2) == len(auth_server.seen)
    assert (credentials or report.credentials) == report.value
    assert ["[redacted]"] == [line.message for line in report.logs]


async def test_refresh_credentials_comes_before_parameters(
    shared_host: MethodHost, auth_server: AuthServer, load_folder: Load
) -> None:
    """A connector that can refresh what it made is asked for that."""
    auth_server.valid = {"refreshed"}
    parameters = {"apiKey": "parameter-4711", "uri": f"{auth_server.url}/api"}
    refresh = "exports.refreshCredentials = ({ credentials }) => ({ access_token: 'refreshed', was: credentials.access_token })"
    connector = load_folder({**CLIENT_CREDENTIALS, "auth/refresh-credentials.js": refresh})
    connection = Connection(id=auth_server.customer, parameters=parameters)

    report = await shared_host.run(connector, connection=connection)
    again = await shared_host.run(connector, connection=connection)

    assert report.error is not None, "what was made of parameters is refused, and a run renews once"
    assert again.ok, again.error
    assert again.credentials is not None
    assert ("refreshed", "made-of-parameter-4711") == (again.credentials["access_token"], again.credentials["was"])


@pytest.mark.parametrize("made", ["7", "null", "[]"])
async def test_what_is_no_object_is_no_credentials(
    shared_host: MethodHost, auth_server: AuthServer, load_folder: Load, made: str
) -> None:
    """The report names the method that gave it."""
    name = "auth/get-credentials-from-connection-parameters"
    connector = load_folder({**CLIENT_CREDENTIALS, f"{name}.js": f"export default () => ({made})"})
    connection = Connection(id=auth_server.customer, parameters={"uri": f"{auth_server.url}/api"})

    report = await shared_host.run(connector, connection=connection)

    assert report.error is not None
    assert "access_token_expired" == report.error.key
    assert warnings_with(f"{name} brought no new credentials: it gave no object", report)


async def test_a_method_that_cannot_run_is_no_source(
    shared_host: MethodHost, auth_server: AuthServer, load_folder: Load
) -> None:
    """A file in a language that does not run yet is named as the reason, without its path."""
    connector = load_folder(
        {
            "auth/refresh-credentials.rest.yml": "path: /x\n",
            "operations/get/run.js": "export default ({ apiClient }) => apiClient.get('me')",
        }
    )

    report = await shared_host.run(connector, connection=connection_to(auth_server))

    assert [
        "auth/refresh-credentials brought no new credentials: Methods written as rest-api-mapping cannot be run yet."
    ] == list(report.warnings)


# --- With a store ---


async def test_the_stores_record_comes_first(kept: Kept, auth_server: AuthServer) -> None:
    """What a connection holds in the store replaces what the caller gives, and is not reported as news."""
    connection = connection_to(auth_server)

    before = await kept.host.run(TOKEN, connection=connection)
    await kept.store.save(connection.id, {"access_token": "stored-token"}, expected_version=0)
    after = await kept.host.run(TOKEN, connection=connection)

    assert ["expired-token-0", "stored-token"] == [before.value, after.value]
    assert [None, None] == [before.credentials, after.credentials]


async def test_new_credentials_are_saved_and_reported(kept: Kept, auth_server: AuthServer) -> None:
    """They are merged into the old ones; later runs of other hosts use them."""
    connection = connection_to(auth_server, credentials={**EXPIRED, "region": "eu"})

    report = await kept.host.run(GET, connection=connection)
    async with open_host(kept.store) as host:
        later = await host.run(GET, connection=connection)

    record = await stored(kept.store, connection)
    assert ("eu", "access-token-1", 1) == (
        record.credentials["region"],
        record.credentials["access_token"],
        record.version,
    )
    assert record.credentials == report.credentials
    assert [200] == [request.status for request in later.requests]
    assert later.credentials is None
    assert "access-token-1" not in later.to_json().replace(later.value["headers"]["authorization"], "")


async def test_what_somebody_saved_meanwhile_is_used(kept: Kept, auth_server: AuthServer) -> None:
    """Who holds the lease is waited for, and nothing is refreshed when there are newer credentials then."""
    connection = connection_to(auth_server)
    auth_server.valid = {"stored-token"}
    async with kept.store.lease(connection.id):
        run = asyncio.create_task(kept.host.run(GET, connection=connection))
        while not auth_server.seen:
            await asyncio.sleep(0.01)
        await kept.store.save(connection.id, {"access_token": "stored-token"}, expected_version=0)
    report = await run

    assert report.ok, report.error
    assert not auth_server.asked
    assert {"access_token": "stored-token"} == report.credentials


class LateStore(MemoryCredentialStore):
    """A store in which somebody saves newer credentials as soon as a run has looked."""

    async def load(self, connection_id: str) -> StoredCredentials | None:
        """Return what was there before."""
        record = await super().load(connection_id)
        if record is None:
            await self.save(connection_id, {"access_token": "stored-token"}, expected_version=0)
        return record


async def test_newer_credentials_help_where_nothing_can_be_refreshed(
    auth_server: AuthServer, load_folder: Load
) -> None:
    """An application that renews credentials itself has only to save them."""
    mapping = "headers: {Authorization: {$concat: ['Bearer ', {$var: credentials.access_token}]}}\n"
    connector = load_folder(
        {
            "auth/make-api-client.map.yml": f"baseUri: {auth_server.url}/api\n{mapping}",
            "operations/get/run.js": "export default ({ apiClient }) => apiClient.get('me')",
        }
    )
    auth_server.valid = {"stored-token"}
    async with open_host(LateStore()) as host:
        report = await host.run(connector, connection=connection_to(auth_server, oauth2=None, apiClient=None))

    assert report.ok, report.error
    assert not report.warnings


class RacingStore(MemoryCredentialStore):
    """A store in which somebody else, without a lease, always saves first."""

    async def save(self, connection_id: str, credentials: Any, **options: Any) -> StoredCredentials:
        """Save something else before."""
        await super().save(connection_id, {"access_token": "their-token"}, expected_version=0)
        return await super().save(connection_id, credentials, **options)


async def test_a_save_that_comes_too_late_gives_way(auth_server: AuthServer) -> None:
    """What was saved meanwhile stays, is what the run goes on with, and the report says so."""
    store = RacingStore()
    connection = connection_to(auth_server)
    async with open_host(store) as host:
        report = await host.run(GET, connection=connection)

    assert {"access_token": "their-token"} == (await stored(store, connection)).credentials == report.credentials
    assert warnings_with("Other credentials were saved while these were refreshed", report)
    assert report.error is not None
    assert ["/api/me"] * 2 == auth_server.seen


class BrokenStore(MemoryCredentialStore):
    """A store whose one method does not work."""

    def __init__(self, broken: str) -> None:
        super().__init__()
        self.calls = 0
        setattr(self, broken, self._fail)

    def _fail(self, *_args: object, **_options: object) -> Any:
        raise RuntimeError("canary: postgres://user:canary@db")


async def test_a_store_that_cannot_load_is_the_callers_error(auth_server: AuthServer) -> None:
    """Which credentials hold is not guessed, and the store's own words are not passed on."""
    async with open_host(BrokenStore("load")) as host:
        with pytest.raises(CredentialStoreError) as caught:
            await host.run(GET, connection=connection_to(auth_server))

    assert "The credential store raised RuntimeError." == str(caught.value)
    assert not auth_server.seen


async def test_a_store_that_cannot_save_loses_nothing(auth_server: AuthServer) -> None:
    """The run goes on with the new credentials, and the report has them."""
    async with open_host(BrokenStore("save")) as host:
        report = await host.run(GET, connection=connection_to(auth_server))

    assert report.ok, report.error
    assert report.credentials is not None
    assert "access-token-1" == report.credentials["access_token"]
    assert warnings_with("The credential store failed: the new credentials are in the report only", report)
    assert "canary" not in report.to_json()


async def test_a_store_without_leases_refreshes_nothing(auth_server: AuthServer) -> None:
    """Where nobody can be kept out, nobody refreshes."""
    async with open_host(BrokenStore("lease")) as host:
        report = await host.run(GET, connection=connection_to(auth_server))

    assert report.error is not None
    assert "access_token_expired" == report.error.key
    assert warnings_with("The credentials were not refreshed: the credential store failed", report)
    assert not auth_server.asked


async def test_a_lease_is_not_waited_for_without_end(kept: Kept, auth_server: AuthServer) -> None:
    """Somebody who never ends renewing stops nobody for longer than a run may take."""
    connection = connection_to(auth_server)
    await kept.store.save(connection.id, EXPIRED, expected_version=0, expires_at=PAST)
    async with kept.store.lease(connection.id):
        report = await kept.host.run(GET, connection=connection, limits=Limits(wall_time_seconds=0.3))

    assert report.error is not None
    assert "wall_time" == report.error.key
    assert warnings_with("somebody else has been, for too long", report)
