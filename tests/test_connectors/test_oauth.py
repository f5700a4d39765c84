"""OAuth 2: how tokens are asked for, and what becomes of them."""

from __future__ import annotations

import logging
from base64 import b64encode
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import web

from connectors import Connection, Connector, MethodHost

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from conftest import AuthServer, TokenRequest

    Load = Callable[[Mapping[str, str]], Connector]

pytestmark = pytest.mark.asyncio(loop_scope="module")

GET = "export default ({ apiClient }) => apiClient.get('me')"
SECRET = "client-secret-4711"
EXPIRED = {"access_token": "expired-token-0", "refresh_token": "refresh-token-0", "region": "eu"}
CONFIG = """export default ({ connectorParameters, connectionParameters, credentials, apiClient }) => ({
  clientId: connectorParameters.clientId,
  clientSecret: connectorParameters.clientSecret,
  authorizeUri: `${connectionParameters.uri}/authorize`,
  tokenUri: `${connectionParameters.uri}/token`,
  scopes: ['read', 'write'],
  extra: { audience: [typeof credentials, typeof apiClient].join() },
  skipPkce: true,
})"""
CONFIG_MAPPING = """
clientId: {$var: connectorParameters.clientId}
clientSecret: {$var: connectorParameters.clientSecret}
tokenUri: {$concat: [{$var: connectionParameters.uri}, /token]}
"""
BASIC = f"Basic {b64encode(f'client-1:{SECRET}'.encode()).decode()}"


def connection_to(server: AuthServer, credentials: dict[str, Any] | None = None, **oauth2: Any) -> Connection:
    """Make a connection whose client is its own; with arguments, where its tokens come from too."""
    section = {"clientId": "client-1", "clientSecret": SECRET, "tokenUri": f"{server.url}/token", **oauth2}
    return Connection.model_validate(
        {
            "id": server.customer,
            "credentials": EXPIRED if credentials is None else credentials,
            "parameters": {"uri": server.url},
            "connectorParameters": {"clientId": "client-1", "clientSecret": SECRET},
            "apiClient": {"baseUri": f"{server.url}/api", "headers": {"X-Version": "1"}},
            **({"oauth2": section} if oauth2 else {}),
        }
    )


@pytest.mark.parametrize("name", ["get-oauth-config.js", "oauth-config.js", "get-oauth-config.map.yml"])
async def test_a_refresh_token_brings_an_access_token(
    shared_host: MethodHost, load_folder: Load, auth_server: AuthServer, name: str
) -> None:
    """A 401 is followed by a token request as the connector configures it, and by the request again."""
    text = CONFIG_MAPPING if name.endswith(".yml") else CONFIG
    connector = load_folder({f"auth/{name}": text, "operations/get/run.js": GET})

    report = await shared_host.run(connector, connection=connection_to(auth_server))

    assert report.ok, report.error
    assert "Bearer access-token-1" == report.value["headers"]["authorization"]
    assert "1" == report.value["headers"]["x-version"]
    (asked,) = auth_server.asked
    assert {"grant_type": "refresh_token", "refresh_token": "refresh-token-0"} == {
        key: value for key, value in asked.form.items() if key != "audience"
    }
    assert asked.form.get("audience") == (None if name.endswith(".yml") else "undefined,undefined")
    assert BASIC == asked.headers["authorization"]
    assert ("application/x-www-form-urlencoded", "application/json") == (
        asked.headers["content-type"],
        asked.headers["accept"],
    )
    assert {
        "access_token": "access-token-1",
        "refresh_token": "refresh-token-1",
        "expires_in": 3600,
        "region": "eu",
    } == report.credentials
    assert [("GET", "/api/me", 401), ("POST", "/token", 200), ("GET", "/api/me", 200)] == [
        (request.method, request.url.removeprefix(auth_server.url), request.status) for request in report.requests
    ]


@pytest.mark.parametrize(
    ("oauth2", "header", "body"),
    [
        ({"clientAuthLocation": "headers"}, True, {}),
        ({"clientAuthLocation": "body"}, False, {"client_id": "client-1", "client_secret": SECRET}),
        ({"clientAuthLocation": None}, True, {}),
        ({"skipClientAuthInBody": True}, True, {}),
        ({"skipClientAuthInHeader": True}, False, {"client_id": "client-1", "client_secret": SECRET}),
        ({"skipClientAuthInHeader": True, "clientAuthLocation": "headers"}, True, {}),
        ({"skipClientAuthInHeader": True, "skipClientAuthInBody": True}, False, {}),
        ({"clientSecret": None}, False, {"client_id": "client-1"}),
    ],
)
async def test_the_client_proves_itself_where_it_is_configured(
    shared_host: MethodHost, auth_server: AuthServer, oauth2: dict[str, Any], body: dict[str, str], *, header: bool
) -> None:
    """Id and secret are sent once: as a header or in the body; a public client has an id only."""
    report = await shared_host.run(Connector.from_source("get", GET), connection=connection_to(auth_server, **oauth2))

    assert report.ok, report.error
    (asked,) = auth_server.asked
    assert (BASIC if header else None) == asked.headers.get("authorization")
    assert body == {key: value for key, value in asked.form.items() if key.startswith("client_")}


@pytest.mark.parametrize("scopes", [["read", "a:write"], "read a:write"])
async def test_client_credentials_bring_the_first_token(
    shared_host: MethodHost, auth_server: AuthServer, scopes: object
) -> None:
    """A connection without credentials gets them before its first request."""
    connection = connection_to(auth_server, {}, grant="client_credentials", scopes=scopes, extra={"n": 1, "b": True})

    report = await shared_host.run(Connector.from_source("get", GET), connection=connection)

    assert report.ok, report.error
    assert [{"grant_type": "client_credentials", "scope": "read a:write", "n": "1", "b": "true"}] == [
        asked.form for asked in auth_server.asked
    ]
    assert ["/api/me"] == auth_server.seen
    assert ["POST", "GET"] == [request.method for request in report.requests]
    assert report.credentials is not None
    assert "access-token-1" == report.credentials["access_token"]


@pytest.mark.parametrize(
    ("spec", "grant", "credentials", "expected"),
    [
        ("oauth2", None, EXPIRED, "refresh_token"),
        ("client-credentials", None, EXPIRED, "client_credentials"),
        ("oauth2", "client_credentials", EXPIRED, "client_credentials"),
        ("client-credentials", "refresh_token", EXPIRED, "refresh_token"),
        (None, None, EXPIRED, "refresh_token"),
        (None, None, {"access_token": "expired-token-0"}, "client_credentials"),
        ("integration-app-token", None, {}, "client_credentials"),
    ],
)
async def test_the_grant_is_found(
    shared_host: MethodHost,
    load_folder: Load,
    auth_server: AuthServer,
    spec: str | None,
    grant: str | None,
    credentials: dict[str, Any],
    expected: str,
) -> None:
    """It is what the connection says, else what the connector's type means, else what the credentials permit."""
    text = f"auth: {{type: {spec}}}\n" if spec else "name: app\n"
    connector = load_folder({"spec.yml": text, "operations/get/run.js": GET})

    report = await shared_host.run(connector, connection=connection_to(auth_server, credentials, grant=grant))

    assert report.ok, report.error
    assert [expected] == [asked.form["grant_type"] for asked in auth_server.asked]


@pytest.mark.parametrize(
    ("readers", "grant", "expected"),
    [
        (["refresh", "access", "old"], "refresh_token", "refresh"),
        (["access", "old"], "refresh_token", "access"),
        (["old"], "refresh_token", "old"),
        (["refresh", "old"], "client_credentials", "old"),
        (["access", "old"], "client_credentials", "access"),
    ],
)
async def test_the_connector_makes_credentials_of_the_response(
    shared_host: MethodHost, load_folder: Load, auth_server: AuthServer, readers: list[str], grant: str, expected: str
) -> None:
    """The response goes through the method for its kind, or an older or more general one, written as code or mapping."""
    named = {
        "refresh": (
            "auth/get-credentials-from-refresh-token-response.js",
            """exports.getCredentialsFromRefreshTokenResponse = ({ tokenResponse, connectionParameters, credentials }) =>
              ({ access_token: tokenResponse.it.token, by: 'refresh', uri: connectionParameters.uri, no: typeof credentials })""",
        ),
        "access": (
            "auth/get-credentials-from-access-token-response.map.yml",
            "access_token: {$var: tokenResponse.it.token}\nby: access\nexpires_in: 60\n",
        ),
        "old": (
            "auth/get-credentials-from-token-response.js",
            "exports.getCredentialsFromTokenResponse = ({ tokenResponse }) => ({ access_token: tokenResponse.it.token, by: 'old' })",
        ),
    }
    connector = load_folder({"operations/get/run.js": GET, **dict(named[reader] for reader in readers)})
    auth_server.valid = {"access-token-77"}
    auth_server.answer = lambda _: web.json_response({"it": {"token": "access-token-77"}})  # type: ignore[method-assign]

    report = await shared_host.run(connector, connection=connection_to(auth_server, grant=grant))

    assert report.ok, report.error
    assert report.credentials is not None
    assert (expected, "access-token-77") == (report.credentials["by"], report.credentials["access_token"])
    if expected == "refresh":
        assert (auth_server.url, "undefined") == (report.credentials["uri"], report.credentials["no"])


@pytest.mark.parametrize("made", ["null", "[]", "'token'"])
async def test_a_response_that_becomes_no_object_is_no_credentials(
    shared_host: MethodHost, load_folder: Load, auth_server: AuthServer, made: str
) -> None:
    """The report names the method that should have made credentials of it."""
    name = "auth/get-credentials-from-refresh-token-response"
    connector = load_folder({f"{name}.js": f"export default () => {made}", "operations/get/run.js": GET})

    report = await shared_host.run(connector, connection=connection_to(auth_server, grant="refresh_token"))

    assert report.error is not None
    assert "access_token_expired" == report.error.key
    assert f"OAuth brought no new credentials: {name} gave no object" in report.warnings


def refusal(status: int, error: str, **more: str) -> Callable[[TokenRequest], web.Response]:
    """Answer with an error of OAuth's."""
    return lambda _: web.json_response({"error": error, **more}, status=status)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (
            refusal(400, "invalid_grant", error_description="It is over."),
            "answered with 400 Bad Request: invalid_grant (It is over.)",
        ),
        (refusal(401, "invalid_client"), "answered with 401 Unauthorized: invalid_client"),
        (refusal(200, "bad_refresh_token"), "answered with 200 OK: bad_refresh_token"),
        (refusal(400, "own error\n"), "answered with 400 Bad Request: refused"),
        (
            refusal(400, "invalid_grant", error_description=f"refresh-token-0 of {SECRET}\r\nX"),
            "invalid_grant ([redacted] of [redacted]  X)",
        ),
        (lambda _: web.Response(status=502, text="<html>"), "answered with 502 Bad Gateway: the answer is no token"),
        (lambda _: web.Response(text="<html>"), "has no access_token"),
        (lambda _: web.Response(text="[1]"), "answered with 200 OK: the answer is no token response"),
        (lambda _: web.Response(text='{"access_token": "a", "expires_in": 1e999}'), "the answer is no token response"),
        (lambda _: web.Response(text='{"access_token": "a", "scope": 5}'), "the answer is no token response"),
        (lambda _: web.Response(text='{"access_token": "a", "x": NaN}'), "the answer is no token response"),
        (lambda _: web.Response(text="[" * 100_000), "the answer is no token response"),
        (lambda _: web.Response(text=f'"{"x" * 300_000}"'), "the answer is no token response"),
        (
            lambda _: web.Response(text='{"token_type": "x"}'),
            "the answer of the authorization server has no access_token",
        ),
        (
            lambda asked: web.Response(status=307, headers={"Location": "/token?again"}),
            "answered with 307 Temporary Redirect: the answer is no token response",
        ),
    ],
)
async def test_a_refusal_leaves_the_servers_error(
    shared_host: MethodHost, auth_server: AuthServer, answer: Callable[[TokenRequest], web.Response], words: str
) -> None:
    """The method sees its 401; the report says what the authorization server said, without secrets."""
    auth_server.answer = answer  # type: ignore[method-assign]

    report = await shared_host.run(Connector.from_source("get", GET), connection=connection_to(auth_server, scopes=[]))

    assert report.error is not None
    assert ("connection", "access_token_expired") == (report.error.type, report.error.key)
    assert 1 == len(auth_server.asked)
    assert 1 == len(auth_server.seen)
    (warning,) = [warning for warning in report.warnings if "OAuth" in warning]
    assert warning.startswith("OAuth brought no new credentials: ")
    assert words in warning
    assert SECRET not in report.to_json()
    assert "refresh-token-0" not in report.to_json()
    assert report.credentials is None


async def test_old_servers_may_answer_with_a_form(shared_host: MethodHost, auth_server: AuthServer) -> None:
    """A token that is no JSON is one all the same; what it says of itself is kept as it is."""
    auth_server.valid = {"a b"}
    auth_server.answer = lambda _: web.Response(text="access_token=a+b&scope=x+y&expires_in=9")  # type: ignore[method-assign]

    report = await shared_host.run(Connector.from_source("get", GET), connection=connection_to(auth_server, scopes=[]))

    assert report.ok, report.error
    assert report.credentials == {**EXPIRED, "access_token": "a b", "scope": "x y", "expires_in": "9"}


@pytest.mark.parametrize(
    ("credentials", "oauth2"),
    [
        ({"access_token": "x"}, {"grant": "refresh_token"}),
        ({"access_token": "x", "refresh_token": 7}, {"grant": "refresh_token"}),
        (EXPIRED, {"noRefreshToken": True}),
    ],
)
async def test_without_a_refresh_token_nobody_is_asked(
    shared_host: MethodHost, auth_server: AuthServer, credentials: dict[str, Any], oauth2: dict[str, Any]
) -> None:
    """What cannot be answered is not sent."""
    report = await shared_host.run(
        Connector.from_source("get", GET), connection=connection_to(auth_server, credentials, **oauth2)
    )

    assert report.error is not None
    assert "access_token_expired" == report.error.key
    assert not auth_server.asked
    assert any("no refresh_token among the credentials" in warning for warning in report.warnings)


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ("() => ({ clientId: 'x' })", "auth/get-oauth-config.js: tokenUri: Field required."),
        ("() => ({ tokenUri: 'https://x.example' })", "auth/get-oauth-config.js: clientId: Field required."),
        ("() => ({ clientId: 'x', tokenUri: 'x.example' })", "auth/get-oauth-config.js: tokenUri: The URL cannot"),
        ("() => null", "auth/get-oauth-config.js: Input should be"),
        ("() => { throw new Error('not today') }", "not today"),
    ],
)
async def test_a_wrong_configuration_is_named(
    shared_host: MethodHost, load_folder: Load, auth_server: AuthServer, config: str, words: str
) -> None:
    """The report says which file gave it, and which key is wrong."""
    connector = load_folder({"auth/get-oauth-config.js": f"export default {config}", "operations/get/run.js": GET})

    report = await shared_host.run(connector, connection=connection_to(auth_server))

    assert report.error is not None
    assert "access_token_expired" == report.error.key
    assert any(words in warning for warning in report.warnings), report.warnings


async def test_token_requests_reach_only_what_methods_may(auth_server: AuthServer) -> None:
    """The egress policy holds for the authorization server too."""
    code = "export default ({ apiClient }) => apiClient.get('me').catch(() => 1)"
    connection = connection_to(auth_server, {}, grant="client_credentials")
    async with MethodHost(workers=1, spares=0) as host:
        report = await host.run(Connector.from_source("get", code), connection=connection)

    assert not auth_server.asked
    assert any("leads to an address that methods may not reach" in warning for warning in report.warnings)


@pytest.mark.parametrize(
    ("api_client", "token", "sent"),
    [
        ({}, "access-token-0", "Bearer access-token-0"),
        ({"headers": {"Authorization": "Own 1"}}, "access-token-0", "Own 1"),
        ({"auth": {"type": "bearer", "token": "own-token-1"}}, "access-token-0", "Bearer own-token-1"),
        ({}, None, None),
    ],
)
async def test_the_connections_own_client_sends_the_token(
    shared_host: MethodHost, auth_server: AuthServer, api_client: dict[str, Any], token: str | None, sent: str | None
) -> None:
    """Unless the connection says otherwise, and only where tokens come by OAuth."""
    code = "export default ({ apiClient }) => apiClient.get('me').catch(({ data }) => data.data)"
    connection = connection_to(auth_server, {"access_token": token, "refresh_token": ""}, scopes=[])
    own = {"baseUri": f"{auth_server.url}/api", **api_client}
    connection = Connection.model_validate(
        {
            "id": auth_server.customer,
            "credentials": connection.credentials,
            "apiClient": own,
            "oauth2": {"clientId": "x", "tokenUri": f"{auth_server.url}/token"},
        }
    )

    report = await shared_host.run(Connector.from_source("get", code), connection=connection)
    without = connection.model_copy(update={"id": "other", "oauth2": None})
    other = await shared_host.run(Connector.from_source("get", code), connection=without)

    assert sent == report.value["headers"].get("authorization")
    assert (None if sent == "Bearer access-token-0" else sent) == other.value["headers"].get("authorization")


async def test_a_token_that_cannot_be_sent_is_an_error(shared_host: MethodHost, auth_server: AuthServer) -> None:
    """The error names the credential, not its value."""
    connection = connection_to(auth_server, {"access_token": "s3cret\nX: 1"}, scopes=[])

    report = await shared_host.run(Connector.from_source("get", GET), connection=connection)

    assert report.error is not None
    assert ("configuration", "client") == (report.error.type, report.error.key)
    assert report.error.message.startswith("credentials.access_token: ")
    assert "s3cret" not in report.to_json()


async def test_what_a_server_gives_is_masked_at_once(
    shared_host: MethodHost, load_folder: Load, auth_server: AuthServer, caplog: pytest.LogCaptureFixture
) -> None:
    """Secrets of the connector and of the token response are masked in what methods of authentication print."""
    read = "export default ({ tokenResponse }) => { console.log(tokenResponse); return { access_token: tokenResponse.access_token } }"
    config = CONFIG.replace("=> ({", "=> (console.log(connectorParameters), {")
    connector = load_folder(
        {
            "auth/get-oauth-config.js": config,
            "auth/get-credentials-from-refresh-token-response.js": read,
            "operations/get/run.js": "export default async ({ apiClient, credentials }) => { await apiClient.get('me'); console.log(credentials) }",
        }
    )
    heard: list[object] = []
    caplog.set_level(logging.DEBUG)

    report = await shared_host.run(connector, connection=connection_to(auth_server), on_event=heard.append)

    assert report.ok, report.error
    assert 3 == len(report.logs)
    for secret in (SECRET, "client-1", "access-token-1", "refresh-token-1", "refresh-token-0", "expired-token-0"):
        assert secret not in report.to_json()
        assert secret not in repr(heard)
        assert secret not in caplog.text
