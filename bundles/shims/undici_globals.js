// What the parts of undici take for globals: the libraries of the isolate, and small things in place of large ones.
import { AbortController, AbortSignal } from "library:abort";
import { Blob, File } from "library:blob";
import { ReadableStream, TransformStream } from "library:streams";
import { URL, URLSearchParams } from "library:url";
import { utf8fromStringLoose } from "@exodus/bytes/utf8.js";
import { utf8ToText } from "./utf8_text.js";

class TextEncoder {
  encode(text) {
    return utf8fromStringLoose(text);
  }
}

class TextDecoder {
  decode(bytes) {
    return utf8ToText(bytes);
  }
}

class MessagePort {}

// When objects are collected must not decide what a run does; its isolate is short-lived, and may hold them.
class WeakRef {
  #target;

  constructor(target) {
    this.#target = target;
  }

  deref() {
    return this.#target;
  }
}

class FinalizationRegistry {
  register() {}

  unregister() {}
}

const realBuffer = () => require("library:buffer").Buffer;

const joined = (pieces, length) => {
  const whole = new Uint8Array(length);
  let offset = 0;
  for (const piece of pieces) {
    whole.set(piece, offset);
    offset += piece.length;
  }
  return whole;
};

// A real Buffer is needed where forms are read, and nowhere else.
const Buffer = {
  allocUnsafe: (length) => new Uint8Array(length),
  byteLength: (text) => utf8fromStringLoose(text).length,
  concat: (pieces, length) => (pieces.length === 1 ? pieces[0] : joined(pieces, length)),
  from: (value, encoding) => (encoding === undefined && typeof value === "string" ? utf8fromStringLoose(value) : realBuffer().from(value, encoding)),
};

const asBuffer = (bytes) => realBuffer().from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

const process = { emitWarning() {} };

export { AbortController, AbortSignal, Blob, Buffer, File, FinalizationRegistry, MessagePort, ReadableStream, TextDecoder, TextEncoder, TransformStream, URL, URLSearchParams, WeakRef, asBuffer, process };
