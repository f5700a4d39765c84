"""Query: what is written after the `?` of a URL, as axios 1 writes it (semantics 2.4, decision 15)."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping  # noqa: TC003 (pydantic reads it)
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Final, Literal, TypeAlias
from urllib.parse import quote, unquote_plus

from pydantic import JsonValue, PlainValidator

from .form_fields import fields_of, flat_items
from .scalars import scalar_text

if TYPE_CHECKING:
    from collections.abc import Collection

    from runtime import JSON

QueryFormat: TypeAlias = Literal["brackets", "repeat", "comma", "json"]
"""How lists are written: `ids[]=1&ids[]=2`, `ids=1&ids=2`, `ids=1,2` or `ids=[1,2]`; with `json`, objects too."""

_WRITTEN: Final = re.compile(r"[!$-;=?-~]*")
"""What a query may hold that is sent as it is."""

_STRAY_PERCENT: Final = re.compile("%(?![0-9A-Fa-f]{2})")

_UNENCODED: Final = "-_.!~*'():$,"
"""What `encodeURIComponent` leaves, and what axios puts back."""

_SENT_AS_IT_IS: Final = re.compile(rf"[A-Za-z0-9{re.escape(_UNENCODED)}]*")


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Query:
    """Parameters of a request.

    Without equality, pydantic takes one as a default as it is; else it would copy it, deeply and at each call.

    Attributes:
        members: Values by name.
        pairs: Written by the method already, `a=1`, in a `URLSearchParams`; they come after the members.
    """

    members: Mapping[str, JsonValue] = field(default_factory=dict)
    pairs: tuple[str, ...] = ()

    def overridden_by(self, other: Query) -> Query:
        """Return the query with the parameters of a more specific one instead of its own; null overrides nothing."""
        if not other.members and not other.pairs:
            return self
        if not self.members and not self.pairs:
            return other
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


def read_query(given: object) -> Query:
    """Return the query that a sandbox means: values by name, or text that is kept as it is.

    Args:
        given: JSON; nothing else in it was checked.

    Raises:
        ValueError: No `URLSearchParams` writes such text.
    """
    if isinstance(given, dict):
        return Query(members=given) if given else NO_QUERY
    if not isinstance(given, str) or not _WRITTEN.fullmatch(given) or _STRAY_PERCENT.search(given):
        raise ValueError("not a query")
    return Query(pairs=tuple(pair for pair in given.split("&") if pair))


GivenQuery: TypeAlias = Annotated[Query, PlainValidator(read_query)]


def _formatted(key: str, value: JSON, query_format: QueryFormat) -> JSON:
    """Return a value that is written as one parameter in one piece; any other as it is."""
    if not isinstance(value, list | dict):
        return value
    if query_format == "json" or key.endswith("{}"):
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    items = flat_items(value) if query_format == "comma" else None
    if items is None:
        return value
    return ",".join(scalar_text(item) for item in items) or None


def _name_of(pair: str) -> str:
    return unquote_plus(pair.partition("=")[0])


def _encoded(text: str) -> str:
    if _SENT_AS_IT_IS.fullmatch(text):
        return text
    return quote(text, safe=_UNENCODED, errors="replace").replace("%20", "+")
