// Bytes as text of one character each.
const CHUNK = 8192;

export const latin1ToString = (bytes) => {
  let text = "";
  for (let i = 0; i < bytes.length; i += CHUNK) text += String.fromCharCode.apply(null, bytes.subarray(i, i + CHUNK));
  return text;
};

export const latin1FromString = (text) => {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
};
