"""Which methods are given credentials when they are withheld."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from connectors import Connection, Connector, MethodHost

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Load = Callable[[Mapping[str, str]], Connector]

TOKEN = "canary-4711-xyz"
CONNECTION = Connection(id="acme", credentials={"token": TOKEN})
BUILDERS = [
    "auth/make-api-client",
    "auth/refresh-credentials",
]
BEFORE = [
    "auth/get-oauth-config",
    "auth/get-token-data",
    "auth/get-credentials-from-connection-parameters",
    "auth/get-credentials-from-refresh-token-response",
]
USERS = [
    "auth/test",
    "auth/disconnect",
    "data/contacts/list",
    "operations/get/run",
    "list",
]
SAY = "export default ({ credentials }) => credentials === undefined ? 'withheld' : credentials.token"


@pytest.mark.parametrize(
    ("names", "open_", "withheld"),
    [(BUILDERS, TOKEN, TOKEN), (BEFORE, "withheld", "withheld"), (USERS, TOKEN, "withheld")],
)
async def test_only_what_builds_client_or_credentials_gets_them(names: list[str], open_: str, withheld: str) -> None:
    """Everything in `auth/` but `test` and `disconnect`, as far as it runs with a connection at all."""
    async with MethodHost(spares=0) as generous, MethodHost(spares=0, expose_credentials=False) as host:
        for name in names:
            connector = Connector.from_source(name, SAY)
            assert open_ == (await generous.run(connector, connection=CONNECTION)).value
            assert withheld == (await host.run(connector, connection=CONNECTION)).value


async def test_a_connector_can_withhold_them_itself(host: MethodHost, load_folder: Load, echo_uri: str) -> None:
    """`exposeCredentials: false` in `spec.yml`: the client is made of them, and works; the method does not see them."""
    make = f"export default ({{ credentials }}) => ({{ baseUri: '{echo_uri}', headers: {{ 'X-Key': credentials.token }} }})"
    code = """export default async (args) => {
      const { headers } = await args.apiClient.get('x')
      return [headers['x-key'], 'credentials' in args]
    }"""
    connector = load_folder(
        {
            "spec.yml": "name: app\nexposeCredentials: false\n",
            "auth/make-api-client.js": make,
            "operations/get/run.js": code,
        }
    )

    report = await host.run(connector, connection=CONNECTION)

    assert [TOKEN, False] == report.value, report.error


async def test_a_connector_cannot_expose_what_the_host_withholds(load_folder: Load) -> None:
    """The stricter of the two holds."""
    connector = load_folder({"spec.yml": "exposeCredentials: true\n", "operations/get/run.js": SAY})

    async with MethodHost(spares=0, expose_credentials=False) as host:
        report = await host.run(connector, connection=CONNECTION)

    assert "withheld" == report.value


async def test_withheld_credentials_are_masked_all_the_same(load_folder: Load, host: MethodHost, echo_uri: str) -> None:
    """A method may learn them from a server that sends them back; the report does not show them."""
    code = "export default async ({ apiClient }) => { console.log((await apiClient.get('x')).headers['x-key']) }"
    connector = load_folder({"spec.yml": "exposeCredentials: false\n", "operations/get/run.js": code})
    connection = Connection.model_validate(
        {
            "id": "acme",
            "credentials": {"token": TOKEN},
            "apiClient": {
                "baseUri": echo_uri,
                "auth": {"type": "api-key", "in": "header", "name": "X-Key", "value": TOKEN},
            },
        }
    )

    report = await host.run(connector, connection=connection)

    assert ["[redacted]"] == [line.message for line in report.logs]


async def test_a_client_with_functions_needs_a_method_that_may_have_credentials(load_folder: Load) -> None:
    """Such a client is made where the method runs, which would hand over what is withheld: it is refused."""
    connector = load_folder(
        {
            "auth/make-api-client.js": "export default ({ credentials }) => ({ baseUri: 'https://x.example', onError() {} })",
            "auth/refresh-credentials.js": "export default () => 'refreshed'",
            "operations/do/run.js": "export default () => 'ran'",
        }
    )
    async with MethodHost(spares=0, expose_credentials=False) as host:
        report = await host.run(connector, "operations/do", connection=CONNECTION)
        builder = await host.run(connector, "auth/refresh-credentials", connection=CONNECTION)
    assert report.error is not None
    assert ("configuration", "client") == (report.error.type, report.error.key)
    assert "auth/make-api-client.js gives functions" in report.error.message
    assert "refreshed" == builder.value
