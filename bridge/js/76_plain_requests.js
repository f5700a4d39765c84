// Plain HTTP requests, with nothing of the connection: what fetch and axios stand on. Their libraries see nothing of this file but the
// door that they are given.
const plainBody = (body) => {
  if (body === undefined || body === null) return withoutFiles(null);
  if (typeof body === "string") return withoutFiles({ __proto__: null, kind: "text", text: body });
  if (isFormData(body)) return formDataBody(body);
  if (isFile(body)) return bytesBody(body);
  return withoutFiles(isStream(body) ? streamBody(body) : { __proto__: null, kind: "stream", id: body.stream });
};

const plainHeaders = (pairs) => {
  const headers = core.list();
  for (let i = 0; i < pairs.length; i++) {
    const pair = core.list();
    pair[0] = NativeString(pairs[i][0]);
    pair[1] = NativeString(pairs[i][1]);
    headers[i] = pair;
  }
  return headers;
};

const withoutQuery = (url) => {
  const end = StringIndexOf(url, "?");
  return end < 0 ? url : StringSlice(url, 0, end);
};

const dropStream = (id) => core.call("apiClient.stream.cancel", { __proto__: null, id }, cancelled, null, undefined, { __proto__: null, quiet: true });

// `failure` makes of an error of this file what the library throws; `breach` of one that comes while a body is read.
const makeDoor = (failure, breach) => {
  const reject = (value) => failure(failWith(value));
  const rejectBody = (value) => breach(failWith(value));
  const answered = {
    __proto__: null,
    resolve(value) {
      warnAll(value.warnings);
      return value;
    },
    reject,
  };
  const piece = { __proto__: null, resolve: (value, body) => (value.done ? null : new NativeUint8Array(body)), reject: rejectBody };
  const whole = { __proto__: null, resolve: (_, body) => (typeof body === "string" ? body : new NativeUint8Array(body)), reject: rejectBody };
  return ObjectFreeze({
    __proto__: null,
    // { method, url, headers: [[name, value], ...], body, redirect, maxRedirects }, where the body is text, bytes, a
    // FormData, a ByteStream or { stream: number }. Gives { answer, drop }: a promise of { status, statusText, headers, url, redirected, stream }, and a function that
    // breaks the request off.
    send({ method, url, headers, body, redirect, maxRedirects }, site) {
      const outgoing = plainBody(body);
      const payload = {
        __proto__: null,
        method: NativeString(method),
        url: NativeString(url),
        headers: plainHeaders(headers),
        body: outgoing.body,
        redirect: NativeString(redirect),
        maxRedirects: maxRedirects === undefined ? null : maxRedirectsOf(maxRedirects),
      };
      if (isTooLong(outgoing) || areTooMany()) return { __proto__: null, answer: never, drop() {} };
      const control = { __proto__: null, drop() {} };
      const answer = makeCall({ operation: "fetch", payload, bytes: bytesOfFiles(outgoing.files), site, control }, answered);
      return { __proto__: null, answer, drop: () => control.drop() };
    },
    // The next piece of a body; null at its end.
    read: (id) => core.call("apiClient.stream.read", { __proto__: null, id }, piece),
    // All that is left of a body, as text or as bytes.
    readAll: (id, asText) => core.call("apiClient.stream.read_all", { __proto__: null, id, text: !!asText }, whole),
    cancel: dropStream,
    openStream,
    warn: (text) => core.warn(NativeString(text)),
    takeSite: (below) => core.takeSite(below),
    tooLong: (length) => core.breach("request_size", `The body of a request is more than ${requestBytes} bytes long`, length),
    mostBytes: () => requestBytes,
    // Lets an error of the library be reported as the one that caused it.
    brandAs: core.brandAs,
    // Lets one that stands for an answer be reported with that answer.
    brandStatus(error, { method }, { url, status, statusText }, headers, data) {
      const request = { __proto__: null, method: NativeString(method), url: withoutQuery(NativeString(url)) };
      const shown = typeof data === "string" ? parseText(data, false) : null;
      branded(error, "connection", null, { request, response: { __proto__: null, status, statusText, data: shown, headers } });
    },
  });
};

// As Node.js says it.
const typeError = (message) => (cause) => {
  const error = new NativeTypeError(message, { __proto__: null, cause });
  core.brandAs(error, cause);
  return error;
};

const fetchDoor = makeDoor(typeError("fetch failed"), typeError("terminated"));

core.define("fetch", function fetch(input, init = undefined) {
  const site = core.takeSite(fetch);
  try {
    return core.library("fetch").fetchOver(fetchDoor, site, input, init);
  } catch (error) {
    return rejected(error);
  }
});

// axios makes its errors of those of the bridge itself.
const asItIs = (cause) => cause;

core.provide("axios", () => core.library("axios").axiosOver(makeDoor(asItIs, asItIs)));
