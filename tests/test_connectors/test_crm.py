"""The CRM example against its API: real connector, real sockets."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from connectors import EgressPolicy, Exchange, MethodHost

if TYPE_CHECKING:
    from collections.abc import Callable

    from connectors import Connection, Connector

    MakeConnection = Callable[..., Connection]

LOOPBACK = EgressPolicy.from_allow(["127.0.0.1"])


async def test_a_list_comes_from_the_api(host: MethodHost, crm: Connector, crm_connection: MakeConnection) -> None:
    """The connector's client carries the token, and the exchange is in the report with its URL."""
    heard: list[object] = []
    args = {"filter": {"company_id": "cmp_003"}}

    report = await host.run(crm, "data/contacts/list", connection=crm_connection(), args=args, on_event=heard.append)

    assert report.ok, report.error
    assert {"cmp_003"} == {record["fields"]["company_id"] for record in report.value["records"]}
    (request,) = report.requests
    assert ("GET", 200, 1) == (request.method, request.status, request.attempt)
    assert request.url.endswith("/v1/contacts?limit=20&company_id=cmp_003")
    assert request.url.startswith("http://127.0.0.1:")
    assert 1 == report.usage.requests
    assert [request.url] == [event.url for event in heard if isinstance(event, Exchange)]
    assert report.credentials is None


async def test_a_file_comes_as_bytes(host: MethodHost, crm: Connector, crm_connection: MakeConnection) -> None:
    """A method reads a binary file byte by byte."""
    report = await host.run(
        crm, "operations/inspect-file", connection=crm_connection(), args={"input": {"id": "fil_001"}}
    )

    assert report.ok, report.error
    assert (True, 32, 32) == (report.value["isPng"], report.value["width"], report.value["height"])
    assert report.value["size"] in [request.response_bytes for request in report.requests]


async def test_a_file_is_uploaded(host: MethodHost, crm: Connector, crm_connection: MakeConnection) -> None:
    """A method sends a form with a file in it."""
    args = {"input": {"companyId": "cmp_003", "name": "note.txt", "text": "Met on Monday."}}

    report = await host.run(crm, "operations/attach-file", connection=crm_connection(), args=args)

    assert {"id": "fil_013", "size": 14} == report.value, report.error


async def test_an_expired_token_is_refreshed(host: MethodHost, crm: Connector, crm_connection: MakeConnection) -> None:
    """The refused call is repeated with a new token, and the caller gets the new credentials to store."""
    connection = crm_connection(token="crm_at_expired")

    report = await host.run(crm, "auth/test", connection=connection)

    assert report.value is True, report.error
    assert [("GET", 401), ("POST", 200), ("GET", 200)] == sorted(
        ((request.method, request.status) for request in report.requests),
        key=[("GET", 401), ("POST", 200), ("GET", 200)].index,
    )
    assert report.credentials is not None
    assert report.credentials["access_token"].startswith("crm_at_0")
    assert "crm_client_demo" == report.credentials["client_id"]
    assert report.credentials["access_token"] not in report.to_json()
    assert "crm_at_expired" == connection.credentials["access_token"]


async def test_refreshed_credentials_serve_later_runs(
    host: MethodHost, crm: Connector, crm_connection: MakeConnection
) -> None:
    """A connection that still has the old token is not refused again."""
    connection = crm_connection(token="crm_at_expired")
    first = await host.run(crm, "auth/test", connection=connection)

    second = await host.run(crm, "auth/test", connection=connection)

    assert [200] == [request.status for request in second.requests]
    assert first.credentials == second.credentials


async def test_runs_at_the_same_time_share_one_refresh(
    host: MethodHost, crm: Connector, crm_connection: MakeConnection
) -> None:
    """More runs than workers find the token expired; the token is asked for once."""
    connection = crm_connection("shared", token="crm_at_expired")

    reports = await asyncio.gather(*(host.run(crm, "auth/test", connection=connection) for _ in range(12)))

    assert [True] * 12 == [report.value for report in reports]
    tokens = {report.credentials["access_token"] for report in reports if report.credentials}
    assert 1 == len(tokens)
    assert 1 == sum(request.method == "POST" for report in reports for request in report.requests)


async def test_a_single_worker_can_refresh(crm: Connector, crm_connection: MakeConnection) -> None:
    """The run that waits for new credentials holds the only place; the refreshing has its own."""
    async with MethodHost(egress=LOOPBACK, workers=1, spares=0) as host:
        report = await host.run(crm, "auth/test", connection=crm_connection(token="crm_at_expired"))

    assert report.value is True, report.error


async def test_a_failed_refresh_leaves_the_servers_error(
    host: MethodHost, crm: Connector, crm_connection: MakeConnection
) -> None:
    """The method sees its 401, and the report says why there were no new credentials."""
    connection = crm_connection("revoked", token="crm_at_expired", refresh_token="crm_rt_revoked")

    report = await host.run(crm, "auth/test", connection=connection)

    assert report.error is not None
    assert ("connection", "access_token_expired") == (report.error.type, report.error.key)
    assert any("brought no new credentials" in warning for warning in report.warnings)
    assert report.credentials is None


async def test_a_rate_limit_is_an_error_when_somebody_waits(
    host: MethodHost, crm: Connector, crm_connection: MakeConnection
) -> None:
    """In sync mode a 429 is thrown at once; in async mode the run goes on when the window is over."""
    args = {"input": {"pipelines": ["new_business", "renewal", "partner"]}}

    sync = await host.run(crm, "operations/pipeline-report", connection=crm_connection(), args=args)
    waited = await host.run(crm, "operations/pipeline-report", connection=crm_connection(), args=args, mode="async")

    assert sync.error is not None
    assert ("connection", "rate_limit_exceeded") == (sync.error.type, sync.error.key)
    assert {"new_business", "renewal", "partner"} == set(waited.value["totals"]), waited.error
    assert 2 in {request.attempt for request in waited.requests}


async def test_a_bug_is_shown_with_its_line(host: MethodHost, crm: Connector, crm_connection: MakeConnection) -> None:
    """The error names the file, as the connector has it, and the line that threw."""
    args = {"input": {"name": "Grace Hopper", "email": "grace@nowhere.example"}}

    report = await host.run(crm, "operations/import-contact", connection=crm_connection(), args=args)

    assert report.error is not None
    assert report.error.location is not None
    assert "operations/import-contact/run.js" == report.error.location.file
    line = crm.files["operations/import-contact/run.js"].text.split("\n")[report.error.location.line - 1]
    assert "company.id" in line
