// Values whose classes are libraries. None of them exists before its library was loaded, so asking what a value is loads nothing.
const isOf = (library, name, value) => {
  const exported = core.loadedLibrary(library);
  return exported !== undefined && ObjectIsPrototypeOf(exported[name].prototype, value);
};

const isAbortSignal = (value) => isOf("abort", "AbortSignal", value);
const isBlob = (value) => isOf("blob", "Blob", value);
const isFormData = (value) => isOf("blob", "FormData", value);
const isURLSearchParams = (value) => isOf("url", "URLSearchParams", value);
const isFile = (value) => core.holdsBytes(value) || isBlob(value);
