// What comes back.
const BYTE_ORDER_MARK = "\ufeff";

// What a method sees of bytes that came as an ArrayBuffer, of a whole body or of a piece of a stream: a Buffer, unless the method has
// broken what that is made of.
const bytesOut = (buffer) => {
  try {
    return core.library("buffer").Buffer.from(buffer);
  } catch {
    return new NativeUint8Array(buffer);
  }
};

// JSON whatever the content type says; text that is not JSON, or is wanted as it is, stays text.
const parseText = (body, plain) => {
  const text = body !== "" && body[0] === BYTE_ORDER_MARK ? StringSlice(body, 1) : body;
  if (plain || text === "") return text;
  try {
    return JSONParse(text);
  } catch {
    return text;
  }
};

// A handler of the client may have built something in place of the body.
const dataOf = ({ stream, built, plain }, body) => {
  if (built !== undefined) return built.data;
  if (stream !== undefined) return openStream(stream);
  return typeof body === "string" ? parseText(body, plain) : bytesOut(body);
};

const fullResponse = ({ status, statusText, headers }, data) => ({ status, statusCode: status, statusText, headers, data });

const warnAll = (texts) => {
  for (let i = 0; i < texts.length; i++) core.warn(texts[i]);
};

const succeed = (value, body) => {
  warnAll(value.warnings);
  const data = dataOf(value, body);
  return value.full ? fullResponse(value, data) : data;
};

const failWith = ({ type, key, code, message, retryAfter, warnings, request, response, built, plain, text }, body) => {
  warnAll(warnings);
  const full = response === null ? undefined : fullResponse(response, dataOf({ plain }, body));
  const init = { __proto__: null, message, data: built === undefined ? full?.data : built.data };
  if (key !== null) init.key = key;
  if (retryAfter !== null) init.retryAfter = retryAfter;
  const error = new (classOf[type] ?? ConnectionError)(init);
  if (retryAfter !== null) error.retryAfter = retryAfter;
  if (code !== null) error.code = code;
  if (full !== undefined) error.response = full;
  if (request !== null) error.request = request;
  const reported = text === undefined ? full : fullResponse(response, parseText(text, plain));
  return branded(error, type, key, { request, response: reported, retryAfter });
};

// What the run reports when the method does not catch the error. New cookies stay inside: they are tokens nobody knows yet.
const branded = (error, type, key, { request, response, retryAfter }) => {
  const data = { __proto__: null };
  if (request) data.request = request;
  if (response) {
    const { "set-cookie": _, ...headers } = response.headers;
    data.response = { __proto__: null, status: response.status, statusText: response.statusText, data: response.data, headers };
  }
  if (typeof retryAfter === "number") data.retryAfter = retryAfter;
  core.brand(error, { type, key, data: ObjectKeys(data).length === 0 ? null : data });
  return error;
};
