// What the streams take for globals.
export { AbortController } from "library:abort";
export { DOMException } from "library:dom_exception";
