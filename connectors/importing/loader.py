"""RecordingLoader: YAML and JSON as other tools write them, which may be long."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from connectors.document import CoreLoader, Document
from connectors.source_file import SourceFile

LONGEST_BYTES = 32 * 1024 * 1024
MOST_VALUES = 1_000_000

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import yaml

_PYTHON = "tag:yaml.org,2002:python/"
_BINARY = ("tag:yaml.org,2002:binary", "!binary")
_TEXT = (f"{_PYTHON}str", f"{_PYTHON}unicode")
_TUPLE = f"{_PYTHON}tuple"
_BYTES_IO = f"{_PYTHON}object/new:_io.BytesIO"
_ITERATOR = f"{_PYTHON}object/apply:builtins.iter"


class RecordingLoader(CoreLoader):
    """Knows the tags of cassettes: bytes, and what vcrpy writes of Python's types. Nothing of them is ever called."""

    tags: ClassVar[frozenset[str]] = CoreLoader.tags | {*_BINARY, *_TEXT, _TUPLE, _BYTES_IO, _ITERATOR}
    longest_bytes: ClassVar[int] = LONGEST_BYTES
    most_values: ClassVar[int] = MOST_VALUES


def _bytes_of(loader: yaml.SafeLoader, node: Any) -> bytes:  # noqa: ANN401 (pyyaml's nodes)
    return loader.construct_yaml_binary(node)


def _text(loader: yaml.SafeLoader, node: Any) -> Any:  # noqa: ANN401
    return loader.construct_scalar(node)


def _list(loader: yaml.SafeLoader, node: Any) -> list[Any]:  # noqa: ANN401
    return loader.construct_sequence(node, deep=True)


def _first_of(name: str) -> Callable[[yaml.SafeLoader, Any], Any]:
    """Return what reads the first of the values under `name`: what a file, or an iterator, held."""

    def construct(loader: yaml.SafeLoader, node: Any) -> Any:  # noqa: ANN401
        values = loader.construct_mapping(node, deep=True).get(name) or [b""]
        return values[0]

    return construct


for _tag in _BINARY:
    RecordingLoader.add_constructor(_tag, _bytes_of)
for _tag in _TEXT:
    RecordingLoader.add_constructor(_tag, _text)
RecordingLoader.add_constructor(_TUPLE, _list)
RecordingLoader.add_constructor(_BYTES_IO, _first_of("state"))
RecordingLoader.add_constructor(_ITERATOR, _first_of("args"))


def read_recording(path: Path) -> Document:
    """Read a file of another tool.

    Raises:
        DefinitionError: It cannot be read, or is not what its name says.
    """
    file = SourceFile.read(path, name=path.name, most_bytes=LONGEST_BYTES)
    return Document.parse(file.place, file.text, loader=RecordingLoader)
