// Classes of other libraries, which load when axios makes the first object of them.
export function FormData() {
  return new (require("library:blob").FormData)();
}

export function Blob(parts, options) {
  return new (require("library:blob").Blob)(parts, options);
}

export function URLSearchParams(init) {
  return new (require("library:url").URLSearchParams)(init);
}

export default FormData;
