"""Whether an address is one of this machine's own, whatever kind it is."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Final

from .address import embedded

if TYPE_CHECKING:
    from .address import Address

_ANY_PORT: Final = 9
_FAMILIES: Final = {4: socket.AF_INET, 6: socket.AF_INET6}


def is_own(address: Address) -> bool:
    """Whether this machine would talk to itself.

    Asks the kernel which address it would send from: for one of its own that is the same one. Connecting a datagram
    socket sends nothing. A public address that a router translates to this machine is not known here.
    """
    address = embedded(address)
    with socket.socket(_FAMILIES[address.version], socket.SOCK_DGRAM) as asking:
        try:
            asking.connect((str(address), _ANY_PORT))
        except OSError:  # there is no way to it at all
            return False
        source: str = asking.getsockname()[0]
    return source == str(address)
