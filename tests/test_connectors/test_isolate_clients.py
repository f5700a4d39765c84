"""Clients that hold functions: they are made where the method runs, and stay there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from connectors import Connection, Connector, MethodHost

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from connectors import RunReport

    Load = Callable[[Mapping[str, str]], Connector]
    RunWith = Callable[..., "RunReport"]

SDK = "import { RestApiClient, ConnectionError, ConnectionErrorKey } from '@integration-app/connector-sdk'\n"
REFRESH = "export default async ({ credentials }) => ({ token: 'fresh', refreshes: (credentials.refreshes ?? 0) + 1 })"


@pytest.fixture
def run_with(host: MethodHost, load_folder: Load, echo_uri: str) -> Callable[..., Any]:
    """Run a method's body with a client that `make` gives."""

    async def run(make: str, body: str, token: str = "live-token-1", **files: str) -> RunReport:  # noqa: S107 (the test's)
        method = f"{SDK}export default async ({{ apiClient, membrane }}) => {{\n{body}\n}}"
        connector = load_folder(
            {
                "auth/make-api-client.js": SDK + make,
                "operations/do/run.js": method,
                "auth/refresh-credentials.js": REFRESH,
            }
            | files
        )
        connection = Connection(id="acme", credentials={"uri": echo_uri, "token": token})
        return await host.run(connector, "operations/do", connection=connection)

    return run


def client(more: str = "") -> str:
    """Return a makeApiClient with more options."""
    return (
        "export default ({ credentials }) => "
        f"({{ baseUri: credentials.uri, headers: {{ Authorization: `Bearer ${{credentials.token}}` }}, {more} }})"
    )


async def test_on_error_may_give_a_value(run_with: RunWith) -> None:
    """What onError returns is the result of the call; undefined leaves the error."""
    make = client(
        "onError: (error) => (error.isAxiosError && error.response.status === 404 ? { none: error.response.data.path } : undefined)"
    )
    report = await run_with(
        make,
        """const found = await apiClient.get('/status/404')
        const error = await apiClient.get('/status/503').catch((e) => e)
        return [found, error instanceof ConnectionError, error.response.status]""",
    )
    assert [{"none": "/status/404"}, True, 503] == report.unwrap()


async def test_on_error_may_throw(run_with: RunWith) -> None:
    """What onError throws is what the call throws."""
    make = client(
        "onError: (error) => { throw new ConnectionError({ message: `no: ${error.response.status}`, key: 'own' }) }"
    )
    report = await run_with(make, "return apiClient.post('/status/500', {})")
    assert report.error is not None
    assert ("connection", "own", "no: 500") == (report.error.type, report.error.key, report.error.message)


async def test_on_error_hears_of_a_server_that_cannot_be_reached(run_with: RunWith) -> None:
    """A network error has no response."""
    make = client("onError: async (error) => ({ response: error.response ?? null, code: error.code })")
    report = await run_with(make, "return apiClient.get('http://127.0.0.1:2/')", token="t")
    assert {"response": None, "code": "ERR_NETWORK"} == report.unwrap()


async def test_dynamic_options_are_made_for_each_request(run_with: RunWith) -> None:
    """dynamicOptions sees the request; what it gives wins over the client and yields to the call."""
    make = client(
        "query: { a: 1, b: 1, c: 1 }, dynamicOptions: async ({ path, method, data }) =>"
        " ({ headers: { 'X-Signed': `${method} ${path} ${JSON.stringify(data)}` }, query: { b: 2, c: 2 } })"
    )
    report = await run_with(make, "return apiClient.post('/x', { n: 1 }, { query: { c: 3 } })")
    value = report.unwrap()
    assert ("/x?a=1&b=2&c=3", 'post /x {"n":1}') == (value["path"], value["headers"]["x-signed"])
    assert "Bearer live-token-1" == value["headers"]["authorization"]


async def test_response_handlers_may_be_functions(run_with: RunWith) -> None:
    """The first handler whose match holds decides, for good responses and bad ones."""
    make = client("""responseHandlers: [
      { match: ({ status }) => status === 404, isSuccess: true, data: () => null },
      { match: ({ data }) => data.path.startsWith('/bad'), isSuccess: false, error: { message: 'bad', key: 'own' } },
      { match: true, isSuccess: ({ statusCode }) => statusCode < 400, data: ({ data }) => data.path },
    ]""")
    report = await run_with(
        make,
        """const bad = await apiClient.get('/bad').catch((e) => [e.message, e.key, e.response.status])
        return [await apiClient.get('/status/404'), bad, await apiClient.get('/ok', {}, { returnFullResponse: true }).then((r) => r.data)]""",
    )
    assert [None, ["bad", "own", 200], "/ok"] == report.unwrap()


async def test_functions_and_formulas_in_handlers_do_not_mix(run_with: RunWith) -> None:
    """A formula cannot be evaluated where the functions are."""
    make = client("responseHandlers: [{ match: { $var: 'response.data' }, isSuccess: () => true }]")
    report = await run_with(make, "return apiClient.get('/x')")
    assert report.error is not None
    assert "configuration" == report.error.type


async def test_an_object_with_its_own_verbs_is_the_client(run_with: RunWith) -> None:
    """makeApiClient may give any object with the verbs; it may use a RestApiClient inside."""
    make = """export default async function makeApiClient({ credentials }) {
      const inner = new RestApiClient({ baseUri: credentials.uri, headers: { 'X-Key': credentials.token } })
      return {
        get(path, query) { return inner.get(`/wrapped${path}`, { ...query, via: 'own' }) },
        async post(path, data) { return this.get(path, data) },
      }
    }"""
    report = await run_with(
        make,
        """const posted = await apiClient.post('/b', { n: 2 })
        const asked = await membrane.api({ path: '/c', query: { n: 3 } })
        return [posted.path, posted.headers['x-key'], asked.path]""",
    )
    assert ["/wrapped/b?n=2&via=own", "live-token-1", "/wrapped/c?n=3&via=own"] == report.unwrap()


@pytest.mark.parametrize("more", ["", ", onError: () => undefined"])
async def test_make_api_client_may_give_a_rest_api_client(run_with: RunWith, more: str) -> None:
    """`new RestApiClient(...)` is its options, with functions or without."""
    make = f"export default ({{ credentials }}) => new RestApiClient({{ baseUri: credentials.uri, query: {{ k: 1 }}{more} }})"
    report = await run_with(make, "return apiClient.get('/x')")
    assert "/x?k=1" == report.unwrap()["path"]


async def test_a_method_may_make_a_client(run_with: RunWith) -> None:
    """A client that a method makes has its own options and none of the connection's."""
    report = await run_with(
        client(),
        """const own = new RestApiClient({ baseUri: `${(await apiClient.get('/')).headers.host}`.replace(/^/, 'http://'), headers: { 'X-Own': '1' } })
        const { headers } = await own.put('/x', { a: 1 })
        return [headers['x-own'], headers.authorization ?? null, headers['content-type']]""",
    )
    assert ["1", None, "application/json"] == report.unwrap()


async def test_a_client_with_functions_is_renewed_once(run_with: RunWith) -> None:
    """401 makes the client anew with refreshed credentials, and each failed call is repeated once."""
    make = client("onError: () => undefined")
    report = await run_with(
        make,
        """const answers = await Promise.all([1, 2, 3].map((n) => apiClient.post('/x', { n })))
        answers.push(await apiClient.get('/y'))
        return answers.map(({ headers, body }) => [headers.authorization, body])""",
        token="expired",
    )
    assert [*(["Bearer fresh", f'{{"n":{n}}}'] for n in (1, 2, 3)), ["Bearer fresh", ""]] == report.unwrap()
    assert report.credentials is not None
    assert ("fresh", 1) == (report.credentials["token"], report.credentials["refreshes"])
    assert [401, 401, 401, 200, 200, 200, 200] == [request.status for request in report.requests]


async def test_bytes_are_sent_again_whole(run_with: RunWith) -> None:
    """A repeated call has the bytes that the first one had, which are gone from memory as soon as they are sent."""
    report = await run_with(
        client("onError: () => undefined"),
        """const bytes = new Uint8Array(700_000).fill(97)
        const answers = await Promise.all([bytes, new Blob([bytes])].map((body) => apiClient.post('/x', body)))
        return answers.map(({ headers, body }) => [headers.authorization, body === 'a'.repeat(700_000)])""",
        token="expired",
    )
    assert [["Bearer fresh", True]] * 2 == report.unwrap()


async def test_on_error_may_say_that_credentials_expired(run_with: RunWith) -> None:
    """A ConnectionError with the key access_token_expired from onError renews the client as a 401 does."""
    make = client(
        "onError: (error) => { if (error.response.status === 419 && credentials.token !== 'fresh')"
        " throw new ConnectionError({ key: ConnectionErrorKey.ACCESS_TOKEN_EXPIRED, message: 'expired' }) }"
    )
    report = await run_with(
        make, "return apiClient.get('/status/419').catch((e) => [e.key ?? null, e.response.status])"
    )
    assert [None, 419] == report.unwrap()
    assert [419, 419] == [request.status for request in report.requests]
    assert report.credentials is not None


async def test_credentials_that_stay_dead_are_the_original_error(run_with: RunWith) -> None:
    """A second 401 is thrown to the method, and nothing is refreshed again."""
    dead = (
        "export default async ({ credentials }) => ({ token: 'expired', refreshes: (credentials.refreshes ?? 0) + 1 })"
    )
    report = await run_with(
        client("onError: () => undefined"),
        "await apiClient.get('/x').catch(() => {})\nreturn apiClient.get('/y')",
        token="expired",
        **{"auth/refresh-credentials.js": dead},
    )
    assert report.error is not None
    assert ("connection", "access_token_expired") == (report.error.type, report.error.key)
    assert report.credentials is not None
    assert 1 == report.credentials["refreshes"]


async def test_an_unusable_client_is_a_configuration_error(run_with: RunWith) -> None:
    """What is wrong in the options of a client with functions is told by its key."""
    make = client("headers: 7, onError: () => undefined")
    report = await run_with(make, "return apiClient.get('/x')")
    assert report.error is not None
    assert "configuration" == report.error.type
    assert "headers" in report.error.message


async def test_a_throw_in_make_api_client_is_told_with_its_place(run_with: RunWith) -> None:
    """An error in makeApiClient names its file and line."""
    report = await run_with("export default () => {\n  throw new Error('no client')\n}", "return 1")
    assert report.error is not None
    assert report.error.location is not None
    assert ("auth/make-api-client.js", 3) == (report.error.location.file, report.error.location.line)
    assert "no client" == report.error.message


async def test_the_low_level_doors(run_with: RunWith) -> None:
    """makeApiRequest and membrane.api take one object that says everything."""
    report = await run_with(
        client(),
        """const full = await apiClient.makeApiRequest({
          path: '/x', method: 'POST', query: { a: 1 }, data: { b: 2 }, headers: { 'X-C': '3' }, returnFullResponse: true,
        })
        const body = await membrane.api({ method: 'put', path: '/y', query: { d: 4 }, body: { e: 5 }, headers: { 'X-F': '6' } })
        const wrong = await apiClient.makeApiRequest({ path: '/x', method: 'TRACE' }).catch((e) => [e.type, e.key])
        return [full.status, full.data.path, full.data.body, full.data.headers['x-c'], body.path, body.body, body.headers['x-f'], wrong]""",
    )
    assert [200, "/x?a=1", '{"b":2}', "3", "/y?d=4", '{"e":5}', "6", ["request", "invalid"]] == report.unwrap()


async def test_no_credential_of_a_client_with_functions_is_shown(run_with: RunWith) -> None:
    """Secrets that makeApiClient builds are masked in errors and logs, wherever the client is made."""
    make = client(
        "onError: () => undefined, query: { api_key: `key-${credentials.token.split('').reverse().join('')}` }"
    )
    report = await run_with(make, "await apiClient.get('/x')\nreturn apiClient.get('/status/500')")
    assert "key-1-nekot-evil" not in report.to_json()
