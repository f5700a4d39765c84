// Hash and Hmac of Node.js, carried out in the isolate, since they answer at once.
import { hmac } from "@noble/hashes/hmac.js";
import { md5, ripemd160, sha1 } from "@noble/hashes/legacy.js";
import { sha224, sha256, sha384, sha512, sha512_224, sha512_256 } from "@noble/hashes/sha2.js";
import { bytesOf, encoded } from "./encodings.js";
import { coded, wrongType } from "./errors.js";

const HASHES = {
  __proto__: null,
  "md5": md5,
  "ripemd160": ripemd160,
  "sha1": sha1,
  "sha224": sha224,
  "sha256": sha256,
  "sha384": sha384,
  "sha512": sha512,
  "sha512-224": sha512_224,
  "sha512-256": sha512_256,
};

export const getHashes = () => Object.keys(HASHES);

// "RSA-SHA256" and "SHA-256" are other names of "sha256".
const hashOf = (argument, name) => {
  if (typeof name !== "string") throw wrongType(argument, "of type string", name);
  return HASHES[name.toLowerCase().replace(/^rsa-/, "").replace(/^sha-/, "sha").replace("/", "-")];
};

const supported = () => `(supported: ${getHashes().join(", ")})`;

const finished = () => coded(Error, "ERR_CRYPTO_HASH_FINALIZED", "Digest already called");

class Hash {
  #state;
  #ended = false;

  constructor(state) {
    this.#state = state;
  }

  update(data, encoding) {
    if (this.#ended) throw finished();
    this.#state.update(bytesOf("data", data, encoding));
    return this;
  }

  digest(encoding) {
    if (this.#ended) throw finished();
    this.#ended = true;
    return encoded(this.#state.digest(), encoding);
  }

  copy() {
    if (this.#ended) throw finished();
    return new Hash(this.#state.clone());
  }
}

class Hmac {
  #state;
  #ended = false;

  constructor(state) {
    this.#state = state;
  }

  update(data, encoding) {
    if (this.#ended) throw finished();
    this.#state.update(bytesOf("data", data, encoding));
    return this;
  }

  digest(encoding) {
    const digest = this.#ended ? new Uint8Array(0) : this.#state.digest();
    this.#ended = true;
    return encoded(digest, encoding);
  }
}

export const createHash = (algorithm) => {
  const hash = hashOf("algorithm", algorithm);
  if (hash === undefined) throw new Error(`Digest method not supported: ${algorithm} ${supported()}`);
  return new Hash(hash.create());
};

export const createHmac = (algorithm, key, options) => {
  const hash = hashOf("hmac", algorithm);
  if (hash === undefined) throw coded(TypeError, "ERR_CRYPTO_INVALID_DIGEST", `Invalid digest: ${algorithm} ${supported()}`);
  return new Hmac(hmac.create(hash, bytesOf("key", key, options?.encoding)));
};

export const hash = (algorithm, data, encoding = "hex") => createHash(algorithm).update(data).digest(encoding);
