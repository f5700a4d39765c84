// One call out of the sandbox; what may be sent, and where, is decided outside.
//
// A request is { verb, path, query, data, options }. Its client is null where the host holds the client's configuration, else one that
// was made in this isolate: its data goes out with each call, its functions stay (see the next file).
const settle = { __proto__: null, resolve: (value, body) => succeed(value, body), reject: (value) => failWith(value) };
const never = new NativePromise(() => {});
let requestBytes = 0;

const payloadOf = (client, { verb, path, query, data, options }) => ({
  __proto__: null,
  path: pathOf(path),
  query: query === undefined || query === null ? ObjectCreate(null) : queryOf(query, "query"),
  body: bodyOf(data),
  options: readOptions(options, verb),
  client: client === null ? null : client.config,
  dynamic: null,
});

const isTooLong = ({ body }) => {
  const length = typeof body === "string" ? core.utf8Length(body, requestBytes) : 0;
  if (length <= requestBytes) return false;
  core.breach("request_size", `The body of a request is more than ${requestBytes} bytes long`, length);
  return true;
};

const send = (client, request) => {
  const payload = payloadOf(client, request);
  if (isTooLong(payload)) return never;
  return client === null ? core.call(`apiClient.${request.verb}`, payload, settle) : sendWithHooks(client, request, payload);
};

// What was refused before it was sent rejects the promise, as everything else that goes wrong.
const rejection = (thrown) => {
  if (thrown instanceof MembraneError) return thrown instanceof errors.RequestError ? branded(thrown, "request", thrown.key, {}) : thrown;
  const error = new errors.RequestError({ key: "invalid", message: `The call could not be read: ${NativeString(thrown?.message ?? thrown)}` });
  return branded(error, "request", "invalid", {});
};

const attempt = (make) => {
  try {
    return make();
  } catch (thrown) {
    return new NativePromise((_, reject) => reject(rejection(thrown)));
  }
};
