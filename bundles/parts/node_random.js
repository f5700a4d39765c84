// Randomness as Node.js gives it, from the global crypto.
import { Buffer } from "library:buffer";
import { crypto } from "library:crypto";
import { held } from "./bytes.js";
import { coded, outOfRange, wrongType } from "./errors.js";

const MOST_AT_ONCE = 65536;

const fillRandom = (bytes) => {
  for (let start = 0; start < bytes.length; start += MOST_AT_ONCE) crypto.getRandomValues(bytes.subarray(start, start + MOST_AT_ONCE));
  return bytes;
};

const LONGEST = 0x7fffffff;
const WIDEST = 2 ** 48 - 1;

const checked = (name, value, most) => {
  if (typeof value !== "number") throw wrongType(name, "of type number", value);
  if (!(value >= 0 && value <= most)) throw outOfRange(name, `>= 0 && <= ${most}`, value);
  return value;
};

// Gives what `make` makes, or calls back with it.
const given = (make, callback) => {
  if (callback === undefined) return make();
  if (typeof callback !== "function") throw wrongType("callback", "of type function", callback);
  const value = make();
  queueMicrotask(() => callback(null, value));
  return undefined;
};

export const randomBytes = (size, callback) => {
  checked("size", size, LONGEST);
  return given(() => Buffer.from(fillRandom(new Uint8Array(size)).buffer), callback);
};

export const randomFillSync = (buffer, offset = 0, size = undefined) => {
  const bytes = held(buffer);
  if (bytes === undefined) throw wrongType("buf", "an instance of ArrayBuffer or ArrayBufferView", buffer);
  const width = buffer.BYTES_PER_ELEMENT ?? 1;
  const start = checked("offset", offset, bytes.length / width) * width;
  const length = size === undefined ? bytes.length - start : checked("size", size, (bytes.length - start) / width) * width;
  fillRandom(bytes.subarray(start, start + length));
  return buffer;
};

export const randomFill = (buffer, ...rest) => {
  const callback = rest.pop();
  if (typeof callback !== "function") throw wrongType("callback", "of type function", callback);
  given(() => randomFillSync(buffer, ...rest), callback);
};

// One of `range` numbers, each as likely: what lies above the largest multiple of the range is drawn again.
const below = (range) => {
  const limit = 2 ** 48 - (2 ** 48 % range);
  for (;;) {
    const bytes = fillRandom(new Uint8Array(6));
    const drawn = bytes.reduce((number, byte) => number * 256 + byte, 0);
    if (drawn < limit) return drawn % range;
  }
};

const safeInteger = (name, value) => {
  if (!Number.isSafeInteger(value)) throw wrongType(name, "a safe integer", value);
  return value;
};

export const randomInt = (...values) => {
  const callback = typeof values.at(-1) === "function" ? values.pop() : undefined;
  const [min, max] = values.length > 1 ? values : [0, values[0]];
  const range = safeInteger("max", max) - safeInteger("min", min);
  if (range <= 0) throw outOfRange("max", `greater than the value of "min" (${min})`, max);
  if (range > WIDEST) throw outOfRange(values.length > 1 ? "max - min" : "max", `<= ${WIDEST}`, range);
  return given(() => min + below(range), callback);
};

export const timingSafeEqual = (buf1, buf2) => {
  const [left, right] = [held(buf1), held(buf2)];
  const expected = "an instance of ArrayBuffer, Buffer, TypedArray, or DataView";
  if (left === undefined) throw wrongType("buf1", expected, buf1);
  if (right === undefined) throw wrongType("buf2", expected, buf2);
  if (left.length !== right.length) throw coded(RangeError, "ERR_CRYPTO_TIMING_SAFE_EQUAL_LENGTH", "Input buffers must have the same byte length");
  let different = 0;
  for (let i = 0; i < left.length; i++) different |= left[i] ^ right[i];
  return different === 0;
};

export { randomBytes as pseudoRandomBytes };
