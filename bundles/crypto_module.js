// crypto, as methods import it: what answers at once and needs no key but bytes. The rest is in the global crypto.
import { crypto } from "library:crypto";
import { coded } from "./parts/errors.js";
import { createHash, createHmac, getHashes, hash } from "./parts/hashes.js";
import { moduleOf } from "./parts/module.js";
import * as random from "./parts/node_random.js";

// What has no synchronous library here, by what to use instead.
const ELSEWHERE = {
  "crypto.subtle.deriveBits": ["hkdf", "hkdfSync", "pbkdf2", "pbkdf2Sync", "scrypt", "scryptSync"],
  "crypto.subtle.encrypt and crypto.subtle.decrypt": ["createCipheriv", "createDecipheriv", "privateDecrypt", "publicEncrypt"],
  "crypto.subtle.generateKey": ["generateKey", "generateKeyPair", "generateKeyPairSync", "generateKeySync"],
  "crypto.subtle.importKey": ["createPrivateKey", "createPublicKey", "createSecretKey"],
  "crypto.subtle.sign and crypto.subtle.verify": ["createSign", "createVerify", "sign", "verify"],
};

const refusal = (name, instead) => ({
  [name]() {
    throw coded(Error, "ERR_FEATURE_UNAVAILABLE_ON_PLATFORM", `crypto.${name} is not available here: use ${instead}`);
  },
});

const elsewhere = Object.entries(ELSEWHERE).flatMap(([instead, names]) => names.map((name) => refusal(name, instead)));

export default moduleOf({
  ...random,
  ...Object.assign({}, ...elsewhere),
  createHash,
  createHmac,
  getHashes,
  getRandomValues: (array) => crypto.getRandomValues(array),
  hash,
  randomUUID: () => crypto.randomUUID(),
  subtle: crypto.subtle,
  webcrypto: crypto,
});
