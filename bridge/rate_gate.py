"""RateGates: hold back the requests of a connection to a server that has had too many of them (decision 23)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from runtime import Clock

    from .deadline import Deadline
    from .origin import Origin
    from .run_random import RunRandom

_SPACING_SECONDS: Final = 0.1


@dataclass(kw_only=True, slots=True)
class _Way:
    """The way of one connection to one origin. Moments are on the clock of those who go it.

    Attributes:
        closed_until: When the server is ready again, as far as anybody knows.
        next_turn: The earliest moment that nobody has been given yet.
        closings: How often it was closed; turns that were given before do not hold after.
    """

    closed_until: float
    next_turn: float
    closings: int = 0


class RateGates:
    """The gates of all connections.

    When a gate opens, those who wait go one after the other, a tenth of a second apart and each at a slightly random
    moment. All at once they would run into the limit together and use up their attempts; one at a time, each after the
    answer to the one before, a single slow answer would hold up the rest. So a server that is not ready yet is noticed
    after few requests, and the others wait on. Random, because other processes may be waiting for the same server.

    Belongs to one event loop. The clocks of those who share gates must agree: that they do where time just passes.

    Args:
        spacing_seconds: Between two requests when a gate has opened.
    """

    def __init__(self, *, spacing_seconds: float = _SPACING_SECONDS) -> None:
        self._spacing_seconds = spacing_seconds
        self._ways: dict[tuple[str, Origin], _Way] = {}

    def get(self, connection_id: str, clock: Clock, random: RunRandom) -> RateGate:
        """Return the gate of one connection, for a run with this clock and this randomness."""
        return RateGate(self, connection_id, clock, random)

    def close(self, key: tuple[str, Origin], seconds: float, now: float) -> None:
        """Let nobody through for that long, or longer where the gate is closed longer already."""
        for forgotten in [other for other, way in self._ways.items() if way.next_turn <= now]:
            del self._ways[forgotten]
        way = self._ways.setdefault(key, _Way(closed_until=now, next_turn=now))
        way.closed_until = max(way.closed_until, now + seconds)
        way.next_turn = way.closed_until
        way.closings += 1

    async def wait(
        self, key: tuple[str, Origin], deadline: Deadline, most_seconds: float, random: RunRandom, attempts: int
    ) -> float | None:
        """Wait for a turn; see `RateGate.wait`."""
        clock = deadline.clock
        while (way := self._ways.get(key)) is not None:
            seconds = way.next_turn - clock.time()
            if seconds <= 0:
                return None
            if seconds >= min(most_seconds, deadline.left_seconds()):
                return seconds
            closings = way.closings
            way.next_turn += self._spacing_seconds
            await clock.sleep(seconds + random.up_to(self._spacing_seconds / 2, "turn"), attempts=attempts)
            if way.closings == closings:
                return None
        return None


class RateGate:
    """The gate of one connection. It may be closed for one origin and open for another.

    Args:
        gates: Which it is one of.
        connection_id: Whose.
        clock: Of the run that uses it.
        random: Of that run.
    """

    def __init__(self, gates: RateGates, connection_id: str, clock: Clock, random: RunRandom) -> None:
        self._gates = gates
        self._connection_id = connection_id
        self._clock = clock
        self._random = random

    def close(self, origin: Origin, seconds: float) -> None:
        """Hold back requests to `origin` for that long."""
        self._gates.close((self._connection_id, origin), seconds, self._clock.time())

    async def wait(self, origin: Origin, deadline: Deadline, most_seconds: float, *, attempts: int = 0) -> float | None:
        """Wait until a request to `origin` may go.

        Args:
            origin: Where it goes.
            deadline: Waits that would end later are not begun.
            most_seconds: Longer waits are not begun.
            attempts: How often the request was sent so far.

        Returns:
            None when the request may go; otherwise how many seconds it would have to wait.
        """
        return await self._gates.wait((self._connection_id, origin), deadline, most_seconds, self._random, attempts)
