// atob and btoa by V8's own base64, whose loose reading is the standard's forgiving one.
import { DOMException } from "./shims/dom_exception.js";
import { latin1FromString, latin1ToString } from "./shims/latin1.js";

const refuse = (message) => {
  throw new DOMException(message, "InvalidCharacterError");
};

export function atob(data) {
  try {
    return latin1ToString(Uint8Array.fromBase64(`${data}`));
  } catch (error) {
    return error instanceof SyntaxError ? refuse("The text is not base64") : refuse(error.message);
  }
}

export function btoa(data) {
  const text = `${data}`;
  if (/[^\0-\xff]/.test(text)) refuse("The text holds characters outside of Latin-1: encode it as UTF-8 first");
  return latin1FromString(text).toBase64();
}
