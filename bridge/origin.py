"""Origin: who may see a client's credentials."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Self

if TYPE_CHECKING:
    import httpx

DEFAULT_PORTS: Final = {"http": 80, "https": 443}


@dataclass(frozen=True, kw_only=True)
class Origin:
    """Scheme, host and port of a URL. `api.example.com.` with a dot is another host than without."""

    scheme: str
    host: str
    port: int

    @classmethod
    def of(cls, url: httpx.URL) -> Self:
        """Return the origin of a checked URL."""
        return cls(scheme=url.scheme, host=url.raw_host.decode("ascii"), port=url.port or DEFAULT_PORTS[url.scheme])

    def reaches(self, other: Origin) -> bool:
        """Whether what may be sent here may be sent there: the same origin, or from port 80 the same host over TLS."""
        upgraded = Origin(scheme="https", host=self.host, port=DEFAULT_PORTS["https"])
        plain = (self.scheme, self.port) == ("http", DEFAULT_PORTS["http"])
        return other == self or (plain and other == upgraded)

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if DEFAULT_PORTS[self.scheme] == self.port else f":{self.port}"
        return f"{self.scheme}://{host}{port}"
