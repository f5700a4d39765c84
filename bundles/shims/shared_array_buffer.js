// No isolate has shared memory; all that is asked of the class is whether a value is one of it.
const isNone = () => {
  throw new TypeError("not a SharedArrayBuffer");
};

export class SharedArrayBuffer {
  get byteLength() {
    return isNone();
  }

  get growable() {
    return isNone();
  }
}
