"""URLs, names and redirects that lead where no method may go. More of them: `tests/test_bridge/test_egress.py`, `test_url.py`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from harness.calls import all_refused, fails, refused

if TYPE_CHECKING:
    from harness.arena import Arena
    from harness.case import Case

pytestmark = pytest.mark.asyncio(loop_scope="module")

LEGACY = ["0", "0x7f000001", "127.1", "0x7f.1", "2852039166", "0xa9fea9fe", "127.0.0.1."]
SPECIAL = [
    "0.0.0.0",
    "10.1.2.3",
    "100.64.0.1",
    "100.100.100.200",
    "127.255.255.254",
    "168.63.129.16",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.192",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "[::]",
    "[::1]",
    "[::127.0.0.1]",
    "[::ffff:127.0.0.1]",
    "[64:ff9b::7f00:1]",
    "[2002:7f00:1::]",
    "[fc00::1]",
    "[fd00:ec2::254]",
    "[fe80::1]",
    "[ff02::1]",
]
TRICKS = [
    *(
        "//evil.test/x",
        "\\\\evil.test\\x",
        "/a\\b",
        " http://evil.test/",
        "http:evil",
        "http:/evil.test",
        "javascript:1",
        "file:///etc/passwd",
    ),
    *(
        "ftp://x/",
        "unix:///var/run/docker.sock",
        "http+unix://%2Fvar%2Frun%2Fdocker.sock/x",
        "data:text/plain,x",
        "ws://evil.test/",
    ),
    *(
        "../secrets",
        "a/../../secrets",
        "%2e%2e/secrets",
        "..\\x",
        "http://user:pass@evil.test/",
        "http://evil.test\\@127.0.0.1/",
    ),
    *(
        "http://",
        "http:///x",
        "http://evil.test:0/",
        "http://evil.test:99999/",
        "http://evil.test:-1/",
        "http://a b/",
        "http://a%2fb/",
    ),
    *(
        "http://[fe80::1%25eth0]/",
        "http://[::zz]/",
        "x\x7f",
        "x\u0085y\n",
        "http://evil.test\t/",
        "http://evil\u00ad.test\0/",
    ),
]
CASES: dict[str, tuple[Any, ...]] = {
    "a number for an address": refused("apiClient.get('http://2130706433/')", "egress", "address"),
    "a hexadecimal address": refused("apiClient.get('http://0x7f.1/')", "egress", "address"),
    "an octal address": refused("apiClient.get('http://017700000001/')", "egress", "address"),
    "a short address": refused("apiClient.get('http://127.1:1/')", "egress", "address"),
    "an address in IPv6": refused("apiClient.get('http://[::ffff:10.0.0.1]/')", "egress", "address"),
    "an address behind NAT64": refused("apiClient.get('http://[64:ff9b::a00:1]/')", "egress", "address"),
    "the metadata of a cloud": refused("apiClient.get('http://169.254.169.254/latest')", "egress", "address"),
    "a private address": refused("apiClient.get('http://10.0.0.1/')", "egress", "address"),
    "an address in wide digits": refused("apiClient.get('http://\\uff11\\uff10.0.0.1/')", "request", "url"),
    "another port of this machine": refused("apiClient.get('http://127.0.0.1:1/')", "egress", "address"),
    "a scheme of files": refused("apiClient.get('file:///etc/passwd')", "request", "url"),
    "a scheme of scripts": refused("apiClient.get('javascript:1')", "request", "url"),
    "a password in a URL": refused("apiClient.get('http://good.com@10.0.0.1/')", "request", "url"),
    "line breaks in a path": (
        "ok",
        "const out = []; for (const p of ['x\\r\\ny', 'x\\ty', 'x\\0']) try { await apiClient.get(p) } catch (e) { out.push(e.key) } return out",
        {"value": ["url", "url", "url"], "sent": 0},
    ),
    "a long URL": refused("apiClient.get('x'.repeat(1e5))", "request", "url"),
    "a long query": refused("apiClient.get('x', { q: 'x'.repeat(1e6) })", "request", "url"),
    "a redirect to metadata": fails("to-metadata", "egress", "address"),
    "a redirect to a private address": fails("to-private", "egress", "address"),
    "a redirect to a file": fails("to-file", "egress", "redirect"),
    "a redirect to itself": fails("to-itself", "egress", "redirects", sent=6),
    "addresses as nobody writes them": all_refused([f"http://{host}/" for host in LEGACY], "egress", "address"),
    "addresses that belong to nobody": all_refused([f"http://{host}/" for host in SPECIAL], "egress", "address"),
    "tricks with URLs": all_refused(TRICKS, "request", "url"),
    "names of this machine": all_refused(
        ["http://localhost:1/", "http://LOCALHOST:1/", "http://localhost.:1/"], "egress", "address"
    ),
    "ports of other protocols": all_refused(
        [f"http://93.184.215.14:{port}/" for port in (22, 25, 6000, 6667)], "egress", "address"
    ),
    "a name of a private address": refused("apiClient.get('http://private.test/')", "egress", "address"),
    "a name of cloud metadata": refused("apiClient.get('http://METADATA.test./latest')", "egress", "address"),
    "a name of a public and a private address": refused("apiClient.get('http://mixed.test/')", "egress", "address"),
    "a name of a thousand addresses": refused("apiClient.get('http://thousand.test/')", "egress", "address"),
    "a name of this server on another port": refused("apiClient.get('http://open.test:1/')", "egress", "address"),
    "a name that nobody has": refused("apiClient.get('http://nowhere.test/')", "connection", "connect"),
    "a name behind a fragment": refused("apiClient.get('http://nowhere.test#@10.0.0.1/')", "connection", "connect"),
    "a name that is never found": (
        "ok",
        "try { await apiClient.get('http://stalled.test/') } catch (e) { return e.type }",
        {"value": "connection", "sent": 0, "limits": {"connect_seconds": 0.3, "request_seconds": 0.5}},
    ),
    "forty names that are never found": (
        "ok | limit/requests | limit/wall_time",
        "const all = await Promise.allSettled(Array.from({ length: 40 }, (_, i) => apiClient.get(`http://stalled${i}.test/`)));"
        " return all.every((one) => one.reason.type === 'connection')",
        {
            "value": True,
            "sent": 0,
            "limits": {"connect_seconds": 0.3, "request_seconds": 0.5, "wall_time_seconds": 3.0},
        },
    ),
    "a homograph of this machine": refused(
        "apiClient.get('http://\u24db\u24de\u24d2\u24d0\u24db\u24d7\u24de\u24e2\u24e3:1/')", "request", "url"
    ),
    "a base of its own": refused("apiClient.get('x', {}, { baseUri: 'http://10.0.0.1' })", "egress", "address"),
    "a base of its own that is no URL": refused("apiClient.get('x', {}, { baseUri: 'file:///' })", "request", "url"),
    "a proxy of its own": (
        "ok",
        "try { await apiClient.get('x', {}, { proxyUri: 'http://10.0.0.1' }) } catch (e) { return ['request', 'egress'].includes(e.type) } return true",
        {"value": True},
    ),
    "twenty-five redirects": fails("hop/25", "egress", "redirects", sent=6),
    "a redirect to an address that nobody writes": fails("to/http://2130706433/", "egress", "address"),
    "a redirect to a name of a private address": fails("to/http://private.test/", "egress", "address"),
    "a redirect to a name of many": fails("to/http://mixed.test/", "egress", "address"),
    "a redirect to another scheme": fails("to/javascript:1", "egress", "redirect"),
    "a redirect to no scheme": fails("to///10.0.0.1/", "egress", "address"),
    "a redirect with a password": fails("to/http://a:b@10.0.0.1/", "egress", "redirect"),
    "a redirect to backslashes": (
        "ok",
        "try { await apiClient.get('to/' + encodeURIComponent('\\\\\\\\10.0.0.1/')) } catch (e) { return e.type }",
        {"value": "egress", "sent": 1},
    ),
}


async def test_it_hurts_nobody(arena: Arena, case: Case) -> None:
    """A URL is judged by what it means, at each hop, and nobody else notices."""
    assert [] == await arena.check(case)
