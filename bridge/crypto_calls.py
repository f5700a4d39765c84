"""CryptoCalls: carries out what methods ask of `crypto.subtle`, in threads, so that nothing else waits for it."""

from __future__ import annotations

import asyncio
import time
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

from runtime import Failure, HostReply, RunEnded

from .crypto_error import CryptoError
from .crypto_key import CryptoKey, KeyRing
from .crypto_keys import Pair, derive_key, export_key, generate_key, import_key
from .crypto_operations import decrypt, derive_bits, digest, encrypt, sign, verify
from .crypto_parameters import required
from .crypto_request import CryptoRequest

if TYPE_CHECKING:
    from collections.abc import Callable

    from runtime import JSON, HostCall, HostCalls, SandboxLimits

_PREFIX: Final = "crypto."
_THREADS: Final = 2

Made: TypeAlias = "bytes | bool | dict[str, JSON] | CryptoKey | Pair"


@dataclass(frozen=True)
class _Done:
    """What an operation gave, and what CPU time it took."""

    made: Made | CryptoError
    cpu_seconds: float


class CryptoThreads:
    """The threads in which the operations of all runs take turns.

    The library lets the interpreter go on while it computes. No operation takes longer than a second or two.
    """

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="methodhost-crypto")
        self._running: set[Future[_Done]] = set()

    def calls(self, otherwise: HostCalls, limits: SandboxLimits) -> CryptoCalls:
        """Return what answers the calls of one run.

        Args:
            otherwise: Answers all but those of `crypto.subtle`.
            limits: Of the run.
        """
        return CryptoCalls(self, otherwise, limits)

    async def run(self, work: Callable[[], Made]) -> _Done:
        """Do something in one of the threads."""
        future = self._pool.submit(_measured, work)
        self._running.add(future)
        future.add_done_callback(self._running.discard)
        return await asyncio.wrap_future(future)

    async def aclose(self) -> None:
        """Wait for what is being computed, and end the threads."""
        await asyncio.gather(*map(asyncio.wrap_future, self._running), return_exceptions=True)
        self._pool.shutdown(cancel_futures=True)


class CryptoCalls:
    """Answers the calls of one run; implements `runtime.HostCalls`. Its operations follow one another.

    Args:
        threads: Where to compute.
        otherwise: Answers all other calls.
        limits: Of the run: what is computed here takes as much CPU time at most as the run may take itself.
    """

    def __init__(self, threads: CryptoThreads, otherwise: HostCalls, limits: SandboxLimits) -> None:
        self._threads = threads
        self._otherwise = otherwise
        self._limits = limits
        self._keys = KeyRing()
        self._turn = asyncio.Lock()
        self._cpu_seconds = 0.0

    async def __call__(self, call: HostCall) -> HostReply:
        """Answer a call.

        Raises:
            RunEnded: The run has used all its CPU time here.
        """
        if not call.operation.startswith(_PREFIX):
            return await self._otherwise(call)
        try:
            work = self._work(call.operation.removeprefix(_PREFIX), CryptoRequest.read(call))
            async with self._turn:
                made = await self._compute(work)
            return self._reply(made)
        except CryptoError as error:
            return HostReply(ok=False, value={"name": error.name, "message": error.message})

    def _work(self, operation: str, request: CryptoRequest) -> Callable[[], Made]:
        """Return what is to be computed."""
        if operation == "importKey":
            return lambda: import_key(request)
        if operation == "generateKey":
            return lambda: generate_key(request)
        if operation == "digest":
            algorithm = required(request.algorithm, "name")
            return lambda: digest(algorithm, request.data)
        return self._work_with_key(operation, request)

    def _work_with_key(self, operation: str, request: CryptoRequest) -> Callable[[], Made]:
        key, data = self._keys.find(request.key), request.data
        if operation == "exportKey":
            return lambda: export_key(key, request.format)
        algorithm = required(request.algorithm, "name")
        works: dict[str, Callable[[], Made]] = {
            "decrypt": lambda: decrypt(algorithm, key, data),
            "deriveBits": lambda: derive_bits(algorithm, key, request.length),
            "deriveKey": lambda: derive_key(request, key),
            "encrypt": lambda: encrypt(algorithm, key, data),
            "sign": lambda: sign(algorithm, key, data),
            "verify": lambda: verify(algorithm, key, data, request.signature),
        }
        if operation not in works:
            raise CryptoError("NotSupportedError", "There is no such operation.")
        return works[operation]

    async def _compute(self, work: Callable[[], Made]) -> Made:
        done = await self._threads.run(work)
        self._cpu_seconds += done.cpu_seconds
        most = self._limits.cpu_time_seconds
        if self._cpu_seconds > most:
            message = f"crypto.subtle used more than {most:g} s of CPU time for the method"
            data: dict[str, JSON] = {"limit": "cpu_time", "value": most, "used": round(self._cpu_seconds, 3)}
            raise RunEnded(Failure(type="limit", key="cpu_time", message=message, data=data))
        if isinstance(done.made, CryptoError):
            raise done.made
        return done.made

    def _reply(self, made: Made) -> HostReply:
        if isinstance(made, bytes):
            return HostReply(ok=True, value=None, data=made)
        if isinstance(made, CryptoKey):
            return HostReply(ok=True, value=self._keys.add(made))
        if isinstance(made, tuple):
            private, public = map(self._keys.add, made)
            return HostReply(ok=True, value={"privateKey": private, "publicKey": public})
        return HostReply(ok=True, value=made)


def _measured(work: Callable[[], Made]) -> _Done:
    started = time.thread_time()
    made: Made | CryptoError
    try:
        made = work()
    except CryptoError as error:
        made = error
    return _Done(made, time.thread_time() - started)
