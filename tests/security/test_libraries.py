"""Methods that abuse what the host does for them beside their client: `fetch`, axios, `crypto`, timers of libraries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from harness.arena import Arena
    from harness.case import Case

pytestmark = pytest.mark.asyncio(loop_scope="module")

BURNS = {"burns": True}
CPU = {"limits": {"cpu_time_seconds": 0.5}}
THROWN = "custom_code/None"
MEMORY = "limit/memory | limit/crashed | limit/cpu_time"
CAUGHT = "try { %s } catch (e) { return true } return false"
SHOWS = "r.headers.some((line) => line.includes('c4n4ry')) || r.target.includes('c4n4ry')"
PBKDF2 = (
    "const key = await crypto.subtle.importKey('raw', new Uint8Array(8), 'PBKDF2', false, ['deriveBits']);"
    " const derive = (iterations, bits) => crypto.subtle.deriveBits({ name: 'PBKDF2', hash: 'SHA-256', salt: new Uint8Array(8), iterations }, key, bits); "
)
RSA = "crypto.subtle.generateKey({ name: 'RSA-OAEP', modulusLength: %s, publicExponent: new Uint8Array([1, 0, 1]), hash: 'SHA-256' }, false, ['encrypt', 'decrypt'])"


def fails(call: str, **options: Any) -> tuple[Any, ...]:
    """A call that rejects."""
    return "ok", CAUGHT % f"await {call}", {"value": True, "sent": 0, **options}


CASES: dict[str, tuple[Any, ...]] = {
    "fetch of a private address": fails("fetch('http://10.0.0.1/')"),
    "fetch of metadata by a name": fails("fetch('http://metadata.test/latest')"),
    "fetch of a file": fails("fetch('file:///etc/passwd')"),
    "fetch of a socket": fails("fetch('http+unix://%2Fvar%2Frun%2Fdocker.sock/x')"),
    "fetch with a password": fails("fetch('http://a:b@10.0.0.1/')"),
    "fetch with a verb that is none": fails("fetch(credentials.own, { method: 'TRACE' })"),
    "fetch with a verb that injects": fails("fetch(credentials.own, { method: 'GET / HTTP/1.1\\r\\nX: y' })"),
    "fetch with a header that injects": fails("fetch(credentials.own, { headers: { a: 'b\\r\\nc: d' } })"),
    "fetch with headers by the hundred thousand": (
        f"ok | {MEMORY} | limit/call_size",
        CAUGHT % "await fetch(credentials.own, { headers: Array.from({ length: 1e5 }, (_, i) => ['h' + i, 'x']) })",
        {"value": True, "sent": 0},
    ),
    "fetch of a redirect to a private address": fails("fetch(credentials.own + 'to-private')", sent=1),
    "fetch of a redirect without end": fails("fetch(credentials.own + 'to-itself')", sent=6),
    "fetch elsewhere": (
        "ok",
        f"const r = await (await fetch(credentials.other + 'x')).json(); return {SHOWS}",
        {"value": False, "sent": 1},
    ),
    "fetch of its own server": (
        "ok",
        f"const r = await (await fetch(credentials.own + 'x')).json(); return {SHOWS}",
        {"value": False, "sent": 1},
    ),
    "fetch without end": (f"limit/requests | {MEMORY}", "for (;;) fetch(credentials.own + 'x')"),
    "fetch without end that is awaited": (
        "limit/requests",
        "for (;;) await fetch(credentials.own + 'x')",
        {"sent": 100},
    ),
    "fetch of a body without end": (
        f"limit/response_size | limit/wall_time | {MEMORY} | {THROWN}",
        "return (await (await fetch(credentials.own + 'endless')).text()).length",
        {"burns": True},
    ),
    "fetch of a bomb": (
        f"limit/response_size | limit/wall_time | {MEMORY} | {THROWN}",
        "return (await (await fetch(credentials.own + 'bomb')).text()).length",
        {"sent": 1, "limits": {"wall_time_seconds": 2.0}},
    ),
    "fetch that is given up": (
        "ok",
        "const c = new AbortController(); const p = fetch(credentials.own + 'never', { signal: c.signal }); c.abort(); try { await p } catch { return 1 }",
        {"value": 1},
    ),
    "fetch that is given up in a loop": (
        f"limit/requests | limit/wall_time | {MEMORY}",
        "for (;;) { const c = new AbortController(); const p = fetch(credentials.own + 'never', { signal: c.signal }); c.abort(); try { await p } catch {} }",
        {"limits": {"wall_time_seconds": 1.0}},
    ),
    "a stream of its own without end": (
        f"limit/wall_time | limit/request_size | limit/call_size | {MEMORY} | {THROWN}",
        "return new Response(new ReadableStream({ pull(c) { c.enqueue(new Uint8Array(65536)) } })).arrayBuffer()",
        BURNS,
    ),
    "a stream of its own that throws": (
        THROWN,
        "return new Response(new ReadableStream({ pull() { throw new Error('x') } })).text()",
    ),
    "axios to metadata": fails("require('axios').get('http://169.254.169.254/latest')"),
    "axios through a proxy": fails(
        "require('axios').get('http://10.0.0.1/', { proxy: { host: '10.0.0.1', port: 1 } })"
    ),
    "axios by a socket": (
        "ok",
        "try { await require('axios').get(credentials.own + 'x', { socketPath: '/var/run/docker.sock' }) } catch {} return 1",
        {"value": 1},
    ),
    "axios with a hook that loops": (
        "limit/wall_time",
        "await require('axios').get(credentials.own + 'x', { transformResponse: [() => { while (true) {} }] })",
        BURNS,
    ),
    "axios polluted": (
        "ok",
        "Object.prototype.baseURL = 'http://10.0.0.1'; Object.prototype.proxy = { host: '10.0.0.1' }; try { await require('axios').get(credentials.own + 'x') } catch {} return 1",
        {"value": 1},
    ),
    "PBKDF2 of billions": fails(f"(async () => {{ {PBKDF2} await derive(2 ** 31 - 1, 256) }})()"),
    "PBKDF2 of a megabyte": fails(f"(async () => {{ {PBKDF2} await derive(1, 2 ** 23) }})()"),
    "PBKDF2 again and again": ("limit/cpu_time", f"{PBKDF2} for (;;) await derive(1e6, 256)", CPU),
    "PBKDF2 a hundred times at once": (
        "limit/cpu_time",
        f"{PBKDF2} await Promise.all(Array.from({{ length: 100 }}, () => derive(1e6, 256)))",
        CPU,
    ),
    "a key of RSA of all": fails(RSA % "2 ** 20"),
    "keys of RSA again and again": ("limit/cpu_time", f"for (;;) await {RSA % 4096}", CPU),
    "keys without end": (
        f"limit/wall_time | {THROWN} | {MEMORY}",
        "for (;;) await crypto.subtle.importKey('raw', new Uint8Array(8), 'PBKDF2', false, ['deriveBits'])",
        BURNS,
    ),
    "digests without end": (
        f"limit/wall_time | {THROWN} | {MEMORY}",
        "for (;;) await crypto.subtle.digest('SHA-512', new Uint8Array(2 ** 20))",
        BURNS,
    ),
    "a digest of more than there is": (
        f"{THROWN} | limit/call_size | {MEMORY}",
        "await crypto.subtle.digest('SHA-256', new Uint8Array(2 ** 28))",
    ),
    "random values of all": (THROWN, "crypto.getRandomValues(new Uint8Array(2 ** 20))"),
    "a key of somebody else": (
        "ok",
        "const key = await crypto.subtle.importKey('raw', new Uint8Array(8), 'PBKDF2', false, ['deriveBits']);"
        " const forged = Object.assign(Object.create(Object.getPrototypeOf(key)), { id: 1, handle: 1 });"
        " try { await crypto.subtle.exportKey('raw', forged) } catch { return true } return false",
        {"value": True},
    ),
    "a key that may not leave": fails(
        "(async () => { const key = await crypto.subtle.importKey('raw', new Uint8Array(16), 'AES-GCM', false, ['encrypt']);"
        " await crypto.subtle.exportKey('raw', key) })()"
    ),
}


async def test_it_hurts_nobody(arena: Arena, case: Case) -> None:
    """What the host does for a method is bounded as what the method does itself, and nobody else notices."""
    assert [] == await arena.check(case)
