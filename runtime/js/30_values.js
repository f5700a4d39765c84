// Values as JSON text. The fast way is V8's own JSON.stringify; only when it fails, or gives what JSON cannot hold, is the value
// walked to say where and why.
const describeKind = (value, strict) => {
  if (typeof value === "bigint") return "a BigInt";
  if (typeof value === "function") return strict ? "a function" : null;
  if (typeof value !== "object" || value === null) return null;
  for (let i = opaqueKinds.length - 1; i >= 0; i--) {
    const { prototype, label, everywhere } = opaqueKinds[i];
    if ((strict || everywhere) && ObjectIsPrototypeOf(prototype, value)) return label;
  }
  return null;
};

// Objects that JSON.stringify would silently turn into {} or drop; a kind comes after the kinds it is a kind of. `toJSON` is what a
// library gives the kind, and no sign that the method wants it to be text. `everywhere`: it throws, so that the kind is part of no body either.
const opaqueKinds = list();
const addOpaqueKind = (prototype, label, toJSON, everywhere = false) =>
  push(opaqueKinds, { __proto__: null, label, prototype, toJSON, everywhere });
addOpaqueKind(Map.prototype, "a Map");
addOpaqueKind(Set.prototype, "a Set");
addOpaqueKind(WeakMap.prototype, "a WeakMap");
addOpaqueKind(WeakSet.prototype, "a WeakSet");
addOpaqueKind(Promise.prototype, "a Promise that was not awaited");
addOpaqueKind(ArrayBuffer.prototype, "an ArrayBuffer");
addOpaqueKind(DataView.prototype, "a DataView");
addOpaqueKind(Object.getPrototypeOf(Uint8Array.prototype), "a typed array");
addOpaqueKind(Iterator.prototype, "an iterator");
addOpaqueKind(Object.getPrototypeOf(async function* () {}).prototype, "an asynchronous iterator");
addOpaqueKind(Function.prototype, "a function");

const refuse = function toJSON() {
  throw new NativeTypeError("not JSON");
};

const isOfLibrary = (toJSON) => {
  for (let i = 0; i < opaqueKinds.length; i++) if (opaqueKinds[i].toJSON === toJSON) return true;
  return false;
};

// While JSON.stringify runs, opaque objects refuse to be turned into text, unless the method gave them a toJSON of its own.
const withoutOpaque = (stringify) => {
  const refusing = list();
  for (let i = 0; i < opaqueKinds.length; i++) {
    const { prototype, toJSON, everywhere } = opaqueKinds[i];
    if (everywhere) continue;
    const own = ObjectGetOwnPropertyDescriptor(prototype, "toJSON");
    if (own !== undefined && (toJSON === undefined || own.value !== toJSON)) continue;
    if (!ReflectDefineProperty(prototype, "toJSON", { __proto__: null, value: refuse, configurable: true })) continue;
    push(refusing, { __proto__: null, prototype, toJSON });
  }
  try {
    return stringify();
  } finally {
    for (let i = 0; i < refusing.length; i++) restore(refusing[i]);
  }
};

const restore = ({ prototype, toJSON }) => {
  if (toJSON === undefined) ReflectDeleteProperty(prototype, "toJSON");
  else ReflectDefineProperty(prototype, "toJSON", { __proto__: null, value: toJSON, writable: true, configurable: true, enumerable: true });
};

const isPlainKey = (key) => {
  if (key.length === 0 || key.length > 64) return false;
  for (let i = 0; i < key.length; i++) {
    const code = StringCharCodeAt(key, i);
    const letter = (code >= 65 && code <= 90) || (code >= 97 && code <= 122) || code === 95 || code === 36;
    if (!letter && !(i > 0 && code >= 48 && code <= 57)) return false;
  }
  return true;
};

const childPath = (path, key, inArray) => {
  if (inArray) return `${path}[${key}]`;
  return isPlainKey(key) ? `${path}.${key}` : `${path}[${quote(cut(key, 64))}]`;
};

// Why `value` cannot be JSON text, as { limit } or { reason }; null where nothing is wrong with it. `ancestors` are the objects it is inside of.
const explain = (value, path, depthLeft, strict, ancestors) => {
  try {
    return examine(value, path, depthLeft, strict, ancestors);
  } catch (error) {
    return { __proto__: null, reason: `${path} could not be read: ${messageOf(error)}` }; // a trap of a proxy threw
  }
};

const examine = (value, path, depthLeft, strict, ancestors) => {
  if (typeof value === "string") {
    return strict && !StringIsWellFormed(value) ? { __proto__: null, reason: `${path} holds half of a surrogate pair, which is not text` } : null;
  }
  const kind = describeKind(value, strict);
  if (kind !== null) return { __proto__: null, reason: `${path} is ${kind}, which JSON cannot hold` };
  if (typeof value !== "object" || value === null) return null;
  if (depthLeft === 0) return { __proto__: null, limit: "depth" };
  for (let i = 0; i < ancestors.length; i++) {
    if (ancestors[i] === value) return { __proto__: null, reason: `${path} contains itself` };
  }
  return explainMembers(value, path, depthLeft - 1, strict, ancestors);
};

const explainMembers = (value, path, depthLeft, strict, ancestors) => {
  push(ancestors, value);
  const inArray = ArrayIsArray(value);
  const keys = ObjectKeys(value);
  for (let i = 0; i < keys.length; i++) {
    if (strict && !StringIsWellFormed(keys[i])) {
      return { __proto__: null, reason: `${path} has a key that holds half of a surrogate pair, which is not text` };
    }
    const memberPath = childPath(path, keys[i], inArray);
    let member;
    try {
      member = value[keys[i]];
      const { toJSON } = member ?? {};
      if (typeof toJSON === "function" && !isOfLibrary(toJSON)) member = ReflectApply(toJSON, member, [keys[i]]);
    } catch (error) {
      return { __proto__: null, reason: `${memberPath} could not be read: ${messageOf(error)}` };
    }
    const problem = explain(member, memberPath, depthLeft, strict, ancestors);
    if (problem !== null) return problem;
  }
  ancestors.length -= 1;
  return null;
};

const MOST_NESTED = 512;

// JSON text of what a method hands to the host, as JSON.stringify makes it; a TypeError that names the path where there is none.
const stringify = (value, label) => {
  try {
    return JSONStringify(value);
  } catch (error) {
    const problem = explain(value, label, MOST_NESTED, false, list());
    if (problem === null) throw new NativeTypeError(`${label} is not JSON: ${messageOf(error)}`);
    throw new NativeTypeError(problem.reason ?? `${label} is nested deeper than ${MOST_NESTED} levels`);
  }
};

// JSON text in which half of a surrogate pair, which JSON.stringify escapes and nothing outside can hold, is U+FFFD.
const wellFormed = (text) => {
  let at = StringIndexOf(text, "\\ud");
  if (at < 0) return text;
  let made = "";
  let done = 0;
  for (; at >= 0; at = StringIndexOf(text, "\\ud", at + 3)) {
    let slashes = 0;
    while (StringCharCodeAt(text, at - 1 - slashes) === 92) slashes++;
    if (slashes % 2 === 1) continue;
    made += `${StringSlice(text, done, at)}\\ufffd`;
    done = at + 6;
  }
  return made + StringSlice(text, done);
};

// How long a text is in UTF-8, exactly only where it is needed to see whether that is more than `most`.
const utf8Length = (text, most) => {
  let length = text.length;
  if (length > most || 3 * length <= most) return length;
  for (let i = 0; i < text.length; i++) {
    const code = StringCharCodeAt(text, i);
    if (code > 0x7f) length += code > 0x7ff && (code < 0xd800 || code > 0xdfff) ? 2 : 1;
  }
  return length;
};
