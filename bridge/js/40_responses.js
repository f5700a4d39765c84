// What comes back.
const BYTE_ORDER_MARK = "\ufeff";

// JSON whatever the content type says; text that is not JSON stays text; bytes stay bytes.
const parseBody = (body) => {
  if (typeof body !== "string") return new NativeUint8Array(body);
  const text = body !== "" && body[0] === BYTE_ORDER_MARK ? StringSlice(body, 1) : body;
  if (text === "") return "";
  try {
    return JSONParse(text);
  } catch {
    return text;
  }
};

const fullResponse = ({ status, statusText, headers }, body) => ({ status, statusCode: status, statusText, headers, data: parseBody(body) });

const warnAll = (texts) => {
  for (let i = 0; i < texts.length; i++) core.warn(texts[i]);
};

const succeed = (value, body) => {
  warnAll(value.warnings);
  return value.full ? fullResponse(value, body) : parseBody(body);
};

const failWith = ({ type, key, message, retryAfter, warnings, request, response }) => {
  warnAll(warnings);
  const full = response === null ? undefined : fullResponse(response, response.body);
  const init = { __proto__: null, message, data: full?.data };
  if (key !== null) init.key = key;
  if (retryAfter !== null) init.retryAfter = retryAfter;
  const error = new (classOf[type] ?? ConnectionError)(init);
  if (retryAfter !== null) error.retryAfter = retryAfter;
  if (full !== undefined) error.response = full;
  if (request !== null) error.request = request;
  return branded(error, type, key, { request, response: full, retryAfter });
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
