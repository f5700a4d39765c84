"""SentRequest: what a method sent, for tests to look at."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import parse_qs, urlsplit

if TYPE_CHECKING:
    from bridge import CapturedExchange


@dataclass(frozen=True, kw_only=True)
class SentRequest:
    """One request as it was sent. Nothing in it is masked.

    Attributes:
        method: The verb.
        url: With its query.
        headers: By name in small letters; several values of one name with commas between them.
        content: The body.
    """

    method: str
    url: str
    headers: dict[str, str] = field(repr=False)
    content: bytes = field(repr=False)

    @classmethod
    def of(cls, exchange: CapturedExchange) -> Self:
        """Return the request of an exchange."""
        headers: dict[str, str] = {}
        for name, value in exchange.request_headers:
            headers[name] = f"{headers[name]}, {value}" if name in headers else value
        return cls(method=exchange.verb, url=exchange.url, headers=headers, content=exchange.request_body or b"")

    @property
    def path(self) -> str:
        """The path of the URL."""
        return urlsplit(self.url).path

    @property
    def query(self) -> dict[str, list[str]]:
        """The query of the URL: all values of each name."""
        return parse_qs(urlsplit(self.url).query, keep_blank_values=True)

    @property
    def text(self) -> str:
        """The body as text in UTF-8."""
        return self.content.decode()

    def json(self) -> Any:  # noqa: ANN401 (JSON)
        """Return the body as JSON.

        Raises:
            ValueError: It is none.
        """
        return json.loads(self.content)
