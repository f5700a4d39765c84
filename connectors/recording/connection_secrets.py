"""What of a connection must not stand in a fixture, and the connection that stands there instead."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from bridge import Redactor, client_secrets
from connectors.connection_secrets import PLAIN_MEMBERS, connection_secrets

from .secret_ledger import PLACEHOLDER, is_placeholder
from .secret_names import is_secret_name, is_suspicious_name, snake
from .secret_values import looks_random

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from connectors.connection import Connection
    from connectors.connector import Connector
    from connectors.document import Key
    from runtime import JSON

    from .secret_ledger import SecretLedger

_TOP: Final = 2
"""Names of the sections of a connection's file, and of what is in them."""
_SCHEME: Final = re.compile(r"(?:Bearer|Basic|Token|ApiKey) +", re.IGNORECASE)
_MOMENT: Final = re.compile(r"(?:.*_)?(?:at|exp|expire[sd]?|expiry|iat|on|time|timestamp)(?:_.*)?")
"""Names of moments: numbers as long as some secrets."""


def take_connection(
    ledger: SecretLedger,
    connector: Connector,
    connection: Connection,
    members: JSON,
    *,
    public: Collection[str] = (),
    earlier: JSON = None,
) -> None:
    """Take in what of a connection is secret.

    Args:
        ledger: Takes it in.
        connector: Whose connection.
        connection: With its secrets.
        members: What its file says.
        public: Names of members that are no secrets.
        earlier: The connection of the fixture as it was, whose placeholders are kept.
    """
    client = None if connection.api_client is None else client_secrets(connection.api_client)
    secrets = Redactor.from_values(connection_secrets(connector, connection), client).secrets
    for key, leaf in _leaves(members, ()):
        name = _name_of(key)
        text = leaf if isinstance(leaf, str) else repr(leaf)
        if name in public or name in PLAIN_MEMBERS or (not isinstance(leaf, str) and _MOMENT.fullmatch(snake(name))):
            continue
        if text in secrets or (isinstance(leaf, str) and is_secret_name(name)):
            known = _at(earlier, key)
            ledger.put(
                name, text if known else _SCHEME.sub("", text, count=1), known if isinstance(known, str) else None
            )


def take_refreshed(ledger: SecretLedger, credentials: JSON) -> None:
    """Take in credentials that a run got: those that are called secrets or look like some."""
    for key, leaf in _leaves(credentials, ()):
        name = _name_of(key)
        if isinstance(leaf, str) and (is_secret_name(name) or is_suspicious_name(name) or looks_random(leaf)):
            ledger.add(name, leaf)


def take_masked(ledger: SecretLedger, secrets: Collection[str]) -> None:
    """Take in what was masked in a run, as far as it looks like a secret and is not known by a name."""
    for secret in sorted(secrets):
        if looks_random(secret):
            ledger.add("secret", secret)


def placeholder_connection(members: JSON, ledger: SecretLedger) -> dict[str, JSON]:
    """Return a connection as a fixture has it: without its id, and placeholders in place of secrets.

    Args:
        members: What the connection's file says.
        ledger: Knows what is secret.
    """
    placed = ledger.substitution.value(members)
    return (
        {name: _without_short(part) for name, part in placed.items() if name != "id"}
        if isinstance(placed, dict)
        else {}
    )


def real_values(placeholders: JSON, members: JSON) -> dict[str, str]:
    """Return what the placeholders of a fixture's connection stand for, in a real connection."""
    return {
        str(placeholder): str(real)
        for key, placeholder in _leaves(placeholders, ())
        if isinstance(real := _at(members, key), str | int) and str(real) != str(placeholder)
    }


def holds_placeholders(value: JSON) -> bool:
    """Whether JSON holds placeholders, as recordings make them."""
    return any(is_placeholder(str(leaf)) for _, leaf in _leaves(value, ()))


def _without_short(part: JSON, name: str = "") -> JSON:
    """Return a part of a connection without secrets that are too short to be looked for elsewhere."""
    if isinstance(part, dict):
        return {key: _without_short(member, key) for key, member in part.items()}
    if isinstance(part, list):
        return [_without_short(item, name) for item in part]
    is_short = isinstance(part, str) and 0 < len(part) < 4 and is_secret_name(name)
    return f"{PLACEHOLDER}-{snake(name).replace('_', '-')}" if is_short else part


def _leaves(value: JSON, key: Key) -> Iterator[tuple[Key, str | float]]:
    if isinstance(value, dict):
        for name, member in value.items():
            yield from _leaves(member, (*key, name))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _leaves(item, (*key, index))
    elif isinstance(value, str | int | float) and not isinstance(value, bool):
        yield key, value


def _name_of(key: Key) -> str:
    """Return the name that says most: the last that is none of a list's positions, or of `value`."""
    names = [part for part in key if isinstance(part, str)]
    says_little = len(names) > _TOP and snake(names[-1]) in {"value", "key", "token", "secret"} and names[-2] != "auth"
    return (names[-2] if says_little and is_secret_name(names[-2]) else names[-1]) if names else "secret"


def _at(value: JSON, key: Key) -> JSON:
    for part in key:
        try:
            value = value[part]  # type: ignore[index]  # whatever is there
        except (KeyError, IndexError, TypeError):
            return None
    return value
