"""Query: what is written after the `?` of a URL, as axios 1 writes it (semantics 2.4, decision 15)."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Annotated, Final, Literal, TypeAlias
from urllib.parse import quote, unquote_plus

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, JsonValue

from .form_fields import fields_of, flat_items
from .scalars import scalar_text

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from runtime import JSON

QueryFormat: TypeAlias = Literal["brackets", "repeat", "comma", "json"]
"""How lists are written: `ids[]=1&ids[]=2`, `ids=1&ids=2`, `ids=1,2` or `ids=[1,2]`; with `json`, objects too."""

_WRITTEN: Final = re.compile(r"[!$-;=?-~]*")
"""What a query may hold that is sent as it is."""

_UNENCODED: Final = "-_.!~*'():$,"
"""What `encodeURIComponent` leaves, and what axios puts back."""


class Query(BaseModel):
    """Parameters of a request.

    Attributes:
        members: Values by name.
        pairs: Written by the method already, `a=1`, in a `URLSearchParams`; they come after the members.
    """

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    members: dict[str, JsonValue] = Field(default_factory=dict)
    pairs: tuple[str, ...] = ()

    def overridden_by(self, other: Query) -> Query:
        """Return the query with the parameters of a more specific one instead of its own; null overrides nothing."""
        if not other.members and not other.pairs:
            return self
        given = {name: value for name, value in other.members.items() if value is not None}
        written = {_name_of(pair) for pair in other.pairs}
        own = {name: value for name, value in self.members.items() if name not in written}
        kept = self.without(written | given.keys()).pairs
        return Query(members={**own, **given}, pairs=(*kept, *other.pairs))

    def replaced_by(self, members: Mapping[str, JSON]) -> Query:
        """Return the query with these parameters in place of its own; null takes one away."""
        return Query(members={**self.members, **members}, pairs=self.without(members).pairs)

    def without(self, names: Collection[str]) -> Query:
        """Return the query without some parameters."""
        return Query(
            members={name: value for name, value in self.members.items() if name not in names},
            pairs=tuple(pair for pair in self.pairs if _name_of(pair) not in names),
        )

    def text(self, query_format: QueryFormat) -> str:
        """Return what goes over the wire."""
        if not self.members:
            return "&".join(self.pairs)
        members = {key: _formatted(key, value, query_format) for key, value in self.members.items()}
        suffix = "" if query_format == "repeat" else "[]"
        written = (
            f"{_encoded(name)}={_encoded(scalar_text(value))}" for name, value in fields_of(members, list_suffix=suffix)
        )
        return "&".join((*written, *self.pairs))


NO_QUERY: Final = Query()


def read_query(given: object) -> object:
    """Return the query that a sandbox means: values by name, or text that is kept as it is.

    Raises:
        ValueError: No `URLSearchParams` writes such text.
    """
    if isinstance(given, dict):
        return Query(members=given)
    if not isinstance(given, str):
        return given
    if not _WRITTEN.fullmatch(given):
        raise ValueError("not a query")
    return Query(pairs=tuple(pair for pair in given.split("&") if pair))


GivenQuery: TypeAlias = Annotated[Query, BeforeValidator(read_query)]


def _formatted(key: str, value: JSON, query_format: QueryFormat) -> JSON:
    """Return a value that is written as one parameter in one piece; any other as it is."""
    if isinstance(value, list | dict) and (query_format == "json" or key.endswith("{}")):
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    items = flat_items(value) if query_format == "comma" else None
    if items is None:
        return value
    return ",".join(scalar_text(item) for item in items) or None


def _name_of(pair: str) -> str:
    return unquote_plus(pair.partition("=")[0])


def _encoded(text: str) -> str:
    return quote(text, safe=_UNENCODED, errors="replace").replace("%20", "+")
