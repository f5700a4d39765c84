"""URL, Buffer and the other libraries that an isolate loads on first touch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio

from runtime import Extension, HostCall, HostReply, Module, Sandbox

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from conftest import Bench

pytestmark = pytest.mark.asyncio(loop_scope="module")

LIBRARY_OF = {
    "Blob": "blob",
    "Buffer": "buffer",
    "File": "blob",
    "FormData": "blob",
    "TextDecoder": "encoding",
    "TextEncoder": "encoding",
    "URL": "url",
    "URLSearchParams": "url",
    "atob": "base64",
    "btoa": "base64",
    "structuredClone": "clone",
}

EXTENSION = Extension(
    name="shelf",
    source="""
    (core) => {
      const settle = {
        resolve: (_, bytes) => core.library("buffer").Buffer.from(bytes),
        reject: (value) => value,
      };
      core.onStart("echo", (settings, args) => {
        args.library = core.library;
        args.loaded = () => "base64 blob buffer clone encoding inspect url".split(" ").filter((name) => core.loadedLibrary(name));
        args.later = (work) => (async () => { await work() })();
        args.download = () => core.call("download", null, settle);
        if (settings?.companion) args.other = core.loadMethod(settings.companion, ["make"]);
      });
    }
    """,
)


async def answer(_: HostCall) -> HostReply:
    """Answer with three bytes that become a Buffer."""
    return HostReply(ok=True, value=None, data=b"\x00hi", libraries=("buffer",))


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def shelf(shared_bench: Bench) -> AsyncIterator[Bench]:
    """A sandbox whose methods can look at the libraries."""
    async with Sandbox(extensions=(EXTENSION,), workers=2) as sandbox:
        yield type(shared_bench)(sandbox)


URLS: dict[str, Any] = {
    "new URL('https://api.example/v1/items?x=1#top').href": "https://api.example/v1/items?x=1#top",
    "new URL('/v2?a=b', 'https://api.example/v1/items').href": "https://api.example/v2?a=b",
    "new URL('../up', 'https://api.example/a/b/c').href": "https://api.example/a/up",
    "new URL('HTTPS://API.Example:443/%7e')": "https://api.example/%7e",
    "new URL('https://u:p@h.example:8443/p/?q=1#f').toJSON()": "https://u:p@h.example:8443/p/?q=1#f",
    "(({ origin, protocol, username, password, host, hostname, port, pathname, search, hash }) => "
    "[origin, protocol, username, password, host, hostname, port, pathname, search, hash])"
    "(new URL('https://u:p@h.example:8443/p/?q=1#f'))": [
        "https://h.example:8443",
        "https:",
        "u",
        "p",
        "h.example:8443",
        "h.example",
        "8443",
        "/p/",
        "?q=1",
        "#f",
    ],
    "new URL('https://h.example/a b/é?x=é ü#ö').href": "https://h.example/a%20b/%C3%A9?x=%C3%A9%20%C3%BC#%C3%B6",
    "new URL('https://h.example/%zz?a=%zz').href": "https://h.example/%zz?a=%zz",
    "new URL('https://bücher.example/').host": "xn--bcher-kva.example",
    "new URL('https://BÜCHER.faß.日本語.example/').host": "xn--bcher-kva.xn--fa-hia.xn--wgv71a119e.example",
    "new URL('https://xn--bcher-kva.example/').host": "xn--bcher-kva.example",
    "new URL('http://0x7f.1/').hostname": "127.0.0.1",
    "new URL('http://[::0:1]/').hostname": "[::1]",
    "(() => { const u = new URL('https://h.example/p'); u.searchParams.append('q', 'a&b=c d'); u.hash = 'x'; return u.href })()": (
        "https://h.example/p?q=a%26b%3Dc+d#x"
    ),
    "(() => { const u = new URL('https://h.example/?a=1'); u.search = '?b=2'; return u.searchParams.get('b') })()": "2",
    "[URL.canParse('https://h.example'), URL.canParse('nope'), URL.parse('nope')]": [True, False, None],
    "(() => { try { new URL('nope') } catch (e) { return [e.name, e.message, e instanceof TypeError] } })()": [
        "TypeError",
        "Invalid URL: nope",
        True,
    ],
    "new URLSearchParams({ q: 'a b&c=d', 'k[]': 'é€😀', plus: '+', tilde: \"~!*()'\" }).toString()": (
        "q=a+b%26c%3Dd&k%5B%5D=%C3%A9%E2%82%AC%F0%9F%98%80&plus=%2B&tilde=%7E%21*%28%29%27"
    ),
    "new URLSearchParams([['a', '1'], ['a', '2']]).getAll('a')": ["1", "2"],
    "new URLSearchParams('?a=1&b=%20x+y&c').toString()": "a=1&b=+x+y&c=",
    "[...new URLSearchParams('b=%C3%A9&a=%FF&b=%F0%9F%98%80')]": [["b", "é"], ["a", "\ufffd"], ["b", "😀"]],
    "(() => { const p = new URLSearchParams('z=1&a=2&z=3&a=1'); p.sort(); return `${p}` })()": "a=2&a=1&z=1&z=3",
    "(() => { const p = new URLSearchParams('a=1&b=2&a=3'); p.set('a', 9); p.append('c', null); return `${p}` })()": "a=9&b=2&c=null",
    "(() => { const p = new URLSearchParams('a=1&b=2&a=3'); p.delete('a', '1'); return [`${p}`, p.size, p.has('a', '3'), p.get('x')] })()": [
        "b=2&a=3",
        2,
        True,
        None,
    ],
    "(() => { const p = new URLSearchParams({ a: 1 }); const seen = []; p.forEach((v, k) => seen.push(k + v)); "
    "return [seen, [...p.keys()], [...p.values()], [...p.entries()]] })()": [["a1"], ["a"], ["1"], [["a", "1"]]],
    "new URLSearchParams('a=\\ud800').get('a')": "\ufffd",
    "[new URL('http://h.example') instanceof URL, URL.name, URLSearchParams.name, `${Object.prototype.toString.call(new URLSearchParams())}`]": [
        True,
        "URL",
        "URLSearchParams",
        "[object URLSearchParams]",
    ],
}

BUFFERS: dict[str, Any] = {
    "Buffer.from('user:päss').toString('base64')": "dXNlcjpww6Rzcw==",
    "Buffer.from('dXNlcjpww6Rzcw==', 'base64').toString()": "user:päss",
    "Buffer.from('dXNlcjpww6Rzcw', 'BASE64').toString('UTF-8')": "user:päss",
    "Buffer.from('a-_ /\\n+*', 'base64').toString('hex')": "6befff",
    "Buffer.from('a', 'base64').length": 0,
    "[Buffer.from([251, 255]).toString('base64url'), Buffer.from('-_8', 'base64url').toString('hex')]": ["-_8", "fbff"],
    "Buffer.from([0, 16, 255]).toString('hex')": "0010ff",
    "[Buffer.from('abxx', 'hex').length, Buffer.from('zzab', 'hex').length]": [1, 0],
    "Buffer.from('é', 'latin1').toString('hex') + Buffer.from([233]).toString('binary')": "e9é",
    "Buffer.from('aé', 'utf16le').toString('hex')": "6100e900",
    "Buffer.from('€').toString('ascii')": "b\u0002,",
    "Buffer.from([0xe2, 0x82, 0x41, 0xff]).toString()": "\ufffdA\ufffd",
    "(() => { const t = 'é😀a€'.repeat(30000); return Buffer.from(t).toString() === t })()": True,
    "Buffer.from('hello').toString('utf8', 1, 3) + Buffer.from('hello').toString('base64', -4, 99)": "elaGVsbG8=",
    "(() => { const a = new ArrayBuffer(4); const b = Buffer.from(a, 1, 2); b[0] = 7; return [...new Uint8Array(a)] })()": [
        0,
        7,
        0,
        0,
    ],
    "(() => { const a = new Uint8Array([1, 2]); const b = Buffer.from(a); b[0] = 7; return [a[0], b.byteLength] })()": [
        1,
        2,
    ],
    "Buffer.concat([Buffer.from('a'), new Uint8Array([98]), Buffer.alloc(1, 'c')]).toString()": "abc",
    "[Buffer.isBuffer(Buffer.alloc(0)), Buffer.isBuffer(new Uint8Array(1)), Buffer.from('x') instanceof Uint8Array]": [
        True,
        False,
        True,
    ],
    "[Buffer.byteLength('é€'), Buffer.byteLength('YWI=', 'base64'), Buffer.isEncoding('base64url'), Buffer.isEncoding('x')]": [
        5,
        2,
        True,
        False,
    ],
    "[Buffer.compare(Buffer.from('a'), Buffer.from('b')), Buffer.from('a').equals(Buffer.from('a'))]": [-1, True],
    "(() => { const b = Buffer.alloc(8); b.writeUInt32BE(0xdeadbeef, 0); b.writeInt16LE(-2, 4); return [b.toString('hex'), b.readInt16LE(4)] })()": [
        "deadbeeffeff0000",
        -2,
    ],
    "Buffer.from('a,b').indexOf(',') + Buffer.from('abc').subarray(1).toString() + Buffer.from('abc').slice(-1)": "1bcc",
    "(() => { try { Buffer.from('x', 'nope') } catch (e) { return [e.name, e.message] } })()": [
        "TypeError",
        "Unknown encoding: nope",
    ],
    "JSON.stringify(Buffer.from('hi'))": '{"type":"Buffer","data":[104,105]}',
    "`${Buffer.from('text')}` + Buffer.name": "textBuffer",
}

ENCODINGS: dict[str, Any] = {
    "atob(btoa('\\x00\\xffhi'))": "\x00\xffhi",
    "[atob(' Y Q = = '), atob('YQ'), btoa('')]": ["a", "a", ""],
    "['Y', 'Y*==', 'YQ=', '=YQ='].map((t) => { try { return atob(t) } catch (e) { return [e.name, e.code] } })": (
        [["InvalidCharacterError", 5]] * 4
    ),
    "(() => { try { btoa('€') } catch (e) { return [e.name, e instanceof Error] } })()": [
        "InvalidCharacterError",
        True,
    ],
    "[...new TextEncoder().encode('aé€😀\\ud800')]": [97, 195, 169, 226, 130, 172, 240, 159, 152, 128, 239, 191, 189],
    "(() => { const into = new Uint8Array(4); return [new TextEncoder().encodeInto('a€b', into), [...into]] })()": [
        {"read": 2, "written": 4},
        [97, 226, 130, 172],
    ],
    "new TextDecoder().decode(new Uint8Array([239, 187, 191, 195, 169, 255]))": "é\ufffd",
    "new TextDecoder('utf-8', { ignoreBOM: true }).decode(new Uint8Array([239, 187, 191, 97]).buffer)": "\ufeffa",
    "(() => { try { new TextDecoder('utf-8', { fatal: true }).decode(new Uint8Array([195])) } catch (e) { return e.name } })()": "TypeError",
    "(() => { const d = new TextDecoder(); return d.decode(new Uint8Array([226, 130]), { stream: true }) + d.decode(new Uint8Array([172])) })()": "€",
    "[new TextDecoder('latin1').encoding, new TextDecoder('iso-8859-1').decode(new Uint8Array([128, 233]))]": [
        "windows-1252",
        "€é",
    ],
    "new TextDecoder('utf-16le').decode(new Uint8Array([97, 0, 61, 216, 0, 222]))": "a😀",
    "(() => { try { new TextDecoder('nope') } catch (e) { return e.name } })()": "RangeError",
}

CLONES: dict[str, Any] = {
    "structuredClone({ a: [1, { b: null }], d: new Date(0) })": {
        "a": [1, {"b": None}],
        "d": "1970-01-01T00:00:00.000Z",
    },
    "(() => { const o = { list: [] }; o.self = o; const c = structuredClone(o); return [c.self === c, c !== o, c.list !== o.list] })()": [
        True,
        True,
        True,
    ],
    "(() => { const c = structuredClone(new Map([[new Date(5), new Set([1n])]])); const [[k, v]] = c; return [k.getTime(), `${[...v][0]}`] })()": [
        5,
        "1",
    ],
    "(() => { const e = structuredClone(new RangeError('m')); return [e instanceof RangeError, e.message] })()": [
        True,
        "m",
    ],
    "(() => { const b = new ArrayBuffer(2); const c = structuredClone({ b }, { transfer: [b] }); return [b.byteLength, c.b.byteLength] })()": [
        0,
        2,
    ],
    "[() => 1, Symbol('s'), Promise.resolve()].map((v) => { try { structuredClone(v) } catch (e) { return [e.name, e.code] } })": (
        [["DataCloneError", 25]] * 3
    ),
    "structuredClone(Buffer.from('hi')) instanceof Uint8Array": True,
}

FORMS: dict[str, Any] = {
    "(async () => { const b = new Blob(['é', new Uint8Array([33]), new Blob(['in'])], { type: 'Text/Plain' }); return [b.size, b.type, await b.text()] })()": [
        5,
        "text/plain",
        "é!in",
    ],
    "(async () => { const b = new Blob(['hello']).slice(1, -1, 'a/b'); return [b.size, b.type, Buffer.from(await b.arrayBuffer()).toString()] })()": [
        3,
        "a/b",
        "ell",
    ],
    "new Blob(['\\ufeffa']).text()": "a",
    "(async () => { let n = 0; for await (const chunk of new Blob(['ab', 'c']).stream()) n += chunk.length; return n })()": 3,
    "(async () => { const r = new Blob(['abc']).stream().getReader(); const { value } = await r.read(); return [value.length, (await r.read()).done] })()": [
        3,
        True,
    ],
    "(() => { const f = new File(['x'], 'a.txt', { type: 'text/plain', lastModified: 5 }); "
    "return [f.name, f.type, f.size, f.lastModified, f instanceof Blob, File.name] })()": [
        "a.txt",
        "text/plain",
        1,
        5,
        True,
        "File",
    ],
    "(() => { const f = new FormData(); f.append('a', 1); f.append('b', null); f.append('a', 'x'); return [...f] })()": [
        ["a", "1"],
        ["b", "null"],
        ["a", "x"],
    ],
    "(async () => { const f = new FormData(); f.append('file', new Blob(['x'], { type: 't/p' })); f.append('file', new Blob(['y']), 'ü.txt'); "
    "f.append('file', new File(['z'], 'own.txt')); "
    "return Promise.all(f.getAll('file').map(async (v) => [v instanceof File, v.name, v.type, await v.text()])) })()": [
        [True, "blob", "t/p", "x"],
        [True, "ü.txt", "", "y"],
        [True, "own.txt", "", "z"],
    ],
    "(() => { const f = new FormData(); f.append('a', 1); f.append('b', 2); f.append('a', 3); f.set('a', 9); f.delete('b'); "
    "return [[...f.keys()], [...f.values()], f.has('a'), f.has('b'), f.get('a'), f.get('b'), f.getAll('x')] })()": [
        ["a"],
        ["9"],
        True,
        False,
        "9",
        None,
        [],
    ],
    "(() => { const f = new FormData(); f.append('a', 'b'); const seen = []; f.forEach((v, k) => seen.push([k, v])); return [seen, [...f.entries()]] })()": [
        [["a", "b"]],
        [["a", "b"]],
    ],
    "(() => { try { new FormData().append('a') } catch (e) { return e.name } })()": "TypeError",
}

CASES = {**URLS, **BUFFERS, **ENCODINGS, **CLONES, **FORMS}


@pytest.mark.parametrize(("expression", "value"), CASES.items(), ids=CASES.keys())
async def test_globals_of_the_platform_behave_as_they_do_elsewhere(shelf: Bench, expression: str, value: Any) -> None:
    """Each global gives what browsers and Node.js give."""
    assert value == await shelf.value(f"module.exports = () => ({expression})")


@pytest.mark.parametrize(("name", "library"), LIBRARY_OF.items())
async def test_a_library_is_loaded_by_the_first_touch_of_its_global_and_brings_no_other(
    shelf: Bench, name: str, library: str
) -> None:
    """The source names every global; only the one that is touched is loaded, and becomes a plain property."""
    code = f"""// {" ".join(LIBRARY_OF)} console
      const lazy = (name) => 'get' in Object.getOwnPropertyDescriptor(globalThis, name)
      module.exports = ({{ loaded }}) => {{
        const before = loaded()
        const kind = typeof {name}
        const {{ value, ...flags }} = Object.getOwnPropertyDescriptor(globalThis, '{name}')
        return {{ before, kind, same: value === {name}, flags, loaded: loaded(), lazy: {list(LIBRARY_OF)}.filter(lazy) }}
      }}"""
    assert {
        "before": [],
        "kind": "function",
        "same": True,
        "flags": {"writable": True, "enumerable": False, "configurable": True},
        "loaded": [library],
        "lazy": [other for other in LIBRARY_OF if other != name],
    } == await shelf.value(code)


async def test_console_loads_its_library_for_objects_only(shelf: Bench) -> None:
    """A run that writes text to the console does not load what shows objects."""
    code = "module.exports = ({ loaded }) => { console.log('a', 'b'); const text = loaded(); console.log({}); return [text, loaded()] }"
    assert [[], ["inspect"]] == await shelf.value(code)


@pytest.mark.parametrize(
    "code",
    [
        "module.exports = ({ input }) => typeof globalThis[input]",
        "export default ({ input }) => typeof globalThis[input]",
        "module.exports = ({ input }) => { const { [input]: found } = globalThis; return typeof found }",
        "module.exports = function ({ input }) { return typeof (function () { return this })()[input] }",
        "module.exports = ({ input }) => [0].map(function () { return typeof this[input] })[0]",
        "module.exports = ({ input }) => (function () { return typeof this.valueOf()[input] })()",
        "module.exports = ({ input }) => (function () { const all = this\n return typeof all[input] })()",
        "module.exports = ({ input }) => typeof \\u0067lobalThis[input]",
        "module.exports = ({ input }) => typeof glob\\u{61}lThis[input]",
        "module.exports = () => typeof \\u0055RL",
    ],
)
async def test_a_global_whose_name_is_computed_is_there(shelf: Bench, code: str) -> None:
    """Source that can reach the global object finds every library, though it names none."""
    assert "function" == await shelf.value(code, {"input": "URL"})


PLAIN = {
    "nothing": "",
    "prose": "// this method is this way; see this thing\n",
    "members": "const a = { b: 1, get() { return this.b } }; a.get(); class C { d = 2; e() { return this?.d } }\n",
    "a global by its name": "globalThis.seen = [1]; globalThis?.seen;\n",
    "part of another word": "const myURLs = 1, URLish = 2, Bufferless = 3;\n",
    "text that begins with its name": "const text = 'URL: x', other = `URL: ${text}`, third = \"URL, too\";\n",
    "prose about a library": "/* The URL of the webhook; its URL. A URL */ const text = 'Not a URL';\n",
}


@pytest.mark.parametrize("start", PLAIN.values(), ids=PLAIN.keys())
async def test_source_that_cannot_touch_a_library_does_not_get_its_text(shelf: Bench, start: str) -> None:
    """The text of libraries costs nothing where it is not used: it is not there."""
    code = start + "module.exports = ({ library }) => { try { library('url') } catch (e) { return e.message } }"
    message = await shelf.value(code)
    assert "it did not come with this run, since nothing in the source of the method names it" == message


@pytest.mark.parametrize(
    "code",
    [
        "module.exports = () => typeof URL",
        "module.exports = () => { return URL.name && 'function' }",
        "module.exports = () => new URL('https://h.example') instanceof URL && 'function'",
        "module.exports = () => (class extends URL {}) && 'function'",
        "module.exports = () => [URL].map((one) => typeof one)[0]",
        "module.exports = () => 'x' in URL ? 1 : 'function'",
        "module.exports = () => URL instanceof Function && 'function'",
        "module.exports = () => { switch (URL) { case URL: return 'function' } }",
        "module.exports = () => (function* () { yield URL })().next().value.name && 'function'",
        "module.exports = async () => typeof (await URL)",
        "module.exports = () => { const { URL: found } = globalThis; return typeof found }",
        "module.exports = () => typeof Object.getOwnPropertyDescriptor(globalThis, 'URL').get()",
        "module.exports = () => { if (0) 1; else URL.x; return 'function' }",
        "module.exports = () => { void URL; delete URL.x; do URL\n while (0); for (const x of [URL]) return typeof x }",
    ],
)
async def test_a_library_comes_with_every_use_of_its_global(shelf: Bench, code: str) -> None:
    """However an expression uses a global, its library is there."""
    assert "function" == await shelf.value(code)


async def test_a_global_that_is_reached_in_a_hidden_way_says_what_to_do(shelf: Bench) -> None:
    """Where neither the name nor the way to the global object is in the source, the error names the global."""
    code = """Error.prepareStackTrace = (_, sites) => sites[0]['get' + 'Th' + 'is']()
      module.exports = function ({ input }) { return new Error().stack[input] }"""
    failure = (await shelf.run(code, {"input": "Buffer"})).failure
    assert failure is not None
    assert failure.message.startswith("Buffer could not be loaded: it did not come with this run")


async def test_another_file_of_a_run_brings_its_libraries(shelf: Bench) -> None:
    """Libraries that only a companion of the method names are there for it."""
    other = Module(name="auth/make.js", code="exports.make = () => btoa('x')")
    assert "eA==" == await shelf.value("module.exports = ({ other }) => other()", companion=other)


async def test_a_reply_brings_the_library_that_it_needs(shelf: Bench) -> None:
    """What an extension makes of a reply may be an object of a library that the source never names, once or more often."""
    code = """module.exports = async ({ download, loaded }) => {
      const all = [await download(), ...(await Promise.all([download(), download()]))]
      return [loaded(), all.map((one) => [one.length, one.toString('hex'), one.constructor.name])]
    }"""
    assert [["buffer"], [[3, "006869", "Buffer"]] * 3] == await shelf.value(code, calls=answer)


OVERWRITTEN = {
    "assigned": "globalThis.URL = 1",
    "assigned by its bare name": "URL = 1",
    "defined": "Object.defineProperty(globalThis, 'URL', { value: 1 })",
    "deleted": "delete globalThis.URL; globalThis.URL = 1",
    "assigned after its first touch": "new URL('https://h.example'); URL = 1",
    "a local of that name": "(() => { globalThis.URL = 1 })()",
}


@pytest.mark.parametrize("how", OVERWRITTEN.values(), ids=OVERWRITTEN.keys())
async def test_a_method_may_replace_a_global(shelf: Bench, how: str) -> None:
    """What a method puts in a global's place is there; extensions have the library still."""
    code = f"module.exports = ({{ library }}) => {{ {how}; return [URL, typeof library('url').URL] }}"
    assert [1, "function"] == await shelf.value(code)


async def test_replacing_a_global_loads_nothing(shelf: Bench) -> None:
    """A global that is overwritten or shadowed before it is touched costs nothing."""
    code = """const { atob, Buffer = 1 } = {}
      module.exports = ({ loaded }) => {
        globalThis.URL = 1
        const child = Object.create(globalThis)
        child.btoa = 2
        return [loaded(), URL, child.btoa, Object.keys(child), Object.hasOwn(globalThis, 'btoa'), Buffer]
      }"""
    assert [[], 1, 2, ["btoa"], True, 1] == await shelf.value(code)


async def test_the_globals_of_a_frozen_global_object_can_be_used_and_not_replaced(shelf: Bench) -> None:
    """Freezing the global object changes nothing for those who use it."""
    code = """'use strict'
      Object.freeze(globalThis)
      module.exports = () => {
        try { globalThis.btoa = 1 } catch (e) { return [e.name, e.message, btoa('x'), btoa === btoa] }
      }"""
    assert ["TypeError", "Cannot assign to read only property 'btoa'", "eA==", True] == await shelf.value(code)


USES = {
    "Blob": "new Blob(['x']).size === 1",
    "Buffer": "Buffer.from('é').toString('base64') === 'w6k='",
    "File": "new File(['x'], 'n').name === 'n'",
    "FormData": "(() => { const f = new FormData(); f.append('a', 1); return f.get('a') === '1' })()",
    "TextDecoder": "new TextDecoder().decode(new Uint8Array([195, 169])) === 'é'",
    "TextEncoder": "new TextEncoder().encode('é').length === 2",
    "URL": "new URL('/b', 'https://h.example/a').href === 'https://h.example/b'",
    "URLSearchParams": "`${new URLSearchParams({ a: 'b c' })}` === 'a=b+c'",
    "atob": "atob('eA==') === 'x'",
    "btoa": "btoa('x') === 'eA=='",
    "structuredClone": "structuredClone({ a: [1] }).a[0] === 1",
    "AbortController": "(() => { const c = new AbortController(); c.abort(1); return c.signal.aborted && c.signal.reason === 1 })()",
    "DOMException": "new DOMException('m', 'AbortError').code === 20",
    "EventTarget": "(() => { const t = new EventTarget(); let seen = 0; t.addEventListener('x', () => seen++); t.dispatchEvent(new Event('x')); return seen === 1 })()",
    "Headers": "new Headers({ a: '1' }).get('A') === '1'",
    "ReadableStream": "new ReadableStream().getReader() && new ReadableStream().locked === false",
    "Request": "new Request('https://h.example/a', { method: 'post', body: 'x' }).method === 'POST'",
    "Response": "Response.json({ a: 1 }, { status: 201 }).status === 201",
    "TextDecoderStream": "new TextDecoderStream().encoding === 'utf-8'",
}

FREEZE = """
const freezeAll = (object) => {
  const descriptors = typeof object === 'function' || (typeof object === 'object' && object !== null) ? Object.getOwnPropertyDescriptors(object) : {}
  if (Object.isFrozen(object)) return
  Object.freeze(object)
  for (const key of Reflect.ownKeys(descriptors)) freezeAll(descriptors[key].value)
}
for (const name of Object.getOwnPropertyNames(globalThis)) {
  const { value } = Object.getOwnPropertyDescriptor(globalThis, name)
  if (value !== globalThis) freezeAll(value)
}
"""


@pytest.mark.parametrize(("name", "use"), USES.items())
async def test_a_library_works_or_says_why_not_where_everything_is_frozen(shelf: Bench, name: str, use: str) -> None:
    """Freezing all that the language has before the first touch gives a working library, or an error that names it."""
    code = FREEZE + f"module.exports = () => {{ try {{ return {use} }} catch (e) {{ return e.message }} }}"
    result = await shelf.value(code)
    assert result is True or result.startswith(f"{name} could not be loaded: Cannot assign to read only property"), (
        result
    )


@pytest.mark.parametrize(("name", "use"), USES.items())
async def test_a_library_in_broken_surroundings_harms_its_own_run_only(shelf: Bench, name: str, use: str) -> None:
    """Whatever a method made of the language before the first touch, it gets a value or an error, and the next run is well."""
    code = f"""
      for (const key of ['defineProperty', 'setPrototypeOf', 'assign', 'create']) Object[key] = () => {{ throw new Error('broken') }}
      Array.prototype.map = Array.prototype.push = Function.prototype.bind = Function.prototype.call = null
      Symbol.for = () => {{ throw new Error('broken') }}
      module.exports = () => {{ try {{ return `${{{use}}}` }} catch (e) {{ return e.message }} }}"""
    assert isinstance(await shelf.value(code), str)
    assert True is await shelf.value(f"module.exports = () => {use}")


async def test_libraries_show_a_method_nothing_of_the_host(shelf: Bench) -> None:
    """Whoever spies on all that libraries call while they are loaded sees libraries, never the host's functions or objects."""
    spies = """
      const seen = new Set()
      const { apply, construct, ownKeys } = Reflect
      const { toString } = Function.prototype
      const { getOwnPropertyDescriptor, defineProperty } = Object
      const look = (value) => {
        if (typeof value === 'function') seen.add(apply(toString, value, []))
        else if (typeof value === 'object' && value !== null) {
          const keys = ownKeys(value)
          for (let i = 0; i < keys.length; i++) if (typeof keys[i] === 'string') seen.add(`key ${keys[i]}`)
        }
        return value
      }
      for (const holder of [Function.prototype, Array.prototype, Object, Reflect, Map.prototype, String.prototype, Symbol]) {
        for (const key of ownKeys(holder)) {
          const { value, writable } = getOwnPropertyDescriptor(holder, key)
          if (typeof value !== 'function' || !writable || value === toString) continue
          const spy = function (...values) {
            holder[key] = value
            look(this)
            for (let i = 0; i < values.length; i++) look(values[i])
            try { look(spy.caller) } catch {}
            const result = new.target ? construct(value, values) : apply(value, this, values)
            holder[key] = spy
            return look(result)
          }
          holder[key] = spy
        }
      }
      for (const key of ['exports', 'module', 'default', 'primordials', 'call', '0', '1']) {
        defineProperty(Object.prototype, key, { set(value) { look(value); look(this) }, configurable: true })
      }
    """
    uses = ";".join(f"try {{ {use} }} catch {{}}" for use in USES.values())
    public = "const open = Reflect.ownKeys(Promise).map((key) => `${Promise[key]}`)"
    code = f"{public}\n{spies}\nmodule.exports = () => {{ {uses}; return [...seen].filter((text) => !open.includes(text)) }}"
    seen: list[str] = await shelf.value(code, result_bytes=2**24)
    assert len(seen) > 50
    marks = ["MapGet(", "ReflectApply(", "evaluateLibrary", "primordials", "methodhost", "addLibrary"]
    assert [] == [text for text in seen if any(mark in text for mark in marks) and "'primordials'" not in text]


async def test_call_sites_of_libraries_show_no_function(shelf: Bench) -> None:
    """A method that inspects the stack of a library's error gets no function and no receiver out of it."""
    code = """Error.prepareStackTrace = (_, sites) => sites.map((s) => [typeof s.getFunction(), typeof s.getThis(), `${s.getScriptNameOrSourceURL()}`])
      module.exports = () => { try { new URL('nope') } catch (e) { return e.stack } }"""
    sites = await shelf.value(code)
    libraries = [site for site in sites if site[2].startswith("methodhost:url")]
    assert len(libraries) > 1
    assert [["undefined", "undefined"]] * len(libraries) == [site[:2] for site in libraries]


STACKS = {
    "thrown by a library": (
        "module.exports = () => {\n  return new URL('nope')\n}",
        "TypeError: Invalid URL: nope\n    at module.exports (data/contacts/list.js:2:10)",
    ),
    "thrown below a built-in function that a library calls": (
        "module.exports = () => {\n  return structuredClone(new Map([[1, () => 1]]))\n}",
        "DataCloneError: Uncloneable type: Function\n    at module.exports (data/contacts/list.js:2:10)",
    ),
    "thrown by a function that a library calls": (
        "module.exports = () => {\n  new URLSearchParams('a=1').forEach(() => {\n    throw new Error('own')\n  })\n}",
        "Error: own\n    at data/contacts/list.js:3:11\n    at module.exports (data/contacts/list.js:2:30)",
    ),
    "thrown below built-in functions of the method's own": (
        "module.exports = () => {\n  [1].map((n) => new URL(n))\n}",
        "TypeError: Invalid URL: 1\n    at data/contacts/list.js:2:18\n    at Array.map (<anonymous>)\n    at module.exports (data/contacts/list.js:2:7)",
    ),
    "thrown by a function that the host waits for": (
        "module.exports = ({ later }) => later(async () => {\n  await null\n  throw new Error('own')\n})",
        "Error: own\n    at data/contacts/list.js:3:9",
    ),
}


@pytest.mark.parametrize(("code", "stack"), STACKS.values(), ids=STACKS.keys())
async def test_stacks_show_no_frame_of_a_library(shelf: Bench, code: str, stack: str) -> None:
    """Errors from within libraries have the place in the method that led to them."""
    failure = (await shelf.run(code)).failure
    assert failure is not None
    assert stack == failure.stack


RESULTS = {
    "new Uint8Array(1)": "result is a typed array",
    "({ files: [Buffer.from('x')] })": "result.files[0] is a Buffer",
    "Buffer.from('x')": "result is a Buffer",
    "({ query: new URLSearchParams() })": "result.query is a URLSearchParams",
    "[new Blob([])]": "result[0] is a Blob",
    "({ a: { f: new File([], 'n') } })": "result.a.f is a File",
    "new FormData()": "result is a FormData",
    "({ a: new Headers() })": "result.a is a Headers",
    "new Response('x')": "result is a Response",
    "[new ReadableStream()]": "result[0] is a ReadableStream",
}


@pytest.mark.parametrize(("expression", "reason"), RESULTS.items(), ids=RESULTS.keys())
async def test_bytes_and_forms_in_a_result_are_refused_with_their_path(
    shelf: Bench, expression: str, reason: str
) -> None:
    """What JSON would make {} or a list of numbers of fails the run."""
    failure = (await shelf.run(f"module.exports = () => ({expression})")).failure
    assert failure is not None
    assert ("custom_code", "result") == (failure.type, failure.key)
    assert f"{reason}, which JSON cannot hold" in failure.message


async def test_urls_and_what_a_method_gave_a_form_of_its_own_can_be_results(shelf: Bench) -> None:
    """A URL is its href; a toJSON of the method's own is respected, a library's is not."""
    code = """module.exports = () => {
      Buffer.prototype.toJSON = function () { return this.toString('base64') }
      return { url: new URL('https://h.example/?q=a b'), bytes: Buffer.from('x'), size: new Blob(['abc']).size }
    }"""
    assert {"url": "https://h.example/?q=a%20b", "bytes": "eA==", "size": 3} == await shelf.value(code)


SHOWN = {
    "Buffer.from('hello')": "<Buffer 68 65 6c 6c 6f>",
    "{ body: Buffer.alloc(60) }": "{ body: <Buffer " + "00 " * 50 + "... > }",
    "new URL('https://h.example/a b')": "https://h.example/a%20b",
    "{ next: new URL('https://h.example') }": "{ next: https://h.example/ }",
    "new URLSearchParams({ a: '1', b: \"it's\" }), new URLSearchParams()": "URLSearchParams { 'a' => '1', 'b' => 'it\\'s' } URLSearchParams {}",
    "new Blob(['abc'], { type: 'a/b' })": "Blob { size: 3, type: 'a/b' }",
    "(() => { const f = new FormData(); f.append('n', 1); f.append('f', new Blob(['x']), 'x.txt'); return f })()": (
        "FormData { 'n' => '1', 'f' => File { name: 'x.txt', size: 1, type: '' } }"
    ),
    "{ [Symbol.for('nodejs.util.inspect.custom')]: () => 'shown as I like' }": "shown as I like",
    "{ [Symbol.for('nodejs.util.inspect.custom')]: () => { throw 1 } }": "<unprintable>",
}


@pytest.mark.parametrize(("value", "text"), SHOWN.items(), ids=SHOWN.keys())
async def test_console_shows_what_is_in_them(shelf: Bench, value: str, text: str) -> None:
    """Console lines show objects of libraries by their contents, briefly."""
    await shelf.value(f"module.exports = () => {{ console.log({value}) }}")
    assert [text] == [line.message for line in shelf.lines]
