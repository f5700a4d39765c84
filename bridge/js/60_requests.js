// One call out of the sandbox; what may be sent, and where, is decided outside.
//
// A request is { verb, path, query, data, options }. Its client is null where the host holds the client's configuration, else one that
// was made in this isolate: its data goes out with each call, its functions stay (see the next file).
const settle = { __proto__: null, resolve: (value, body) => succeed(value, body), reject: (value, body) => failWith(value, body) };
const never = new NativePromise(() => {});
let requestBytes = 0;
let requests = 0; // how many the run may make
let requestsMade = 0;
let hostClient = null; // what of the configuration that the host holds says how queries and bodies are written

const payloadOf = (client, { path, query }, options, body) => {
  const format = options.queryFormat ?? client.queryFormat;
  return {
    __proto__: null,
    path: pathOf(path),
    query: query === undefined || query === null ? ObjectCreate(null) : queryOf(query, "query", format),
    body,
    options,
    client: client === hostClient ? null : client,
    dynamic: null,
  };
};

const isTooLong = (body) => {
  const length = lengthOf(body, requestBytes);
  if (length <= requestBytes) return false;
  core.breach("request_size", `The body of a request is more than ${requestBytes} bytes long`, length);
  return true;
};

// The host counts too, further attempts and redirects included; a method that makes calls without end would never let it.
const areTooMany = () => {
  requestsMade++;
  if (requestsMade <= requests) return false;
  core.breach("requests", `The method made more than ${requests} requests.`, requestsMade);
  return true;
};

// `below` is the method's way in, the function that it called.
const send = (client, request, below) => {
  const config = client === null ? hostClient : client.config;
  const options = readOptions(request.options, request.verb, config);
  const body = bodyOf(request.data, contentTypeOf(options.headers, config.headers));
  const payload = payloadOf(config, request, options, body.body);
  if (isTooLong(body) || areTooMany()) return never;
  const signal = signalOf(request.options);
  if (signal?.aborted) return rejected(signal.reason);
  const control = { __proto__: null, drop() {} };
  const call = { __proto__: null, operation: `apiClient.${request.verb}`, payload, bytes: bytesOfFiles(body.files), site: core.takeSite(below), control };
  const answer = client === null ? makeCall(call, settle) : sendWithHooks(client, request, call);
  return signal === null ? answer : untilAborted(answer, signal, control);
};

// The answer, unless a signal breaks the request off before.
const untilAborted = (answer, signal, control) =>
  new NativePromise((resolve, reject) => {
    const stop = () => {
      control.drop();
      reject(signal.reason);
    };
    const settleWith = (end) => (value) => {
      signal.removeEventListener("abort", stop);
      end(value);
    };
    signal.addEventListener("abort", stop);
    PromiseThen(answer, settleWith(resolve), settleWith(reject));
  });

// Bytes of a Blob come later than the call that sends them; it is still made where the method made it.
const makeCall = ({ operation, payload, bytes, site, control }, settlers) => {
  if (!ObjectIsPrototypeOf(NativePromise.prototype, bytes)) return core.call(operation, payload, settlers, bytes, site, control);
  return PromiseThen(bytes, (ready) => core.call(operation, payload, settlers, ready, site, control), (thrown) => {
    throw rejection(thrown);
  });
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
