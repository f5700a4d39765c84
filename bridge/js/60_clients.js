// apiClient: each verb makes one call out of the sandbox; what may be sent, and where, is decided outside.
const settle = { __proto__: null, resolve: succeed, reject: failWith };
const never = new NativePromise(() => {});
let requestBytes = 0;

const send = (verb, path, query, data, options) => {
  const payload = { __proto__: null, path: pathOf(path), query, body: bodyOf(data), options: readOptions(options, verb) };
  const length = typeof payload.body === "string" ? core.utf8Length(payload.body, requestBytes) : 0;
  if (length > requestBytes) {
    core.breach("request_size", `The body of a request is more than ${requestBytes} bytes long`, length);
    return never;
  }
  return core.call(`apiClient.${verb}`, payload, settle);
};

// What was refused before it was sent rejects the promise, as everything else that goes wrong.
const rejection = (thrown) => {
  if (thrown instanceof errors.RequestError) return branded(thrown, "request", thrown.key, {});
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

const withData = (verb) =>
  ({
    [verb](path, data, options) {
      return attempt(() => send(verb, path, ObjectCreate(null), data, options));
    },
  })[verb];

const apiClient = {
  __proto__: null,
  get(path, query, options) {
    return attempt(() => {
      warnOfConfigInQuery(query);
      const parameters = query === undefined || query === null ? ObjectCreate(null) : queryOf(query, "query");
      return send("get", path, parameters, undefined, options);
    });
  },
  post: withData("post"),
  put: withData("put"),
  patch: withData("patch"),
  delete: withData("delete"),
};
const verbs = ObjectKeys(apiClient);
for (let i = 0; i < verbs.length; i++) ObjectFreeze(apiClient[verbs[i]]);
ObjectFreeze(apiClient);

const give = (args, name) =>
  ObjectDefineProperty(args, name, { __proto__: null, value: apiClient, writable: true, configurable: true, enumerable: true });

core.errors = errors;
core.onStart("apiClient", (settings, args) => {
  if (settings === undefined) return;
  requestBytes = settings.requestBytes;
  give(args, "apiClient");
  give(args, "externalApiClient");
});
