// crypto.subtle: every operation is a call to the application, where the keys are.
import { subtle as call } from "library:host";
import { DOMException } from "library:dom_exception";
import { held } from "./bytes.js";

const unavailable = () => Promise.reject(new DOMException("crypto.subtle is not available in this run", "NotSupportedError"));
const send = call ?? unavailable; // a sandbox without the bridge has nobody who computes

const construct = Symbol("construct");
const numbers = new WeakMap(); // of keys

const illegal = (token) => {
  if (token !== construct) throw new TypeError("Illegal constructor");
};

const show = (object, name, value) => Object.defineProperty(object, name, { value, enumerable: true });

// Algorithms as a CryptoKey shows them: the exponent of an RSA key is bytes.
const shownAlgorithm = (algorithm) => {
  if (algorithm.publicExponent !== undefined) algorithm.publicExponent = new Uint8Array(algorithm.publicExponent);
  return algorithm;
};

export class CryptoKey {
  constructor(token, described) {
    illegal(token);
    numbers.set(this, described.number);
    show(this, "type", described.type);
    show(this, "extractable", described.extractable);
    show(this, "algorithm", shownAlgorithm(described.algorithm));
    show(this, "usages", described.usages);
  }

  get [Symbol.toStringTag]() {
    return "CryptoKey";
  }
}

const keyOf = (described) => new CryptoKey(construct, described);

const settle = (resolve) => ({
  resolve,
  reject: ({ name, message }) => new DOMException(message, name),
});
const asBytes = settle((_, bytes) => bytes);
const asBoolean = settle((value) => value);
const asKey = settle(keyOf);
const asKeys = settle((value) =>
  value.number === undefined ? { privateKey: keyOf(value.privateKey), publicKey: keyOf(value.publicKey) } : keyOf(value),
);
const asExported = settle((value, bytes) => bytes ?? value);

const wrong = (operation, what) => new TypeError(`Failed to execute '${operation}' on 'SubtleCrypto': ${what}`);

const requireBytes = (operation, value, what) => {
  const bytes = held(value);
  if (bytes === undefined) throw wrong(operation, `${what} is not an ArrayBuffer, a typed array or a DataView`);
  return bytes;
};

const requireNumber = (operation, key) => {
  if (!(key instanceof CryptoKey)) throw wrong(operation, "the key is not a CryptoKey");
  return numbers.get(key);
};

const BYTES = ["additionalData", "info", "iv", "label", "publicExponent", "salt"];
const PLAIN = ["iterations", "length", "modulusLength", "namedCurve", "saltLength", "tagLength"];

const algorithmOf = (operation, given) => {
  if (typeof given === "string") return { name: given };
  if (typeof given !== "object" || given === null) throw wrong(operation, "the algorithm is neither a string nor an object");
  const algorithm = { name: given.name };
  if (given.hash !== undefined) algorithm.hash = typeof given.hash === "string" ? given.hash : given.hash?.name;
  for (const name of PLAIN) if (given[name] !== undefined) algorithm[name] = given[name];
  for (const name of BYTES) if (given[name] !== undefined) algorithm[name] = requireBytes(operation, given[name], name).toBase64();
  return algorithm;
};

const usagesOf = (usages) => Array.from(usages, (usage) => `${usage}`);

export class SubtleCrypto {
  constructor(token) {
    illegal(token);
  }

  async digest(algorithm, data) {
    return send("digest", { algorithm: algorithmOf("digest", algorithm) }, requireBytes("digest", data, "the data"), asBytes);
  }

  async sign(algorithm, key, data) {
    const payload = { algorithm: algorithmOf("sign", algorithm), key: requireNumber("sign", key) };
    return send("sign", payload, requireBytes("sign", data, "the data"), asBytes);
  }

  async verify(algorithm, key, signature, data) {
    const payload = {
      algorithm: algorithmOf("verify", algorithm),
      key: requireNumber("verify", key),
      signature: requireBytes("verify", signature, "the signature").toBase64(),
    };
    return send("verify", payload, requireBytes("verify", data, "the data"), asBoolean);
  }

  async encrypt(algorithm, key, data) {
    const payload = { algorithm: algorithmOf("encrypt", algorithm), key: requireNumber("encrypt", key) };
    return send("encrypt", payload, requireBytes("encrypt", data, "the data"), asBytes);
  }

  async decrypt(algorithm, key, data) {
    const payload = { algorithm: algorithmOf("decrypt", algorithm), key: requireNumber("decrypt", key) };
    return send("decrypt", payload, requireBytes("decrypt", data, "the data"), asBytes);
  }

  async deriveBits(algorithm, key, length) {
    const payload = { algorithm: algorithmOf("deriveBits", algorithm), key: requireNumber("deriveBits", key), length };
    return send("deriveBits", payload, null, asBytes);
  }

  async deriveKey(algorithm, key, derivedKeyType, extractable, usages) {
    const payload = {
      algorithm: algorithmOf("deriveKey", algorithm),
      key: requireNumber("deriveKey", key),
      derived: algorithmOf("deriveKey", derivedKeyType),
      extractable: !!extractable,
      usages: usagesOf(usages),
    };
    return send("deriveKey", payload, null, asKey);
  }

  async importKey(format, keyData, algorithm, extractable, usages) {
    const isJwk = format === "jwk";
    if (isJwk && (typeof keyData !== "object" || keyData === null || held(keyData))) throw wrong("importKey", "the key is not a JWK");
    const bytes = isJwk ? null : requireBytes("importKey", keyData, "the key");
    const payload = {
      format: `${format}`,
      algorithm: algorithmOf("importKey", algorithm),
      extractable: !!extractable,
      usages: usagesOf(usages),
      ...(isJwk ? { jwk: keyData } : {}),
    };
    return send("importKey", payload, bytes, asKey);
  }

  async exportKey(format, key) {
    return send("exportKey", { format: `${format}`, key: requireNumber("exportKey", key) }, null, asExported);
  }

  async generateKey(algorithm, extractable, usages) {
    const payload = { algorithm: algorithmOf("generateKey", algorithm), extractable: !!extractable, usages: usagesOf(usages) };
    return send("generateKey", payload, null, asKeys);
  }

  get [Symbol.toStringTag]() {
    return "SubtleCrypto";
  }
}

export const subtle = new SubtleCrypto(construct);
