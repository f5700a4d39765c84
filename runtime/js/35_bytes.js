// Bytes on their way out: a copy in a buffer that no method can see, resize or detach, since the host reads its memory.
const bytesOf = (value) => {
  if (!ArrayBufferIsView(value)) return new NativeUint8Array(value);
  if (TypedArrayTag(value) === undefined) {
    return new NativeUint8Array(DataViewBuffer(value), DataViewByteOffset(value), DataViewByteLength(value));
  }
  return new NativeUint8Array(TypedArrayBuffer(value), TypedArrayByteOffset(value), TypedArrayByteLength(value));
};

const isArrayBuffer = (value) => {
  if (!isObject(value)) return false; // to throw and to catch is dear
  try {
    ArrayBufferByteLength(value);
    return true;
  } catch {
    return false;
  }
};

const holdsBytes = (value) => ArrayBufferIsView(value) || isArrayBuffer(value);

// A copy of the bytes of an ArrayBuffer, a typed array or a DataView.
const copyBytes = (value) => {
  const source = bytesOf(value);
  const copy = new NativeArrayBuffer(TypedArrayByteLength(source));
  TypedArraySet(new NativeUint8Array(copy), source);
  return copy;
};
