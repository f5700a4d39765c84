"""Text from a YAML or JSON file, as data that remembers its lines."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from .errors import DefinitionError
from .json_text import JsonTextError, read_json

if TYPE_CHECKING:
    from collections.abc import Iterator

Key: TypeAlias = tuple[str | int, ...]
Model = TypeVar("Model", bound=BaseModel)

_CLASS = re.compile(r" or instance of \w+")
"""What pydantic says of a class of ours, which means nothing to authors."""


@dataclass(frozen=True, kw_only=True)
class DocumentBounds:
    """How much a document may be.

    Attributes:
        characters: Of its text.
        values: In it, counted as if every alias were written out: an alias bomb is small text and endless data.
    """

    characters: int = 256 * 1024
    values: int = 50_000


class CoreLoader(yaml.SafeLoader):
    """Reads scalars as YAML 1.2 does: `no` and `2024-01-01` are text. So is `0123`, often an account number.

    Attributes:
        tags: What may stand in a document; those of a subclass need constructors.
    """

    tags: ClassVar[frozenset[str]]


class FastLoader(yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader):  # type: ignore[misc]  # one of two
    """Reads the same, eight times as fast; what it says of mistakes is less exact."""

    tags: ClassVar[frozenset[str]]


Loaders: TypeAlias = tuple[type[FastLoader], type[CoreLoader]]
"""The one that reads, and the one that says what is wrong."""
LOADERS: Loaders = (FastLoader, CoreLoader)


_RESOLVERS = {
    "null": (r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    "bool": (r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    "int": (r"[-+]?(0|[1-9][0-9]*)|0x[0-9a-fA-F]+", list("-+0123456789")),
    "float": (r"[-+]?(\.[0-9]+|[0-9]+\.[0-9]*|[0-9]+(?=[eE]))([eE][-+]?[0-9]+)?", list("-+.0123456789")),
    "merge": (r"<<", ["<"]),
}
_TAG = "tag:yaml.org,2002:"
for _loader in LOADERS:
    _loader.tags = frozenset(_TAG + name for name in (*_RESOLVERS, "str", "seq", "map"))
    _loader.yaml_implicit_resolvers = {}
    for _name, (_pattern, _first) in _RESOLVERS.items():
        _loader.add_implicit_resolver(_TAG + _name, re.compile(f"^(?:{_pattern})$"), _first)


@dataclass(frozen=True, kw_only=True)
class Document:
    """A parsed YAML or JSON file.

    Attributes:
        file: As its author knows it; errors name it.
        data: What it says.
        lines: The line of each key, where one is known.
        error: What to raise for what is wrong with it.
    """

    file: str
    data: Any
    lines: Mapping[Key, int] = field(default_factory=dict)
    error: type[DefinitionError] = DefinitionError

    @classmethod
    def parse(
        cls,
        file: str,
        text: str,
        *,
        error: type[DefinitionError] = DefinitionError,
        bounds: DocumentBounds = DocumentBounds(),
        loaders: Loaders = LOADERS,
    ) -> Document:
        """Read JSON where the file is called so, and YAML otherwise.

        Args:
            file: As its author knows it.
            text: What it says.
            error: What to raise.
            bounds: How much it may be.
            loaders: What YAML may say.

        Raises:
            DefinitionError: The text is neither, says a key twice, or is out of proportion. (Or `error`, its subclass.)
        """
        if len(text) > bounds.characters:
            raise error(f"The file is longer than {bounds.characters} characters.", file=file)
        try:
            if file.endswith(".json"):
                return cls(file=file, data=read_json(text), lines=_JsonLines(text), error=error)
            fast, exact = loaders
            try:
                return _from_yaml(fast(text), file, error, bounds.values)
            except yaml.YAMLError:
                return _from_yaml(exact(text), file, error, bounds.values)
        except yaml.MarkedYAMLError as caught:
            mark = caught.problem_mark or caught.context_mark
            problem = f"not YAML: {caught.problem or caught.context}."
            raise error(problem, file=file, line=mark.line + 1 if mark else None) from caught
        except yaml.YAMLError as caught:
            raise error(f"not YAML: {caught}", file=file) from caught
        except JsonTextError as caught:
            raise error(str(caught), file=file, line=caught.line) from caught
        except RecursionError as caught:
            raise error("The data is nested too deeply.", file=file) from caught

    def into(self, model: type[Model]) -> Model:
        """Return the data as `model`.

        Raises:
            DefinitionError: Names the first key that is wrong, and its line.
        """
        try:
            return model.model_validate({} if self.data is None else self.data)
        except ValidationError as caught:
            problems = caught.errors(include_url=False, include_input=False)
            key: Key = problems[0]["loc"]
            more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
            raise self.wrong(_sentence(problems[0]["msg"]) + more, key) from None  # the cause shows what was typed in

    def wrong(self, message: str, key: Key = ()) -> DefinitionError:
        """Return the error to raise for what stands at `key`."""
        return self.error(message, file=self.file, key=dotted(key) or None, line=self.line_of(key))

    def line_of(self, key: Key) -> int | None:
        """Return the line of `key`, or of what it would stand in."""
        while key and key not in self.lines:
            key = key[:-1]
        return self.lines.get(key)


def dotted(key: Key) -> str:
    """Write a key as a person would: `auth.options[0].type`."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in key)
    return text.removeprefix(".")


def _from_yaml(loader: CoreLoader | FastLoader, file: str, error: type[DefinitionError], most_values: int) -> Document:
    """Compose the nodes, look at each, and only then build data from them."""
    try:
        node = loader.get_single_node()
        if node is None:
            return Document(file=file, data=None, error=error)
        lines: dict[Key, int] = {}
        _Walk(file, error, lines, most_values, loader.tags).visit(node, (), node.start_mark.line + 1)
        return Document(file=file, data=loader.construct_document(node), lines=lines, error=error)
    finally:
        loader.dispose()


class _JsonLines(Mapping[Key, int]):
    """The lines of JSON that was read already, found when somebody asks for one: to the parser of YAML it is YAML.

    Args:
        text: The JSON. None of its lines are known where it is no YAML after all.
    """

    def __init__(self, text: str) -> None:
        self._text = text

    @cached_property
    def _lines(self) -> Mapping[Key, int]:
        try:
            return _from_yaml(FastLoader(self._text), "", DefinitionError, len(self._text)).lines
        except (yaml.YAMLError, DefinitionError, RecursionError):
            return {}

    def __getitem__(self, key: Key) -> int:
        return self._lines[key]

    def __iter__(self) -> Iterator[Key]:
        return iter(self._lines)

    def __len__(self) -> int:
        return len(self._lines)


class _Walk:
    """One pass over the nodes of a YAML document: lines of the keys, and what no definition may hold."""

    def __init__(
        self,
        file: str,
        error: type[DefinitionError],
        lines: dict[Key, int],
        most_values: int,
        tags: frozenset[str],
    ) -> None:
        self.file = file
        self.error = error
        self.lines = lines
        self.most_values = most_values
        self.tags = tags
        self.seen = 0

    def visit(self, node: yaml.Node, key: Key, line: int) -> None:
        """Take in one node and all below it; an alias counts again each time it is used."""
        self.seen += 1
        if self.seen > self.most_values:
            raise self.error(f"The file holds more than {self.most_values} values.", file=self.file, line=line)
        if node.tag not in self.tags:
            raise self.error(
                f"The tag {node.tag} is not supported.", file=self.file, key=dotted(key) or None, line=line
            )
        self.lines[key] = line
        if isinstance(node, yaml.MappingNode):
            self._visit_mapping(node, key)
        elif isinstance(node, yaml.SequenceNode):
            for index, child in enumerate(node.value):
                self.visit(child, (*key, index), child.start_mark.line + 1)

    def _visit_mapping(self, node: yaml.MappingNode, key: Key) -> None:
        """Take in a mapping, whose keys must be strings (as in JSON), each there once."""
        names: set[str] = set()
        for name_node, child in node.value:
            line = name_node.start_mark.line + 1
            if not isinstance(name_node, yaml.ScalarNode):
                raise self.error("A key must be text.", file=self.file, key=dotted(key) or None, line=line)
            if name_node.tag != f"{_TAG}merge":
                name_node.tag = f"{_TAG}str"
            name = name_node.value
            if name in names:
                raise self.error("The key is there twice.", file=self.file, key=dotted((*key, name)), line=line)
            names.add(name)
            self.visit(child, (*key, name), line)


def _sentence(message: str) -> str:
    """Make a sentence of one of pydantic's messages."""
    message = message.removeprefix("Value error, ")
    said = _CLASS.sub("", message)
    return said if said.endswith(".") else f"{said}."
