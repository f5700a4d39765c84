// What the parts of undici take from modules of Node.js.
const tagOf = Reflect.getOwnPropertyDescriptor(Object.getPrototypeOf(Uint8Array.prototype), Symbol.toStringTag).get;
const lengthOf = Reflect.getOwnPropertyDescriptor(ArrayBuffer.prototype, "byteLength").get;
const viewLengthOf = Reflect.getOwnPropertyDescriptor(DataView.prototype, "byteLength").get;

const succeeds = (get, value) => {
  try {
    Reflect.apply(get, value, []);
    return true;
  } catch {
    return false;
  }
};

const tag = (value) => Reflect.apply(tagOf, value, []);
export const isUint8Array = (value) => tag(value) === "Uint8Array";
const isArrayBuffer = (value) => succeeds(lengthOf, value);

export const types = {
  isAnyArrayBuffer: isArrayBuffer,
  isArrayBuffer,
  isArrayBufferView: (value) => ArrayBuffer.isView(value),
  isDataView: (value) => succeeds(viewLengthOf, value),
  isProxy: () => false,
  isSharedArrayBuffer: () => false,
  isTypedArray: (value) => tag(value) !== undefined,
};

const shown = (value) => require("library:inspect").default(value);
export const inspect = Object.assign(shown, { custom: Symbol.for("nodejs.util.inspect.custom") });
export const formatWithOptions = (_, value) => shown(value);

export const isErrored = (stream) => stream._state === "errored";
export const isDisturbed = (stream) => stream._disturbed;

export class Transform {}
export const performance = { now: () => Date.now() };
export const getMaxListeners = () => 0;
export const setMaxListeners = () => {};
export const defaultMaxListeners = 0;
export const runtimeFeatures = { has: () => false };
