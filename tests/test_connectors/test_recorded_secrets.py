"""What recordings take for secrets, and how they replace them."""

from __future__ import annotations

import base64
import html
import json
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from connectors.recording.leak_scan import LeakScan
from connectors.recording.secret_ledger import SecretLedger
from connectors.recording.secret_names import is_secret_name, is_suspicious_name
from connectors.recording.secret_values import looks_random, tokens_in
from connectors.recording.shape import Shape, drift
from connectors.recording.substitution import Substitution

if TYPE_CHECKING:
    from collections.abc import Callable

ENCODINGS: dict[str, Callable[[str], str]] = {
    "plain": str,
    "quote": quote,
    "quote all": lambda text: quote(text, safe=""),
    "quote as URLSearchParams": lambda text: quote_plus(text, safe="*").replace("~", "%7E"),
    "quote as encodeURIComponent": lambda text: quote(text, safe="!*'()"),
    "json": lambda text: json.dumps(text),
    "json readable": lambda text: json.dumps(text, ensure_ascii=False),
    "json inside": lambda text: json.dumps({"a": [text]}),
    "html": html.escape,
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "base64 bare": lambda text: base64.b64encode(text.encode()).decode().rstrip("="),
    "base64 url": lambda text: base64.urlsafe_b64encode(text.encode()).decode(),
    "base64 after one": lambda text: base64.b64encode(f":{text}".encode()).decode(),
    "base64 after two": lambda text: base64.b64encode(f"u:{text}!".encode()).decode(),
    "hex": lambda text: text.encode().hex(),
}
SECRETS = st.text(
    st.characters(min_codepoint=33, max_codepoint=0x24F, exclude_categories=["Cc", "Cf", "Zs"]), min_size=8
)
AROUND = st.sampled_from(["", " ", '"', "=", "&", "/", "?a=", ": ", ", ", "<", "é ", "token=", "Bearer "])


@settings(max_examples=100, deadline=None)
@given(
    secret=SECRETS,
    encodings=st.lists(st.sampled_from(sorted(ENCODINGS)), min_size=1, max_size=2),
    before=AROUND,
    after=st.sampled_from(["", " ", '"', "&", ", ", ">", "#"]),
)
@example(secret="s3cret-0", encodings=["base64", "hex"], before="", after="")
@example(secret="s3cret~0", encodings=["base64"], before="/", after="")
@example(secret="a~b'c*d!e", encodings=["quote as URLSearchParams", "base64"], before="", after="")
def test_what_is_replaced_is_found_before_and_never_after(
    secret: str, encodings: list[str], before: str, after: str
) -> None:
    """A secret in one encoding, or one inside the other, is seen by the scan, and by it no more when it is replaced."""
    text = secret
    for encoding in encodings:
        text = ENCODINGS[encoding](text)
    text = f"{before}{text}{after}"
    ledger = SecretLedger()
    ledger.put("access_token", secret)
    scan = LeakScan(ledger.names)
    assert secret == scan.find(text)
    replaced = ledger.substitution.text(text)
    assert scan.find(replaced) is None, replaced


@pytest.mark.parametrize(
    ("name", "is_secret", "is_suspicious"),
    [
        ("access_token", True, True),
        ("accessToken", True, True),
        ("X-Api-Key", True, True),
        ("X-Amz-Security-Token", True, True),
        ("my_client_secret", True, True),
        ("PHPSESSID", True, False),
        ("uploadKey", False, True),
        ("csrf-state", False, True),
        ("next_page_token", False, False),
        ("nextPageToken", False, False),
        ("author", False, False),
        ("name", False, False),
    ],
)
def test_names_tell_secrets_from_places_in_lists(name: str, is_secret: bool, is_suspicious: bool) -> None:  # noqa: FBT001
    """Names of secrets are known in any spelling; a token that says where a list goes on is none."""
    assert (is_secret, is_suspicious) == (is_secret_name(name), is_suspicious_name(name))


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("a ghp_" + "a1B2" * 9 + ".", ["ghp_" + "a1B2" * 9]),
        ("key=AKIAABCDEFGHIJKLMNOP;", ["AKIAABCDEFGHIJKLMNOP"]),
        ("xoxb-123456789012-abcdef", ["xoxb-123456789012-abcdef"]),
        (
            "-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----\n",
            ["-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----"],
        ),
        ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln", ["eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln"]),
        ("risk_live_and_let_die", []),
        ("https://example.com/sk-foo", []),
    ],
)
def test_tokens_are_known_by_their_looks(text: str, tokens: list[str]) -> None:
    """Well-known beginnings, JSON Web Tokens and private keys are found within text."""
    assert tokens == list(tokens_in(text))


def test_what_a_generator_made_looks_random() -> None:
    """Hexadecimal, base64 and mixed letters look random; words, names, numbers, addresses and short values do not."""
    random = ["9f86d081884c7d659a2feaa0c55ad015", "dGhpcyBpcyBhIHRlc3Q", "qZbXcRtYuIoPaSdFgHjK"]
    ordinary = [
        "contacts.read",
        "a-name-with-some-words-in-it",
        "12345678901234567890",
        "https://a.example/b1",
        "a1b2c3",
    ]
    assert ([True] * 3, [False] * 5) == ([looks_random(text) for text in random], [looks_random(t) for t in ordinary])


def test_placeholders_can_stand_where_the_secret_does() -> None:
    """Each secret has one of its own: numbers for numbers, addresses for addresses, and never one with a secret in it."""
    ledger = SecretLedger()
    secrets = {
        "12345678": ("account", "90000001"),
        "23456789": ("account", "90000002"),
        "ann@acme.example": ("email", "placeholder-email@example.com"),
        "acme.my-crm.com": ("domain", "placeholder-domain.example"),
        "https://hooks.example/T0/B1": ("url", "https://hooks.example/placeholder-url"),
        "s3cret-1": ("apiKey", "placeholder-api-key"),
        "s3cret-2": ("api_key", "placeholder-api-key-2"),
        "placeholder": ("word", None),
        "s3cret-1:s3cret-2": ("pair", None),
        "token": ("kind", "placeholder-kind"),
        "t0ken-3": ("token", "placeholder"),
    }
    for secret, (name, _) in secrets.items():
        ledger.add(name, secret)
    made = {secret: ledger.substitution.text(secret) for secret in secrets}
    assert {secret: placeholder for secret, (_, placeholder) in secrets.items() if placeholder} == {
        secret: made[secret] for secret, (_, placeholder) in secrets.items() if placeholder
    }
    assert ("placeholder", "placeholder-api-key:placeholder-api-key-2") == (
        made["placeholder"],
        made["s3cret-1:s3cret-2"],
    )
    assert {"id": 90000001, "s": [1.5, True, None]} == ledger.substitution.value(
        {"id": 12345678, "s": [1.5, True, None]}
    )


def test_short_secrets_are_replaced_by_themselves_and_long_ones_everywhere() -> None:
    """A short one within a word or a number is no secret; a long one is, in any mix of cases, and where it was cut off."""
    made = Substitution({"pass": "P1", "S3cretWord": "P2", "12345678": "P3"})
    assert "compass P1 a%20P1 xP2y P2 P2… 123456789 P3" == made.text(
        "compass pass a%20pass xS3cretWordy s3CRETwORD S3cretW… 123456789 12345678"
    )


def test_a_piece_of_a_long_secret_is_a_leak() -> None:
    """Where a way of writing breaks a secret into pieces, one of them is enough to be found."""
    scan = LeakScan(["k3y-4f9a-77b1-c0de-9e2d-51aa"])
    assert scan.find("a=4f9a-77b1-c0de-9e2d") is not None
    assert scan.find("a=4f9a-77b1") is None


def test_drift_is_about_shapes_alone() -> None:
    """Other values, empty lists and nulls are no drift; keys that come, go or are missing here and there are."""
    before = {"list": [{"id": 1, "tags": [], "by": None, "a b": 1}], "open": True}
    assert [] == list(drift(Shape.of(before), Shape.of({"list": [], "open": False})))
    after = {"list": [{"id": 2, "tags": ["x"], "by": "me", "a b": "1"}, {"tags": []}], "open": "yes", "more": None}
    assert [
        "$.list[*].id is missing in some items",
        "$.list[*].by is missing in some items",
        "$.list[*]['a b'] is missing in some items",
        "$.list[*]['a b'] was number, and is string",
        "$.open was boolean, and is string",
        "$.more is new: null",
    ] == list(drift(Shape.of(before), Shape.of(after)))
