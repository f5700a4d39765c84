"""httpx's types, made of what is known to be right: httpx would look at all of it again."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import httpx

from .target import Target

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


class KnownHeaders(httpx.Headers):
    """Headers that are bytes already, and that nobody changes.

    Args:
        raw: Names and values.
    """

    def __init__(self, raw: Sequence[tuple[bytes, bytes]]) -> None:
        self._raw = raw
        self._encoding = None

    @property
    def raw(self) -> list[tuple[bytes, bytes]]:
        """As they were given."""
        return [*self._raw]

    @cached_property
    def _list(self) -> list[tuple[bytes, bytes, bytes]]:  # type: ignore[override]  # httpx keeps all in it
        """What httpx looks headers up in; few are."""
        return [(name, name.lower(), value) for name, value in self._raw]

    @cached_property
    def texts(self) -> list[tuple[str, str]]:
        """Their text, from which the same bytes are made again; most requests of a run have the same headers."""
        return sent_texts(self._raw)


class KnownRequest(httpx.Request):
    """A request that is complete.

    Args:
        verb: In any case.
        target: Where it goes.
        headers: All of them.
        body: What is sent; a stream as it comes.
        extensions: For the transport.

    Attributes:
        target: As given; only who asks for `url` has it read again.
    """

    def __init__(
        self,
        verb: str,
        target: Target,
        *,
        headers: httpx.Headers,
        body: bytes | httpx.AsyncByteStream,
        extensions: dict[str, Any],
    ) -> None:
        self.method = verb.upper()
        self.target = target
        self.headers = headers
        self.extensions = extensions
        if isinstance(body, bytes):
            self.stream = httpx.ByteStream(body)
            self._content = body
        else:
            self.stream = body

    @property
    def url(self) -> httpx.URL:  # type: ignore[override]  # nobody may set it
        """Where it goes."""
        return self.target.url


def sent_texts(raw: Iterable[tuple[bytes, bytes]]) -> list[tuple[str, str]]:
    """Return the text from which such headers are made, byte by byte."""
    return [(name.decode("ascii"), value.decode("latin-1")) for name, value in raw]


def texts_of_request(request: httpx.Request) -> list[tuple[str, str]]:
    """Return the text of a request's headers."""
    headers = request.headers
    return headers.texts if isinstance(headers, KnownHeaders) else sent_texts(headers.raw)


def target_of_request(request: httpx.Request) -> Target:
    """Return where a request goes."""
    return request.target if isinstance(request, KnownRequest) else Target.of(request.url)
