// What of undici's core its classes of fetch need.
import { utf8fromStringLoose } from "@exodus/bytes/utf8.js";
import { ReadableStream } from "library:streams";
import { isDisturbed } from "./undici_node.js";

export { isDisturbed };
export const kEnumerableProperty = { __proto__: null, enumerable: true };

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
export const isValidHTTPToken = (text) => TOKEN.test(text);

export const normalizedMethodRecordsBase = { __proto__: null };
for (const method of ["DELETE", "GET", "HEAD", "OPTIONS", "POST", "PUT"]) {
  normalizedMethodRecordsBase[method] = normalizedMethodRecordsBase[method.toLowerCase()] = method;
}
export const normalizedMethodRecords = { __proto__: null, ...normalizedMethodRecordsBase, patch: "patch", PATCH: "PATCH" };

export const bufferToLowerCasedHeaderName = (bytes) => bytes.toString("latin1").toLowerCase();

export const addAbortListener = (signal, listener) => {
  signal.addEventListener("abort", listener, { once: true });
  return () => signal.removeEventListener("abort", listener);
};

const bytesOf = (value) => (typeof value === "string" ? utf8fromStringLoose(value) : new Uint8Array(value));

export const ReadableStreamFrom = (iterable) => {
  const iterator = iterable[Symbol.asyncIterator]();
  return new ReadableStream({
    type: "bytes",
    async pull(controller) {
      for (;;) {
        const { done, value } = await iterator.next();
        if (done) {
          controller.close();
          controller.byobRequest?.respond(0);
          return;
        }
        const bytes = bytesOf(value);
        if (bytes.length > 0) return controller.enqueue(bytes);
      }
    },
    cancel: () => iterator.return?.(),
  });
};
