"""How a client is configured."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

import pytest

from bridge import ClientConfig, ConfigurationError, FormulaCompat


@pytest.mark.parametrize("key", ["baseUri", "baseUrl", "baseURL"])
def test_the_base_has_several_names(key: str) -> None:
    """Names of other editions of the contract mean the same."""
    assert "https://x.example" == ClientConfig.parse({key: "https://x.example"}, "client").base_uri


@pytest.mark.parametrize("value", [None, ""])
def test_base_and_proxy_may_be_missing(value: str | None) -> None:
    """A client without a base is for absolute URLs; one without a proxy asks directly."""
    config = ClientConfig.parse({"baseUri": value, "proxyUri": value}, "client")
    assert (None, None, None) == (config.base_uri, config.proxy_uri, config.proxy)


def test_options_may_stand_under_args() -> None:
    """One edition of the contract nests them."""
    assert "https://x.example" == ClientConfig.parse({"args": {"baseUri": "https://x.example"}}, "client").base_uri


@pytest.mark.parametrize(
    ("value", "key"),
    [
        (None, None),
        ("https://x.example", None),
        ({"baseUri": "x.example"}, "baseUri"),
        ({"baseUri": "ftp://x.example"}, "baseUri"),
        ({"baseUri": "https://ann:s3cret@x.example"}, "baseUri"),
        ({"baseUri": 7}, "baseUri"),
        ({"headers": []}, "headers"),
        ({"headers": {"X Y": "1"}}, "headers"),
        ({"headers": {"X": "s3cret\r\n"}}, "headers"),
        ({"headers": {"X": {}}}, "headers.X"),
        ({"query": "a=1"}, "query"),
        ({"auth": {"user": "s3cret"}}, "auth.user"),
        ({"auth": {"password": 5}}, "auth.password"),
        ({"returnFullResponse": "s3cret"}, "returnFullResponse"),
        ({"responseHandlers": {}}, "responseHandlers"),
        ({"responseHandlers": [{"matches": True}]}, "responseHandlers.0.matches"),
        ({"responseHandlers": [{"match": "s3cret"}]}, "responseHandlers.0.match"),
        ({"responseHandlers": [{"match": {"status": "s3cret"}}]}, "responseHandlers.0.match"),
        ({"responseHandlers": [{"match": {"$unknown": "s3cret"}}]}, "responseHandlers.0.match"),
        ({"responseHandlers": [{"match": True, "data": [{"$jsonata": "s3cret"}]}]}, "responseHandlers.0.data"),
        ({"overrides": [{"match": {"verb": "s3cret"}}]}, "overrides.0.match.verb"),
        ({"overrides": [{"patch": {"data": "s3cret"}}]}, "overrides.0.patch.data"),
        ({"overrides": [{"patch": {"headers": {"X Y": "s3cret"}}}]}, "overrides.0.patch.headers"),
        ({"retries": 6}, "retries"),
        ({"retries": -1}, "retries"),
        ({"retries": "s3cret"}, "retries"),
        ({"proxyUri": 7}, "proxyUri"),
        ({"proxyUri": "https://proxy.example"}, "proxyUri"),
        ({"proxyUri": "socks5://proxy.example"}, "proxyUri"),
        ({"proxyUri": "proxy.example:3128"}, "proxyUri"),
        ({"proxyUri": "http://ann:s3cret@proxy.example/path"}, "proxyUri"),
        ({"proxyUri": "http://proxy.example/@s3cret.example"}, "proxyUri"),
        ({"proxyUri": "http://ann:s3cret@[::x]"}, "proxyUri"),
        ({"basUri": "s3cret"}, "basUri"),
    ],
)
def test_a_mistake_is_told_by_its_key(value: Any, key: str | None) -> None:
    """The message names where and which key, never the value."""
    with pytest.raises(ConfigurationError) as caught:
        ClientConfig.parse(value, "auth/make-api-client.js")
    message = str(caught.value)
    assert message.startswith("auth/make-api-client.js: ")
    assert (key or "object") in message
    assert "s3cret" not in message


def test_secrets_do_not_show() -> None:
    """Printing a configuration shows no credential, and nothing of what its handlers see."""
    config = ClientConfig.parse(
        {
            "headers": {"X": "s3cret"},
            "query": {"k": "s3cret"},
            "auth": {"password": "s3cret"},
            "proxyUri": "http://ann:s3cret@proxy.example:3128",
            "overrides": [{"patch": {"headers": {"X": "s3cret"}, "query": {"k": "s3cret"}, "data": {"k": "s3cret"}}}],
        },
        "client",
    ).with_variables({"credentials": {"token": "s3cret"}}, FormulaCompat())
    for part in (config, config.auth, config.proxy, config.overrides, config.overrides[0].patch, config.handlers):
        assert "s3cret" not in repr(part)


def test_a_changed_configuration_is_worked_out_anew() -> None:
    """What is kept of a configuration for all requests is not that of its copies."""
    options = {"baseUri": "https://x.example", "headers": {"X": "1"}, "query": {"k": "1"}, "auth": {"username": "ann"}}
    config = ClientConfig.parse(options, "client")
    assert {"authorization", "x"} == config.sent_headers.values.keys()
    other = ClientConfig.parse({"baseUri": "https://y.example", "headers": {"X": "2"}, "query": {"k": "2"}}, "client")
    overlaid = config.with_bearer("new", "token").overlaid(other)
    assert {"authorization": "Bearer new", "x": "2"} == overlaid.sent_headers.values
    assert ("k=2", "https://y.example") == (overlaid.sent_query.text("brackets"), str(overlaid.origin))
    assert ({}, "") == (config.for_others.sent_headers.values, config.for_others.sent_query.text("brackets"))


def test_a_proxy_may_want_credentials() -> None:
    """They stand in front of its host, and the header that tells them holds what is meant by it."""
    proxy = ClientConfig.parse({"proxyUri": "http://ann%40x:p%3Aw:d@proxy.example:3128"}, "client").proxy
    assert proxy is not None
    assert "http://proxy.example:3128/" == str(proxy.url)
    assert {"proxy-authorization": f"Basic {b64encode(b'ann@x:p:w:d').decode()}"} == proxy.headers


@pytest.mark.parametrize(
    ("options", "attribute", "value", "warning"),
    [
        ({"baseUrl": "https://x.example"}, "base_uri", "https://x.example", "baseUrl is another name of baseUri"),
        ({"baseURL": "https://x.example"}, "base_uri", "https://x.example", "baseURL is another name of baseUri"),
        ({"params": {"a": 1}}, "query", {"a": 1}, "params is another name of query"),
        ({"defaultQueryParameters": {"a": 1}}, "query", {"a": 1}, "defaultQueryParameters is another name of query"),
        ({"args": {"query": {"a": 1}}}, "query", {"a": 1}, "args"),
        ({"params": {"b": 1}, "query": {"a": 1}}, "query", {"a": 1}, "params was ignored"),
        (
            {"responseHandlers": [{"match": {"$and": [{"$eval": 1, "equals": 2}]}}]},
            "retries",
            0,
            "responseHandlers[0]: its match has an $eval without a comparison",
        ),
        (
            {"responseHandlers": [{}, {"data": {"$cond": 1}}]},
            "retries",
            0,
            "responseHandlers[1]: $cond is no operator",
        ),
    ],
)
def test_what_is_understood_all_the_same_is_a_warning(
    options: dict[str, Any], attribute: str, value: Any, warning: str
) -> None:
    """Other names of an option mean the same; what its author got wrong is told."""
    config = ClientConfig.parse(options, "client")
    assert value == getattr(config, attribute)
    assert 1 == len(config.warnings)
    assert warning in config.warnings[0]


def test_a_right_configuration_has_no_warning() -> None:
    """All options by their names."""
    config = ClientConfig.parse(
        {
            "baseUri": "https://x.example",
            "headers": {},
            "query": {},
            "auth": {"username": "ann", "password": "s3cret"},
            "returnFullResponse": True,
            "responseHandlers": [{"match": {"$eval": {"$var": "response.status"}, "is": 404}, "isSuccess": True}],
            "overrides": [{"match": {"path": "x", "method": "get"}, "patch": {"query": {"a": 1}}}],
            "retries": 5,
            "proxyUri": "http://proxy.example:3128",
        },
        "client",
    )
    assert () == config.warnings
    assert 5 == config.retries
