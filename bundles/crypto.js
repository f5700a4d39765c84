// The global crypto: randomness in the isolate, all else in the application.
import { DOMException } from "library:dom_exception";
import { viewOf } from "./parts/bytes.js";
import { fillRandom, randomUUID } from "./parts/random.js";
import { CryptoKey, subtle, SubtleCrypto } from "./parts/subtle.js";

const MOST_BYTES = 65536;
const INTEGERS = /^(?:Big)?(?:Int|Uint)\d+(?:Clamped)?Array$/;
const tagOf = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(Uint8Array.prototype), Symbol.toStringTag).get;

class Crypto {
  get subtle() {
    return subtle;
  }

  getRandomValues(array) {
    if (!ArrayBuffer.isView(array) || !INTEGERS.test(tagOf.call(array))) {
      throw new DOMException("The data argument must be an integer-type TypedArray", "TypeMismatchError");
    }
    if (array.byteLength > MOST_BYTES) {
      throw new DOMException(`The requested length exceeds ${MOST_BYTES} bytes`, "QuotaExceededError");
    }
    fillRandom(viewOf(array));
    return array;
  }

  randomUUID() {
    return randomUUID();
  }

  get [Symbol.toStringTag]() {
    return "Crypto";
  }
}

export const crypto = new Crypto();
export { CryptoKey, SubtleCrypto };
