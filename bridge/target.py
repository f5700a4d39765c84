"""Target: the URL that a call means.

What is checked here is what is dialled: every later step takes host and port from the `Target` made here.
Rules: decisions 12 and 16; the traps are those of the reference on hostile methods, group G.
"""

from __future__ import annotations

import re
import socket
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Final, Self

import httpx

from .address import literal
from .errors import ClientIncompleteError, RequestRefusedError
from .origin import DEFAULT_PORTS, Origin

_ABSOLUTE: Final = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)
_SCHEME_WITHOUT_HOST: Final = re.compile(r"(https?|wss?|ftp|file|data|blob|about|javascript|mailto):", re.IGNORECASE)
_SPLIT: Final = re.compile(
    r"(?P<scheme>[^:/?#]+)://(?P<authority>[^/?#]*)(?P<path>[^?#]*)(?P<query>\?[^#]*)?(#.*)?", re.DOTALL
)
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
_HOST_NAME: Final = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*\.?")
_MOST_PORT: Final = 65535
_STEP: Final = re.compile(r"/(\.|%2e)", re.IGNORECASE)
"""What a path holds in which a segment may be a step."""

_LONGEST: Final = 65_528
"""Characters from the host on: `httpx.URL` takes 65,536 with the scheme."""

_LONGEST_KEPT: Final = 1024
_MOST_KEPT: Final = 512


@dataclass(frozen=True)
class Target:
    """A checked URL, in the parts that are dialled and sent.

    Attributes:
        origin: Where it leads.
        authority: Host, and port where it is not that of the scheme: what the header `Host` says.
        raw_path: Path and query, percent-encoded, as they are sent; the query may hold secrets.
    """

    origin: Origin
    authority: str
    raw_path: str = field(repr=False)
    href: str = field(init=False, repr=False, compare=False)
    """The whole URL as text; its query may hold secrets."""

    def __post_init__(self) -> None:
        """Write what most steps ask for."""
        object.__setattr__(self, "href", f"{self.origin.scheme}://{self.authority}{self.raw_path}")

    @classmethod
    def of(cls, url: httpx.URL) -> Self:
        """Return the target that a checked URL means."""
        return cls(Origin.of(url), url.netloc.decode("ascii"), url.raw_path.decode("ascii"))

    @cached_property
    def url(self) -> httpx.URL:
        """The whole URL."""
        return httpx.URL(self.href)

    @property
    def without_query(self) -> str:
        """The URL as messages name it."""
        return self.href.partition("?")[0]

    def with_query(self, query: str) -> Target:
        """Return the target with parameters after its own query, which stays as it is.

        Args:
            query: As it is sent.

        Raises:
            RequestRefusedError: No URL can be that long, whatever the limits say.
        """
        if not query:
            return self
        path, _, own = self.raw_path.partition("?")
        raw_path = f"{path}?{own}&{query}" if own else f"{path}?{query}"
        if len(self.authority) + len(raw_path) > _LONGEST:
            raise RequestRefusedError("The URL is too long with its query.", key="url")
        return Target(self.origin, self.authority, raw_path)


def target_of(base_uri: str | None, path: str) -> Target:
    """Return the target of a call: an absolute URL as it is, anything else appended to the base.

    Methods ask for the same few paths again and again, so these are kept.

    Args:
        base_uri: Of the client or the call; its query stays.
        path: What the method asked for; its query is kept verbatim, a fragment is dropped.

    Raises:
        RequestRefusedError: `url`: there is no such URL, or it is a trick.
        ClientIncompleteError: The path is relative and there is no base.
    """
    return (_kept if len(path) <= _LONGEST_KEPT else _read)(base_uri, path)


def _read(base_uri: str | None, path: str) -> Target:
    _refuse_hidden(path)
    if _ABSOLUTE.match(path):
        return Target.of(parse_url(path))
    if _SCHEME_WITHOUT_HOST.match(path):
        raise _refused("it starts with a scheme but has no '//' and host")
    if path.startswith("//"):
        raise _refused("it starts with '//': write the scheme too, or one slash")
    if not base_uri:
        raise ClientIncompleteError("The client has no baseUri, so a path must be an absolute URL.")
    return Target.of(parse_url(_appended(base_uri, path)))


_kept: Final = lru_cache(maxsize=_MOST_KEPT)(_read)


def parse_url(text: str) -> httpx.URL:
    """Return an absolute URL, checked, with its host in one spelling and its path without dot segments.

    Raises:
        RequestRefusedError: `url`.
    """
    _refuse_hidden(text)
    parts = _SPLIT.fullmatch(text.rstrip(" "))
    if parts is None or parts["scheme"].lower() not in DEFAULT_PORTS:
        raise _refused("it must start with http:// or https://")
    if "@" in parts["authority"]:
        raise _refused("it holds a user name or password: give them as auth")
    path = _resolved(parts["path"])
    try:
        url = httpx.URL(f"{parts['scheme']}://{parts['authority']}{path or '/'}{parts['query'] or ''}")
    except httpx.InvalidURL:
        raise _refused("its host, port or path is not valid") from None
    return _with_checked_host(url)


def _appended(base_uri: str, path: str) -> str:
    """Return the base with the path after its own, and both queries."""
    base, _, base_query = base_uri.partition("#")[0].partition("?")
    own, _, own_query = path.partition("#")[0].partition("?")
    resolved = _resolved(own.strip("/"), above="it climbs above the client's baseUri")
    if own.strip("/"):
        base = f"{base.rstrip('/')}/{resolved}{'/' if own.endswith('/') else ''}"
    elif own_query:
        base = base.rstrip("/")
    query = "&".join(part for part in (base_query, own_query) if part)
    return f"{base}?{query}" if query else base


def _resolved(path: str, *, above: str | None = None) -> str:
    """Return a path without segments `.` and `..`, however they are encoded.

    Args:
        path: With or without a slash at its start.
        above: Why a path that climbs above its start is refused; without it, such a step is dropped as browsers do.
    """
    if not _STEP.search(f"/{path}"):
        return path
    segments = path.split("/")
    kept: list[str] = []
    for index, segment in enumerate(segments):
        step = segment.lower().replace("%2e", ".")
        if step not in {".", ".."}:
            kept.append(segment)
            continue
        if step == ".." and above and not kept:
            raise _refused(above)
        if step == ".." and len(kept) > (0 if above else 1):
            kept.pop()
        if index == len(segments) - 1:
            kept.append("")
    return "/".join(kept)


def _with_checked_host(url: httpx.URL) -> httpx.URL:
    """Return the URL with a legacy form of an IPv4 address (`127.1`, `0x7f000001`) as the address it means."""
    host = url.raw_host.decode("ascii")
    if url.port is not None and not 0 < url.port <= _MOST_PORT:
        raise _refused("its port is not a port")
    if ":" in host:
        if "%" in host or literal(host) is None:
            raise _refused("its host is not an IPv6 address")
        return url
    if not _HOST_NAME.fullmatch(host):
        raise _refused("its host is not a host name")
    try:
        address = socket.inet_ntoa(socket.inet_aton(host.removesuffix(".")))
    except OSError:
        return url
    return url if address == host else url.copy_with(host=address)


def _refuse_hidden(text: str) -> None:
    """Refuse what parsers read differently from each other."""
    if _CONTROL.search(text):
        raise _refused("it holds a control character or half of a surrogate pair")
    if text[:1].isspace():
        raise _refused("it starts with a space")
    if "\\" in text.partition("?")[0].partition("#")[0]:
        raise _refused("it holds a backslash")


def _refused(reason: str) -> RequestRefusedError:
    return RequestRefusedError(f"The URL cannot be requested: {reason}.", key="url")
