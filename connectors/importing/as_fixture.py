"""A recording as a fixture, without its secrets."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from bridge import CapturedExchange, ConnectionFailedError, unpacked
from connectors.connection import Connection
from connectors.recording.connection_secrets import placeholder_connection, take_connection
from connectors.recording.detail import PLAIN
from connectors.recording.harvest import Harvest
from connectors.recording.recorded_exchange import ExchangeWriter
from connectors.recording.secret_ledger import SecretLedger
from connectors.recording.side_files import SideFiles

from .recording import Note

if TYPE_CHECKING:
    from connectors.connector import Connector
    from connectors.document import Document
    from connectors.errors import DefinitionError

    from .recording import RecordedExchange, Recording

VERSION: Final = 1
_MOST_BODY_BYTES: Final = 32 * 1024 * 1024
_EXCHANGE: Final = re.compile(r"exchanges\[(\d+)\](?:\.(request|response))?")
_BODIES: Final = ("json", "text", "base64", "file", "form", "multipart")


class Conversion:
    """Makes a fixture of a recording, and notes what is different in there.

    Args:
        recording: What another tool wrote down.
        stem: How the names of files beside the fixture begin.
    """

    def __init__(self, recording: Recording, stem: str) -> None:
        self.notes = list(recording.notes)
        self.ledger = SecretLedger()
        """What is secret in it."""
        self.files = SideFiles(stem)
        """What lies beside the fixture."""
        self._recording = recording
        self._connection: dict[str, Any] = {}
        self._known: frozenset[str] = frozenset()
        self._left_out: dict[str, set[str]] = {"requests": set(), "responses": set()}

    def take_connection(self, connector: Connector, document: Document) -> None:
        """Take in for whom the fixture runs; what is secret there is so in the recording as well.

        Args:
            connector: Whose fixture it is.
            document: The file of the connection.

        Raises:
            ConnectionFileError: The connection is wrong.
        """
        take_connection(self.ledger, connector, document.into(Connection), document.data)
        self._connection = placeholder_connection(document.data, self.ledger)
        self._known = frozenset(self.ledger.placeholders.values())

    def data(self) -> dict[str, Any]:
        """Return what the fixture says.

        Raises:
            RecordingError: No fixture can say it.
        """
        recording = self._recording
        captured = [self._captured(exchange) for exchange in recording.exchanges]
        harvest = Harvest(self.ledger)
        harvest.arguments({"args": recording.args, "parameters": recording.parameters})
        for exchange in captured:
            harvest.exchange(exchange)
        harvest.result(recording.expect.get("value"))
        placed = self.ledger.substitution.value
        writer = ExchangeWriter(substitution=self.ledger.substitution, files=self.files, detail=PLAIN)
        exchanges = [
            self._written(exchange, sent, writer) for exchange, sent in zip(recording.exchanges, captured, strict=True)
        ]
        self._note_whole()
        parameters = {**recording.parameters, **self._connection.get("parameters", {})}
        connection = {**self._connection, **({"parameters": placed(parameters)} if parameters else {})}
        said = {
            "now": recording.now and recording.now.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "args": placed(recording.args),
            "connection": connection,
            "order": None if recording.order == "strict" else recording.order,
            "exchanges": exchanges,
            "expect": placed(recording.expect),
        }
        return {"version": VERSION, **{name: value for name, value in said.items() if value}}

    def placed(self, error: DefinitionError) -> DefinitionError:
        """Return what is wrong with the fixture as an error of the recording, at its place in there."""
        number = _EXCHANGE.match(error.key or "")
        if number is None:
            return error
        exchange = self._recording.exchanges[int(number[1])]
        return exchange.document.wrong(error.message, (*exchange.key, number[2]) if number[2] else exchange.key)

    def _captured(self, exchange: RecordedExchange) -> CapturedExchange:
        """Return an exchange as if it had been sent from here."""
        request, response = exchange.request, exchange.response
        query = urlencode(request.query)
        separator = "&" if "?" in request.url else "?"
        return CapturedExchange(
            verb=request.verb,
            url=f"{request.url}{separator}{query}" if query else request.url,
            request_headers=tuple((name.lower(), value) for name, value in request.headers),
            request_body=request.body,
            status=response.status,
            reason=response.reason or "",
            response_headers=tuple((name.lower(), value) for name, value in response.headers),
            response_body=self._unpacked(exchange),
            started_ms=0.0,
            waited_ms=None,
            duration_ms=0.0,
            fault=None,
            truncated=False,
        )

    def _unpacked(self, exchange: RecordedExchange) -> bytes | None:
        """Return the body of a response without its content encoding, which some recorders take away themselves."""
        body = exchange.response.body
        headers = {name.lower(): value for name, value in exchange.response.headers}
        encoding = headers.get("content-encoding")
        if body is None or encoding is None:
            return body
        try:
            return unpacked(body, encoding, most_bytes=_MOST_BODY_BYTES)
        except ConnectionFailedError:
            message = f"The body is not in {encoding}, as its header says; it was taken for unpacked already."
            self.notes.append(Note.at(exchange.document, (*exchange.key, "response", "body"), message))
            return body

    def _written(self, exchange: RecordedExchange, sent: CapturedExchange, writer: ExchangeWriter) -> dict[str, Any]:
        """Return an exchange as a fixture has it."""
        written = writer.exchange(sent)
        request, response = written["request"], written["response"]
        if not exchange.request.body_known:
            request = {name: value for name, value in request.items() if name not in _BODIES} | {"body": "any"}
        request = self._without_foreign_secrets(request)
        self._left_out["requests"] |= {name for name, _ in sent.request_headers} - request.get("headers", {}).keys()
        self._left_out["responses"] |= {name for name, _ in sent.response_headers} - response.get("headers", {}).keys()
        return {"request": request, "response": response}

    def _without_foreign_secrets(self, request: dict[str, Any]) -> dict[str, Any]:
        """Return a request without headers whose secrets the fixture's connection does not have."""
        foreign = set(self.ledger.placeholders.values()) - self._known
        headers = {
            name: value
            for name, value in request.pop("headers", {}).items()
            if not any(placeholder in str(value) for placeholder in foreign)
        }
        return {**request, **({"headers": headers} if headers else {})}

    def _note_whole(self) -> None:
        """Note what is so in all exchanges."""
        file = self._recording.document.file
        for side, names in self._left_out.items():
            if names - {"content-type"}:
                listing = ", ".join(sorted(names - {"content-type"}))
                self.notes.append(Note(file=file, message=f"Headers of {side} that were left out: {listing}."))
        foreign = sorted(set(self.ledger.placeholders.values()) - self._known)
        if foreign:
            message = (
                f"Placeholders stand for secrets: {', '.join(foreign)}. "
                "Where a method sends one, the fixture's connection must have it."
            )
            self.notes.append(Note(file=file, message=message))
