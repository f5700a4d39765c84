"""What benchmarks share: servers in processes of their own, which rivals there are, and how thorough to be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from connectors import Connection, EgressPolicy, MethodHost

if TYPE_CHECKING:
    from rivals.installation import Rivals


@dataclass(frozen=True)
class Arena:
    """Where a benchmark takes place.

    Attributes:
        items: Base URI of the server of GETs.
        files: Base URI of the server of files.
        rivals: What was installed.
        quick: Whether it is only to be seen that all works.
    """

    items: str
    files: str
    rivals: Rivals
    quick: bool

    def rounds(self, number: int = 7) -> int:
        """Return how many rounds there are to be."""
        return 2 if self.quick else number

    def times(self, number: int) -> int:
        """Return how often something is to be done in a round."""
        return max(2, number // 10) if self.quick else number

    def host(self, **settings: Any) -> MethodHost:  # noqa: ANN401 (of MethodHost)
        """Return a host that may reach the servers, otherwise as `MethodHost` makes it."""
        return MethodHost(egress=EgressPolicy.from_allow(["127.0.0.1"]), **settings)

    def connection(self, name: str, base_uri: str | None = None) -> Connection:
        """Return a connection with a client for a server, that of GETs unless another is given."""
        return Connection(id=name, apiClient={"baseUri": base_uri or self.items})
