// Blob, File and FormData. Their contents are in memory, so text is read without a decoder of streams.
import { utf8toStringLoose } from "@exodus/bytes/utf8.js";
import Blob from "fetch-blob";
import { File, FormData } from "formdata-polyfill/esm.min.js";
import { entries, quoted, showAs } from "./shims/show_as.js";

const BYTE_ORDER_MARK = "\ufeff";

Object.defineProperty(Blob.prototype, "text", {
  async value() {
    const text = utf8toStringLoose(new Uint8Array(await this.arrayBuffer()));
    return text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text;
  },
  writable: true,
  configurable: true,
});

Object.defineProperty(Blob.prototype, "bytes", {
  async value() {
    return new Uint8Array(await this.arrayBuffer());
  },
  writable: true,
  configurable: true,
});

const showBlob = (blob) => `Blob { size: ${blob.size}, type: ${quoted(blob.type)} }`;
const showFile = (file) => `File { name: ${quoted(file.name)}, size: ${file.size}, type: ${quoted(file.type)} }`;

showAs(Blob, showBlob);
showAs(File, showFile);
showAs(FormData, (form) => entries("FormData", form, (value) => (typeof value === "string" ? quoted(value) : showFile(value))));

export { Blob, File, FormData };
