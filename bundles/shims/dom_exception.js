// The one class of the isolate.
export { DOMException } from "library:dom_exception";
