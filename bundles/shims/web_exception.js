export { DOMException as WebException } from "library:dom_exception";
