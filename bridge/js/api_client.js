// apiClient: what a method sees of it. Each verb makes one call out of the sandbox; what may be sent, and where, is decided outside.
// Written for isolates in which a method may have changed every prototype: see the rules beside the primordials.
(core) => {
  const {
    ArrayIsArray,
    Date: NativeDate,
    Error: NativeError,
    JSONParse,
    ObjectCreate,
    ObjectDefineProperty,
    ObjectFreeze,
    ObjectHasOwn,
    ObjectKeys,
    Promise: NativePromise,
    String: NativeString,
    StringSlice,
    Uint8Array: NativeUint8Array,
    uncurryThis,
  } = core.primordials;
  const dateToISOString = uncurryThis(NativeDate.prototype.toISOString);

  // --- Errors (semantics 2.7) ---

  // `init` is a message, an error that caused this one, or { message, key, data, ... }.
  const errorData = (type, init) => {
    const given = init instanceof NativeError ? { message: init.message, causedByError: init } : init;
    return typeof given === "object" && given !== null ? { ...given, type: type ?? given.type } : { type, message: given };
  };

  class MembraneError extends NativeError {
    constructor(init, type) {
      const data = errorData(type, init);
      super(data.message === undefined ? "" : NativeString(data.message));
      data.message = this.message;
      const show = (name, value, enumerable) =>
        ObjectDefineProperty(this, name, { __proto__: null, value, enumerable, writable: true, configurable: true });
      show("name", new.target.name, false);
      show("isMembraneError", true, false);
      show("isIntegrationAppError", true, false);
      show("type", data.type, true);
      show("key", data.key, true);
      show("data", data, true);
    }

    toJSON() {
      return { ...this.data, type: this.type, key: this.key, message: this.message };
    }
  }

  // A subclass whose errors have a fixed type, and a fixed key where one is given.
  const subclass = (name, Parent, type, key) =>
    ({
      [name]: class extends Parent {
        constructor(init, ownType) {
          super(key === undefined ? init : { ...errorData(type, init), key }, ownType ?? type);
        }
      },
    })[name];

  const ConnectionError = subclass("ConnectionError", MembraneError, "connection");
  const BadRequestError = subclass("BadRequestError", MembraneError, "bad_request");
  const errors = ObjectFreeze({
    __proto__: null,
    MembraneError,
    IntegrationAppError: MembraneError,
    ConnectionError,
    RequestError: subclass("RequestError", ConnectionError, "request"),
    EgressError: subclass("EgressError", ConnectionError, "egress"),
    ConfigurationError: subclass("ConfigurationError", MembraneError, "configuration"),
    CustomCodeError: subclass("CustomCodeError", MembraneError, "custom_code"),
    InternalError: subclass("InternalError", MembraneError, "internal"),
    BadRequestError,
    NotFoundError: subclass("NotFoundError", BadRequestError, "bad_request", "not_found"),
    RateLimitExceededError: subclass("RateLimitExceededError", BadRequestError, "bad_request", "rate_limit_exceeded"),
    NotAuthenticatedError: subclass("NotAuthenticatedError", BadRequestError, "bad_request", "not_authenticated"),
    AccessDeniedError: subclass("AccessDeniedError", BadRequestError, "bad_request", "access_denied"),
  });

  const classOf = { __proto__: null, request: errors.RequestError, egress: errors.EgressError, configuration: errors.ConfigurationError };

  const refuse = (key, message) => {
    throw new errors.RequestError({ key, message });
  };

  // --- What goes out ---

  const describe = (value) => {
    if (value === null || value === undefined) return NativeString(value);
    if (ArrayIsArray(value)) return "an array";
    return typeof value === "object" ? "an object" : `a ${typeof value}`;
  };

  const describeShort = (value) => (typeof value === "string" ? `'${StringSlice(value, 0, 32)}'` : describe(value));

  const isObject = (value) => typeof value === "object" && value !== null && !ArrayIsArray(value);

  const requireObject = (value, label) => {
    if (!isObject(value)) refuse("invalid", `${label} must be an object, not ${describe(value)}`);
    return value;
  };

  const DEEPEST_QUERY = 32;

  // Leaves become the text that JavaScript makes of them, so that nobody else has to know how; null and undefined are left out outside.
  const queryValue = (value, label, levels) => {
    if (value === undefined || value === null) return null;
    if (typeof value === "function" || typeof value === "symbol") refuse("invalid", `${label} is ${describe(value)}, which a query cannot hold`);
    if (typeof value !== "object") return NativeString(value);
    if (value instanceof NativeDate) return dateToISOString(value);
    if (levels === 0) refuse("invalid", `${label} is nested too deeply, or contains itself`);
    return ArrayIsArray(value) ? queryList(value, label, levels - 1) : queryMembers(value, label, levels - 1);
  };

  const queryList = (values, label, levels) => {
    const list = core.list();
    for (let i = 0; i < values.length; i++) list[i] = queryValue(values[i], `${label}[${i}]`, levels);
    return list;
  };

  const queryMembers = (values, label, levels) => {
    const members = ObjectCreate(null);
    const keys = ObjectKeys(values);
    for (let i = 0; i < keys.length; i++) members[keys[i]] = queryValue(values[keys[i]], `${label}.${keys[i]}`, levels);
    return members;
  };

  const queryOf = (value, label) => queryMembers(requireObject(value, label), label, DEEPEST_QUERY);

  const headerText = (value, label) => {
    if (value === undefined || value === null) return null;
    if (ArrayIsArray(value)) return headerList(value, label);
    if (typeof value === "object" || typeof value === "function" || typeof value === "symbol") {
      refuse("header", `${label} is ${describe(value)}, which a header cannot hold`);
    }
    return NativeString(value);
  };

  const headerList = (values, label) => {
    let text = "";
    for (let i = 0; i < values.length; i++) text += `${i === 0 ? "" : ", "}${headerText(values[i], `${label}[${i}]`) ?? ""}`;
    return text;
  };

  const headersOf = (value) => {
    if (!isObject(value)) refuse("header", `options.headers must be an object, not ${describe(value)}`);
    const headers = ObjectCreate(null);
    const names = ObjectKeys(value);
    for (let i = 0; i < names.length; i++) headers[names[i]] = headerText(value[names[i]], `options.headers.${names[i]}`);
    return headers;
  };

  const authOf = (value) => {
    const { username, password } = requireObject(value, "options.auth");
    return { __proto__: null, username: NativeString(username ?? ""), password: NativeString(password ?? "") };
  };

  const baseUriOf = (value) => {
    if (typeof value !== "string") refuse("url", `options.baseUri must be a string, not ${describe(value)}`);
    return value;
  };

  const responseTypeOf = (value) => {
    if (value === "json" || value === "arraybuffer") return value;
    return refuse("invalid", `options.responseType ${describeShort(value)} is not supported; json and arraybuffer are`);
  };

  // What each option becomes on its way out; undefined and null leave the client's own.
  const optionReaders = {
    __proto__: null,
    baseUri: baseUriOf,
    headers: headersOf,
    query: (value) => queryOf(value, "options.query"),
    auth: authOf,
    returnFullResponse: (value) => !!value,
    responseType: responseTypeOf,
  };

  const readOptions = (given, verb) => {
    const options = ObjectCreate(null);
    if (given === undefined || given === null) return options;
    const names = ObjectKeys(requireObject(given, "options"));
    for (let i = 0; i < names.length; i++) {
      const reader = optionReaders[names[i]];
      if (reader === undefined) {
        core.warn(`apiClient.${verb} does not know the option ${StringSlice(names[i], 0, 64)}; it was ignored`);
        continue;
      }
      const value = given[names[i]];
      if (value !== undefined && value !== null) options[names[i]] = reader(value);
    }
    return options;
  };

  const bodyOf = (data) => {
    if (data === undefined || data === null) return null;
    let text;
    try {
      text = core.stringify(data, "data");
    } catch (error) {
      refuse("invalid", error.message);
    }
    if (typeof text !== "string") refuse("invalid", `data is ${describe(data)}, which JSON cannot hold`);
    return text;
  };

  const pathOf = (path) => {
    if (typeof path !== "string") refuse("url", `The path must be a string, not ${describe(path)}`);
    return path;
  };

  const warnOfConfigInQuery = (query) => {
    if (!isObject(query) || !(isObject(query.params) || isObject(query.headers))) return;
    core.warn("The second argument of apiClient.get is the query; this looks like an axios config, and was sent as a query");
  };

  // --- What comes back ---

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

  // What the run reports when the method does not catch the error. Headers stay inside: they may hold tokens.
  const branded = (error, type, key, { request, response, retryAfter }) => {
    const data = { __proto__: null };
    if (request) data.request = request;
    if (response) data.response = { __proto__: null, status: response.status, statusText: response.statusText, data: response.data };
    if (typeof retryAfter === "number") data.retryAfter = retryAfter;
    core.brand(error, { type, key, data: ObjectKeys(data).length === 0 ? null : data });
    return error;
  };

  // --- The verbs ---

  const settle = { __proto__: null, resolve: succeed, reject: failWith };
  const never = new NativePromise(() => {});
  let requestBytes = 0;

  const send = (verb, path, query, data, options) => {
    const payload = { __proto__: null, path: pathOf(path), query, body: bodyOf(data), options: readOptions(options, verb) };
    const length = payload.body === null ? 0 : core.utf8Length(payload.body, requestBytes);
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
}
