// UTF-8 of a body that comes as bytes, or as the text that the host has made of them.
import { utf8ToText } from "./utf8_text.js";

const BYTE_ORDER_MARK = "\ufeff";

export const utf8DecodeBytes = (body) => {
  const text = typeof body === "string" ? body : utf8ToText(body);
  return text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text;
};
