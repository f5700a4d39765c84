"""crypto.subtle: what methods sign, verify, encrypt and derive, compared with what the other side makes of it."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import secrets
from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bridge import CryptoCalls, CryptoThreads, Limits, RunRandom
from runtime import Clock, HostCall, HostReply, RunEnded, SandboxLimits

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from conftest import Methods

pytestmark = pytest.mark.asyncio(loop_scope="module")

MIB = 1024 * 1024
DATA = b"attack at dawn"
RSA = rsa.generate_private_key(65537, 2048)
PSS = padding.PSS(padding.MGF1(hashes.SHA256()), 32)
CURVES = {"P-256": ec.SECP256R1(), "P-384": ec.SECP384R1(), "P-521": ec.SECP521R1()}
JS_RSA = '{ name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" }'

SIGNATURES: dict[str, Any] = {
    JS_RSA: (RSA, (padding.PKCS1v15(), hashes.SHA256())),
    '{ name: "RSA-PSS", hash: "SHA-256", saltLength: 32 }': (RSA, (PSS, hashes.SHA256())),
    '{ name: "Ed25519" }': (ed25519.Ed25519PrivateKey.generate(), ()),
    **{
        f'{{ name: "ECDSA", namedCurve: "{name}", hash: "SHA-384" }}': (
            ec.generate_private_key(curve),
            (ec.ECDSA(hashes.SHA384()),),
        )
        for name, curve in CURVES.items()
    },
}


def js_bytes(data: bytes) -> str:
    """Return bytes as JavaScript."""
    return f'Uint8Array.fromHex("{data.hex()}")'


def raw_signature(key: Any, signature: bytes) -> bytes:
    """Return a signature as the Web Cryptography API has it."""
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        return signature
    size = (key.key_size + 7) // 8
    return b"".join(number.to_bytes(size) for number in decode_dss_signature(signature))


def der_signature(key: Any, signature: bytes) -> bytes:
    """Return a signature as `cryptography` has it."""
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        return signature
    size = len(signature) // 2
    return encode_dss_signature(int.from_bytes(signature[:size]), int.from_bytes(signature[size:]))


def pkcs8(key: Any) -> bytes:
    """Return a private key in DER."""
    encoding, form = serialization.Encoding.DER, serialization.PrivateFormat.PKCS8
    return key.private_bytes(encoding, form, serialization.NoEncryption())


def spki(key: Any) -> bytes:
    """Return the public key of a private one in DER."""
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return key.public_key().public_bytes(serialization.Encoding.DER, form)


@pytest.mark.parametrize("algorithm", SIGNATURES)
async def test_signatures_are_right_on_both_sides(methods: Methods, algorithm: str) -> None:
    """What a method signs, others verify, and the other way round; the key goes through all its formats unchanged."""
    key, parameters = SIGNATURES[algorithm]
    theirs = raw_signature(key, key.sign(DATA, *parameters))
    signature, verified, refused, again, jwk = await methods.value(f"""
        const algorithm = {algorithm}, data = {js_bytes(DATA)}, {{ subtle }} = crypto
        const key = await subtle.importKey("pkcs8", {js_bytes(pkcs8(key))}, algorithm, true, ["sign"])
        const open = await subtle.importKey("spki", {js_bytes(spki(key))}, algorithm, true, ["verify"])
        const jwk = await subtle.exportKey("jwk", key)
        const fromJwk = await subtle.importKey("jwk", {{ ...jwk }}, algorithm, true, ["sign"])
        const hex = (buffer) => new Uint8Array(buffer).toHex()
        return [
          hex(await subtle.sign(algorithm, fromJwk, data)),
          await subtle.verify(algorithm, open, {js_bytes(theirs)}, data),
          await subtle.verify(algorithm, open, {js_bytes(theirs)}, data.slice(1)),
          [hex(await subtle.exportKey("pkcs8", fromJwk)), hex(await subtle.exportKey("spki", open))],
          jwk,
        ]
    """)
    key.public_key().verify(der_signature(key, bytes.fromhex(signature)), DATA, *parameters)
    assert (True, False) == (verified, refused)
    assert [pkcs8(key).hex(), spki(key).hex()] == again
    assert ["sign"] == jwk["key_ops"]


async def test_what_others_encrypted_is_decrypted(methods: Methods) -> None:
    """AES-GCM of another library is read with the same key."""
    data = AESGCM(bytes(16)).encrypt(b"n" * 12, DATA, b"more")
    assert DATA.decode() == await methods.value(f"""
        const key = await crypto.subtle.importKey("raw", new Uint8Array(16), "AES-GCM", false, ["decrypt"])
        const algorithm = {{ name: "aes-gcm", iv: {js_bytes(b"n" * 12)}, additionalData: {js_bytes(b"more")} }}
        return new TextDecoder().decode(await crypto.subtle.decrypt(algorithm, key, {js_bytes(data)}))
    """)


async def test_a_failure_names_the_place_and_what_is_wrong(methods: Methods) -> None:
    """An error that the method does not catch is one of its own, with the line that made the call."""
    failure = (await methods.run('\nawait crypto.subtle.digest("MD4", new Uint8Array(1))')).failure
    assert failure is not None
    assert failure.type == "custom_code"
    assert "'MD4' is not supported" in failure.message
    assert failure.location is not None
    assert (3, "NotSupportedError") == (failure.location.line, failure.data["name"])


async def test_bytes_are_those_of_the_moment_of_the_call(methods: Methods) -> None:
    """What a method does to its bytes afterwards changes nothing."""
    digest = await methods.value("""
        const bytes = new TextEncoder().encode("before")
        const digest = crypto.subtle.digest("SHA-256", bytes)
        bytes.fill(0)
        return new Uint8Array(await digest).toHex()
    """)
    assert hashlib.sha256(b"before").hexdigest() == digest


class Door:
    """Makes calls as hostile code in a worker can: any operation, any payload."""

    def __init__(self, threads: CryptoThreads) -> None:
        self._threads = threads
        self.begin()

    def begin(self, isolation_key: str = "acme", **limits: float) -> None:
        """Begin another run."""
        self._calls = CryptoCalls(
            self._threads,
            SandboxLimits(**limits),
            isolation_key=isolation_key,
            clock=Clock(),
            random=RunRandom(secrets.token_bytes(32)),
        )

    async def ask(self, operation: str, payload: Any = None, data: bytes | None = None) -> HostReply:
        """Make a call."""
        return await self._calls(HostCall(operation=f"crypto.{operation}", payload=payload, site=None, data=data))

    async def key(self, name: str, data: bytes = b"k" * 16, **payload: Any) -> int:
        """Import a key and return its number."""
        payload = {"format": "raw", "algorithm": {"name": name, "hash": "SHA-256"}, "extractable": False, **payload}
        reply = await self.ask("importKey", payload, data)
        assert reply.ok, reply.value
        return int(reply.value["number"])

    async def refused(self, operation: str, payload: Any = None, data: bytes | None = None) -> tuple[str, str]:
        """Make a call that fails; return the name and the message of its error."""
        reply = await self.ask(operation, payload, data)
        assert not reply.ok, reply
        return reply.value["name"], reply.value["message"]


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def door() -> AsyncIterator[Door]:
    """The application's side, without a sandbox."""
    threads = CryptoThreads()
    yield Door(threads)
    await threads.aclose()


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def jwk_of(key: rsa.RSAPrivateKey, **changes: int) -> dict[str, str]:
    """Return an RSA key as a JWK, with some of its numbers changed."""
    numbers = key.private_numbers()
    known = {"n": numbers.public_numbers.n, "e": numbers.public_numbers.e, "d": numbers.d, "p": numbers.p}
    known |= {"q": numbers.q, "dp": numbers.dmp1, "dq": numbers.dmq1, "qi": numbers.iqmp} | changes
    texts = {name: base64.urlsafe_b64encode(n.to_bytes((n.bit_length() + 7) // 8 or 1)) for name, n in known.items()}
    return {"kty": "RSA", **{name: text.decode().rstrip("=") for name, text in texts.items()}}


RSA_SIGNING = {"name": "RSASSA-PKCS1-v1_5", "hash": "SHA-256"}
PBKDF2 = {"name": "PBKDF2", "hash": "SHA-256", "salt": b64(b"salt")}
IMPORT_RSA = {"format": "jwk", "algorithm": RSA_SIGNING, "usages": ["sign"]}

REFUSALS: dict[str, Any] = {
    "too many bytes": ("digest", {"algorithm": {"name": "SHA-1"}}, bytes(10 * MIB + 1), "OperationError", "10485760"),
    "no payload": ("digest", None, None, "SyntaxError", "name"),
    "another payload": ("digest", {"algorithm": [1]}, None, "SyntaxError", "algorithm"),
    "no operation": ("shutdown", {"algorithm": {"name": "HMAC"}, "key": 1}, None, "NotSupportedError", "no such"),
    "a name that is no text": ("digest", {"algorithm": {"name": 7}}, None, "NotSupportedError", "that was given"),
    "a long name": ("digest", {"algorithm": {"name": "x" * 9999}}, None, "NotSupportedError", "x" * 64 + "' is"),
    "no hash": ("digest", {"algorithm": {"name": "HMAC"}}, None, "NotSupportedError", "no hash"),
    "no base64": ("encrypt", {"algorithm": {"name": "AES-CBC", "iv": "%"}, "key": 1}, None, "SyntaxError", "iv"),
    "a key that is not there": (
        "sign",
        {"algorithm": {"name": "HMAC"}, "key": 99},
        b"",
        "InvalidAccessError",
        "no such",
    ),
    "a key by another name": ("sign", {"algorithm": {"name": "HMAC"}, "key": "1"}, b"", "SyntaxError", "key"),
    "numbers that do not belong together": (
        "importKey",
        {**IMPORT_RSA, "jwk": jwk_of(RSA, d=3)},
        None,
        "DataError",
        "no RSA key",
    ),
    "primes that are one": ("importKey", {**IMPORT_RSA, "jwk": jwk_of(RSA, p=1)}, None, "DataError", "no RSA key"),
    "a modulus that is too long": (
        "importKey",
        {**IMPORT_RSA, "jwk": {"kty": "RSA", "n": "_" * 2000, "e": "AQAB"}},
        None,
        "DataError",
        "no RSA key",
    ),
    "a JWK without members": ("importKey", {**IMPORT_RSA, "jwk": {"kty": "RSA"}}, None, "DataError", "no RSA key"),
    "a JWK of no kind": ("importKey", {**IMPORT_RSA, "jwk": {"kty": []}}, None, "DataError", "kty"),
    "a JWK of many members": (
        "importKey",
        {**IMPORT_RSA, "jwk": dict.fromkeys(map(str, range(65)), "")},
        None,
        "SyntaxError",
        "jwk",
    ),
    "many usages": ("importKey", {**IMPORT_RSA, "usages": ["sign"] * 65}, None, "SyntaxError", "usages"),
    "a long parameter": (
        "encrypt",
        {"algorithm": {"name": "AES-GCM", "additionalData": "A" * (1024 * 1024 + 4)}, "key": 1},
        b"",
        "SyntaxError",
        "additionalData",
    ),
    "no JWK": ("importKey", IMPORT_RSA, None, "SyntaxError", "jwk"),
    "a key that is too long": (
        "importKey",
        {"format": "raw", "algorithm": {"name": "HMAC", "hash": "SHA-1"}},
        bytes(16 * 1024 + 1),
        "DataError",
        "16384",
    ),
    "a private key as raw": ("importKey", {"format": "raw", "algorithm": RSA_SIGNING}, b"1", "DataError", "format raw"),
    "RSA of many bits": (
        "generateKey",
        {"algorithm": {**RSA_SIGNING, "modulusLength": 16384, "publicExponent": "AQAB"}, "usages": ["sign"]},
        None,
        "OperationError",
        "4096",
    ),
    "RSA with an exponent of two": (
        "generateKey",
        {"algorithm": {**RSA_SIGNING, "modulusLength": 2048, "publicExponent": "Ag=="}, "usages": ["sign"]},
        None,
        "OperationError",
        "65537",
    ),
    "a key for deriving": ("generateKey", {"algorithm": {"name": "HKDF"}}, None, "NotSupportedError", "HKDF"),
    "a hash as a key": ("generateKey", {"algorithm": {"name": "SHA-1"}}, None, "NotSupportedError", "SHA-1"),
    "an AES key of no length": ("generateKey", {"algorithm": {"name": "AES-GCM"}}, None, "OperationError", "length"),
}


@pytest.mark.parametrize("what", REFUSALS)
async def test_what_cannot_be_asked_for_is_refused(door: Door, what: str) -> None:
    """Whatever a worker writes, the answer is an error that says what is wrong, and nothing long is computed."""
    operation, payload, data, name, words = REFUSALS[what]
    door.begin()
    await door.key("HMAC", usages=["sign"])
    said, message = await door.refused(operation, payload, data)
    assert name == said
    assert words in message
    assert len(message) < 1000


DERIVATIONS: dict[str, tuple[dict[str, Any], str]] = {
    "more iterations than may be": ({"iterations": 2_000_001, "length": 256}, "2000000"),
    "more blocks than may be": ({"iterations": 1_000_000, "length": 768}, "2000000"),
    "more bits than may be": ({"iterations": 1, "length": 8 * 64 * 1024 + 8}, "524288"),
    "no salt": ({"iterations": 1, "length": 256, "salt": None}, "salt"),
    "no length": ({"iterations": 1, "length": 0}, "how many bits"),
}


@pytest.mark.parametrize("what", DERIVATIONS)
async def test_deriving_is_bounded(door: Door, what: str) -> None:
    """The work of PBKDF2 is bounded, in iterations and in what is derived."""
    parameters, words = DERIVATIONS[what]
    door.begin()
    algorithm = {**PBKDF2, **{name: value for name, value in parameters.items() if name != "length"}}
    key = await door.key("PBKDF2", usages=["deriveBits"])
    _, message = await door.refused("deriveBits", {"algorithm": algorithm, "key": key, "length": parameters["length"]})
    assert words in message


async def test_a_run_may_have_so_many_keys(door: Door) -> None:
    """Keys stay in the application, so their number is bounded; another run has its own."""
    door.begin()
    for _ in range(1024):
        await door.key("AES-CBC", usages=["encrypt"])
    payload = {"format": "raw", "algorithm": {"name": "AES-CBC"}, "usages": ["encrypt"]}
    assert ("OperationError", "A run may have 1024 keys.") == await door.refused("importKey", payload, bytes(16))
    door.begin()
    assert await door.key("AES-CBC", usages=["encrypt"]) == 1


async def test_what_is_computed_counts_as_cpu_time(door: Door) -> None:
    """A run that lets the application compute more than it may compute itself is ended."""
    door.begin(cpu_time_seconds=0.05)
    key = await door.key("PBKDF2", usages=["deriveBits"])
    payload = {"algorithm": {**PBKDF2, "iterations": 300_000}, "key": key, "length": 256}
    with pytest.raises(RunEnded) as ended:
        await asyncio.gather(*(door.ask("deriveBits", payload) for _ in range(20)))
    assert ("limit", "cpu_time") == (ended.value.failure.type, ended.value.failure.key)
    assert json.dumps(ended.value.failure.data).startswith('{"limit": "cpu_time", "value": 0.05, "used": ')


async def test_keys_take_turns(door: Door) -> None:
    """The operations of one connection's many runs do not delay the one of another connection."""
    flood = [Door(door._threads) for _ in range(6)]
    keys = [await run.key("PBKDF2", usages=["deriveBits"]) for run in flood]
    algorithm = {**PBKDF2, "iterations": 200_000}
    works = [
        asyncio.create_task(run.ask("deriveBits", {"algorithm": algorithm, "key": key, "length": 256}))
        for run, key in zip(flood, keys, strict=True)
    ]
    await asyncio.sleep(0)
    other = Door(door._threads)
    other.begin("other")
    assert (await other.ask("digest", {"algorithm": {"name": "SHA-256"}}, b"a")).ok
    assert sum(work.done() for work in works) < 3
    await asyncio.gather(*works)


async def test_a_run_that_ends_leaves_what_is_computed(methods: Methods) -> None:
    """A run need not wait for what it asked for: its time is up as for any other call."""
    failure = (
        await methods.run(
            """
            const base = await crypto.subtle.importKey("raw", new Uint8Array(8), "PBKDF2", false, ["deriveBits"])
            const algorithm = { name: "PBKDF2", hash: "SHA-512", salt: new Uint8Array(8), iterations: 700000 }
            await Promise.all(Array.from({ length: 20 }, () => crypto.subtle.deriveBits(algorithm, base, 512)))
            """,
            limits=Limits(wall_time_seconds=0.5, cpu_time_seconds=60),
        )
    ).failure
    assert failure is not None
    assert ("limit", "wall_time") == (failure.type, failure.key)
