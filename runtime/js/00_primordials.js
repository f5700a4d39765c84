// What the host's own JavaScript uses of the language, taken before any method's code can change it.
// Rules for every file here and for extensions, since a method may break any prototype:
// call methods through uncurryThis; keep lists in list(); no for...of, spread or array destructuring after start.
const { bind, call: callFunction } = Function.prototype;
const uncurryThis = bind.bind(callFunction);

const primordials = {
  __proto__: null,
  uncurryThis,
  ArrayIsArray: Array.isArray,
  Date,
  DateNow: Date.now,
  Error,
  ErrorCaptureStackTrace: Error.captureStackTrace,
  FunctionToString: uncurryThis(Function.prototype.toString),
  JSONParse: JSON.parse,
  JSONStringify: JSON.stringify,
  Map,
  MapDelete: uncurryThis(Map.prototype.delete),
  MapForEach: uncurryThis(Map.prototype.forEach),
  MapGet: uncurryThis(Map.prototype.get),
  MapSet: uncurryThis(Map.prototype.set),
  MapSize: uncurryThis(Object.getOwnPropertyDescriptor(Map.prototype, "size").get),
  MathMax: Math.max,
  MathMin: Math.min,
  MathTrunc: Math.trunc,
  Number,
  NumberIsFinite: Number.isFinite,
  ObjectAssign: Object.assign,
  ObjectCreate: Object.create,
  ObjectDefineProperty: Object.defineProperty,
  ObjectEntries: Object.entries,
  ObjectFreeze: Object.freeze,
  ObjectGetOwnPropertyDescriptor: Object.getOwnPropertyDescriptor,
  ObjectGetPrototypeOf: Object.getPrototypeOf,
  ObjectHasOwn: Object.hasOwn,
  ObjectKeys: Object.keys,
  ObjectSetPrototypeOf: Object.setPrototypeOf,
  Promise,
  PromiseThen: uncurryThis(Promise.prototype.then),
  RangeError,
  ReflectApply: Reflect.apply,
  ReflectConstruct: Reflect.construct,
  ReflectDefineProperty: Reflect.defineProperty,
  ReflectDeleteProperty: Reflect.deleteProperty,
  Set,
  String,
  StringCharCodeAt: uncurryThis(String.prototype.charCodeAt),
  StringIncludes: uncurryThis(String.prototype.includes),
  StringIndexOf: uncurryThis(String.prototype.indexOf),
  StringIsWellFormed: uncurryThis(String.prototype.isWellFormed),
  StringSlice: uncurryThis(String.prototype.slice),
  StringStartsWith: uncurryThis(String.prototype.startsWith),
  Symbol,
  SyntaxError,
  TypeError,
  WeakMap,
  WeakMapGet: uncurryThis(WeakMap.prototype.get),
  WeakMapSet: uncurryThis(WeakMap.prototype.set),
};
Object.freeze(primordials);

const {
  ArrayIsArray,
  Date: NativeDate,
  DateNow,
  Error: NativeError,
  ErrorCaptureStackTrace,
  FunctionToString,
  JSONParse,
  JSONStringify,
  MapDelete,
  MapForEach,
  MapGet,
  MapSet,
  MapSize,
  MathMax,
  MathMin,
  MathTrunc,
  Number: NativeNumber,
  NumberIsFinite,
  ObjectDefineProperty,
  ObjectFreeze,
  ObjectGetPrototypeOf,
  ObjectHasOwn,
  ObjectKeys,
  ObjectSetPrototypeOf,
  Promise: NativePromise,
  PromiseThen,
  RangeError: NativeRangeError,
  ReflectApply,
  ReflectConstruct,
  ReflectDefineProperty,
  ReflectDeleteProperty,
  String: NativeString,
  StringCharCodeAt,
  StringIncludes,
  StringIndexOf,
  StringIsWellFormed,
  StringSlice,
  StringStartsWith,
  SyntaxError: NativeSyntaxError,
  TypeError: NativeTypeError,
  WeakMapGet,
  WeakMapSet,
} = primordials;

// An array that no setter on a prototype can see being filled.
const list = () => ObjectSetPrototypeOf([], null);
const push = (array, item) => {
  array[array.length] = item;
};

const quote = (text) => JSONStringify(text);

const define = (name, value) =>
  ObjectDefineProperty(globalThis, name, { __proto__: null, value, writable: true, configurable: true, enumerable: false });
