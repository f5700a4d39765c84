"""YAML as a person would write it, and as it was written but for what changes."""

from __future__ import annotations

import io
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from ruamel.yaml import YAML
from ruamel.yaml.scalarstring import LiteralScalarString

if TYPE_CHECKING:
    from runtime import JSON

_WIDTH: Final = 100_000
"""Lines are not broken: a URL stays in one piece."""
_LONG_ENOUGH: Final = 2
"""Lines from which on text stands as a block."""


@cache
def _yaml() -> YAML:
    yaml = YAML()
    yaml.indent(mapping=2, sequence=4, offset=2)
    yaml.preserve_quotes = True
    yaml.width = _WIDTH
    return yaml


def yaml_text(data: Any) -> str:  # noqa: ANN401 (data, or what `load_yaml` gave)
    """Return data as YAML."""
    stream = io.StringIO()
    _yaml().dump(data, stream)
    return stream.getvalue()


def load_yaml(text: str) -> Any:  # noqa: ANN401 (containers that remember comments)
    """Return YAML as data that remembers how it was written."""
    return _yaml().load(text)


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
