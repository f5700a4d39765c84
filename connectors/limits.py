"""Limits by name: what `--limit` takes, and how limits of a host and of a run combine."""

from __future__ import annotations

from dataclasses import fields
from difflib import get_close_matches
from functools import cache
from typing import TYPE_CHECKING, Any

from pydantic import ByteSize, PositiveFloat, PositiveInt, TypeAdapter, ValidationError

from bridge import Limits

from .errors import DefinitionError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


def tightest(first: Limits, second: Limits) -> Limits:
    """Return the smaller of each limit: a run may tighten what its host allows, never loosen it."""
    return Limits(**{name: min(value, getattr(second, name)) for name, value in vars(first).items()})


def parse_limits(settings: Iterable[str]) -> Limits:
    """Read settings like `wall_time=2` and `memory=256MB`; what they do not mention keeps its default.

    Raises:
        DefinitionError: A name or a value is wrong; lists the names.
    """
    return Limits(**dict(_setting(setting) for setting in settings))


@cache
def limit_names() -> Mapping[str, str]:
    """Return the field that each name means: the field itself, without its unit, and `<name>_size` for bytes."""
    names: dict[str, str] = {}
    for name in (field.name for field in fields(Limits)):
        short = name.removesuffix("_bytes").removesuffix("_seconds")
        names |= {short: name, name: name}
        if name.endswith("_bytes"):
            names[f"{short}_size"] = name
    return names


def _setting(setting: str) -> tuple[str, Any]:
    """Return the field and the value that one setting means."""
    name, equals, text = (part.strip() for part in setting.partition("="))
    if not equals:
        raise DefinitionError(f"{setting!r} is not NAME=VALUE.", key="--limit")
    field = limit_names().get(name.replace("-", "_"))
    if field is None:
        nearest = get_close_matches(name, limit_names(), n=1)
        question = f" Did you mean {nearest[0]}?" if nearest else ""
        raise DefinitionError(
            f"There is no limit {name!r}.{question} Limits: {', '.join(short_names())}.", key="--limit"
        )
    kind, unit = _kind(field)
    try:
        value = TypeAdapter(kind).validate_python(text)
    except ValidationError:
        value = 0
    if not 0 < value < float("inf"):
        raise DefinitionError(f"{name}={text}: the value is {unit}, above zero.", key="--limit")
    return field, value


def short_names() -> list[str]:
    """Return the shortest name of each limit."""
    return sorted(field.name.removesuffix("_bytes").removesuffix("_seconds") for field in fields(Limits))


def _kind(field: str) -> tuple[Any, str]:
    """Return the type of a limit's value, and what to tell a person about it."""
    if field.endswith("_bytes"):
        return ByteSize, "a size in bytes, or with a suffix such as kB, MB or MiB"
    if field.endswith("_seconds"):
        return PositiveFloat, "a time in seconds"
    return PositiveInt, "a whole number"
