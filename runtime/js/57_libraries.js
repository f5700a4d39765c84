// Libraries, each loaded on first touch of one of its globals, or for an extension. Their text comes as scripts of their own, which
// see nothing of this file. A method may have changed everything they use before they are evaluated, at its own expense.
const loaders = new Map();
const loaded = new Map();

// `loader` is a library's text as a function over module, exports, globalThis and require. globalThis is an empty object, since libraries
// look there for others of their kind, and to look is to load.
const addLibrary = (name, loader) => {
  MapSet(loaders, name, loader);
};

const evaluateLibrary = (name) => {
  const loader = MapGet(loaders, name);
  if (loader === undefined) throw new NativeError("it did not come with this run, since nothing in the source of the method names it");
  const module = { __proto__: null, exports: {} };
  ReflectApply(loader, undefined, [module, module.exports, { __proto__: null }, requireForLibraries]);
  return module.exports;
};

const OTHER_LIBRARY = "library:";

// What a library imports: another one, or the few functions of the host that there are for all of them.
const requireForLibraries = (wanted) => {
  const name = StringSlice(wanted, OTHER_LIBRARY.length);
  return name === "host" ? hostForLibraries : library(name);
};

const hostForLibraries = {
  __proto__: null,
  // 32 bytes in hexadecimal, from which all randomness of the run comes.
  get seed() {
    return run.seed;
  },
  // A timer that nobody is warned of when the method ends before it, as those of signals in Node.js; gives a function that clears it.
  setTimer(callback, delay) {
    const id = setTimer("AbortSignal.timeout", false, callback, delay, [], true);
    return () => clearTimer(id);
  },
};

// A function of an extension, for libraries.
const offerToLibraries = (name, value) => ObjectDefineProperty(hostForLibraries, name, { __proto__: null, value, enumerable: true });

// Objects of these that are in a result are refused: JSON would make {} of them, or a list of numbers.
const REFUSED = {
  __proto__: null,
  Blob: "a Blob",
  Buffer: "a Buffer",
  File: "a File",
  FormData: "a FormData",
  Headers: "a Headers",
  ReadableStream: "a ReadableStream",
  Request: "a Request",
  Response: "a Response",
  URLSearchParams: "a URLSearchParams",
};

const adopt = (global, value) => {
  if (typeof value !== "function") return;
  ObjectDefineProperty(value, "name", { __proto__: null, value: global, configurable: true }); // names in bundles are short
  const label = REFUSED[global];
  if (label === undefined) return;
  addOpaqueKind(value.prototype, label, ObjectGetOwnPropertyDescriptor(value.prototype, "toJSON")?.value);
};

// The exports of a library, whatever the method made of its globals.
const library = (name) => {
  if (!MapHas(loaded, name)) {
    const exported = evaluateLibrary(name);
    const globals = libraryGlobals[name];
    for (let i = 0; i < globals.length; i++) adopt(globals[i], exported[globals[i]]);
    MapSet(loaded, name, exported);
  }
  return MapGet(loaded, name);
};

// The same if it is loaded; otherwise undefined, and no object of its classes exists.
const loadedLibrary = (name) => MapGet(loaded, name);

const touch = (global, name) => {
  try {
    return library(name)[global];
  } catch (error) {
    throw new NativeError(`${global} could not be loaded: ${messageOf(error)}`);
  }
};

// As an assignment to a property would do it.
const assign = (holder, global, value) => {
  const descriptor = { __proto__: null, value, writable: true, configurable: true, enumerable: holder !== globalThis };
  if (!ReflectDefineProperty(holder, global, descriptor)) throw new NativeTypeError(`Cannot assign to read only property '${global}'`);
};

const defineLibraryGlobal = (global, name) => {
  ObjectDefineProperty(globalThis, global, {
    __proto__: null,
    get() {
      const value = touch(global, name);
      ReflectDefineProperty(globalThis, global, { __proto__: null, value, writable: true, configurable: true, enumerable: false });
      return value;
    },
    set(value) {
      assign(this ?? globalThis, global, value);
    },
    configurable: true,
    enumerable: false,
  });
};

for (const [name, globals] of Object.entries(libraryGlobals)) {
  for (const global of globals) defineLibraryGlobal(global, name);
}
