// Randomness: ChaCha20 under the seed that the host gave the run, and nothing else.
import { rngChacha20 } from "@noble/ciphers/chacha.js";
import { seed } from "library:host";

const generator = rngChacha20(Uint8Array.fromHex(seed));

// Fills a Uint8Array.
export const fillRandom = (bytes) => bytes.set(generator.randomBytes(bytes.length));

export const randomUUID = () => {
  const bytes = new Uint8Array(16);
  fillRandom(bytes);
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  return bytes.toHex().replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
};
