"""How a client is configured."""

from __future__ import annotations

from typing import Any

import pytest

from bridge import ClientConfig, ConfigurationError


@pytest.mark.parametrize("key", ["baseUri", "baseUrl", "baseURL"])
def test_the_base_has_several_names(key: str) -> None:
    """Names of other editions of the contract mean the same."""
    assert "https://x.example" == ClientConfig.parse({key: "https://x.example"}, "client").base_uri


@pytest.mark.parametrize("base", [None, ""])
def test_the_base_may_be_missing(base: str | None) -> None:
    """A client without a base is for absolute URLs."""
    assert ClientConfig.parse({"baseUri": base}, "client").base_uri is None


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
        ({"responseHandlers": []}, "responseHandlers"),
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
    """Printing a configuration shows no credential."""
    config = ClientConfig.parse(
        {"headers": {"X": "s3cret"}, "query": {"k": "s3cret"}, "auth": {"password": "s3cret"}}, "client"
    )
    assert "s3cret" not in repr(config)
    assert "s3cret" not in repr(config.auth)
