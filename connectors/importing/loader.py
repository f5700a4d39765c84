"""YAML and JSON as other tools write them, which may be long."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Final

from connectors.document import CoreLoader, Document, DocumentBounds, FastLoader
from connectors.source_file import SourceFile

LONGEST_BYTES: Final = 32 * 1024 * 1024
_BOUNDS: Final = DocumentBounds(characters=LONGEST_BYTES, values=1_000_000)

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


_TAGS: Final = frozenset({*_BINARY, *_TEXT, _TUPLE, _BYTES_IO, _ITERATOR})


class _Exact(CoreLoader):
    """Knows the tags of cassettes: bytes, and what vcrpy writes of Python's types. Nothing of them is ever called."""

    tags: ClassVar[frozenset[str]] = CoreLoader.tags | _TAGS


class _Fast(FastLoader):
    """Knows the same."""

    tags: ClassVar[frozenset[str]] = FastLoader.tags | _TAGS


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


for _loader in (_Exact, _Fast):
    for _tag in _BINARY:
        _loader.add_constructor(_tag, _bytes_of)
    for _tag in _TEXT:
        _loader.add_constructor(_tag, _text)
    _loader.add_constructor(_TUPLE, _list)
    _loader.add_constructor(_BYTES_IO, _first_of("state"))
    _loader.add_constructor(_ITERATOR, _first_of("args"))


def read_recording(path: Path) -> Document:
    """Read a file of another tool.

    Raises:
        DefinitionError: It cannot be read, or is not what its name says.
    """
    file = SourceFile.read(path, name=path.name, most_bytes=LONGEST_BYTES)
    return Document.parse(file.place, file.text, bounds=_BOUNDS, loaders=(_Fast, _Exact))
