// The querystring of Node.js.
import { latin1FromString } from "../shims/latin1.js";
import { utf8ToText } from "../shims/utf8_text.js";

const MOST_KEYS = 1000;

// Percent-encoding undone byte by byte: what is no encoding stays, and what is not UTF-8 is replaced.
const lenient = (text) =>
  text.replace(/(?:%[0-9a-f]{2})+/gi, (encoded) => utf8ToText(latin1FromString(encoded.replace(/%(..)/g, (_, hex) => String.fromCharCode(parseInt(hex, 16))))));

export function unescape(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return lenient(`${text}`);
  }
}

export function escape(value) {
  const text = typeof value === "object" || typeof value === "string" ? `${value}` : String(value);
  if (text.isWellFormed()) return encodeURIComponent(text);
  throw Object.assign(new URIError("URI malformed"), { code: "ERR_INVALID_URI" });
}

const primitive = (value) => {
  if (typeof value === "string") return value;
  if (typeof value === "number") return Number.isFinite(value) ? `${value}` : "";
  return typeof value === "bigint" || typeof value === "boolean" ? `${value}` : "";
};

export function stringify(object, separator, equals, options) {
  if (typeof object !== "object" || object === null) return "";
  const encode = typeof options?.encodeURIComponent === "function" ? options.encodeURIComponent : escape;
  const pair = (key, value) => `${encode(primitive(key))}${equals || "="}${encode(primitive(value))}`;
  const pairs = Object.keys(object).flatMap((key) => (Array.isArray(object[key]) ? object[key].map((value) => pair(key, value)) : [pair(key, object[key])]));
  return pairs.join(separator || "&");
}

const add = (object, key, value) => {
  if (!(key in object)) object[key] = value;
  else if (Array.isArray(object[key])) object[key].push(value);
  else object[key] = [object[key], value];
};

const decoder = (decode) => (text) => {
  const spaced = text.replaceAll("+", " ");
  try {
    return decode(spaced);
  } catch {
    return unescape(spaced);
  }
};

export function parse(text, separator, equals, options) {
  const object = Object.create(null);
  if (typeof text !== "string" || text === "") return object;
  const decode = decoder(typeof options?.decodeURIComponent === "function" ? options.decodeURIComponent : unescape);
  const eq = `${equals || "="}`;
  const most = typeof options?.maxKeys === "number" ? options.maxKeys : MOST_KEYS;
  const pairs = text.split(`${separator || "&"}`).filter((pair) => pair !== "");
  for (const pair of most > 0 ? pairs.slice(0, most) : pairs) {
    const at = pair.indexOf(eq);
    if (at < 0) add(object, decode(pair), "");
    else add(object, decode(pair.slice(0, at)), decode(pair.slice(at + eq.length)));
  }
  return object;
}

export { parse as decode, stringify as encode };
