"""NameLookups: asks the system for the addresses of names, in threads of its own."""

from __future__ import annotations

import asyncio
import socket
import threading
from concurrent.futures import Future
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Sequence

AddressInfo: TypeAlias = tuple[socket.AddressFamily, socket.SocketKind, int, str, tuple[Any, ...]]
"""What `socket.getaddrinfo` gives for one address."""

_MOST_THREADS: Final = 128
_MOST_THREADS_OF_ONE: Final = 4


class NameLookups:
    """Looks up names for all connections.

    Nobody can interrupt the system's resolver: a name whose server does not answer takes a thread for half a minute,
    also when nobody waits any more. So a thread is counted until it has ended: those of one connection, so that the
    names one customer asks for keep no other one waiting, and all together. None of them is asyncio's, which belong to
    the application, and none keeps the application from ending.

    Belongs to one event loop.

    Args:
        most_threads: Lookups at a time.
    """

    def __init__(self, *, most_threads: int = _MOST_THREADS) -> None:
        self._places = asyncio.Semaphore(most_threads)

    def of_one_connection(self) -> ConnectionLookups:
        """Return the lookups of one connection."""
        return ConnectionLookups(self._places)


class ConnectionLookups:
    """Looks up names for one connection.

    Args:
        places: For the threads of all connections.
    """

    def __init__(self, places: asyncio.Semaphore) -> None:
        self._all = places
        self._own = asyncio.Semaphore(_MOST_THREADS_OF_ONE)

    async def addresses(self, host: str, port: int, family: socket.AddressFamily) -> Sequence[AddressInfo]:
        """Return what the system knows about `host`; may wait for a place.

        Raises:
            OSError: Nothing.
            UnicodeError: It is no name.
        """
        await self._take_place()
        loop = asyncio.get_running_loop()
        answer: Future[Sequence[AddressInfo]] = Future()
        answer.set_running_or_notify_cancel()  # from here on, whoever gives up waiting changes nothing in it

        def look_up() -> None:
            try:
                answer.set_result(_ask_system(host, port, family))
            except (OSError, UnicodeError) as error:
                answer.set_exception(error)
            with suppress(RuntimeError):  # the event loop is closed: nobody counts any more
                loop.call_soon_threadsafe(self._free_place)

        try:
            threading.Thread(target=look_up, name="name lookup", daemon=True).start()
        except RuntimeError:
            self._free_place()
            raise OSError("no thread can be started") from None
        return await asyncio.wrap_future(answer)

    async def _take_place(self) -> None:
        await self._own.acquire()
        try:
            await self._all.acquire()
        except BaseException:
            self._own.release()
            raise

    def _free_place(self) -> None:
        self._own.release()
        self._all.release()


def _ask_system(host: str, port: int, family: socket.AddressFamily) -> Sequence[AddressInfo]:
    return socket.getaddrinfo(host, port, family=family, type=socket.SOCK_STREAM, flags=socket.AI_ADDRCONFIG)
