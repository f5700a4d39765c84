// What the bundle of Blob takes instead of globals: UTF-8, and a stream that at least can be iterated and read chunk by chunk.
import { utf8fromStringLoose } from "@exodus/bytes/utf8.js";

export class TextEncoder {
  encode(text) {
    return utf8fromStringLoose(text);
  }
}

const pulled = (source) =>
  new Promise((resolve, reject) => {
    const controller = {
      close: () => resolve({ value: undefined, done: true }),
      enqueue: (value) => resolve({ value, done: false }),
    };
    source.pull(controller).catch(reject);
  });

// Where the library of streams has not come, nothing in the method asks what kind of stream it is.
const realStream = (source) => {
  try {
    return new (require("library:streams").ReadableStream)(source);
  } catch {
    return null;
  }
};

export function BlobStream(source) {
  return realStream(source) ?? new LightStream(source);
}

class LightStream {
  #source;
  #locked = false;

  constructor(source) {
    this.#source = source;
  }

  get locked() {
    return this.#locked;
  }

  getReader() {
    if (this.#locked) throw new TypeError("The stream has a reader already");
    this.#locked = true;
    return {
      read: () => pulled(this.#source),
      cancel: () => this.#source.cancel(),
      releaseLock: () => {
        this.#locked = false;
      },
    };
  }

  cancel() {
    return this.#source.cancel();
  }

  async *[Symbol.asyncIterator]() {
    const reader = this.getReader();
    try {
      for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) yield chunk.value;
    } finally {
      reader.releaseLock();
    }
  }
}
