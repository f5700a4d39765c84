"""The example of a connector in TypeScript of many files, against its API."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio

from connectors import Connection, Connector, EgressPolicy, MethodHost
from connectors.check_command import CheckCommand

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

    from connectors import RunReport

    Run = Callable[..., Awaitable[RunReport]]


EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture(scope="module")
def api() -> Iterator[str]:
    """Start the API in a process of its own."""
    command = [sys.executable, str(EXAMPLES / "fulfilment_api" / "server.py"), "--exit-with-stdin"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
        process.communicate()


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def run(api: str) -> AsyncIterator[Run]:
    """Give a function that runs a method of the example for a customer."""
    connector = Connector.load(EXAMPLES / "fulfilment")

    async with MethodHost(egress=EgressPolicy.from_allow(["127.0.0.1"]), workers=2, spares=1) as host:

        async def run_one(method: str, args: dict[str, Any] | None = None, **credentials: str) -> RunReport:
            connection = Connection(
                id=f"shop {credentials}",
                credentials={"apiKey": "pw_key_live", "signingSecret": "pw_secret_live", **credentials},
                parameters={"baseUri": api, "ratesUri": api},
            )
            return await host.run(connector, method, connection=connection, args=args)

        yield run_one


@pytest.mark.asyncio(loop_scope="module")
async def test_a_list_is_read_page_by_page(run: Run) -> None:
    """The cursor of a page is the query of the next, in which a name stands twice, and it leads to the end."""
    seen: list[str] = []
    args: dict[str, Any] = {"filter": {"status": "packed"}}
    while True:
        report = await run("data/orders/list", args)
        page = report.unwrap()
        seen += [record["id"] for record in page["records"]]
        if page.get("cursor") is None:
            break
        assert "sort=placed_at&sort=id" in page["cursor"]
        args = {"cursor": page["cursor"]}
    assert 15 == len(seen) == len(set(seen))
    assert () == report.warnings


@pytest.mark.asyncio(loop_scope="module")
async def test_members_of_a_handler_are_methods(run: Run) -> None:
    """A collection that is one object of a handler class has the methods that it was made with."""
    shop = {"id": "cus_01", "name": "Shop 1", "fields": {"name": "Shop 1", "country": "US"}}
    assert shop in (await run("data/customers/list")).unwrap()["records"]
    assert {"record": shop} == (await run("data/customers/find-by-id", {"id": "cus_01"})).unwrap()


@pytest.mark.asyncio(loop_scope="module")
async def test_an_order_is_signed(run: Run) -> None:
    """The signature that the method makes is the one that the API computes; with another secret it is refused."""
    fields = {"customerId": "cus_02", "total": 12.5, "currency": "EUR"}
    assert (await run("data/orders/create", {"fields": fields})).unwrap()["id"].startswith("ord_")
    refused = await run("data/orders/create", {"fields": fields}, signingSecret="another_secret")
    assert refused.error is not None
    assert "The signature is not right." in refused.error.message


@pytest.mark.asyncio(loop_scope="module")
async def test_another_api_is_asked_through_axios(run: Run) -> None:
    """An interceptor says who calls, the connection's key stays away, and each currency is asked for once."""
    report = await run("operations/revenue", {"input": {"currency": "GBP"}})
    value = report.unwrap()
    assert "GBP" == value["currency"]
    assert value["orders"] >= 45
    assert [f"{value['orders']} orders, rates asked for 2 times"] == [line.message for line in report.logs]
    assert 2 == sum("/rates" in request.url for request in report.requests)


@pytest.mark.asyncio(loop_scope="module")
async def test_an_error_is_told_in_the_words_of_its_source(run: Run) -> None:
    """What throws in TypeScript has the place in the file as it was written."""
    report = await run("data/orders/list", {"filter": {"status": "lost"}})
    assert report.error is not None
    assert report.error.location is not None
    text = (EXAMPLES / "fulfilment" / report.error.location.file).read_text().splitlines()
    assert "throw new Error" in text[report.error.location.line - 1]
    assert "new, packed, shipped" in report.error.message


@pytest.mark.asyncio(loop_scope="module")
async def test_pages_are_fetched_at_once(run: Run) -> None:
    """Three lists are read beside each other."""
    report = await run("operations/count-orders")

    assert report.error is None
    assert {"packed": 15, "shipped": 15} == {status: report.value[status] for status in ("packed", "shipped")}


def test_it_has_no_problems() -> None:
    """The check finds nothing in it."""
    assert () == CheckCommand(path=str(EXAMPLES / "fulfilment")).execute().problems
