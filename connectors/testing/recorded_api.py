"""RecordedApi: recorded exchanges that stand in for the network."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from bridge import Capture, ReplayTransport
from connectors.environment import RunEnvironment
from connectors.fixtures.exchanges import scripted
from runtime import VirtualClock

from .sent_request import SentRequest

if TYPE_CHECKING:
    from bridge import CapturedExchange
    from connectors.fixtures.fixture import Fixture
    from connectors.fixtures.fixture_file import FixtureFile


class RecordedApiError(AssertionError):
    """Not all was sent that is recorded, or something else."""


class RecordedApi:
    """Answers the requests of runs from recorded exchanges, each of which answers one, on a clock that jumps.

    Args:
        file: With the exchanges.
        environment: For runs.
        transport: What answers in there.
        capture: What is kept in there.
    """

    def __init__(
        self, file: FixtureFile, environment: RunEnvironment, transport: ReplayTransport, capture: Capture
    ) -> None:
        self.environment = environment
        self._file = file
        self._transport = transport
        self._capture = capture

    @classmethod
    def of(cls, file: FixtureFile) -> Self:
        """Return the API of a fixture. Must be called in a `runtime.VirtualTimeLoop`, which its runs then are in.

        Raises:
            FixtureError: What the fixture says of its exchanges is wrong.
        """
        fixture = file.fixture
        clock = VirtualClock(fixture.now.timestamp() * 1000)
        transport = ReplayTransport(scripted(file), order=fixture.order, clock=clock)
        capture = Capture()
        seed = (file.name if fixture.seed is None else fixture.seed).encode()
        return cls(
            file, RunEnvironment(clock=clock, seed=seed, transport=transport, capture=capture), transport, capture
        )

    @property
    def fixture(self) -> Fixture:
        """What the fixture says, its connection and arguments among it."""
        return self._file.fixture

    @property
    def exchanges(self) -> list[CapturedExchange]:
        """What was exchanged so far, in the order of sending."""
        return self._capture.exchanges

    @property
    def requests(self) -> list[SentRequest]:
        """What was sent so far, in that order."""
        return [SentRequest.of(exchange) for exchange in self.exchanges]

    def check(self) -> None:
        """Check that each exchange answered a request, and each request was answered by one.

        Raises:
            RecordedApiError: Says which did not, and how a request differs from the nearest exchange.
        """
        problems = ["\n".join((f"{one.problem}:", *one.diff)) for one in self._transport.unmatched]
        problems += (self._unused(number) for number in self._transport.unused)
        if problems:
            raise RecordedApiError("\n".join(problems))

    def _unused(self, number: int) -> str:
        request = self.fixture.exchanges[number].request
        line = self._file.document.line_of(("exchanges", number))
        place = f" ({self._file.path.name}:{line})" if line else ""
        return f"{request.method} {request.url} was not sent: exchange {number + 1}{place} is not used"
