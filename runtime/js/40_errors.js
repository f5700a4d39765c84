// What a thrown value says, whatever was thrown. Nothing here may throw.
const UNPRINTABLE = "<unprintable>";

const textOf = (value) => {
  try {
    return typeof value === "string" ? value : NativeString(value);
  } catch {
    return UNPRINTABLE;
  }
};

const read = (object, key) => {
  try {
    return object[key];
  } catch {
    return UNPRINTABLE;
  }
};

const isObject = (value) => (typeof value === "object" && value !== null) || typeof value === "function";

const messageOf = (thrown) => {
  if (!isObject(thrown)) return textOf(thrown);
  const message = read(thrown, "message");
  return typeof message === "string" ? message : textOf(thrown);
};

// Errors that an extension made carry their own type, key and data: facts the method cannot change.
const facts = new WeakMap();
const brand = (error, { type, key, data }) => {
  WeakMapSet(facts, error, { __proto__: null, type, key: key ?? null, data: data ?? null, because: "" });
};

// An error of a library that stands for one of an extension: it is reported as that is, with what it says.
const brandAs = (error, cause) => {
  const known = WeakMapGet(facts, cause);
  if (known === undefined) return;
  const message = messageOf(cause);
  WeakMapSet(facts, error, { __proto__: null, ...known, because: messageOf(error) === message ? "" : `: ${message}` });
};

const dataText = (data) => {
  try {
    const text = JSONStringify(data) ?? "null";
    return text.length > limits.resultBytes ? "null" : text;
  } catch {
    return "null";
  }
};

// The failure that the run reports, as JSON text.
const failureText = (thrown) => {
  const known = isObject(thrown) ? WeakMapGet(facts, thrown) : undefined;
  const name = isObject(thrown) ? read(thrown, "name") : undefined;
  const message = messageOf(thrown);
  const stack = isObject(thrown) && message.length <= LONGEST_READ ? read(thrown, "stack") : undefined;
  const parts = { __proto__: null };
  parts.type = known ? known.type : "custom_code";
  parts.key = known && typeof known.key === "string" ? cut(known.key, 128) : null;
  parts.name = typeof name === "string" ? cut(name, 256) : null;
  parts.message = cut(known ? message + known.because : message, limits.errorMessageBytes);
  parts.stack = typeof stack === "string" ? cut(stack, limits.errorMessageBytes + limits.errorStackBytes) : null;
  return `${StringSlice(JSONStringify(parts), 0, -1)},"data":${dataText(known ? known.data : null)}}`;
};
