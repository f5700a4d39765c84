// What the files of this folder use of the language. They are one function over `core`, in the order of their numbers, written for
// isolates in which a method may have changed every prototype: see the rules beside the primordials.
const {
  ArrayBuffer: NativeArrayBuffer,
  ArrayBufferByteLength,
  ArrayIsArray,
  Date: NativeDate,
  Error: NativeError,
  JSONParse,
  MathMin,
  ObjectCreate,
  ObjectDefineProperty,
  ObjectFreeze,
  ObjectHasOwn,
  ObjectIsPrototypeOf,
  ObjectKeys,
  Promise: NativePromise,
  PromiseThen,
  ReflectApply,
  String: NativeString,
  StringIncludes,
  StringIndexOf,
  StringSlice,
  StringToLowerCase,
  Symbol: { asyncIterator, toStringTag },
  TypeError: NativeTypeError,
  TypedArraySet,
  Uint8Array: NativeUint8Array,
  WeakMap: NativeWeakMap,
  WeakMapGet,
  WeakMapSet,
  uncurryThis,
} = core.primordials;
const dateToISOString = uncurryThis(NativeDate.prototype.toISOString);
const StringEndsWith = uncurryThis(NativeString.prototype.endsWith);
const StringTrim = uncurryThis(NativeString.prototype.trim);
