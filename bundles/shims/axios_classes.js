// Classes of other libraries, which load when axios makes the first object of them.
export function FormData() {
  return new (require("library:blob").FormData)();
}

export function Blob(parts, options) {
  return new (require("library:blob").Blob)(parts, options);
}

// What forms that look like queries are written with: as much of a URLSearchParams as axios uses.
export class FormText {
  #pairs = [];

  append(name, value) {
    this.#pairs.push([name, value]);
  }

  toString() {
    return this.#pairs.map((pair) => pair.map(encoded).join("=")).join("&");
  }
}

const encoded = (value) =>
  encodeURIComponent(`${value}`.toWellFormed())
    .replace(/[!'()~]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll("%20", "+");

export default FormData;
