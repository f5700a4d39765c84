// What the files of this folder use of the language. They are one function over `core`, in the order of their numbers, written for
// isolates in which a method may have changed every prototype: see the rules beside the primordials.
const {
  ArrayIsArray,
  Date: NativeDate,
  Error: NativeError,
  JSONParse,
  ObjectCreate,
  ObjectDefineProperty,
  ObjectFreeze,
  ObjectHasOwn,
  ObjectKeys,
  Promise: NativePromise,
  ReflectApply,
  String: NativeString,
  StringSlice,
  StringToLowerCase,
  Symbol: { asyncIterator, toStringTag },
  TypeError: NativeTypeError,
  Uint8Array: NativeUint8Array,
  WeakMap: NativeWeakMap,
  WeakMapGet,
  WeakMapSet,
  uncurryThis,
} = core.primordials;
const dateToISOString = uncurryThis(NativeDate.prototype.toISOString);
