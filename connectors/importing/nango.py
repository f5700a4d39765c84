"""Nango's recorded mocks, of one file for each function, as recordings."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from connectors.errors import DefinitionError

from .nango_model import Mock, MockFile
from .recording import Note, RecordedExchange, RecordedRequest, RecordedResponse, Recording

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic import JsonValue

    from connectors.document import Document, Key

    from .nango_model import Named
    from .recording import Pairs

SUFFIX = ".test.json"
_JSON: Named = {"content-type": "application/json"}
_NO_HASHED_BODY = "Nango kept a checksum of this body alone; it is not compared."
_OF_NANGO = {
    "batchSave": "A sync saves records, a method gives them: write what must come out into `expect`.",
    "batchDelete": "A sync deletes records, which methods do not: write what must come out into `expect`.",
}
"""What became of what functions of Nango's own were given."""
_NO_FUNCTION = "Methods have no such function; it was left out."
_CONNECTION = frozenset({"getConnection", "getMetadata"})


def read_mocks(document: Document, name: str, base_uri: str | None) -> Recording:
    """Return what a file `<function>.test.json` says.

    Args:
        document: The file.
        name: Of the function.
        base_uri: Of the API, which Nango does not keep.

    Raises:
        DefinitionError: Names the key that is wrong, or asks for the base URI.
    """
    mocks = document.into(MockFile)
    reader = MockReader(document, base_uri)
    exchanges = tuple(reader.exchanges(mocks))
    parameters = reader.parameters(mocks.nango)
    reader.note_unknown(mocks, ())
    return Recording(
        document=document,
        name=name,
        exchanges=exchanges,
        order="any",
        args={"input": mocks.input} if mocks.input is not None else {},
        parameters=parameters,
        expect={"value": mocks.output} if mocks.output is not None else {},
        notes=tuple(reader.notes),
    )


class MockReader:
    """Makes exchanges of mocks, and notes what of them is not in there.

    Args:
        document: The file they are in.
        base_uri: Of the API.
    """

    def __init__(self, document: Document, base_uri: str | None) -> None:
        self.document = document
        self.notes: list[Note] = []
        self._base_uri = base_uri

    def exchanges(self, mocks: MockFile) -> Iterator[RecordedExchange]:
        """Yield what `api` has."""
        for verb, paths in mocks.api.items():
            for path, answers in paths.items():
                for index, mock in enumerate(answers):
                    key: Key = ("api", verb, path, index) if len(answers) > 1 else ("api", verb, path)
                    yield self._exchange(key, verb, path, mock)

    def _exchange(self, key: Key, verb: str, path: str, mock: Mock) -> RecordedExchange:
        self.note_unknown(mock, key)
        asked = mock.request
        if asked is None:
            self.note(
                key, "Nango kept nothing of this request: it is taken for one without query, its body is not compared."
            )
        else:
            self.note_unknown(asked, (*key, "request"))
        request = RecordedRequest(
            verb=verb.upper(),
            url=self.url(path),
            query=as_pairs((asked and asked.params) or {}),
            headers=as_pairs((asked and asked.headers) or {}),
            body=None if asked is None else self.body((*key, "request", "data"), asked.data),
            body_known=asked is not None and not is_checksum(asked.data),
        )
        return RecordedExchange(
            document=self.document,
            key=key,
            request=request,
            response=answered(mock.status, mock.headers, mock.response),
        )

    def url(self, path: str) -> str:
        """Return the URL of a path.

        Raises:
            DefinitionError: The base URI is not known.
        """
        if self._base_uri is None:
            message = "Nango does not keep the host of a request: say --base-uri https://..."
            raise DefinitionError(message, file=self.document.file, key="api", line=self.document.line_of(("api",)))
        return f"{self._base_uri.rstrip('/')}/{path.lstrip('/')}"

    def body(self, key: Key, data: JsonValue) -> bytes | None:
        """Return the bytes that were sent; None where there were none, or where only their checksum is known."""
        if is_checksum(data):
            self.note(key, _NO_HASHED_BODY)
            return None
        if data is None or data == "":
            return None
        return data.encode() if isinstance(data, str) else as_json(data)

    def parameters(self, nango: Named) -> dict[str, JsonValue]:
        """Return what of Nango's connection a method finds in `parameters`, and note what of the rest is left out."""
        found: dict[str, JsonValue] = {}
        metadata, connection = nango.get("getMetadata"), nango.get("getConnection")
        if isinstance(connection, dict):
            self._note_connection(connection)
            metadata = metadata or connection.get("metadata")
            config = connection.get("connection_config")
            found.update(config if isinstance(config, dict) else {})
        found.update(metadata if isinstance(metadata, dict) else {})
        for name, value in nango.items():
            if name not in _CONNECTION and _says_something(value):
                self.note(("nango", name), _OF_NANGO.get(name, _NO_FUNCTION))
        return found

    def _note_connection(self, connection: Named) -> None:
        """Note what a connection has beside its metadata and its configuration."""
        left = [name for name in connection if name not in {"metadata", "connection_config"}]
        if left:
            message = (
                f"Left out of the connection: {', '.join(left)}. "
                "Say with --connection what placeholders of credentials the fixture has."
            )
            self.note(("nango", "getConnection"), message)

    def note_unknown(self, part: MockFile | Mock | object, key: Key) -> None:
        """Note keys that the format does not have."""
        for name in getattr(part, "unknown", ()):
            self.note((*key, name), "This key is not known; it was left out.")

    def note(self, key: Key, message: str) -> None:
        """Note what became of what stands at `key`."""
        self.notes.append(Note.at(self.document, key, message))


def _says_something(value: JsonValue) -> bool:
    """Whether there is anything in what a function was given: `{"Contact": []}` is nothing."""
    return any(map(_says_something, value.values())) if isinstance(value, dict) else bool(value)


def answered(status: int, headers: Named, response: JsonValue) -> RecordedResponse:
    """Return an answer whose body was JSON, or text; that it is JSON goes without saying where no header is known."""
    if response is None or response == "":
        return RecordedResponse(status=status, headers=as_pairs(headers))
    if isinstance(response, str):
        return RecordedResponse(status=status, headers=as_pairs(headers), body=response.encode())
    return RecordedResponse(status=status, headers=as_pairs(headers or _JSON), body=as_json(response))


def as_pairs(named: Named) -> Pairs:
    """Return what is named, each value with its name, as text."""
    return tuple(
        (name, one if isinstance(one, str) else json.dumps(one))
        for name, value in named.items()
        for one in (value if isinstance(value, list) else [value])
    )


def as_json(value: JsonValue) -> bytes:
    """Return JSON as bytes."""
    return json.dumps(value, ensure_ascii=False).encode()


def is_checksum(data: JsonValue) -> bool:
    """Whether Nango kept no more of a body than its checksum."""
    return isinstance(data, str) and data.startswith("sha1:")
