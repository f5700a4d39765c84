// What packages ask the global object for, of which some copy all they find. To look there would load libraries.
import intrinsics from "./core_js_global_this.js";

export const globalObject = {
  ...intrinsics,
  Atomics: {},
  BigInt,
  Boolean,
  FinalizationRegistry,
  Function,
  JSON,
  Number,
  Promise,
  Proxy,
  WeakMap,
  WeakRef,
  WeakSet,
  clearTimeout: (timer) => clearTimeout(timer),
  isFinite,
  parseInt,
  setTimeout: (work, delay) => setTimeout(work, delay),
  // Whether a value is a Buffer is asked of the value: a method that has none has not loaded the library.
  Buffer: { isBuffer: (value) => value?.constructor?.isBuffer?.(value) === true },
};
globalObject.globalThis = globalObject;
