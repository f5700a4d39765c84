"""What is masked in text."""

from __future__ import annotations

import base64
import json
from typing import Any
from urllib.parse import quote, quote_plus

import pytest

from bridge import Redactor

SECRET = "s3cret/va+lue ü?=&"


@pytest.mark.parametrize(
    "form",
    [
        SECRET,
        quote(SECRET),
        quote(SECRET, safe=""),
        quote_plus(SECRET),
        quote(SECRET, safe="").lower(),
        json.dumps(SECRET)[1:-1],
        base64.b64encode(SECRET.encode()).decode(),
        base64.urlsafe_b64encode(SECRET.encode()).decode(),
        base64.b64encode(f"a:{SECRET}".encode()).decode(),
        base64.b64encode(f"ann:{SECRET}".encode()).decode(),
        base64.b64encode(f"user-of:{SECRET}:x".encode()).decode(),
        base64.b64encode(f"{SECRET}:".encode()).decode(),
    ],
)
def test_each_form_of_a_secret_is_masked(form: str) -> None:
    """Raw, percent-encoded, in JSON, in base64 alone and with something around it."""
    assert "<[redacted]>" == Redactor([SECRET]).text(f"<{form}>")


def test_the_longest_secret_is_masked_first() -> None:
    """A secret inside another leaves nothing of the longer one."""
    assert "[redacted] [redacted]" == Redactor(["abcd", "abcdefgh"]).text("abcdefgh abcd")


def test_short_values_are_left() -> None:
    """A value of three characters would mask half of every text."""
    assert "abc" == Redactor(["abc", ""]).text("abc")


def test_user_names_in_urls_are_always_masked() -> None:
    """A URL never shows a user name or password, known or not."""
    assert "https://[redacted]@x.example/a@b" == Redactor([]).text("https://ann:pw@x.example/a@b")


@pytest.mark.parametrize(
    ("credentials", "text", "expected"),
    [
        ({"token": {"access": ["abcdef"]}}, "abcdef", "[redacted]"),
        ({"abcdef": True}, "abcdef True", "abcdef True"),
        ({"type": "Bearer", "expires_in": 3600}, "Bearer 3600", "Bearer 3600"),
        ({"id": 123456789}, "id 123456789", "id [redacted]"),
        ({"baseUri": "https://acme.example/api/v2"}, "https://acme.example/api/v2/x", "https://acme.example/api/v2/x"),
        ({"hook": "https://h.example/T0/aBcDeFgHiJkLmNoP"}, "https://h.example/T0/aBcDeFgHiJkLmNoP", "[redacted]"),
        ({"url": "https://h.example/?key=abc"}, "https://h.example/?key=abc", "[redacted]"),
        (None, "text", "text"),
    ],
)
def test_the_leaves_of_credentials_are_secrets(credentials: Any, text: str, expected: str) -> None:
    """Values are masked wherever they stand; names, common words, small numbers and plain addresses are not."""
    assert expected == Redactor.from_values(credentials).text(text)


def test_several_values_are_read() -> None:
    """Credentials may come from several places."""
    assert "[redacted] [redacted]" == Redactor.from_values({"a": "first1"}, ["second"]).text("first1 second")
