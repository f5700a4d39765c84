"""The exceptions of this part.

    RuntimeFault             (code)
    ├── SandboxClosedError   sandbox_closed   the sandbox is not open, or is closing
    └── WorkerStartError     worker_start     no worker process could be started
    RunEnded                 raised by a host-call handler to end its run, and by what keeps a run from starting;
                             never leaves `Sandbox.run`

What a method does never raises, nor does what happens to its run: it comes back as the `Failure` of an `Outcome`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from .failure import Failure


class RuntimeFault(Exception):  # noqa: N818 (the root of a tree)
    """Something is wrong with the sandbox itself, not with the method."""

    code: ClassVar[str] = "runtime"


class SandboxClosedError(RuntimeFault):
    """The sandbox is not open: enter it with `async with`, and start no run after that."""

    code = "sandbox_closed"


class WorkerStartError(RuntimeFault):
    """No worker process could be started."""

    code = "worker_start"


class RunEnded(Exception):  # noqa: N818 (control flow, not an error of the caller)
    """End the run whose host call, or whose start, raises this, with this failure.

    Args:
        failure: What the run's outcome will say.
    """

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.message)
        self.failure = failure
