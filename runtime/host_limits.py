"""The limits that workers inherit from the application's process."""

from __future__ import annotations

import resource
from typing import Final

from .errors import HostLimitError

_TIB: Final = 1 << 40
_MIB: Final = 1 << 20
_LEAST_ADDRESS_SPACE: Final = 3 * _TIB // 2
_LEAST_STACK: Final = 2 * _MIB


def check_host_limits() -> None:
    """Refuse limits with which V8 would work, but without its memory cage, or crash on deep recursion.

    Raises:
        HostLimitError: There is such a limit.
    """
    address_space, _ = resource.getrlimit(resource.RLIMIT_AS)
    if _below(address_space, _LEAST_ADDRESS_SPACE):
        raise HostLimitError(
            f"The address space of this process is limited to {address_space / _TIB:.2g} TiB; below 1.5 TiB V8 would "
            "silently do without its memory cage. Lift the limit (ulimit -v unlimited, LimitAS=infinity) and bound "
            "memory in another way, such as a control group."
        )
    stack, _ = resource.getrlimit(resource.RLIMIT_STACK)
    if _below(stack, _LEAST_STACK):
        raise HostLimitError(
            f"The stack of this process is limited to {stack // 1024} KiB; V8 needs 2 MiB. Raise the limit "
            "(ulimit -s 8192, LimitSTACK=8M)."
        )


def _below(limit: int, least: int) -> bool:
    return limit != resource.RLIM_INFINITY and limit < least
