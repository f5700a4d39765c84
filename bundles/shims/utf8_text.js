// Text of UTF-8 through what V8 has built in, which is five times faster than any loop where there is no JIT.
import { utf8toStringLoose } from "@exodus/bytes/utf8.js";
import { latin1ToString } from "./latin1.js";

const CHUNK = 1 << 16;

// Where a chunk may end: never inside of a character.
const chunkEnd = (bytes, start) => {
  let end = start + CHUNK;
  if (end >= bytes.length) return bytes.length;
  while (end > start && (bytes[end] & 0xc0) === 0x80) end--;
  return end > start ? end : start + CHUNK;
};

export const utf8ToText = (bytes) => {
  let text = "";
  try {
    for (let start = 0, end; start < bytes.length; start = end) {
      end = chunkEnd(bytes, start);
      text += decodeURIComponent(escape(latin1ToString(bytes.subarray(start, end))));
    }
    return text;
  } catch {
    return utf8toStringLoose(bytes); // it is not UTF-8: some characters are replaced
  }
};
