// Bodies of requests, as { body, files }: what a value is, is decided here, where it is still JavaScript's (semantics 2.5); how it is
// written is the host's business. Files are what goes out as bytes, in order.
const bodyOf = (data, contentType) => {
  if (isStream(data)) return withoutFiles(streamBody(data));
  if (isFormData(data)) return formDataBody(data);
  if (isFile(data)) return bytesBody(data);
  if (isURLSearchParams(data)) return withoutFiles({ __proto__: null, kind: "form", text: NativeString(data) });
  const isStructured = typeof data === "object" && data !== null;
  if (isStructured && mentions(contentType, "application/x-www-form-urlencoded")) return fieldsBody(data, "form");
  if (isStructured && mentions(contentType, "multipart/form-data")) return fieldsBody(data, "multipart");
  return withoutFiles(textBody(data, mentions(contentType, "application/json")));
};

const NO_FILES = ObjectFreeze(core.list());
const withoutFiles = (body) => ({ __proto__: null, body, files: NO_FILES });

const mentions = (contentType, type) => typeof contentType === "string" && StringIncludes(contentType, type);

const textBody = (data, wantsJson) => {
  if (data === undefined || (data === null && !wantsJson)) return null;
  if (typeof data === "string" && !wantsJson) return { __proto__: null, kind: "text", text: data };
  return { __proto__: null, kind: "json", text: typeof data === "string" && isJson(data) ? StringTrim(data) : jsonOf(data, "data") };
};

const isJson = (text) => {
  try {
    JSONParse(text);
    return true;
  } catch {
    return false;
  }
};

const ANY_BYTES = "application/octet-stream";

const bytesBody = (data) => {
  const files = core.list();
  addFile(files, data);
  return { __proto__: null, body: { __proto__: null, kind: "bytes", type: isBlob(data) ? NativeString(data.type) || ANY_BYTES : null }, files };
};

const fieldsBody = (data, encoding) => {
  const files = core.list();
  const members = membersOf(data, "data", "brackets", files);
  return { __proto__: null, body: { __proto__: null, kind: "fields", encoding, members, files: describeFiles(files) }, files };
};

const formDataBody = (form) => {
  const files = core.list();
  const parts = core.list();
  memberCount = 0;
  form.forEach((value, name) => {
    countMember(`data.${StringSlice(name, 0, 64)}`);
    if (typeof value === "string") {
      parts[parts.length] = { __proto__: null, name, text: value };
    } else {
      parts[parts.length] = { __proto__: null, name, ...describeFile(files[addFile(files, value)]) };
    }
  });
  return { __proto__: null, body: { __proto__: null, kind: "multipart", parts }, files };
};

// Bytes that a method can change are copied at once.
const addFile = (files, value) => {
  const bytes = isBlob(value) ? null : core.copyBytes(value);
  files[files.length] = { __proto__: null, value, bytes, length: bytes === null ? value.size : ArrayBufferByteLength(bytes) };
  return files.length - 1;
};

const describeFile = ({ value, bytes, length }) => {
  if (bytes !== null) return { __proto__: null, filename: null, type: null, length };
  return { __proto__: null, filename: NativeString(value.name ?? "blob"), type: NativeString(value.type) || null, length };
};

const describeFiles = (files) => {
  const described = core.list();
  for (let i = 0; i < files.length; i++) described[i] = describeFile(files[i]);
  return described;
};

// The bytes of all files, one after the other: a buffer, null where there are no files, or a promise where a Blob is among them.
const bytesOfFiles = (files) => {
  if (files.length === 0) return null;
  const wait = (start) => {
    let index = start;
    while (index < files.length && files[index].bytes !== null) index++;
    if (index === files.length) return joined(files);
    const file = files[index];
    return PromiseThen(new NativePromise((resolve) => resolve(file.value.arrayBuffer())), (buffer) => {
      file.bytes = core.copyBytes(buffer);
      return wait(index + 1);
    });
  };
  return wait(0);
};

const joined = (files) => {
  if (files.length === 1) return files[0].bytes;
  let length = 0;
  for (let i = 0; i < files.length; i++) length += ArrayBufferByteLength(files[i].bytes);
  const whole = new NativeArrayBuffer(length);
  let offset = 0;
  for (let i = 0; i < files.length; i++) {
    TypedArraySet(new NativeUint8Array(whole), new NativeUint8Array(files[i].bytes), offset);
    offset += ArrayBufferByteLength(files[i].bytes);
  }
  return whole;
};

// How long a body is at least, as far as it is longer than `most`.
const lengthOf = ({ body, files }, most) => {
  let length = typeof body?.text === "string" ? core.utf8Length(body.text, most) : 0;
  for (let i = 0; i < files.length; i++) length += files[i].length;
  return length;
};
