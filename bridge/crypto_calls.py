"""CryptoCalls: answers what methods ask of `crypto.subtle`."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final, TypeAlias

from runtime import Failure, HostReply, Place, RunEnded

from .crypto_error import CryptoError
from .crypto_key import CryptoKey, KeyRing
from .crypto_keys import Pair, derive_key, export_key, generate_key, import_key
from .crypto_operations import decrypt, derive_bits, digest, encrypt, sign, verify
from .crypto_parameters import required
from .crypto_request import CryptoRequest

if TYPE_CHECKING:
    from collections.abc import Callable

    from runtime import JSON, Clock, HostCall, SandboxLimits

    from .crypto_threads import CryptoThreads
    from .run_random import RunRandom

CRYPTO_PREFIX: Final = "crypto."
"""What the names of its operations begin with."""

Made: TypeAlias = "bytes | bool | dict[str, JSON] | CryptoKey | Pair"


class CryptoCalls:
    """Answers those calls of one run that begin with `CRYPTO_PREFIX`. Its operations follow one another.

    Args:
        threads: Where to compute.
        limits: Of the run: what is computed here takes as much CPU time at most as the run may take itself.
        isolation_key: Of the run: with those of other keys its operations take turns.
        clock: Of the run.
        random: Of the run.
    """

    def __init__(
        self,
        threads: CryptoThreads,
        limits: SandboxLimits,
        *,
        isolation_key: str,
        clock: Clock,
        random: RunRandom,
    ) -> None:
        self._threads = threads
        self._place = Place(isolation_key)
        self._limits = limits
        self._clock = clock
        self._random = random
        self._keys = KeyRing()
        self._turn = asyncio.Lock()
        self._cpu_seconds = 0.0

    @property
    def may_suspend(self) -> bool:
        """Whether the run could go on without what is here: keys are nowhere else."""
        return len(self._keys) == 0

    async def __call__(self, call: HostCall) -> HostReply:
        """Answer a call.

        Raises:
            RunEnded: The run has used all its CPU time here.
        """
        try:
            work = self._work(call.operation.removeprefix(CRYPTO_PREFIX), CryptoRequest.read(call))
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
            seed = self._random.draw("key")
            return lambda: generate_key(request, seed)
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
        with self._clock.working():
            done = await self._threads.compute(work, self._place, self._limits.wall_time_seconds)
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
