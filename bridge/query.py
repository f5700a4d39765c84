"""Query parameters on the wire, as axios 1 writes them (semantics 2.4, decision 15).

`ids: [1, 2]` is `ids[]=1&ids[]=2`, `filter: {a: 1}` is `filter[a]=1`, both with the brackets encoded; null is left out;
a space is `+`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import quote

import httpx

from .errors import RequestRefusedError
from .scalars import scalar_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from runtime import JSON

_UNENCODED: Final = "-_.!~*'():$,"
"""What `encodeURIComponent` leaves, and what axios puts back."""

_DEEPEST: Final = 32


def with_query(url: httpx.URL, query: Mapping[str, JSON]) -> httpx.URL:
    """Return the URL with the parameters after its own query, which stays as it is.

    Raises:
        RequestRefusedError: A parameter is nested too deep, or no URL can be that long, whatever the limits say.
    """
    pairs = "&".join(
        f"{_encoded(name)}={_encoded(text)}"
        for key, value in query.items()
        for name, text in _parameter(key.strip(), value)
    )
    if not pairs:
        return url
    own = url.query.decode("ascii")
    try:
        return url.copy_with(query=f"{own}&{pairs}".encode("ascii") if own else pairs.encode("ascii"))
    except httpx.InvalidURL:
        raise RequestRefusedError("The URL is too long with its query.", key="url") from None


def _parameter(key: str, value: JSON) -> Iterator[tuple[str, str]]:
    """Yield the pairs of one parameter. A list of plain values is the one form that is repeated without an index."""
    if isinstance(value, list) and not any(isinstance(item, list | dict) for item in value):
        name = f"{key.removesuffix('[]')}[]"
        yield from (
            (name, scalar_text(item)) for item in value if item is not None and not isinstance(item, list | dict)
        )
    else:
        yield from _nested(key, value, levels=_DEEPEST)


def _nested(name: str, value: JSON, *, levels: int) -> Iterator[tuple[str, str]]:
    """Yield the pairs of a value whose place is `name`."""
    if levels == 0:
        raise RequestRefusedError(f"The query is nested deeper than {_DEEPEST} levels.", key="invalid")
    if isinstance(value, list | dict):
        members = enumerate(value) if isinstance(value, list) else value.items()
        for key, member in members:
            yield from _nested(
                f"{name.removesuffix('[]')}[{str(key).strip().removesuffix('[]')}]", member, levels=levels - 1
            )
    elif value is not None:
        yield name, scalar_text(value)


def _encoded(text: str) -> str:
    return quote(text, safe=_UNENCODED, errors="replace").replace("%20", "+")
