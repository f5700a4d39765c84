// util.types: what a value is, as V8 sees it, whatever its prototype is.
const getter = (prototype, name) => Object.getOwnPropertyDescriptor(prototype, name).get;
const tagOfTypedArray = getter(Object.getPrototypeOf(Uint8Array).prototype, Symbol.toStringTag);
const isObject = (value) => typeof value === "object" && value !== null;

// Whether a function of the language takes the value for one of its own.
const accepted = (read, ...values) => (value) => {
  if (!isObject(value)) return false;
  try {
    read.call(value, ...values);
    return true;
  } catch {
    return false;
  }
};

const tagged = (tag) => (value) => (isObject(value) || typeof value === "function") && Object.prototype.toString.call(value) === `[object ${tag}]`;

const KINDS = ["Int8", "Uint8", "Uint8Clamped", "Int16", "Uint16", "Int32", "Uint32", "Float16", "Float32", "Float64", "BigInt64", "BigUint64"];
const typedArrays = Object.fromEntries(KINDS.map((kind) => [`is${kind}Array`, (value) => isObject(value) && tagOfTypedArray.call(value) === `${kind}Array`]));

const isBigIntObject = accepted(BigInt.prototype.valueOf);
const isBooleanObject = accepted(Boolean.prototype.valueOf);
const isNumberObject = accepted(Number.prototype.valueOf);
const isStringObject = accepted(String.prototype.valueOf);
const isSymbolObject = accepted(Symbol.prototype.valueOf);
const isArrayBuffer = accepted(getter(ArrayBuffer.prototype, "byteLength"));
const isAsyncFunction = (value) => tagged("AsyncFunction")(value) || tagged("AsyncGeneratorFunction")(value);
const isGeneratorFunction = (value) => tagged("GeneratorFunction")(value) || tagged("AsyncGeneratorFunction")(value);
const never = () => false;

export default {
  ...typedArrays,
  isAnyArrayBuffer: isArrayBuffer,
  isArgumentsObject: tagged("Arguments"),
  isArrayBuffer,
  isArrayBufferView: ArrayBuffer.isView,
  isAsyncFunction,
  isBigIntObject,
  isBooleanObject,
  isBoxedPrimitive: (value) => [isBigIntObject, isBooleanObject, isNumberObject, isStringObject, isSymbolObject].some((is) => is(value)),
  isDataView: accepted(getter(DataView.prototype, "byteLength")),
  isDate: accepted(Date.prototype.getTime),
  isExternal: never,
  isGeneratorFunction,
  isGeneratorObject: tagged("Generator"),
  isMap: accepted(Map.prototype.has),
  isMapIterator: tagged("Map Iterator"),
  isModuleNamespaceObject: never,
  isNativeError: Error.isError ?? ((value) => value instanceof Error),
  isNumberObject,
  isPromise: (value) => value instanceof Promise,
  isProxy: never,
  isRegExp: accepted(getter(RegExp.prototype, "hasIndices")),
  isSet: accepted(Set.prototype.has),
  isSetIterator: tagged("Set Iterator"),
  isSharedArrayBuffer: never,
  isStringObject,
  isSymbolObject,
  isTypedArray: (value) => isObject(value) && tagOfTypedArray.call(value) !== undefined,
  isWeakMap: accepted(WeakMap.prototype.has, {}),
  isWeakSet: accepted(WeakSet.prototype.has, {}),
};
