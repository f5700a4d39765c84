"""Requests as lines: one is what an exchange expects exactly when their lines are the same."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl

from .body_lines import body_lines, field_lines, kind_of
from .origin import Origin
from .scripted_exchange import NO_BODY
from .target import parse_url

if TYPE_CHECKING:
    from collections.abc import Iterable

    import httpx

    from .body_lines import Lines
    from .scripted_exchange import ScriptedRequest

_BOUNDARY: Final = re.compile(r'(multipart/[^;]*)(.*?);\s*boundary=(?:"[^"]*"|[^;]*)', re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class RequestLines:
    """A request in the parts by which requests are compared.

    Attributes:
        verb: Upper case.
        origin: Scheme, host and port.
        path: As it is sent.
        query: One line for each field.
        headers: One line for each header that matters.
        body: Its lines.
    """

    verb: str
    origin: str
    path: str
    query: Lines
    headers: Lines
    body: Lines

    @property
    def text(self) -> Lines:
        """The whole request, for a person."""
        query = (f"  ? {line}" for line in self.query)
        body = ("", *self.body) if self.body else ()
        return (f"{self.verb} {self.origin}{self.path}", *query, *self.headers, *body)


@dataclass(frozen=True, kw_only=True)
class SentRequest:
    """A request that was sent.

    Attributes:
        verb: Upper case.
        url: As it was checked.
        headers: In their order, by lower-case name.
        body: Every byte of it.
        site: Where in the method's source it was asked for, `data/contacts/list.js:3:14`, where that is known.
        plain: Whether that was with `fetch` or `axios`, which know nothing of the connection.
    """

    verb: str
    url: httpx.URL
    headers: tuple[tuple[str, str], ...] = field(repr=False)
    body: bytes = field(repr=False)
    site: str | None = None
    plain: bool = False

    @property
    def name(self) -> str:
        """Verb and URL without the query."""
        return f"{self.verb} {self.url.copy_with(query=None)}"

    def as_seen_by(self, expected: ScriptedRequest) -> RequestLines:
        """Return what of it an exchange looks at."""
        names = dict.fromkeys(name for name, _ in expected.headers)
        kind = kind_of(self.content_type) if expected.body in {None, NO_BODY} else expected.body.kind
        body = () if expected.body is None else body_lines(self.body, kind, self.content_type)
        return _lines(self.verb, self.url, (pair for pair in self.headers if pair[0] in names), body)

    @property
    def all_lines(self) -> RequestLines:
        """All of it."""
        body = body_lines(self.body, kind_of(self.content_type), self.content_type)
        return _lines(self.verb, self.url, self.headers, body)

    @cached_property
    def content_type(self) -> str | None:
        """As its header says."""
        return dict(self.headers).get("content-type")


def expected_lines(expected: ScriptedRequest) -> RequestLines:
    """Return what an exchange expects."""
    body = () if expected.body is None else expected.body.lines
    headers = ((name, value) for name, value in expected.headers if value is not None)
    return _lines(expected.verb, parse_url(expected.url), headers, body)


def _lines(verb: str, url: httpx.URL, headers: Iterable[tuple[str, str]], body: Lines) -> RequestLines:
    path, _, query = url.raw_path.decode("ascii").partition("?")
    return RequestLines(
        verb=verb,
        origin=str(Origin.of(url)),
        path=path,
        query=field_lines(parse_qsl(query, keep_blank_values=True)),
        headers=tuple(
            f"{name}: {_without_boundary(value)}" for name, value in sorted(headers, key=lambda pair: pair[0])
        ),
        body=body,
    )


def _without_boundary(value: str) -> str:
    """Return a header's value without the boundary of a multipart body."""
    return _BOUNDARY.sub(r"\1\2", value)
