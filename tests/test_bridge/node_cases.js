// What is evaluated by Node.js and here, case by case. Each case is a function; what it gives, or throws, is compared as JSON.
const nodeCrypto = require("node:crypto");
const { Buffer } = require("node:buffer");
const EventEmitter = require("node:events");
const path = require("node:path");
const querystring = require("node:querystring");
const url = require("node:url");
const util = require("node:util");

const { createHash, createHmac } = nodeCrypto;
const { subtle } = crypto;
const bytes = (text) => new TextEncoder().encode(text);
const hex = (data) => Buffer.from(data).toString("hex");
const kept = (object, ...names) => Object.fromEntries(names.map((name) => [name, object[name]]));

const cases = {};

// Hashes
for (const name of ["md5", "sha1", "sha224", "sha256", "sha384", "sha512", "sha512-256", "ripemd160", "SHA256", "RSA-SHA256"]) {
  cases[`createHash ${name}`] = () => createHash(name).update("wörld").digest("hex");
  cases[`createHmac ${name}`] = () => createHmac(name, "k€y").update("wörld").digest("base64");
}
for (const encoding of ["hex", "base64", "base64url", "latin1", "binary", "buffer"]) {
  cases[`digest ${encoding}`] = () => createHash("sha256").update("x").digest(encoding).toString("hex");
}
for (const length of [0, 55, 56, 63, 64, 65, 119, 128, 1000, 100000]) {
  cases[`sha256 of ${length}`] = () => createHash("sha256").update("a".repeat(length)).digest("hex");
  cases[`sha512 of ${length}`] = () => createHash("sha512").update("a".repeat(length)).digest("hex");
  cases[`hmac with a key of ${length}`] = () => createHmac("sha256", "k".repeat(length)).update("x").digest("hex");
}
Object.assign(cases, {
  "digest is a Buffer": () => Buffer.isBuffer(createHash("md5").update("x").digest()),
  "updates add up": () => createHash("sha256").update("a").update(Buffer.from("b")).update(new Uint16Array([1, 2])).digest("hex"),
  "update with an encoding": () => createHash("sha256").update("6162", "hex").update("Yw==", "base64").digest("hex"),
  "update with a DataView": () => createHash("md5").update(new DataView(new ArrayBuffer(3), 1)).digest("hex"),
  "copy": () => {
    const hash = createHash("sha256").update("a");
    return [hash.copy().update("b").digest("hex"), hash.update("c").digest("hex")];
  },
  "digest twice": () => {
    const hash = createHash("md5");
    hash.digest();
    return hash.digest();
  },
  "update after digest": () => {
    const hash = createHash("md5");
    hash.digest();
    return hash.update("x");
  },
  "hmac digest twice": () => {
    const hmac = createHmac("md5", "k");
    return [hmac.digest("hex"), hmac.digest("hex")];
  },
  "hash of a number": () => createHash("md5").update(7),
  "hash of nothing": () => createHash("md5").update(),
  "hash without a name": () => createHash(),
  "hmac with a key of bytes": () => createHmac("sha256", Buffer.from([1, 2, 3])).update("x").digest("hex"),
  "a signature of a webhook": () => `sha256=${createHmac("sha256", "secret").update(JSON.stringify({ a: "ü" }), "utf8").digest("hex")}`,
  "timingSafeEqual": () => [nodeCrypto.timingSafeEqual(bytes("ab"), Buffer.from("ab")), nodeCrypto.timingSafeEqual(bytes("ab"), bytes("ac"))],
  "timingSafeEqual of other lengths": () => nodeCrypto.timingSafeEqual(bytes("ab"), bytes("abc")),
  "randomBytes": () => [nodeCrypto.randomBytes(7).length, Buffer.isBuffer(nodeCrypto.randomBytes(0))],
  "randomBytes by callback": () => new Promise((resolve) => nodeCrypto.randomBytes(5, (error, data) => resolve([error, data.length]))),
  "randomBytes of less than none": () => nodeCrypto.randomBytes(-1),
  "randomBytes of text": () => nodeCrypto.randomBytes("x"),
  "randomInt": () => [1, 2, 3].every(() => nodeCrypto.randomInt(2) < 2 && nodeCrypto.randomInt(5, 7) >= 5),
  "randomInt of nothing": () => nodeCrypto.randomInt(5, 5),
  "randomInt of too much": () => nodeCrypto.randomInt(0, 2 ** 48 + 1),
  "randomUUID": () => /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(nodeCrypto.randomUUID()),
  "randomFillSync": () => nodeCrypto.randomFillSync(new Uint16Array(4), 1, 2).map((number, i) => (i === 0 || i === 3 ? number : 1)).join(),
  "getHashes": () => ["md5", "sha1", "sha256", "sha384", "sha512"].every((name) => nodeCrypto.getHashes().includes(name)),
  "webcrypto": () => [nodeCrypto.webcrypto === crypto, nodeCrypto.subtle === crypto.subtle],
  "getRandomValues of floats": () => crypto.getRandomValues(new Float64Array(1)),
  "getRandomValues of too many": () => crypto.getRandomValues(new Uint8Array(65537)).length,
  "getRandomValues gives its argument": () => {
    const numbers = new Uint32Array(4);
    return crypto.getRandomValues(numbers) === numbers && numbers.some((number) => number !== 0);
  },
});

// events
Object.assign(cases, {
  "an event": () => {
    const seen = [];
    const emitter = new EventEmitter();
    emitter.on("x", (...values) => seen.push(values)).once("x", () => seen.push("once"));
    emitter.prependListener("x", () => seen.push("first"));
    return [emitter.emit("x", 1, 2), emitter.emit("x"), emitter.emit("y"), seen, emitter.listenerCount("x"), emitter.eventNames()];
  },
  "an error that nobody hears": () => new EventEmitter().emit("error", new RangeError("bad")),
  "once": async () => {
    const emitter = new EventEmitter();
    setTimeout(() => emitter.emit("ready", 7), 1);
    return EventEmitter.once(emitter, "ready");
  },
  "a class of events": () => {
    class Mine extends EventEmitter {}
    const mine = new Mine();
    mine.off("x", () => {}).removeAllListeners();
    return [mine instanceof EventEmitter.EventEmitter, EventEmitter.defaultMaxListeners];
  },
});

// path
for (const [name, ...values] of [
  ["join", "/a", "..", "b/", "./c"], ["join", ""], ["resolve", "/a/b", "../c", "./d"], ["normalize", "/a//b/../c/."], ["basename", "/a/b.txt", ".txt"],
  ["dirname", "/a/b/c"], ["extname", "a.tar.gz"], ["relative", "/a/b/c", "/a/d"], ["isAbsolute", "/a"], ["parse", "/home/user/file.txt"],
  ["format", { dir: "/x", name: "f", ext: ".txt" }], ["join", 7],
]) {
  cases[`path.${name} ${JSON.stringify(values)}`] = () => path[name](...values);
}
cases["path constants"] = () => [path.sep, path.delimiter, path.posix.sep];

// querystring
for (const text of ["a=1&b=2&a=3", "a=%zz&b=%C3%A9+x&=3&c", "?a=1", "a&&b=&=c", "x=%E2%82", "a=b=c", "", "__proto__=1"]) {
  cases[`querystring.parse ${text}`] = () => Object.entries(querystring.parse(text));
}
Object.assign(cases, {
  "querystring.parse with options": () => [
    querystring.parse("a:1;b:2", ";", ":"),
    querystring.parse("a=1&b=2&c=3", null, null, { maxKeys: 2 }),
    querystring.parse("a=%41", null, null, { decodeURIComponent: (text) => `<${text}>` }),
  ],
  "querystring.stringify": () => [
    querystring.stringify({ a: [1, "x y"], b: "é&", c: true, d: null, e: undefined, f: NaN, g: 10n, h: {}, "i j": "!*'()~" }),
    querystring.stringify({ a: 1, b: 2 }, ";", ":"),
    querystring.stringify({ a: "x" }, null, null, { encodeURIComponent: (text) => `<${text}>` }),
    querystring.stringify("a"),
    querystring.stringify(null),
  ],
  "querystring.escape": () => [querystring.escape("a b/é"), querystring.unescape("%41%zz"), querystring.decode === querystring.parse],
});

// url
for (const text of [
  "https://user:pass@sub.example.com:8080/p/a/t/h?query=string&a=b#hash", "/a/b?x=1", "mailto:a@example.com", "HTTP://EXAMPLE.com", "//host/path",
  "https://example.com/a b", "https://example.com?x=[1]", "http://bücher.example/ü",
]) {
  cases[`url.parse ${text}`] = () => ({ ...url.parse(text) });
  cases[`url.parse ${text}, its query too`] = () => Object.entries(url.parse(text, true).query);
}
for (const [from, to] of [["http://a.com/b/c/d", "../e"], ["http://a.com/b", "/c"], ["http://a.com/b", "//x.org/y"], ["http://a.com/b?c", "?d"], ["/one/two", "three"]]) {
  cases[`url.resolve ${from} ${to}`] = () => url.resolve(from, to);
}
Object.assign(cases, {
  "url.format": () => [
    url.format({ protocol: "https", hostname: "x.com", port: 8, pathname: "/a", query: { b: [1, 2], c: "d e" }, hash: "f" }),
    url.format(new URL("https://u:p@h.com/x?y#z"), { auth: false, fragment: false, search: false }),
    url.format(new URL("https://u:p@h.com/x?y#z")),
    url.format("http://a.com/x y"),
  ],
  "url.urlToHttpOptions": () => kept(url.urlToHttpOptions(new URL("https://u:p%40@[::1]:8443/a?b#c")), "auth", "hostname", "path", "port", "protocol"),
  "url.URL": () => [url.URL === URL, url.URLSearchParams === URLSearchParams],
});

// util
const shown = {
  "an object": { a: 1, b: "it's", c: [1, , 3], d: null, e: undefined, "f-g": true, g: 1n },
  "something deep": { a: { b: { c: { d: 1 } } }, list: [[[[1]]]] },
  "collections": [new Map([["a", { b: 1 }]]), new Set([1, "x"]), new WeakMap()],
  "bytes": [new Uint8Array([1, 2]), Buffer.from("hi")],
  "functions": [() => {}, class A {}, async function f() {}, function* g() {}],
  "classes": [new (class Foo { a = 1; })(), Object.create(null), new (class extends Map {})()],
  "dates and expressions": [new Date(0), new Date(NaN), /x/gi],
  "boxes": [new Number(1), new String("x"), Symbol("y"), -0],
  "a long list": Array.from({ length: 120 }, (_, i) => i),
  "long text": ["x".repeat(200), "a\nb"],
};
shown["a circle"] = { name: "c" };
shown["a circle"].self = shown["a circle"];
for (const [name, value] of Object.entries(shown)) cases[`util.inspect ${name}`] = () => util.inspect(value);
Object.assign(cases, {
  "util.inspect with options": () => [
    util.inspect({ a: { b: { c: {} } } }, { depth: 0 }),
    util.inspect({ b: 1, a: [1, 2] }, { compact: false, sorted: true }),
    util.inspect({ a: 1 }, { colors: true }),
    util.inspect({ [util.inspect.custom]: () => "mine" }),
  ],
  "util.format": () => [util.format("%s %d %i %f %j %o %O %%", "a", 1.5, 2.7, "3", { x: 1 }, [1], { y: [2] }), util.format("a", { b: 1 }, "c"), util.format("%s")],
  "util.inherits": () => {
    function Parent() {}
    function Child() {}
    util.inherits(Child, Parent);
    return [new Child() instanceof Parent, Child.super_ === Parent];
  },
  "util.promisify": async () => {
    const add = util.promisify((a, b, done) => (a < 0 ? done(new Error("negative")) : done(null, a + b)));
    return [await add(1, 2), await add(-1, 2).catch((error) => error.message), await util.promisify(setTimeout)(1, "slept")];
  },
  "util.promisify in its own way": () => util.promisify(Object.assign(() => {}, { [util.promisify.custom]: () => "mine" }))(),
  "util.promisify of no function": () => util.promisify(7),
  "util.callbackify": () => new Promise((resolve) => util.callbackify(async (x) => x * 2)(4, (error, value) => resolve([error, value]))),
  "util.callbackify of a failure": () => new Promise((resolve) => util.callbackify(() => Promise.reject(null))((error) => resolve([error.code, error.reason]))),
  "util.isDeepStrictEqual": () => [
    util.isDeepStrictEqual({ a: [1, new Set([{ b: 1 }])] }, { a: [1, new Set([{ b: 1 }])] }),
    util.isDeepStrictEqual([0], [-0]),
    util.isDeepStrictEqual(new Map([[1, { a: 1 }]]), new Map([[1, { a: 2 }]])),
    util.isDeepStrictEqual(new Error("a"), new Error("b")),
    util.isDeepStrictEqual([1, "1"], [1, 1]),
    util.isDeepStrictEqual(new Date(1), new Date(1)),
    util.isDeepStrictEqual(bytes("a"), bytes("b")),
  ],
  "util.types": () => {
    const values = [new Date(), /x/, new Map(), new Set(), Promise.resolve(), new Uint8Array(1), new ArrayBuffer(1), new Error(), async () => {}, function* () {}, {}, new Number(1)];
    const names = ["isDate", "isRegExp", "isMap", "isSet", "isPromise", "isUint8Array", "isTypedArray", "isArrayBuffer", "isNativeError", "isAsyncFunction", "isGeneratorFunction", "isBoxedPrimitive"];
    return names.map((name) => values.map((value) => util.types[name](value)));
  },
  "util.deprecate": () => util.deprecate((x) => x + 1, "old", "DEP0")(1),
  "util.stripVTControlCharacters": () => util.stripVTControlCharacters("\u001b[31mred\u001b[0m"),
  "util.toUSVString": () => util.toUSVString("a\ud800"),
  "util.TextEncoder": () => [util.TextEncoder === TextEncoder, util.TextDecoder === TextDecoder],
});

// crypto.subtle
const JWK = {
  kty: "EC", crv: "P-256", d: "870MB6gfuTJ4HtUnUvYMyJpr5eUZNP4Bk43bVdj3eAE",
  x: "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4", y: "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM",
};
const secret = (name, usages, hash = "SHA-256") => subtle.importKey("raw", bytes("0123456789abcdef"), { name, hash }, true, usages);
const derivation = (name, usages) => subtle.importKey("raw", bytes("0123456789abcdef"), name, false, usages);

for (const hash of ["SHA-1", "SHA-256", "SHA-384", "sha-512"]) {
  cases[`subtle.digest ${hash}`] = async () => hex(await subtle.digest(hash, bytes("wörld")));
  cases[`subtle HMAC ${hash}`] = async () => hex(await subtle.sign("HMAC", await secret("HMAC", ["sign"], hash), bytes("x")));
  cases[`subtle PBKDF2 ${hash}`] = async () =>
    hex(await subtle.deriveBits({ name: "PBKDF2", hash, salt: bytes("salt"), iterations: 1000 }, await derivation("PBKDF2", ["deriveBits"]), 512));
  cases[`subtle HKDF ${hash}`] = async () =>
    hex(await subtle.deriveBits({ name: "HKDF", hash, salt: bytes("salt"), info: bytes("info") }, await derivation("HKDF", ["deriveBits"]), 256));
}
const iv = bytes("0123456789abcdef");
const ecdsa = { name: "ECDSA", namedCurve: "P-256" };
const rsa = { name: "RSASSA-PKCS1-v1_5", modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]), hash: "SHA-256" };
Object.assign(cases, {
  "subtle AES-GCM": async () => {
    const key = await secret("AES-GCM", ["encrypt", "decrypt"]);
    const algorithm = { name: "AES-GCM", iv: iv.slice(4), additionalData: bytes("more"), tagLength: 96 };
    const data = await subtle.encrypt(algorithm, key, bytes("attack at dawn"));
    return [hex(data), hex(await subtle.decrypt(algorithm, key, data))];
  },
  "subtle AES-GCM that was tampered with": async () => {
    const key = await secret("AES-GCM", ["encrypt", "decrypt"]);
    const data = new Uint8Array(await subtle.encrypt({ name: "AES-GCM", iv }, key, bytes("x")));
    data[0] ^= 1;
    return subtle.decrypt({ name: "AES-GCM", iv }, key, data);
  },
  "subtle AES-CBC": async () => {
    const key = await secret("AES-CBC", ["encrypt", "decrypt"]);
    const data = await subtle.encrypt({ name: "AES-CBC", iv }, key, bytes("attack at dawn!!"));
    return [hex(data), hex(await subtle.decrypt({ name: "AES-CBC", iv }, key, data))];
  },
  "subtle AES-CBC with a short iv": async () => subtle.encrypt({ name: "AES-CBC", iv: iv.slice(1) }, await secret("AES-CBC", ["encrypt"]), iv),
  "subtle deriveKey": async () => {
    const base = await derivation("PBKDF2", ["deriveKey"]);
    const algorithm = { name: "PBKDF2", hash: "SHA-256", salt: iv, iterations: 10 };
    const key = await subtle.deriveKey(algorithm, base, { name: "AES-GCM", length: 256 }, true, ["encrypt"]);
    const mac = await subtle.deriveKey(algorithm, base, { name: "HMAC", hash: "SHA-384" }, true, ["sign"]);
    return [hex(await subtle.exportKey("raw", key)), hex(await subtle.exportKey("raw", mac)), key.algorithm, mac.algorithm];
  },
  "subtle a key of a curve": async () => {
    const key = await subtle.importKey("jwk", JWK, ecdsa, true, ["sign"]);
    const { d, ...rest } = JWK;
    const open = await subtle.importKey("jwk", rest, ecdsa, true, ["verify"]);
    const signature = await subtle.sign({ name: "ECDSA", hash: "SHA-256" }, key, iv);
    return [
      kept(key, "type", "extractable", "algorithm", "usages"),
      kept(await subtle.exportKey("jwk", key), "kty", "crv", "d", "x", "y", "ext", "key_ops"),
      hex(await subtle.exportKey("spki", open)),
      hex(await subtle.exportKey("raw", open)),
      signature.byteLength,
      await subtle.verify({ name: "ECDSA", hash: "SHA-256" }, open, signature, iv),
      await subtle.verify({ name: "ECDSA", hash: "SHA-384" }, open, signature, iv),
      await subtle.verify({ name: "ECDSA", hash: "SHA-256" }, open, iv, iv),
    ];
  },
  "subtle keys that are made": async () => {
    const { privateKey, publicKey } = await subtle.generateKey(rsa, true, ["sign", "verify"]);
    const pkcs8 = await subtle.exportKey("pkcs8", privateKey);
    const again = await subtle.importKey("pkcs8", pkcs8, rsa, false, ["sign"]);
    const signature = await subtle.sign(rsa.name, again, iv);
    const aes = await subtle.generateKey({ name: "AES-GCM", length: 128 }, true, ["encrypt"]);
    const mac = await subtle.generateKey({ name: "HMAC", hash: "SHA-512" }, true, ["sign"]);
    return [
      kept(privateKey, "type", "extractable", "algorithm", "usages"),
      kept(publicKey, "type", "extractable", "algorithm", "usages"),
      await subtle.verify(rsa.name, publicKey, signature, iv),
      aes.algorithm,
      mac.algorithm,
      (await subtle.exportKey("raw", mac)).byteLength,
    ];
  },
  "subtle RSA-PSS": async () => {
    const { privateKey, publicKey } = await subtle.generateKey({ ...rsa, name: "RSA-PSS" }, false, ["sign", "verify"]);
    const signature = await subtle.sign({ name: "RSA-PSS", saltLength: 20 }, privateKey, iv);
    return [
      await subtle.verify({ name: "RSA-PSS", saltLength: 20 }, publicKey, signature, iv),
      await subtle.verify({ name: "RSA-PSS", saltLength: 21 }, publicKey, signature, iv),
    ];
  },
  "subtle RSA-OAEP": async () => {
    const { privateKey, publicKey } = await subtle.generateKey({ ...rsa, name: "RSA-OAEP" }, false, ["encrypt", "decrypt"]);
    const algorithm = { name: "RSA-OAEP", label: bytes("l") };
    return hex(await subtle.decrypt(algorithm, privateKey, await subtle.encrypt(algorithm, publicKey, iv)));
  },
  "subtle an HMAC key as JWK": async () => {
    const jwk = await subtle.exportKey("jwk", await secret("HMAC", ["sign", "verify"]));
    const key = await subtle.importKey("jwk", jwk, { name: "HMAC", hash: { name: "SHA-256" } }, false, ["verify"]);
    return [kept(jwk, "kty", "k", "ext", "key_ops"), kept(key, "type", "extractable", "algorithm", "usages"), `${key}`, `${crypto}`, `${subtle}`];
  },
  "subtle a key for another algorithm": async () => subtle.sign("HMAC", await secret("AES-CBC", ["encrypt"]), iv),
  "subtle a key for another use": async () => subtle.sign("HMAC", await secret("HMAC", ["verify"]), iv),
  "subtle a key for no use": () => secret("HMAC", []),
  "subtle a key for an impossible use": () => secret("HMAC", ["encrypt"]),
  "subtle an AES key of a wrong length": () => subtle.importKey("raw", iv.slice(1), "AES-GCM", true, ["encrypt"]),
  "subtle what is no pkcs8": () => subtle.importKey("pkcs8", iv, ecdsa, true, ["sign"]),
  "subtle a key of another curve": () => subtle.importKey("jwk", JWK, { name: "ECDSA", namedCurve: "P-384" }, true, ["sign"]),
  "subtle an unknown algorithm": () => subtle.digest("MD5", iv),
  "subtle an unknown hash": () => subtle.importKey("raw", iv, { name: "HMAC", hash: "MD5" }, true, ["sign"]),
  "subtle a JWK that must not leave": () => subtle.importKey("jwk", { kty: "oct", k: "AAAA", ext: false }, { name: "HMAC", hash: "SHA-1" }, true, ["sign"]),
  "subtle no iterations": async () =>
    subtle.deriveBits({ name: "PBKDF2", hash: "SHA-256", salt: iv, iterations: 0 }, await derivation("PBKDF2", ["deriveBits"]), 256),
  "subtle no whole bytes": async () =>
    subtle.deriveBits({ name: "HKDF", hash: "SHA-256", salt: iv, info: iv }, await derivation("HKDF", ["deriveBits"]), 7),
  "subtle text instead of bytes": () => subtle.digest("SHA-256", "text"),
  "subtle no key": () => subtle.sign("HMAC", {}, iv),
  "subtle new CryptoKey": () => new CryptoKey(),
});

const asJson = (value) => JSON.parse(JSON.stringify(value === undefined ? "undefined" : value, (_, item) => (typeof item === "bigint" ? `${item}n` : item)));

const outcomeOf = async (name, work) => {
  try {
    return asJson(await work());
  } catch (error) {
    const said = name.startsWith("subtle") ? [] : [typeof error.code === "string" ? error.code : null, error.message];
    return { thrown: [error.name, ...(error instanceof DOMException ? [] : said)] };
  }
};

module.exports = async () => {
  const outcomes = {};
  for (const [name, work] of Object.entries(cases)) outcomes[name] = await outcomeOf(name, work);
  return outcomes;
};
