// The FormData of the isolate in place of undici's own.
import { File, FormData } from "library:blob";
import { webidl } from "undici/lib/web/webidl/index.js";

webidl.is.FormData = webidl.util.MakeTypeAssertion(FormData);

export { FormData };

export const makeEntry = (name, value, filename) => {
  if (typeof value === "string" || value.name === filename) return { name, value };
  return { name, value: new File([value], filename ?? "blob", { type: value.type }) };
};

export const setFormDataState = (form, entries) => {
  for (const { name, value } of entries) form.append(name, value);
};
