"""The exceptions of this part.

    RuntimeFault             (code)
    ├── SandboxClosedError   sandbox_closed   the sandbox is not open, or is closing
    └── WorkerStartError     worker_start     no worker process could be started
        ├── HostLimitError   host_limit       a limit of the application's process is too low for V8
        └── LayerMissingError layer_missing   a required layer around the workers is not active
    RunEnded                 raised by a host-call handler to end its run, and by what keeps a run from starting;
                             never leaves `Sandbox.run`

What a method does never raises, nor does what happens to its run: it comes back as the `Failure` of an `Outcome`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .failure import Failure
    from .layer import Layer


class RuntimeFault(Exception):  # noqa: N818 (the root of a tree)
    """Something is wrong with the sandbox itself, not with the method."""

    code: ClassVar[str] = "runtime"


class SandboxClosedError(RuntimeFault):
    """The sandbox is not open: enter it with `async with`, and start no run after that."""

    code = "sandbox_closed"


class WorkerStartError(RuntimeFault):
    """No worker process could be started."""

    code = "worker_start"


class HostLimitError(WorkerStartError):
    """A limit that workers inherit from the application's process is too low for V8."""

    code = "host_limit"


class LayerMissingError(WorkerStartError):
    """A required layer around the workers is not active.

    Attributes:
        layers: Those that are missing.
    """

    code = "layer_missing"

    def __init__(self, layers: Sequence[Layer]) -> None:
        facts = "; ".join(
            f"{item.name}: {item.reason and item.reason.text}. To have it, {item.remedy}" for item in layers
        )
        super().__init__(
            f"Workers lack what is required of them. {facts}. To do without, leave it out of the required layers."
        )
        self.layers = tuple(layers)


class RunEnded(Exception):  # noqa: N818 (control flow, not an error of the caller)
    """End the run whose host call, or whose start, raises this, with this failure.

    Args:
        failure: What the run's outcome will say.
    """

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.message)
        self.failure = failure
