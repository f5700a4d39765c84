// The functions of util that make functions of functions.
import { coded, wrongType } from "./errors.js";

const custom = Symbol.for("nodejs.util.promisify.custom");

const requireFunction = (name, value) => {
  if (typeof value !== "function") throw wrongType(name, "of type function", value);
};

const promised = (original) =>
  function (...values) {
    return new Promise((resolve, reject) => {
      original.call(this, ...values, (error, value) => (error ? reject(error) : resolve(value)));
    });
  };

const sleep = (delay, value) => new Promise((resolve) => setTimeout(resolve, delay, value));

// Timers call what they are given first, so they cannot be promised as other functions are.
const ownWayOf = (original) => (original === setTimeout ? sleep : original[custom]);

export function promisify(original) {
  requireFunction("original", original);
  const own = ownWayOf(original);
  if (own !== undefined) requireFunction("util.promisify.custom", own);
  const result = own ?? promised(original);
  Object.setPrototypeOf(result, Object.getPrototypeOf(original));
  Object.defineProperty(result, custom, { value: result, configurable: true });
  return own === undefined ? Object.defineProperties(result, Object.getOwnPropertyDescriptors(original)) : result;
}
promisify.custom = custom;

const rejected = (reason) =>
  reason ? reason : Object.assign(coded(Error, "ERR_FALSY_VALUE_REJECTION", "Promise was rejected with falsy value"), { reason });

export function callbackify(original) {
  requireFunction("original", original);
  const result = function (...values) {
    const callback = values.pop();
    requireFunction("last argument", callback);
    const later = (...results) => queueMicrotask(() => callback.call(this, ...results));
    original.apply(this, values).then((value) => later(null, value), (reason) => later(rejected(reason)));
  };
  return Object.defineProperty(result, "name", { value: `${original.name}Callbackified`, configurable: true });
}

export function inherits(constructor, superConstructor) {
  requireFunction("ctor", constructor);
  requireFunction("superCtor", superConstructor);
  Object.defineProperty(constructor, "super_", { value: superConstructor, writable: true, configurable: true });
  Object.setPrototypeOf(constructor.prototype, superConstructor.prototype);
}

const warned = new Set();

export function deprecate(original, message, code) {
  let told = false;
  return function (...values) {
    if (!told && !warned.has(code)) console.warn(`DeprecationWarning: ${message}`);
    told = true;
    if (code !== undefined) warned.add(code);
    return new.target ? Reflect.construct(original, values, new.target) : Reflect.apply(original, this, values);
  };
}
