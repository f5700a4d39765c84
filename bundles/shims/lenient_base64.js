// Bytes of base64 as Node.js reads it: either alphabet, up to the first "=", and nothing else matters.
export const lenientBase64 = (text) => {
  try {
    return Uint8Array.fromBase64(text);
  } catch {
    const clean = text.replace(/=.*/s, "").replaceAll("-", "+").replaceAll("_", "/").replace(/[^A-Za-z0-9+/]/g, "");
    return Uint8Array.fromBase64(clean.length % 4 === 1 ? clean.slice(0, -1) : clean);
  }
};
