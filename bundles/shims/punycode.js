// punycode, as packages require it.
export { toASCII, toUnicode } from "punycode/punycode.es6.js";
