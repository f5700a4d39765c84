"""Nango's older recorded mocks: a folder `mocks` of many small files, as recordings."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from connectors.document import Document

from .loader import read_recording
from .nango import MockReader, answered, as_pairs, is_checksum
from .nango_model import OlderMock
from .recording import Note, RecordedExchange, RecordedRequest, Recording

if TYPE_CHECKING:
    from pathlib import Path

    from pydantic import JsonValue

MOCKS = "mocks"
_NANGO = "nango"
_PROXY = "proxy"
_VERBS = frozenset({"get", "post", "put", "patch", "delete", "head", "options"})
_NOTHING_KNOWN = "Nango kept nothing of this request: it is taken for one without query, its body is not compared."


@dataclass
class _Function:
    """What the folder has of one function."""

    exchanges: list[RecordedExchange] = field(default_factory=list)
    args: dict[str, Any] = field(default_factory=dict)
    expect: dict[str, Any] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)


def read_mocks_folder(folder: Path, base_uri: str | None) -> list[Recording]:
    """Return what a folder `mocks` has, one recording for each function.

    Args:
        folder: It.
        base_uri: Of the API, which Nango does not keep.

    Raises:
        DefinitionError: Names the file and key that is wrong, or asks for the base URI.
    """
    place = Document(file=str(folder), data=None)
    functions: dict[str, _Function] = {}
    shared: dict[str, JsonValue] = {}
    for path in sorted(folder.rglob("*.json")):
        parts = path.relative_to(folder).with_suffix("").parts
        document = read_recording(path)
        if parts[0] == _NANGO and len(parts) > 2 and parts[1] in _VERBS:
            name, exchange, notes = _exchange(document, parts[1], parts[2:], base_uri)
            function = functions.setdefault(name, _Function())
            function.exchanges.append(exchange)
            function.notes += notes
        elif parts[0] == _NANGO and len(parts) == 2:
            shared[parts[1]] = document.data
        else:
            _take_in(functions.setdefault(parts[0], _Function()), document, parts[1:])
    reader = MockReader(place, base_uri)
    parameters = reader.parameters(shared)
    return [
        Recording(
            document=place,
            name=name,
            exchanges=tuple(function.exchanges),
            order="any",
            args=function.args,
            parameters=parameters,
            expect=function.expect,
            notes=(*function.notes, *reader.notes),
        )
        for name, function in sorted(functions.items())
    ]


def _take_in(function: _Function, document: Document, rest: tuple[str, ...]) -> None:
    """Take in what a function was given or gave: `<function>/input.json`, `<function>/<model>/batchSave.json`."""
    if rest == ("input",):
        function.args = {"input": document.data}
    elif rest == ("output",):
        function.expect = {"value": document.data}
    elif rest[-1:] in {("batchSave",), ("batchDelete",)}:
        message = "A sync saves or deletes records, a method gives them: write what must come out into `expect`."
        function.notes.append(Note(file=document.file, message=message))
    else:
        function.notes.append(Note(file=document.file, message="This file has no known place; it was left out."))


def _exchange(
    document: Document, verb: str, parts: tuple[str, ...], base_uri: str | None
) -> tuple[str, RecordedExchange, list[Note]]:
    """Return the exchange of one file, and whose it is."""
    reader = MockReader(document, base_uri)
    if isinstance(document.data, dict) and "requestIdentity" in document.data:
        *path, name, _hash = parts
        return name, _told(reader, _with_object(document).into(OlderMock), verb, path), reader.notes
    *path, name = parts
    reader.note((), _NOTHING_KNOWN)
    request = RecordedRequest(verb=verb.upper(), url=reader.url(_path(path)), body_known=False)
    return (
        name,
        RecordedExchange(document=reader.document, key=(), request=request, response=answered(200, {}, document.data)),
        reader.notes,
    )


def _told(reader: MockReader, mock: OlderMock, verb: str, path: list[str]) -> RecordedExchange:
    """Return the exchange of a file that tells what was sent."""
    identity = mock.identity
    reader.note_unknown(mock, ())
    endpoint = identity.endpoint or (identity.url and urlsplit(identity.url).path) or _path(path)
    request = RecordedRequest(
        verb=(identity.method or verb).upper(),
        url=reader.url(endpoint.lstrip("/").removeprefix(f"{_PROXY}/")),
        query=as_pairs(dict(identity.params)),
        headers=as_pairs(dict(identity.headers)),
        body=reader.body(("requestIdentity", "data"), identity.data),
        body_known=not is_checksum(identity.data),
    )
    return RecordedExchange(
        document=reader.document, key=(), request=request, response=answered(mock.status, mock.headers, mock.response)
    )


def _with_object(document: Document) -> Document:
    """Return the oldest files, whose request is told in pairs, as the later ones."""
    identity = document.data["requestIdentity"]
    if not isinstance(identity, list):
        return document
    pairs = [pair for pair in identity if isinstance(pair, list) and len(pair) == 2]
    return Document(file=document.file, data={**document.data, "requestIdentity": dict(pairs)}, lines=document.lines)


def _path(parts: list[str]) -> str:
    """Return the path of the API that folders spell."""
    return str(PurePosixPath(*parts)).removeprefix(f"{_PROXY}/")
