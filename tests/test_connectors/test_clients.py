"""How the client of a connection comes about."""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING

import pytest

from connectors import Connection, Connector, MethodHost

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Load = Callable[[Mapping[str, str]], Connector]

GET = "export default ({ apiClient }) => apiClient.get('x')"
TOKEN = "canary-4711-xyz"


def connection_to(uri: str, **api_client: object) -> Connection:
    """Make a connection with credentials for that server, and a client of its own where one is described."""
    described = {"apiClient": {"baseUri": uri, **api_client}} if api_client else {}
    return Connection.model_validate({"id": "acme", "credentials": {"uri": uri, "token": TOKEN}, **described})


async def test_a_mapping_makes_the_client(host: MethodHost, load_folder: Load, echo_uri: str) -> None:
    """The formulas of `make-api-client.map.yml` see the credentials."""
    mapping = """
baseUri: {$concat: [{$var: credentials.uri}, /api]}
headers:
  Authorization: {$tpl: {template: 'Bearer {t}', values: {t: {$var: input.credentials.token}}}}
  X-Region: {$var: connectionParameters.region}
query: {v: 2}
"""
    connector = load_folder({"auth/make-api-client.map.yml": mapping, "operations/get/run.js": GET})

    report = await host.run(connector, connection=connection_to(echo_uri))

    assert report.ok, report.error
    assert "/api/x?v=2" == report.value["path"]
    assert f"Bearer {TOKEN}" == report.value["headers"]["authorization"]
    assert "x-region" not in report.value["headers"]


async def test_javascript_makes_the_client(host: MethodHost, load_folder: Load, echo_uri: str) -> None:
    """`make-api-client.js` receives credentials and no client, and gives the options."""
    make = """exports.makeApiClient = function (args) {
      if ('apiClient' in args) throw new Error('no client yet')
      return { baseUri: args.credentials.uri, headers: { 'X-Api-Key': args.credentials.token } }
    }"""
    connector = load_folder({"auth/make-api-client.js": make, "operations/get/run.js": GET})

    report = await host.run(connector, connection=connection_to(echo_uri))

    assert report.ok, report.error
    assert TOKEN == report.value["headers"]["x-api-key"]


async def test_auth_methods_may_fetch(host: MethodHost, load_folder: Load, echo_uri: str) -> None:
    """`make-api-client.js` and methods that get no client make requests of their own, which the report shows."""
    ask = (
        f"const {{ headers }} = await (await fetch('{echo_uri}/token', {{ headers: {{ 'X-Ask': 'please' }} }})).json()"
    )
    connector = load_folder(
        {
            "auth/make-api-client.js": f"export default async () => {{ {ask}; return {{ baseUri: '{echo_uri}', headers: {{ 'X-Token': headers['x-ask'] }} }} }}",
            "auth/get-oauth-config.js": f"export default async ({{ apiClient }}) => {{ {ask}; return {{ clientId: headers['x-ask'], scopes: [typeof apiClient] }} }}",
            "operations/get/run.js": GET,
        }
    )

    report = await host.run(connector, "operations/get/run", connection=connection_to(echo_uri))
    assert report.ok, report.error
    assert "please" == report.value["headers"]["x-token"]
    assert ["/token", "/x"] == [request.url.removeprefix(echo_uri) for request in report.requests]

    report = await host.run(connector, "auth/get-oauth-config", connection=connection_to(echo_uri))
    assert report.ok, report.error
    assert {"clientId": "please", "scopes": ["undefined"]} == report.value


async def test_a_connection_may_bring_its_client(host: MethodHost, echo_uri: str) -> None:
    """A connector without a client of its own uses what the connection describes."""
    connection = connection_to(
        echo_uri, headers={"X-Api-Key": TOKEN}, auth={"username": "ada", "password": "pass-4711"}
    )

    report = await host.run(Connector.from_source("get", GET), connection=connection)

    assert report.ok, report.error
    assert TOKEN == report.value["headers"]["x-api-key"]
    assert report.value["headers"]["authorization"].startswith("Basic ")


async def test_the_connectors_client_comes_first(host: MethodHost, load_folder: Load, echo_uri: str) -> None:
    """A client that is described twice is a warning."""
    connector = load_folder(
        {"auth/make-api-client.map.yml": "baseUri: {$var: credentials.uri}\n", "operations/get/run.js": GET}
    )

    report = await host.run(connector, connection=connection_to(echo_uri, headers={"X-Api-Key": TOKEN}))

    assert "x-api-key" not in report.value["headers"]
    assert any("connection's apiClient is not used" in warning for warning in report.warnings)


async def test_without_a_connection_absolute_urls_work(host: MethodHost, echo_uri: str) -> None:
    """A bare file may fetch what it names in full."""
    code = "export default ({ apiClient, credentials, input }) => apiClient.get(input).then(({ path }) => [path, typeof credentials])"

    report = await host.run(Connector.from_source("get", code), args={"input": f"{echo_uri}/x"})

    assert ["/x", "undefined"] == report.value, report.error


async def test_a_relative_path_needs_a_client(host: MethodHost) -> None:
    """The error says that the client has no base URL."""
    report = await host.run(Connector.from_source("get", GET))

    assert report.error is not None
    assert "configuration" == report.error.type


async def test_methods_before_the_connection_have_no_client(host: MethodHost) -> None:
    """`getOAuthConfig` finds `apiClient` and `credentials` undefined."""
    code = "export default (args) => ['apiClient' in args, 'externalApiClient' in args, 'credentials' in args]"
    connector = Connector.from_source("auth/get-oauth-config", code)

    report = await host.run(connector, connection=Connection(id="acme", credentials={"token": TOKEN}))

    assert [False, False, False] == report.value


@pytest.mark.parametrize(
    ("made", "type_", "words"),
    [
        ("() => ({ baseUri: 7 })", "configuration", "auth/make-api-client.js: base"),
        ("() => 'https://a.example'", "configuration", "auth/make-api-client.js"),
        ("() => { throw new Error('no client today') }", "custom_code", "no client today"),
    ],
)
async def test_a_client_that_cannot_be_made_is_the_runs_error(
    host: MethodHost, load_folder: Load, made: str, type_: str, words: str
) -> None:
    """The method does not run, and the report names what made the client."""
    connector = load_folder({"auth/make-api-client.js": f"export default {made}", "operations/get/run.js": GET})

    report = await host.run(connector, connection=connection_to("https://a.example"))

    assert report.error is not None
    assert type_ == report.error.type
    assert words in report.error.message


async def test_secrets_of_the_client_are_masked(host: MethodHost, load_folder: Load, echo_uri: str) -> None:
    """What the connector made of the credentials is as secret as they are, wherever it appears."""
    make = """export default ({ credentials }) => ({
      baseUri: credentials.uri,
      headers: { 'X-Signature': credentials.token.split('').reverse().join('') },
      query: { key: credentials.token },
    })"""
    code = """export default async ({ apiClient }) => {
      const { headers, path } = await apiClient.get('x')
      console.log(headers['x-signature'], path)
    }"""
    connector = load_folder({"auth/make-api-client.js": make, "operations/get/run.js": code})

    report = await host.run(connector, connection=connection_to(echo_uri))

    assert report.ok, report.error
    assert TOKEN not in report.to_json()
    assert TOKEN[::-1] not in report.to_json()
    assert report.requests[0].url.endswith("/x?key=[redacted]")


@pytest.mark.parametrize(
    "auth",
    [
        {"type": "bearer", "token": TOKEN},
        {"username": TOKEN},
        {"username": "ada", "password": TOKEN},
        {"type": "api-key", "in": "header", "name": "X-Key", "value": TOKEN},
        {"type": "api-key", "in": "query", "name": "key", "value": TOKEN},
    ],
)
async def test_every_kind_of_auth_is_masked(host: MethodHost, echo_uri: str, auth: dict[str, str]) -> None:
    """What a client proves itself with is in no report, although the server sends it back and no credential is equal."""
    code = (
        "export default async ({ apiClient }) => { console.log(await apiClient.get('x')); await apiClient.get('401') }"
    )
    connection = Connection.model_validate({"id": "acme", "apiClient": {"baseUri": echo_uri, "auth": auth}})

    report = await host.run(Connector.from_source("get", code), connection=connection)

    assert report.error is not None
    assert "access_token_expired" == report.error.key
    assert "[redacted]" in report.logs[0].message
    assert TOKEN not in report.to_json()
    assert b64encode(TOKEN.encode()).decode().rstrip("=")[:-1] not in report.to_json()


@pytest.mark.parametrize(
    ("name", "text", "path", "authorization"),
    [
        (
            "make-api-client.js",
            "export default ({ credentials: { uri, token } }) => ({ baseUri: uri, auth: { type: 'bearer', token } })",
            "/x",
            f"Bearer {TOKEN}",
        ),
        (
            "make-api-client.map.yml",
            "baseUri: {$var: credentials.uri}\nauth: {type: api-key, in: query, name: key, value: {$var: credentials.token}}\n",
            f"/x?key={TOKEN}",
            None,
        ),
    ],
)
async def test_a_connector_may_say_the_kind_of_auth(
    host: MethodHost, load_folder: Load, echo_uri: str, name: str, text: str, path: str, authorization: str | None
) -> None:
    """What `makeApiClient` gives has the same kinds, as code and as mapping."""
    connector = load_folder({f"auth/{name}": text, "operations/get/run.js": GET})

    report = await host.run(connector, connection=connection_to(echo_uri))

    assert (path, authorization) == (report.unwrap()["path"], report.value["headers"].get("authorization"))


async def test_secrets_of_a_client_that_is_made_again_are_masked(
    host: MethodHost, load_folder: Load, echo_uri: str
) -> None:
    """What a new client is made of after a refresh is as secret as what the first was made of."""
    make = """export default ({ credentials }) => ({
      baseUri: credentials.uri, headers: { 'X-Signature': credentials.token.split('').reverse().join('') },
    })"""
    code = """export default async ({ apiClient }) => {
      await apiClient.get('401').catch(() => {})
      console.log((await apiClient.get('x')).headers['x-signature'])
    }"""
    refresh = "export default () => ({ token: 'another-canary-99' })"
    connector = load_folder(
        {"auth/make-api-client.js": make, "auth/refresh-credentials.js": refresh, "operations/get/run.js": code}
    )

    report = await host.run(connector, connection=connection_to(echo_uri))

    assert report.ok, report.error
    assert {"uri": echo_uri, "token": "another-canary-99"} == report.credentials
    assert ["[redacted]"] == [line.message for line in report.logs]


async def test_a_client_that_cannot_be_made_again_leaves_the_servers_error(
    host: MethodHost, load_folder: Load, echo_uri: str
) -> None:
    """New credentials of which no client can be made are reported all the same, with the reason."""
    make = f"""export default ({{ credentials }}) => {{
      if (credentials.token !== '{TOKEN}') throw new Error(`no client of ${{credentials.token}}`)
      return {{ baseUri: credentials.uri }}
    }}"""
    connector = load_folder(
        {
            "auth/make-api-client.js": make,
            "auth/refresh-credentials.js": "export default () => ({ token: 'another-canary-99' })",
            "operations/get/run.js": "export default ({ apiClient }) => apiClient.get('401')",
        }
    )

    report = await host.run(connector, connection=connection_to(echo_uri))

    assert report.error is not None
    assert "access_token_expired" == report.error.key
    assert ("The client could not be made again: no client of [redacted]",) == report.warnings
    assert {"uri": echo_uri, "token": "another-canary-99"} == report.credentials


async def test_a_plain_client_is_made_once_for_the_same_credentials(
    host: MethodHost, load_folder: Load, echo_uri: str
) -> None:
    """What `make-api-client.js` gave is kept for a connection until its credentials change."""
    make = "export default ({ credentials }) => ({ baseUri: credentials.uri, headers: { 'X-Made': String(Math.random()) } })"
    connector = load_folder({"auth/make-api-client.js": make, "operations/get/run.js": GET})
    connections = [connection_to(echo_uri)] * 2
    connections.append(Connection(id="acme", credentials={"uri": echo_uri, "token": "another"}))

    made = [
        (await host.run(connector, connection=connection)).unwrap()["headers"]["x-made"] for connection in connections
    ]

    assert made[0] == made[1]
    assert made[1] != made[2]


HANDLERS = """
  - match: {$eval: {$var: response.data.headers.x-key}, is: {$var: credentials.token}}
    error:
      message: {$concat: ['the key of ', {$var: input.connectionParameters.who}, ' was at ', {$var: response.data.path}]}
      key: connection_is_defunct
"""


@pytest.mark.parametrize(
    "mapping",
    [
        f"baseUri: {{$var: credentials.uri}}\nheaders: {{X-Key: {{$var: credentials.token}}}}\nresponseHandlers:{HANDLERS}",
        f"$mergeObjects:\n- baseUri: {{$var: credentials.uri}}\n  headers: {{X-Key: {{$var: credentials.token}}}}\n- responseHandlers:{HANDLERS}",
        f"args:\n  baseUri: {{$var: credentials.uri}}\n  headers: {{X-Key: {{$var: credentials.token}}}}\n  responseHandlers:{HANDLERS}",
    ],
)
async def test_handlers_of_a_mapping_wait_for_their_response(
    host: MethodHost, load_folder: Load, echo_uri: str, mapping: str
) -> None:
    """They are not built with the client, wherever in the mapping they stand, and see the mapping's variables too."""
    connector = load_folder({"auth/make-api-client.map.yml": mapping, "operations/get/run.js": GET})
    connection = connection_to(echo_uri).model_copy(update={"parameters": {"who": "Ada"}})

    report = await host.run(connector, connection=connection)

    assert report.error is not None
    assert ("connection", "connection_is_defunct") == (report.error.type, report.error.key)
    assert "the key of Ada was at /x" == report.error.message


async def test_handlers_of_javascript_see_the_credentials(host: MethodHost, load_folder: Load, echo_uri: str) -> None:
    """A client that JavaScript made has handlers as data; a 401 may be a success."""
    make = """export default ({ credentials }) => ({
      baseUri: credentials.uri,
      responseHandlers: [{
        match: { $and: [
          { $eval: { $var: 'response.status' }, is: 401 },
          { $eval: { $var: 'credentials.token' }, isNotEmpty: true },
        ] },
        isSuccess: true,
      }],
    })"""
    code = "export default ({ apiClient }) => apiClient.get('401').then(({ path }) => path)"
    connector = load_folder({"auth/make-api-client.js": make, "operations/get/run.js": code})

    report = await host.run(connector, connection=connection_to(echo_uri))

    assert "/401" == report.value, report.error


async def test_a_connection_may_bring_handlers(host: MethodHost, echo_uri: str) -> None:
    """What the connection describes is judged by its own handlers."""
    handlers = [{"match": {"$eval": {"$var": "credentials.token"}, "is": TOKEN}, "error": {"message": "told"}}]
    connection = connection_to(echo_uri, responseHandlers=handlers)

    report = await host.run(Connector.from_source("get", GET), connection=connection)

    assert report.error is not None
    assert "told" == report.error.message


@pytest.mark.parametrize(("setting", "ok"), [("", True), ("formulaCompat: {loseFalsyItems: false}\n", False)])
async def test_a_connector_chooses_the_bugs_of_its_formulas(
    host: MethodHost,
    load_folder: Load,
    echo_uri: str,
    setting: str,
    ok: bool,  # noqa: FBT001 (a table)
) -> None:
    """Formulas behave as those of the published engine, unless `spec.yml` says otherwise."""
    mapping = """
baseUri: {$var: credentials.uri}
headers: {X-Zero: {$concat: ['z', {$var: 'connectionParameters.list[0]'}]}}
responseHandlers: [{match: {$eval: {$var: 'connectionParameters.list[0]'}, is: 0}}]
"""
    files = {"spec.yml": f"key: echo\n{setting}", "auth/make-api-client.map.yml": mapping, "operations/get/run.js": GET}
    connection = connection_to(echo_uri).model_copy(update={"parameters": {"list": [0]}})

    report = await host.run(load_folder(files), connection=connection)

    assert ok is report.ok
    headers = report.value["headers"] if report.error is None else report.error.data["response"]["data"]["headers"]
    assert ("z" if ok else "z0") == headers["x-zero"]


async def test_what_a_client_got_wrong_is_a_warning(host: MethodHost, load_folder: Load, echo_uri: str) -> None:
    """Old names and handlers that never match are in the report of each run, with the file that has them."""
    make = """export default ({ credentials }) => ({
      baseUrl: credentials.uri,
      responseHandlers: [{ match: { $eval: { $var: 'response.status' } } }],
    })"""
    connector = load_folder({"auth/make-api-client.js": make, "operations/get/run.js": GET})

    for _ in range(2):
        report = await host.run(connector, connection=connection_to(echo_uri))

        assert report.ok, report.error
        assert "auth/make-api-client.js: baseUrl is another name of baseUri: write baseUri." in report.warnings
        assert any("make-api-client.js: responseHandlers[0]: its match has an $eval" in one for one in report.warnings)


async def test_a_connections_own_client_is_warned_of_too(host: MethodHost, echo_uri: str) -> None:
    """There is no file to name: the warning says that it is the connection's."""
    connection = Connection.model_validate({"id": "acme", "apiClient": {"baseURL": echo_uri}})

    report = await host.run(Connector.from_source("get", GET), connection=connection)

    assert report.ok, report.error
    assert ("The connection's apiClient: baseURL is another name of baseUri: write baseUri.",) == report.warnings


async def test_a_mapping_that_is_endless_work_is_the_runs_error(host: MethodHost, load_folder: Load) -> None:
    """The method does not run, and the report names the mapping."""
    work = "1"
    for _ in range(3):
        work = f"{{$iterate: {{source: {{$plain: {list(range(1, 100))}}}, item: {work}}}}}"
    connector = load_folder({"auth/make-api-client.map.yml": f"query: {work}\n", "operations/get/run.js": GET})

    report = await host.run(connector, connection=connection_to("https://a.example"))

    assert report.error is not None
    assert "configuration" == report.error.type
    assert "auth/make-api-client.map.yml: The formula takes more than" in report.error.message


async def test_secrets_of_overrides_and_proxies_are_masked(host: MethodHost, load_folder: Load, echo_uri: str) -> None:
    """What overrides add, and what the proxy is told, is as secret as the rest of the client."""
    make = """export default ({ credentials }) => {
      const reversed = credentials.token.split('').reverse().join('')
      return {
        baseUri: credentials.uri,
        overrides: [{ patch: { headers: { 'X-Signature': `h${reversed}` }, query: { key: `q${reversed}` }, data: { key: `d${reversed}` } } }],
        proxyUri: `http://ann:p${reversed}@127.0.0.1:2`,
      }
    }"""
    secrets = [f"{letter}{TOKEN[::-1]}" for letter in "hqdp"]
    code = f"export default ({{ apiClient }}) => {{ console.log({secrets}); return apiClient.get('x') }}"
    connector = load_folder({"auth/make-api-client.js": make, "operations/get/run.js": code})

    report = await host.run(connector, connection=connection_to(echo_uri))

    assert report.error is not None
    assert "the proxy could not be reached" in report.error.message
    assert not any(secret in report.to_json() for secret in secrets)
    assert "?key=[redacted]" in report.requests[0].url
