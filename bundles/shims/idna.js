// Host names that are not ASCII, by V8's own Unicode tables instead of the 220 kB of UTS 46: its mapping is NFKC of lower case but
// for a few old letters.
import punycode from "punycode/punycode.es6.js";

const ASCII = /^[\0-\x7f]*$/;
const FULL_STOPS = /[\u3002\uff0e\uff61]/g;
const IGNORED = /[\u00ad\u034f\u115f\u1160\u200b\u2060\u2064\ufeff\ufe00-\ufe0f\u{180b}-\u{180f}\u{e0100}-\u{e01ef}]/gu;

let label = null; // made when it is first needed: V8 is slow with properties of Unicode, already while it parses
const isLabel = (text) => {
  label ??= new RegExp("^(?!\\p{M})[\\p{L}\\p{M}\\p{N}\\p{S}\\p{P}\\u200c\\u200d]+$", "u");
  return label.test(text);
};

const mapped = (domain) =>
  domain.replace(FULL_STOPS, ".").replace(IGNORED, "").normalize("NFKC").toLowerCase().normalize("NFKC");

const encoded = (text) => {
  if (ASCII.test(text)) return text;
  if (text.startsWith("xn--") || !isLabel(text)) throw new RangeError("not a label");
  return `xn--${punycode.encode(text)}`;
};

export const toASCII = (domain) => {
  try {
    return mapped(domain).split(".").map(encoded).join(".");
  } catch {
    return null;
  }
};
