"""What the system around the application does not mean well with: names under `.test`, and its environment."""

from __future__ import annotations

import os
import socket
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

if TYPE_CHECKING:
    from collections.abc import Iterator

STALLED_SECONDS = 1.0
ADDRESSES = {
    "private.test": ["10.0.0.1"],
    "metadata.test": ["169.254.169.254"],
    "mixed.test": ["93.184.215.14", "10.0.0.1"],
    "thousand.test": [f"10.0.{number >> 8}.{number & 255}" for number in range(1000)],
    "open.test": ["127.0.0.1"],
}

ENVIRONMENT = {
    **dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "all_proxy"), "http://127.0.0.1:1"),
    "SSL_CERT_FILE": "/nowhere/certificates.pem",
    "NETRC": "/nowhere/netrc",
}


@contextmanager
def hostile_environment() -> Iterator[None]:
    """Set what HTTP clients are used to obeying, and must not here."""
    with patch.dict(os.environ, ENVIRONMENT):
        yield


@contextmanager
def hostile_names() -> Iterator[None]:
    """Answer names of `ADDRESSES`, do not know others under `.test`, and keep those that begin with `stalled` waiting."""
    of_system = socket.getaddrinfo
    over = threading.Event()

    def look_up(host: str, port: Any, *arguments: Any, **options: Any) -> Any:
        name = str(host).rstrip(".").lower()
        if not name.endswith(".test"):
            return of_system(host, port, *arguments, **options)
        if name.startswith("stalled"):
            over.wait(STALLED_SECONDS)
        addresses = ADDRESSES.get(name)
        if addresses is None:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]

    socket.getaddrinfo = look_up
    try:
        yield
    finally:
        over.set()
        socket.getaddrinfo = of_system
