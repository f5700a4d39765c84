// Text and bytes in the encodings of Buffer.
import { Buffer } from "library:buffer";
import { held } from "./bytes.js";
import { wrongType } from "./errors.js";

// Text in an encoding of Buffer, or what holds bytes.
export const bytesOf = (name, value, encoding) => {
  if (typeof value === "string") return Buffer.from(value, encoding === "buffer" ? "utf8" : encoding);
  const bytes = held(value);
  if (bytes === undefined) throw wrongType(name, "of type string or an instance of Buffer, TypedArray, or DataView", value);
  return bytes;
};

// Bytes in an encoding of Buffer, or as a Buffer.
export const encoded = (bytes, encoding) => {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return encoding === undefined || encoding === null || encoding === "buffer" ? buffer : buffer.toString(encoding);
};
