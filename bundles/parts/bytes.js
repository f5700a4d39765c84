// What holds bytes, as bytes.
// A Uint8Array over the bytes of a typed array or a DataView.
export const viewOf = (view) => new Uint8Array(view.buffer, view.byteOffset, view.byteLength);

// The same of whatever holds bytes; undefined for anything else.
export const held = (value) => {
  if (ArrayBuffer.isView(value)) return viewOf(value);
  return value instanceof ArrayBuffer ? new Uint8Array(value) : undefined;
};
