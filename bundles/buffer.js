// Buffer: feross's, with the encodings that matter done by V8 itself, and base64url, which it does not know.
import { utf8fromStringLoose } from "@exodus/bytes/utf8.js";
import { Buffer, INSPECT_MAX_BYTES, kMaxLength, SlowBuffer } from "buffer";
import { moduleOf } from "./parts/module.js";
import { latin1FromString, latin1ToString } from "./shims/latin1.js";
import { lenientBase64 } from "./shims/lenient_base64.js";
import { utf8ToText } from "./shims/utf8_text.js";

const { from, isEncoding, byteLength } = Buffer;
const { toString } = Buffer.prototype;

// Up to what is not hexadecimal.
const hexBytes = (text) => Uint8Array.fromHex(/^(?:[0-9a-f]{2})*/i.exec(text)[0]);

const UTF8 = { decode: utf8ToText, encode: (text) => utf8fromStringLoose(text) };
const LATIN1 = { decode: latin1ToString, encode: latin1FromString };
const codecs = {
  __proto__: null,
  "base64": { decode: (bytes) => bytes.toBase64(), encode: lenientBase64 },
  "base64url": { decode: (bytes) => bytes.toBase64({ alphabet: "base64url", omitPadding: true }), encode: lenientBase64 },
  "binary": LATIN1,
  "hex": { decode: (bytes) => bytes.toHex(), encode: hexBytes },
  "latin1": LATIN1,
  "utf-8": UTF8,
  "utf8": UTF8,
};

const codecOf = (encoding) => codecs[typeof encoding === "string" && encoding !== "" ? encoding.toLowerCase() : "utf8"];

const within = (position, length, otherwise) =>
  position === undefined ? otherwise : Math.min(Math.max(Math.trunc(position) || 0, 0), length);

const methods = (target, functions) => {
  for (const [name, value] of Object.entries(functions)) {
    Object.defineProperty(target, name, { value, writable: true, configurable: true, enumerable: true });
  }
};

methods(Buffer, {
  from(value, encodingOrOffset, length) {
    const codec = typeof value === "string" ? codecOf(encodingOrOffset) : undefined;
    if (codec === undefined) return from(value, encodingOrOffset, length);
    return Object.setPrototypeOf(codec.encode(value), Buffer.prototype);
  },
  isEncoding(encoding) {
    return `${encoding}`.toLowerCase() === "base64url" || isEncoding(encoding);
  },
  byteLength(value, encoding) {
    const codec = typeof value === "string" ? codecOf(encoding) : undefined;
    return codec === undefined ? byteLength(value, encoding) : codec.encode(value).length;
  },
});

function decode(encoding, start, end) {
  const codec = encoding === undefined || encoding === null ? UTF8 : codecOf(encoding);
  if (codec === undefined) return toString.call(this, encoding, start, end);
  const first = within(start, this.length, 0);
  const last = within(end, this.length, this.length);
  return codec.decode(new Uint8Array(this.buffer, this.byteOffset + first, Math.max(last - first, 0)));
}

methods(Buffer.prototype, { toString: decode, toLocaleString: decode });

export { Buffer };

const LONGEST_TEXT = 0x1fffffe8; // V8's

// What methods import.
export default moduleOf(
  {
    Buffer,
    INSPECT_MAX_BYTES,
    SlowBuffer,
    constants: { MAX_LENGTH: kMaxLength, MAX_STRING_LENGTH: LONGEST_TEXT },
    kMaxLength,
    kStringMaxLength: LONGEST_TEXT,
  },
  { Blob: () => Blob, File: () => File, atob: () => atob, btoa: () => btoa },
);
