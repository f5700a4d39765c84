// TextEncoder and TextDecoder: UTF-8, UTF-16 and all encodings of one byte. The tables of the others would be 147 kB.
export { TextDecoder, TextEncoder } from "@exodus/bytes/encoding-lite.js";
