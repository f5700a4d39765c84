"""The kinds of authentication, as they go over the wire."""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import web

from bridge import ApiKey, BasicCredentials, BearerToken, ClientConfig, ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from conftest import Answer, Runs, Seen, Server

SECRET = "s3cret-value"
BASIC = {"username": "ann", "password": SECRET}
BEARER = {"type": "bearer", "token": SECRET}
HEADER_KEY = {"type": "api-key", "in": "header", "name": "X-Api-Key", "value": SECRET}
QUERY_KEY = {"type": "api-key", "in": "query", "name": "api key", "value": SECRET}
KINDS = [BASIC, {**BASIC, "type": "basic"}, BEARER, HEADER_KEY, QUERY_KEY]


def basic(username: str, password: str) -> str:
    """Return the header that basic authentication is."""
    return f"Basic {b64encode(f'{username}:{password}'.encode()).decode()}"


def welcome(_seen: Seen) -> web.Response:
    """Answer anybody."""
    return web.json_response({})


@pytest.mark.parametrize(
    ("auth", "path", "headers"),
    [
        (BASIC, "/x", {"authorization": basic("ann", SECRET)}),
        ({"type": "basic", "username": "zoë", "password": "ü"}, "/x", {"authorization": basic("zoë", "ü")}),
        (BEARER, "/x", {"authorization": f"Bearer {SECRET}"}),
        ({**BEARER, "token": f"{SECRET}\n"}, "/x", {"authorization": f"Bearer {SECRET}"}),
        (HEADER_KEY, "/x", {"x-api-key": SECRET}),
        (QUERY_KEY, f"/x?api+key={SECRET}", {}),
    ],
)
async def test_each_kind_has_its_place(
    runs: Runs, serve: Callable[[Answer], Awaitable[Server]], auth: dict[str, str], path: str, headers: dict[str, str]
) -> None:
    """A header or a parameter, and nothing else."""
    server = await serve(welcome)

    await runs.start({"baseUri": server.url, "auth": auth}).get("/x")

    (seen,) = server.seen
    assert path == seen.path
    proofs = {name: value for name, value in seen.headers.items() if name in {"authorization", "x-api-key"}}
    assert headers == proofs


@pytest.mark.parametrize("auth", KINDS)
async def test_nothing_of_it_reaches_another_origin(
    runs: Runs, serve: Callable[[Answer], Awaitable[Server]], auth: dict[str, str]
) -> None:
    """Neither asked for directly nor by redirect does another origin see who the client is."""

    def answer(seen: Seen) -> web.Response:
        away = seen.path.startswith("/away")
        return web.Response(status=307, headers={"Location": f"{server.other_url}/x"}) if away else welcome(seen)

    server = await serve(answer)
    run = runs.start({"baseUri": server.url, "auth": auth})

    await run.get(f"{server.other_url}/x")
    await run.get("/away")

    direct, _, redirected = server.seen
    for seen in (direct, redirected):
        assert "/x" == seen.path
        assert {"authorization", "x-api-key"}.isdisjoint(seen.headers)
        assert SECRET not in str(seen)


@pytest.mark.parametrize(
    ("config", "call", "proofs"),
    [
        ({"auth": BEARER, "headers": {"AUTHORIZATION": "Mine 1"}}, {}, {"authorization": "Mine 1"}),
        ({"auth": BEARER}, {"headers": {"authorization": "Mine 2"}}, {"authorization": "Mine 2"}),
        ({"auth": BEARER}, {"headers": {"Authorization": None}}, {}),
        ({"auth": BASIC}, {"auth": {"username": "bob", "password": "b"}}, {"authorization": basic("bob", "b")}),
        ({"auth": HEADER_KEY}, {"auth": {"username": "bob", "password": "b"}}, {"authorization": basic("bob", "b")}),
        ({"auth": HEADER_KEY, "headers": {"x-api-key": "own"}}, {}, {"x-api-key": "own"}),
        ({"auth": HEADER_KEY}, {"headers": {"x-api-key": "own"}}, {"x-api-key": "own"}),
    ],
)
async def test_what_is_explicit_comes_first(
    runs: Runs,
    serve: Callable[[Answer], Awaitable[Server]],
    config: dict[str, Any],
    call: dict[str, Any],
    proofs: dict[str, str],
) -> None:
    """A header beats `auth`, and the `auth` of a call replaces that of the client (decision 14)."""
    server = await serve(welcome)

    await runs.start({"baseUri": server.url, **config}).get("/x", options=call)

    (seen,) = server.seen
    assert proofs == {name: value for name, value in seen.headers.items() if name in {"authorization", "x-api-key"}}


@pytest.mark.parametrize("where", ["client", "options", "argument"])
async def test_a_parameter_beats_the_key(runs: Runs, serve: Callable[[Answer], Awaitable[Server]], where: str) -> None:
    """A key in the query is there once."""
    server = await serve(welcome)
    own = {"api key": "own"}
    config = {"baseUri": server.url, "auth": QUERY_KEY, "query": own if where == "client" else {}}

    await runs.start(config).get(
        "/x", query=own if where == "argument" else {}, options={"query": own} if where == "options" else {}
    )

    assert "/x?api+key=own" == server.seen[0].path


@pytest.mark.parametrize(
    ("auth", "key", "words"),
    [
        ({"user": "s3cret"}, "auth.user", "{username, password}"),
        ({"type": "oauth", "token": "s3cret"}, "auth", "There is no such kind"),
        ({"type": ["s3cret"]}, "auth", "There is no such kind"),
        ("s3cret", "auth", "There is no such kind"),
        ({"type": "bearer"}, "auth.token", "required"),
        ({"type": "bearer", "token": " "}, "auth.token", "at least 1"),
        ({"type": "bearer", "token": "s3cret\r\nX: 1"}, "auth.token", "character that headers cannot have."),
        ({"type": "bearer", "token": 7}, "auth.token", "string"),
        ({"type": "api-key", "name": "X", "value": "s3cret"}, "auth.in", "required"),
        ({"type": "api-key", "in": "body", "name": "X", "value": "s3cret"}, "auth.in", "'header' or 'query'"),
        ({"type": "api-key", "in": "header", "name": "X Y", "value": "s3cret"}, "auth", "name is empty or holds"),
        ({"type": "api-key", "in": "header", "name": "Host", "value": "s3cret"}, "auth", "belongs to the host"),
        ({"type": "api-key", "in": "query", "name": "", "value": "s3cret"}, "auth.name", "at least 1"),
    ],
)
def test_a_mistake_is_told_by_its_key(auth: Any, key: str, words: str) -> None:
    """The message names the key and what is possible, never the value."""
    with pytest.raises(ConfigurationError) as caught:
        ClientConfig.parse({"auth": auth}, "make-api-client")

    assert str(caught.value).startswith(f"make-api-client: {key}: ")
    assert words in str(caught.value)
    assert "s3cret" not in str(caught.value)


def test_python_may_name_the_kind() -> None:
    """Each kind is a class."""
    kinds = [
        BasicCredentials(username="ann", password=SECRET),
        BearerToken(token=SECRET),
        ApiKey(place="header", name="X-Api-Key", value=SECRET),
    ]

    assert kinds == [ClientConfig(auth=kind).auth for kind in kinds]
    assert kinds == [ClientConfig.parse({"auth": auth}, "x").auth for auth in (BASIC, BEARER, HEADER_KEY)]
    assert SECRET not in repr(kinds)


def test_a_key_that_is_sent_as_a_user_name_is_secret() -> None:
    """Without a password the user name is what proves who the client is."""
    assert SECRET in BasicCredentials(username=SECRET).secrets()
    assert (SECRET, f"ann:{SECRET}") == BasicCredentials(username="ann", password=SECRET).secrets()
