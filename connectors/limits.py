"""Limits by name: what `--limit` takes, and how limits of a host and of a run combine."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from functools import cache
from typing import TYPE_CHECKING, Any, Self

from pydantic import ByteSize, PositiveFloat, PositiveInt, TypeAdapter, ValidationError

from bridge import Limits

from .errors import DefinitionError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pydantic import JsonValue

    from .document import Document


@dataclass(frozen=True)
class LimitSettings:
    """Some of the limits, as `--limit` or the section `limits` of a `spec.yml` sets them.

    Attributes:
        values: By field of `Limits`; what is not there was not set.
    """

    values: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def in_document(cls, document: Document, settings: Mapping[str, JsonValue]) -> Self:
        """Read the section `limits` of a document.

        Raises:
            DefinitionError: Names the key that is wrong, and its line.
        """
        values: dict[str, Any] = {}
        for name, value in settings.items():
            try:
                values |= dict([_setting(name, value)])
            except LimitError as error:
                raise document.wrong(str(error), ("limits", name)) from None
        return cls(values)

    def __bool__(self) -> bool:
        """Whether any is set."""
        return bool(self.values)


class LimitError(ValueError):
    """A limit's name or value is wrong."""


def tightest(host: Limits, connector: LimitSettings, run: Limits | None) -> Limits:
    """Return the smallest of each limit: connectors and runs may tighten what their host allows, never loosen it."""
    if run is None and not connector:
        return host
    settings = (connector.values, vars(run) if run else {})
    return Limits(
        **{name: min(value, *(setting.get(name, value) for setting in settings)) for name, value in vars(host).items()}
    )


def parse_limits(settings: Iterable[str]) -> Limits:
    """Read settings like `wall_time=2` and `memory=256MB`; what they do not mention keeps its default.

    Raises:
        DefinitionError: A name or a value is wrong; lists the names.
    """
    try:
        return Limits(**dict(_parsed(setting) for setting in settings))
    except LimitError as error:
        raise DefinitionError(str(error), key="--limit") from None


@cache
def limit_names() -> Mapping[str, str]:
    """Return the field that each name means: the field itself, without its unit, and `<name>_size` for bytes."""
    names: dict[str, str] = {}
    for name in (one.name for one in fields(Limits)):
        short = name.removesuffix("_bytes").removesuffix("_seconds")
        names |= {short: name, name: name}
        if name.endswith("_bytes"):
            names[f"{short}_size"] = name
    return names


def _parsed(setting: str) -> tuple[str, Any]:
    """Return the field and the value that text such as `memory=256MB` means."""
    name, equals, text = (part.strip() for part in setting.partition("="))
    if not equals:
        raise LimitError(f"{setting!r} is not NAME=VALUE.")
    return _setting(name, text)


def _setting(name: str, given: JsonValue) -> tuple[str, Any]:
    """Return the field that a name means, and its value."""
    limit = limit_names().get(name.replace("-", "_"))
    if limit is None:
        nearest = get_close_matches(name, limit_names(), n=1)
        question = f" Did you mean {nearest[0]}?" if nearest else ""
        raise LimitError(f"There is no limit {name!r}.{question} Limits: {', '.join(short_names())}.")
    kind, unit = _kind(limit)
    try:
        value = 0 if isinstance(given, bool) else TypeAdapter(kind).validate_python(given)
    except ValidationError:
        value = 0
    if not 0 < value < float("inf"):
        raise LimitError(f"{name}={given}: the value is {unit}, above zero.")
    return limit, value


def short_names() -> list[str]:
    """Return the shortest name of each limit."""
    return sorted(one.name.removesuffix("_bytes").removesuffix("_seconds") for one in fields(Limits))


def _kind(field: str) -> tuple[Any, str]:
    """Return the type of a limit's value, and what to tell a person about it."""
    if field.endswith("_bytes"):
        return ByteSize, "a size in bytes, or with a suffix such as kB, MB or MiB"
    if field.endswith("_seconds"):
        return PositiveFloat, "a time in seconds"
    return PositiveInt, "a whole number"
