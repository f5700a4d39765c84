"""Circuit breaking: methods that keep destroying their workers are not run for a while."""

from __future__ import annotations

import time
from collections import OrderedDict, deque
from typing import TYPE_CHECKING, Final

from .errors import RunEnded
from .verdict import circuit_open_failure

if TYPE_CHECKING:
    from collections.abc import Hashable

    from .policy import PoolPolicy

_MOST_KEPT: Final = 4096


class CircuitBreaker:
    """Refuses runs whose like have destroyed too many workers, without so much as a place in the queue.

    Args:
        policy: How many are too many, and for how long runs are refused.
    """

    def __init__(self, policy: PoolPolicy) -> None:
        self._policy = policy
        self._circuits: OrderedDict[Hashable, _Circuit] = OrderedDict()

    def admit(self, key: Hashable) -> bool:
        """Return whether a run that may come is a trial, which decides if others may follow.

        Whoever lets it come tells with `record` or `give_up` what became of it.

        Args:
            key: What is alike.

        Raises:
            RunEnded: Its circuit is open.
        """
        circuit = self._circuits.get(key)
        return circuit is not None and circuit.admit()

    def record(self, key: Hashable, *, breached: bool, trial: bool) -> None:
        """Take in how a run ended: whether it destroyed its worker, and whether it was a trial."""
        circuit = self._circuits.get(key)
        if circuit is None:
            if not breached:
                return
            circuit = self._circuits[key] = _Circuit(self._policy)
            if len(self._circuits) > _MOST_KEPT:
                self._circuits.popitem(last=False)
        self._circuits.move_to_end(key)
        if circuit.record(breached=breached, trial=trial):
            del self._circuits[key]

    def give_up(self, key: Hashable) -> None:
        """Take in that a trial did not come to its end, so that another one can be made."""
        if key in self._circuits:
            self._circuits[key].trying = False


class _Circuit:
    """What is known of runs that are alike."""

    def __init__(self, policy: PoolPolicy) -> None:
        self._policy = policy
        self._ends: deque[tuple[float, bool]] = deque(maxlen=2 * policy.breaches)
        self._cool_down_seconds = policy.cool_down_seconds
        self._open_until: float | None = None
        self._destroyed = 0
        self.trying = False

    def admit(self) -> bool:
        """Return whether the run that comes is a trial.

        Raises:
            RunEnded: It may not come.
        """
        if self._open_until is None:
            return False
        left = self._open_until - time.monotonic()
        if left > 0 or self.trying:
            retry_after = left if left > 0 else self._cool_down_seconds
            raise RunEnded(circuit_open_failure(self._destroyed, self._policy.breaches, round(retry_after, 3)))
        self.trying = True
        return True

    def record(self, *, breached: bool, trial: bool) -> bool:
        """Take in how a run ended; return whether all is well again."""
        self._destroyed += breached
        if trial:
            self.trying = False
            self._cool_down_seconds = min(2 * self._cool_down_seconds, self._policy.longest_cool_down_seconds)
            self._open()
            return not breached
        if self._open_until is None:
            self._ends.append((time.monotonic(), breached))
            if self._breaches() >= self._policy.breaches:
                self._open()
        return False

    def _open(self) -> None:
        self._open_until = time.monotonic() + self._cool_down_seconds

    def _breaches(self) -> int:
        since = time.monotonic() - self._policy.breach_window_seconds
        return sum(breached for when, breached in self._ends if when >= since)
