"""A recording as a fixture."""

from __future__ import annotations

import base64
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from pydantic import ValidationError

from bridge import ConnectionFailedError, unpacked
from connectors.fixtures.fixture import Fixture
from connectors.json_text import JsonTextError, read_json

from .kept_headers import is_of_client, is_of_server
from .recording import Note

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from connectors.document import Key
    from connectors.errors import DefinitionError

    from .recording import Pairs, RecordedExchange, RecordedRequest, RecordedResponse, Recording

MOST_BODY_BYTES = 32 * 1024 * 1024
_JSON = "application/json"
_FORM = "application/x-www-form-urlencoded"
_MULTIPART = "multipart/"
_ENCODED = re.compile(r"[^\x00-\x20]+")
_SECRET_HEADERS = frozenset({"authorization", "cookie", "proxy-authorization", "set-cookie"})


class Conversion:
    """Makes a fixture of a recording, and notes what is different in there.

    Args:
        recording: What another tool wrote down.
    """

    def __init__(self, recording: Recording) -> None:
        self.notes = list(recording.notes)
        self._recording = recording
        self._left: dict[str, set[str]] = {"requests": set(), "answers": set()}

    def fixture(self, connection: dict[str, Any] | None) -> Fixture:
        """Return the fixture.

        Args:
            connection: Placeholders of the connection it is for.

        Raises:
            DefinitionError: The recording has what no fixture can have; names its file and key.
        """
        recording = self._recording
        exchanges = [self._exchange(exchange) for exchange in recording.exchanges]
        self._note_headers()
        said: dict[str, Any] = {
            "version": 1,
            "description": f"Imported from {recording.document.file.rpartition('/')[2]}",
            "now": recording.now and recording.now.replace(microsecond=0),
            "args": recording.args,
            "connection": self._connection(connection),
            "order": recording.order,
            "exchanges": exchanges,
            "expect": recording.expect,
        }
        try:
            return Fixture.model_validate({name: value for name, value in said.items() if value not in (None, {}, [])})
        except ValidationError as caught:
            raise self._wrong(caught) from None

    def _wrong(self, caught: ValidationError) -> DefinitionError:
        """Return what is wrong with the recording, at its place in there."""
        problem = caught.errors(include_url=False, include_input=False)[0]
        document = self._recording.document
        key: Key = ()
        if problem["loc"][:1] == ("exchanges",) and len(problem["loc"]) > 1:
            exchange = self._recording.exchanges[int(problem["loc"][1])]
            document, key = exchange.document, (*exchange.key, *problem["loc"][2:3])
        return document.wrong(f"A fixture cannot have this: {problem['msg']}.", key)

    def _connection(self, connection: dict[str, Any] | None) -> dict[str, Any]:
        parameters = self._recording.parameters
        if connection is None:
            return {"parameters": parameters} if parameters else {}
        return {
            **connection,
            **({"parameters": {**parameters, **connection.get("parameters", {})}} if parameters else {}),
        }

    def _exchange(self, exchange: RecordedExchange) -> dict[str, Any]:
        return {
            "request": self._request(exchange, exchange.request),
            "response": self._response(exchange, exchange.response),
        }

    def _request(self, exchange: RecordedExchange, request: RecordedRequest) -> dict[str, Any]:
        headers = self._headers(request.headers, "requests", is_of_client)
        query = _grouped(request.query)
        body = self._request_body(exchange, request)
        kind = _first(request.headers, "content-type")
        if "body" in body or (kind.startswith(_JSON) and "json" in body) or (kind.startswith(_FORM) and "form" in body):
            headers.pop("content-type", None)
        return {
            "method": request.verb,
            "url": request.url,
            **({"query": query} if query else {}),
            **({"headers": headers} if headers else {}),
            **body,
        }

    def _request_body(self, exchange: RecordedExchange, request: RecordedRequest) -> dict[str, Any]:
        """Return what must be sent, under the key that says it best."""
        if not request.body_known:
            return {"body": "any"}
        kind = _first(request.headers, "content-type")
        if request.body is None:
            return {}
        if kind.startswith(_MULTIPART):
            self._note_body(
                exchange,
                "request",
                "The body is a multipart form, whose boundary is new each time; it is not compared.",
            )
            return {"body": "any"}
        if kind.startswith(_FORM):
            fields = parse_qsl(request.body.decode("utf-8", "replace"), keep_blank_values=True)
            return {"form": _grouped(fields)}
        return body_of(request.body, kind)

    def _response(self, exchange: RecordedExchange, response: RecordedResponse) -> dict[str, Any]:
        headers = self._headers(response.headers, "answers", is_of_server)
        body = self._response_body(exchange, response, headers)
        if headers.get("content-type") == _JSON and "json" in body:
            del headers["content-type"]
        elif response.headers and response.body is not None and "content-type" not in headers:
            headers["content-type"] = None
        return {"status": response.status, **({"headers": headers} if headers else {}), **body}

    def _response_body(
        self, exchange: RecordedExchange, response: RecordedResponse, headers: dict[str, Any]
    ) -> dict[str, Any]:
        if response.body is None:
            return {}
        body = response.body
        encoding = _first(response.headers, "content-encoding")
        if encoding:
            try:
                body = unpacked(body, encoding, most_bytes=MOST_BODY_BYTES)
            except ConnectionFailedError:
                message = f"The body is not in {encoding}, as its header says; it was taken for unpacked already."
                self._note_body(exchange, "response", message)
        return body_of(body, headers.get("content-type") or "")

    def _headers(self, pairs: Pairs, side: str, is_left: Callable[[str], bool]) -> dict[str, Any]:
        """Return the headers that are kept, by name in small letters."""
        kept = []
        for name, value in pairs:
            lower = name.lower()
            if is_left(lower) or lower in _SECRET_HEADERS:
                self._left[side].add(lower)
            else:
                kept.append((lower, value))
        return _grouped(kept)

    def _note_headers(self) -> None:
        for side, names in self._left.items():
            if names:
                message = f"Headers of {side} that were left out: {', '.join(sorted(names))}."
                self.notes.append(Note(file=self._recording.document.file, message=message))

    def _note_body(self, exchange: RecordedExchange, side: str, message: str) -> None:
        self.notes.append(Note.at(exchange.document, (*exchange.key, side, "body"), message))


def body_of(body: bytes, content_type: str) -> dict[str, Any]:
    """Return bytes under the key that a person reads best: `json`, `text` or `base64`."""
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(body).decode()}
    if "json" in content_type or (not content_type and text.lstrip()[:1] in {"{", "["}):
        try:
            return {"json": read_json(text)}
        except JsonTextError:
            pass
    return {"text": text}


def _grouped(pairs: Iterable[tuple[str, str]]) -> dict[str, str | list[str]]:
    """Return values by name: one as text, several as a list."""
    grouped: dict[str, list[str]] = {}
    for name, value in pairs:
        grouped.setdefault(name, []).append(value)
    return {name: values[0] if len(values) == 1 else values for name, values in grouped.items()}


def _first(pairs: Pairs, name: str) -> str:
    """Return the first header of a name, or nothing."""
    return next((value for found, value in pairs if found.lower() == name), "")
