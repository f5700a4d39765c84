"""Origin: who may see a client's credentials."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple, Self

if TYPE_CHECKING:
    import httpx

DEFAULT_PORTS: Final = {"http": 80, "https": 443}


class Origin(NamedTuple):
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
        if other == self:
            return True
        plain = self.scheme == "http" and self.port == DEFAULT_PORTS["http"]
        return plain and other == Origin(scheme="https", host=self.host, port=DEFAULT_PORTS["https"])

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if DEFAULT_PORTS[self.scheme] == self.port else f":{self.port}"
        return f"{self.scheme}://{host}{port}"
