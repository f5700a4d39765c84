"""The object a method receives."""

from __future__ import annotations

import math
from datetime import UTC, datetime

import pytest

from connectors import ArgumentsError, Connection, Connector
from connectors.arguments import build_arguments, takes_client, takes_credentials

CONNECTION = Connection(id="acme", credentials={"token": "abc"}, parameters={"region": "eu"})


def arguments_of(
    method: str, args: dict[str, object] | None = None, connection: Connection | None = CONNECTION
) -> object:
    """Build the arguments of a method of that name."""
    return build_arguments(Connector.from_source(method, "x").find(), args, connection)


def test_credentials_and_parameters_come_from_the_connection() -> None:
    """A data method receives what its connection holds."""
    expected = {"credentials": {"token": "abc"}, "parameters": {"region": "eu"}, "id": "7"}

    assert expected == arguments_of("data/contacts/find-by-id", {"id": "7"})


def test_what_the_caller_gives_wins() -> None:
    """The parameters of a collection replace those of the connection."""
    expected = {"credentials": {"token": "abc"}, "parameters": {"path": "leads"}}

    assert expected == arguments_of("data/contacts/list", {"parameters": {"path": "leads"}})


def test_without_a_connection_nothing_is_added() -> None:
    """Credentials are undefined rather than empty when nobody is connected."""
    assert {"input": 1} == arguments_of("list", {"input": 1}, None)


@pytest.mark.parametrize(
    ("given", "names"),
    [
        ("data", ("data", "body")),
        ("body", ("data", "body")),
        ("webhookUri", ("webhookUri", "connectorWebhookUri")),
        ("subscriptionState", ("state", "subscriptionState")),
        ("appParameters", ("connectionParameters", "connectionInput", "appParameters")),
    ],
)
def test_an_argument_has_all_its_names(given: str, names: tuple[str, ...]) -> None:
    """Methods of each edition of the contract find what they look for (decision 6)."""
    assert dict.fromkeys(names, 1) == arguments_of("list", {given: 1}, None)


def test_a_name_that_was_given_is_not_replaced_by_its_alias() -> None:
    """A caller may mean two things by two names."""
    assert {"data": 1, "body": 2} == arguments_of("list", {"data": 1, "body": 2}, None)


def test_methods_of_authentication_receive_connection_parameters() -> None:
    """What the customer chose when connecting has the names of the contract (semantics 1.3)."""
    expected = {
        "credentials": {"token": "abc"},
        "parameters": {"region": "eu"},
        "connectorParameters": {},
        "connectionParameters": {"region": "eu"},
        "connectionInput": {"region": "eu"},
        "appParameters": {"region": "eu"},
    }

    assert expected == arguments_of("auth/test")


@pytest.mark.parametrize(
    ("method", "credentials", "client"),
    [
        ("data/contacts/list", True, True),
        ("auth/test", True, True),
        ("auth/make-api-client", True, False),
        ("auth/get-oauth-config", False, False),
        ("auth/get-token-data", False, False),
    ],
)
def test_methods_before_the_connection_get_neither_client_nor_credentials(
    method: str, *, credentials: bool, client: bool
) -> None:
    """They are absent, not null (decision 6)."""
    found = Connector.from_source(method, "x").find()

    assert (credentials, client) == (takes_credentials(found), takes_client(found))
    assert credentials == ("credentials" in build_arguments(found, {}, CONNECTION))


def test_arguments_are_copied() -> None:
    """What the caller changes later does not reach the method."""
    args: dict[str, object] = {"input": {"list": [1, (2, 3)]}}

    built = build_arguments(Connector.from_source("list", "x").find(), args, None)
    args["input"] = None

    assert {"input": {"list": [1, [2, 3]]}} == built


CIRCLE: list[object] = []
CIRCLE.append(CIRCLE)


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (
            {"input": {"when": datetime(2024, 1, 1, tzinfo=UTC)}},
            r"args\.input\.when is a datetime, which JSON cannot hold",
        ),
        ({"input": [1, {2}]}, r"args\.input\[1\] is a set"),
        ({"input": b"x"}, r"args\.input is a bytes"),
        ({"input": math.nan}, r"args\.input is nan"),
        ({"input": {1: 2}}, r"args\.input has the key 1; keys in JSON are strings"),
        ({"input": CIRCLE}, r"nested more than 200 deep, or contain themselves"),
        ([1], r"args is a list; it must be an object"),
    ],
)
def test_what_json_cannot_hold_is_named_by_its_path(args: object, message: str) -> None:
    """A caller finds the wrong value without a search."""
    with pytest.raises(ArgumentsError, match=message):
        build_arguments(Connector.from_source("list", "x").find(), args, None)  # type: ignore[arg-type]
