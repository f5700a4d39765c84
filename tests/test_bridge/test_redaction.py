"""What is masked in text."""

from __future__ import annotations

import base64
import json
from typing import Any
from urllib.parse import quote, quote_plus

import pytest

from bridge import Redactor

SECRET = "s3cret/va+lue ü?=&"
MARKS = "s3cret:$/!~'(é),;"


@pytest.mark.parametrize(
    "form",
    [
        SECRET,
        quote(SECRET),
        quote(SECRET, safe=""),
        quote_plus(SECRET),
        quote(SECRET, safe="").lower(),
        json.dumps(SECRET)[1:-1],
        json.dumps(SECRET, ensure_ascii=False)[1:-1],
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


@pytest.mark.parametrize(
    "form",
    [
        "s3cret:$%2F!~'(%C3%A9),%3B",  # a query as axios writes it
        "s3cret%3A%24%2F!~'(%C3%A9)%2C%3B",  # encodeURIComponent
        "s3cret:$/!~'(%C3%A9),;",  # encodeURI, a path
        "s3cret%3A%24%2F%21%7E%27%28%C3%A9%29%2C%3B",  # URLSearchParams
        "s3cret%3a%24%2f%21~%27%28%c3%a9%29%2c%3b",  # everything, in lower case
    ],
)
def test_each_encoder_of_javascript_is_known(form: str) -> None:
    """What an encoder leaves as it is differs; the secret is masked whichever was used."""
    assert "?q=[redacted]&" == Redactor([MARKS]).text(f"?q={form}&")


def test_a_secret_inside_an_object_is_masked() -> None:
    """The console shows strings inside objects in single quotes, and escapes what needs it."""
    assert "{ a: '[redacted]' }" == Redactor(['it\'s \\ a "secret"\n']).text("{ a: 'it\\'s \\\\ a \"secret\"\\n' }")


def test_a_secret_that_no_encoding_can_hold_is_masked() -> None:
    """Half of a surrogate pair in credentials breaks nothing."""
    assert "<[redacted]>" == Redactor(["s3cret\ud800"]).text("<s3cret\ud800>")


def test_a_secret_is_hidden_from_when_it_is_known() -> None:
    """Everybody who holds a redactor masks what is added to it later."""
    redactor = Redactor(["first-secret"])
    assert "[redacted] second-secret" == redactor.text("first-secret second-secret")
    redactor.hide({"token": "second-secret"})
    assert "[redacted] [redacted]" == redactor.text("first-secret second-secret")


@pytest.mark.parametrize(
    "text",
    ["aB3/" * 250_000, "://" * 300_000, "://a" * 250_000, "s3cre" * 200_000, "czNj" * 250_000, "c3Vic3Q" * 90_000],
)
def test_a_long_text_takes_no_longer_than_its_length(text: str) -> None:
    """What a method prints cannot hold up the application: a text of a megabyte is searched, not tried out.

    A search that starts anew at each place takes hours here.
    """
    assert text == Redactor(["s3cret-token", "subst-token"]).text(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("abcdefghijkl", "[redacted]"),
        ("abcdefgh-fghijkl", "[redacted]-[redacted]"),
        ("abcdefghfghijkl", "[redacted]"),
        ("https://u:abcdefgh@x/", "https://[redacted]@x/"),
    ],
)
def test_secrets_that_overlap_leave_nothing(text: str, expected: str) -> None:
    """Where one secret goes on inside another, both are masked whole."""
    assert expected == Redactor(["abcdefgh", "fghijkl"]).text(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("invalid token eyJhbGciOi…", "invalid token [redacted]…"),
        ("invalid token eyJhbGciOi", "invalid token [redacted]"),
        ("no option eyJhbGciOi…; it was ignored", "no option [redacted]…; it was ignored"),
        ("eyJhbGciOi, eyJhbGciOi…", "eyJhbGciOi, [redacted]…"),
        ("eyJhbGc…", "eyJhbGc…"),
        ("eyJhbGciXX…", "eyJhbGciXX…"),
    ],
)
def test_a_secret_that_was_cut_off_is_masked(text: str, expected: str) -> None:
    """Eight characters or more of a secret are masked where a text ends, or was cut, in the middle of it."""
    assert expected == Redactor(["eyJhbGciOiJIUzI1NiJ9.payload.signature"]).text(text)


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
