"""Cassettes of VCR, as recordings."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from .cassette_model import Cassette
from .recording import Note, RecordedExchange, RecordedRequest, RecordedResponse, Recording

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connectors.document import Document, Key

    from .cassette_model import CassetteResponse, Headers, Interaction
    from .recording import Pairs

_PLACEHOLDER: Final = re.compile(r"<+[^<>]+>+")
KEYS: Final = ("interactions", "http_interactions")


def read_cassette(document: Document, name: str, base_uri: str | None) -> Recording:
    """Return what a cassette says.

    Args:
        document: The file.
        name: What the case is to be called.
        base_uri: What stands where a URL begins with a placeholder, as `<API>/contacts` does.

    Raises:
        DefinitionError: Names the key that is wrong, or asks for the base URI.
    """
    cassette = document.into(Cassette)
    under = KEYS[0] if cassette.interactions is not None else KEYS[1]
    interactions = cassette.interactions or cassette.http_interactions or []
    exchanges = tuple(_exchange(document, (under, index), one, base_uri) for index, one in enumerate(interactions))
    return Recording(
        document=document,
        name=name,
        exchanges=exchanges,
        order="strict",
        now=_first_time(interactions),
        notes=tuple(_notes(document, cassette, under)),
    )


def _exchange(document: Document, key: Key, interaction: Interaction, base_uri: str | None) -> RecordedExchange:
    sent = interaction.request
    request = RecordedRequest(
        verb=sent.method.upper(),
        url=_url(document, key, sent.uri, base_uri),
        headers=_pairs(sent.headers),
        body=sent.body or None,
    )
    response = _response(document, key, interaction.response)
    return RecordedExchange(document=document, key=key, request=request, response=response)


def _url(document: Document, key: Key, uri: str, base_uri: str | None) -> str:
    placeholder = _PLACEHOLDER.match(uri)
    if placeholder and base_uri:
        return f"{base_uri.rstrip('/')}/{uri[placeholder.end() :].lstrip('/')}"
    if urlsplit(uri).scheme not in {"http", "https"}:
        hint = f"{placeholder[0]} stands for its beginning: say --base-uri." if placeholder else "It must be absolute."
        raise document.wrong(f"This is no URL of http or https. {hint}", (*key, "request", "uri"))
    return uri


def _response(document: Document, key: Key, response: CassetteResponse) -> RecordedResponse:
    status = response.status.code if response.status else response.status_code
    if status is None:
        raise document.wrong("The answer has no status.", (*key, "response"))
    body = response.content if response.body is None else response.body
    return RecordedResponse(
        status=status,
        reason=response.status.message if response.status else None,
        headers=_pairs(response.headers),
        body=body or None,
    )


def _pairs(headers: Headers) -> Pairs:
    return tuple((name, _text(value)) for name, values in headers.items() for value in values if value is not None)


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value


def _first_time(interactions: list[Interaction]) -> datetime | None:
    """Return when the first was recorded, as it says itself or as its answer does."""
    for interaction in interactions[:1]:
        dates = [
            value for name, values in interaction.response.headers.items() if name.lower() == "date" for value in values
        ]
        for text in (interaction.recorded_at, *dates):
            if isinstance(text, str) and (time := _time(text)) is not None:
                return time
    return None


def _time(text: str) -> datetime | None:
    for read in (parsedate_to_datetime, datetime.fromisoformat):
        try:
            time = read(text)
        except ValueError:
            continue
        return time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)
    return None


def _notes(document: Document, cassette: Cassette, under: str) -> Iterator[Note]:
    """Yield the keys that are left out."""
    places: list[tuple[Key, tuple[str, ...]]] = [((), cassette.unknown)]
    for index, one in enumerate(cassette.interactions or cassette.http_interactions or []):
        key: Key = (under, index)
        places += [
            (key, one.unknown),
            ((*key, "request"), one.request.unknown),
            ((*key, "response"), one.response.unknown),
        ]
    for key, names in places:
        for name in names:
            yield Note.at(document, (*key, name), "This key is not known; it was left out.")
