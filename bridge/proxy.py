"""Proxy: an HTTP proxy that a client's requests go through."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Self
from urllib.parse import unquote

from .auth import BasicCredentials
from .errors import RequestRefusedError
from .target import parse_url

if TYPE_CHECKING:
    import httpx

_FORM: Final = "http://HOST:PORT or http://USER:PASSWORD@HOST:PORT"


@dataclass(frozen=True, kw_only=True)
class Proxy:
    """An HTTP proxy: what is requested over TLS goes through a tunnel (CONNECT), anything else by its absolute URL.

    Attributes:
        url: Where it listens.
        credentials: What it is told of who asks.
    """

    url: httpx.URL
    credentials: BasicCredentials | None = field(default=None, repr=False)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `http://[user:password@]host[:port]`.

        Raises:
            RequestRefusedError: It is no such URL.
        """
        scheme, _, rest = text.partition("://")
        userinfo, at, host = rest.rpartition("@")
        url = parse_url(f"{scheme}://{host}")
        if url.scheme != "http" or url.raw_path != b"/" or set(userinfo) & set("/?#"):
            raise RequestRefusedError(f"A proxy is given as {_FORM}.", key="url")
        return cls(url=url, credentials=_credentials(userinfo) if at else None)

    @property
    def headers(self) -> dict[str, str]:
        """What it alone is told."""
        if self.credentials is None:
            return {}
        return {"proxy-authorization": self.credentials.headers()["authorization"]}


def _credentials(userinfo: str) -> BasicCredentials:
    username, _, password = userinfo.partition(":")
    return BasicCredentials(username=unquote(username), password=unquote(password))
