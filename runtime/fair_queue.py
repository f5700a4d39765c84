"""Whose turn it is: the one place where runs wait for a worker."""

from __future__ import annotations

import asyncio
from collections import Counter, OrderedDict, deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .errors import RunEnded
from .verdict import closed_failure, queue_full_failure, queue_time_failure

if TYPE_CHECKING:
    from collections.abc import Callable

    from .failure import Failure


@dataclass(frozen=True)
class Place:
    """The right to use one worker.

    Attributes:
        key: Whose; with the runs of others it takes turns.
        inner: Whether it is for a run that another run waits for in the middle of its own.
    """

    key: str
    inner: bool = False


class FairQueue:
    """Gives out places to runs. Keys take turns, so that the many runs of one do not delay the one run of another.

    A run that another run waits for takes any place that is free, before all others, and some places are for such
    runs alone: when every other place is taken by a run that waits, they can still go on.

    Args:
        places: Most places of runs that no other run waits for.
        inner_places: Further places, for runs that another run waits for.
        per_key: Most of `places` that one key has.
        most_waiting: Most runs that wait for one of `places`.
    """

    def __init__(self, *, places: int, inner_places: int, per_key: int, most_waiting: int) -> None:
        self._free = places + inner_places
        self._free_outer = places
        self._per_key = per_key
        self._most_waiting = most_waiting
        self._taken: Counter[str] = Counter()
        self._outer = _Line()
        self._inner = _Line()
        self._closed = False

    async def take(self, place: Place, most_seconds: float) -> None:
        """Wait for a place.

        Args:
            place: What is wanted.
            most_seconds: The longest wait.

        Raises:
            RunEnded: There was none for so long, too many wait already, or the queue was closed.
        """
        if self._closed:
            raise RunEnded(closed_failure())
        if self._may_have(place):
            self._give(place)
            return
        if not place.inner:
            self._make_room_for(place.key)
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._line(place).join(place.key, waiter)
        await self._wait(waiter, place, most_seconds)

    def give_back(self, place: Place) -> None:
        """Give a place to whoever has waited for one, now that its run needs it no more."""
        self._free += 1
        if not place.inner:
            self._free_outer += 1
            self._taken[place.key] -= 1
            if not self._taken[place.key]:
                del self._taken[place.key]
        self._serve()

    def close(self) -> None:
        """Refuse whoever waits, and whoever comes."""
        self._closed = True
        for line in (self._outer, self._inner):
            for key, waiter in line.all():
                _refuse(waiter, closed_failure())
                line.leave(key, waiter)

    def _line(self, place: Place) -> _Line:
        return self._inner if place.inner else self._outer

    async def _wait(self, waiter: asyncio.Future[None], place: Place, most_seconds: float) -> None:
        failure = queue_time_failure(most_seconds)
        timer = asyncio.get_running_loop().call_later(most_seconds, _refuse, waiter, failure)
        try:
            await waiter
        except asyncio.CancelledError:
            if waiter.done() and not waiter.cancelled() and waiter.exception() is None:
                self.give_back(place)  # it was given in the moment in which nobody wanted it any more
            raise
        finally:
            timer.cancel()
            self._line(place).leave(place.key, waiter)

    def _may_have(self, place: Place) -> bool:
        if place.inner or not self._free:
            return self._free > 0
        return self._free_outer > 0 and self._taken[place.key] < self._per_key

    def _give(self, place: Place) -> None:
        self._free -= 1
        if not place.inner:
            self._free_outer -= 1
            self._taken[place.key] += 1

    def _serve(self) -> None:
        for line, inner in ((self._inner, True), (self._outer, False)):
            if line.keys:
                self._serve_line(line, inner=inner)

    def _serve_line(self, line: _Line, *, inner: bool) -> None:
        while (served := line.next(lambda key: self._may_have(Place(key, inner)))) is not None:
            key, waiter = served
            if not waiter.done():
                self._give(Place(key, inner))
                waiter.set_result(None)

    def _make_room_for(self, key: str) -> None:
        """Refuse the newest run of the key that has most waiting: the one that comes, or another."""
        if len(self._outer) < self._most_waiting:
            return
        failure = queue_full_failure(self._most_waiting)
        longest = self._outer.longest()
        if self._outer.waiting(key) + 1 >= self._outer.waiting(longest):
            raise RunEnded(failure)
        _refuse(self._outer.newest(longest), failure)


class _Line:
    """Those who wait, by their keys, in the order in which keys have their turns."""

    def __init__(self) -> None:
        self.keys: OrderedDict[str, deque[asyncio.Future[None]]] = OrderedDict()
        """In the order of their turns, who waits for each."""
        self._length = 0

    def __len__(self) -> int:
        return self._length

    def join(self, key: str, waiter: asyncio.Future[None]) -> None:
        self.keys.setdefault(key, deque()).append(waiter)
        self._length += 1

    def leave(self, key: str, waiter: asyncio.Future[None]) -> None:
        waiters = self.keys.get(key, ())
        if waiter not in waiters:
            return
        self.keys[key].remove(waiter)
        self._length -= 1
        if not self.keys[key]:
            del self.keys[key]

    def next(self, may_have: Callable[[str], bool]) -> tuple[str, asyncio.Future[None]] | None:
        """Take the first of the first key that may have a place out of the line; the key's next turn is the last."""
        key = next(filter(may_have, self.keys), None)
        if key is None:
            return None
        waiters = self.keys.pop(key)
        waiter = waiters.popleft()
        self._length -= 1
        if waiters:
            self.keys[key] = waiters
        return key, waiter

    def waiting(self, key: str) -> int:
        return len(self.keys.get(key, ()))

    def longest(self) -> str:
        return max(self.keys, key=self.waiting)

    def newest(self, key: str) -> asyncio.Future[None]:
        """Take the last of a key out of the line."""
        waiter = self.keys[key][-1]
        self.leave(key, waiter)
        return waiter

    def all(self) -> list[tuple[str, asyncio.Future[None]]]:
        return [(key, waiter) for key, waiters in self.keys.items() for waiter in waiters]


def _refuse(waiter: asyncio.Future[None], failure: Failure) -> None:
    if not waiter.done():
        waiter.set_exception(RunEnded(failure))
