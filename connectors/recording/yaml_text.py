"""YamlText: YAML as a person would write it, and as it was written but for what changes."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Any, Final, Self

from ruamel.yaml import YAML
from ruamel.yaml.scalarstring import LiteralScalarString

if TYPE_CHECKING:
    from collections.abc import Callable

    from runtime import JSON

_WIDTH: Final = 100_000
"""Lines are not broken: a URL stays in one piece."""
_LONG_ENOUGH: Final = 2
"""Lines from which on text stands as a block."""
_MAPPING: Final = re.compile(r"^( *)[^\s#-][^\n]*:[ \t]*(?:#[^\n]*)?\n( *)[^\s#-]", re.MULTILINE)
_SEQUENCE: Final = re.compile(r"^( *)[^\s#-][^\n]*:[ \t]*(?:#[^\n]*)?\n( *)- ", re.MULTILINE)


@dataclass(frozen=True, kw_only=True)
class YamlStyle:
    """How a person indents.

    Attributes:
        mapping: Spaces before what is in a mapping.
        dash: Spaces before the dashes of a list.
    """

    mapping: int = 2
    dash: int = 2

    @classmethod
    def of(cls, text: str) -> Self:
        """Return the style of the first mapping and the first list of a text that stand in another."""
        mapping, sequence = _MAPPING.search(text), _SEQUENCE.search(text)
        return cls(
            mapping=max(1, len(mapping[2]) - len(mapping[1])) if mapping else 2,
            dash=max(0, len(sequence[2]) - len(sequence[1])) if sequence else 2,
        )

    def write(self, data: Any) -> str:  # noqa: ANN401 (data, or what `read` gave)
        """Return data as YAML."""
        stream = io.StringIO()
        self._yaml().dump(data, stream)
        return stream.getvalue()

    def read(self, text: str) -> Any:  # noqa: ANN401 (containers that remember comments)
        """Return YAML as data that remembers how it was written."""
        return self._yaml().load(text)

    def _yaml(self) -> YAML:
        yaml = YAML()
        yaml.indent(mapping=self.mapping, sequence=self.dash + 2, offset=self.dash)
        yaml.preserve_quotes = True
        yaml.width = _WIDTH
        return yaml


def rewritten(text: str, change: Callable[[Any], Any]) -> list[str]:
    """Return what YAML becomes when its data changes: the text that has most lines of the old one first.

    Args:
        text: As it was written.
        change: Changes the data, which remembers how it was written, and returns what stands in its place then.
    """
    style = YamlStyle.of(text)
    before, after = style.write(style.read(text)), style.write(change(style.read(text)))
    lines, old, new = (part.splitlines(keepends=True) for part in (text, before, after))
    if len(lines) != len(old):
        return [after]
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    kept = (lines[i1:i2] if tag == "equal" else new[j1:j2] for tag, i1, i2, j1, j2 in matcher.get_opcodes())
    return ["".join(line for part in kept for line in part), after]


def styled(value: JSON) -> Any:  # noqa: ANN401 (strings that know their style)
    """Return JSON with texts of several lines as blocks, where a block can hold them."""
    if isinstance(value, dict):
        return {key: styled(member) for key, member in value.items()}
    if isinstance(value, list):
        return [styled(item) for item in value]
    return LiteralScalarString(value) if isinstance(value, str) and _fits_block(value) else value


def _fits_block(text: str) -> bool:
    lines = text.split("\n")
    return (
        len(lines) > _LONG_ENOUGH
        and not text.startswith((" ", "\n"))
        and all(line == line.rstrip() and line.isprintable() for line in lines)
    )
