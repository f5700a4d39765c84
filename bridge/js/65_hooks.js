// Clients that were made in this isolate, with their functions: dynamicOptions, responseHandlers that are functions, onError.
const HOOKS = { __proto__: null, onError: true, dynamicOptions: true };

const holdsFunctions = (object) => {
  if (!isObject(object)) return false;
  const keys = ObjectKeys(object);
  for (let i = 0; i < keys.length; i++) if (typeof object[keys[i]] === "function") return true;
  return false;
};

const areFunctionRules = (rules) => {
  if (!ArrayIsArray(rules)) return false;
  for (let i = 0; i < rules.length; i++) if (holdsFunctions(rules[i])) return true;
  return false;
};

// Some editions of the contract nest the options under `args`.
const unwrapped = (options) => (isObject(options) && isObject(options.args) && ObjectKeys(options).length === 1 ? options.args : options);

const hasHooks = (options) =>
  typeof options.onError === "function" || typeof options.dynamicOptions === "function" || areFunctionRules(options.responseHandlers);

// The data of a client's options, as it is now.
const configOf = (options, label) => {
  const config = ObjectCreate(null);
  const keys = ObjectKeys(options);
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i];
    const value = options[key];
    if (HOOKS[key] || (key === "responseHandlers" && areFunctionRules(value))) continue;
    if (typeof value === "function" || key === "httpsAgent") core.warn(`${label} does not use ${StringSlice(key, 0, 64)}; it was ignored`);
    else config[key] = value;
  }
  return JSONParse(core.stringify(config, label));
};

// `renew` gives the client to use when this one's credentials have expired, or null.
const hookedClient = (given, label, renew) => {
  if (!isObject(given)) throw new errors.ConfigurationError(`${label} must be an object, not ${describe(given)}`);
  const options = unwrapped(given);
  return {
    __proto__: null,
    config: configOf(options, label),
    onError: options.onError,
    dynamicOptions: options.dynamicOptions,
    rules: areFunctionRules(options.responseHandlers) ? options.responseHandlers : [],
    renew,
  };
};

const part = (rule, key, response) => (typeof rule[key] === "function" ? ReflectApply(rule[key], rule, [response]) : rule[key]);

const ruleMatches = (rule, response) => {
  if (typeof rule.match === "function" || typeof rule.match === "boolean") return !!part(rule, "match", response);
  throw new errors.ConfigurationError("responseHandlers that hold functions cannot hold formulas too: match is a function or a boolean there");
};

// What the first rule that matches makes of a response: { value }, or it throws; undefined where none matches.
const judge = (rules, response, full) => {
  for (let i = 0; i < rules.length; i++) {
    if (!ruleMatches(rules[i], response)) continue;
    const data = part(rules[i], "data", response);
    if (!part(rules[i], "isSuccess", response)) throw ruledError(part(rules[i], "error", response), response);
    const body = data === undefined ? response.data : data;
    return { value: full ? { ...response, data: body } : body };
  }
  return undefined;
};

const ruledError = (given, response) => {
  const init = { message: `A response with status ${response.status} stands for an error`, data: response.data, ...given };
  const error = new ConnectionError(init);
  error.response = response;
  return branded(error, "connection", error.key, { response });
};

// What the host says of a failed call beside the error: whether the client's credentials were sent, and what the call should give.
const failures = new NativeWeakMap();

const settleHooked = {
  __proto__: null,
  resolve: (value, body) => {
    warnAll(value.warnings);
    return { response: fullResponse(value, dataOf(value, body)), full: value.full };
  },
  reject: (value, body) => {
    const error = failWith(value, body);
    WeakMapSet(failures, error, value);
    return error;
  },
};

// The error of axios that `onError` was written for.
const axiosError = (error) => {
  const status = error.response?.status;
  const like = new NativeError(status === undefined ? error.message : `Request failed with status code ${status}`);
  like.name = "AxiosError";
  like.isAxiosError = true;
  like.code = status === undefined ? "ERR_NETWORK" : status < 500 ? "ERR_BAD_REQUEST" : "ERR_BAD_RESPONSE";
  like.status = status;
  like.response = error.response;
  like.request = error.request;
  like.config = error.request;
  return like;
};

const recover = async (client, error) => {
  const failure = WeakMapGet(failures, error);
  if (failure === undefined || failure.type !== "connection") throw error;
  const judged = error.response === undefined ? undefined : judge(client.rules, error.response, failure.full);
  if (judged !== undefined) return judged.value;
  const value = typeof client.onError === "function" ? await client.onError(axiosError(error)) : undefined;
  if (value === undefined) throw error;
  return value;
};

const sendOnce = async (client, { verb, path, query, data }, call) => {
  if (typeof client.dynamicOptions === "function") {
    const given = await client.dynamicOptions({ path, method: verb, query, data, headers: call.payload.options.headers });
    call.payload.dynamic = configOf(unwrapped(given ?? {}), "What dynamicOptions gave");
  }
  let answer;
  try {
    answer = await makeCall(call, settleHooked);
  } catch (error) {
    return recover(client, error);
  }
  const judged = judge(client.rules, answer.response, answer.full);
  if (judged !== undefined) return judged.value;
  return answer.full ? answer.response : answer.response.data;
};

const hasExpired = (error) =>
  error instanceof ConnectionError && error.key === "access_token_expired" && (WeakMapGet(failures, error)?.carriesClient ?? true);

// A copy of the bytes of a call, which may have to be sent once more.
const copied = (bytes) => {
  if (bytes === null) return null;
  return ObjectIsPrototypeOf(NativePromise.prototype, bytes) ? PromiseThen(bytes, core.copyBytes) : core.copyBytes(bytes);
};

const sendWithHooks = async (client, request, call) => {
  const bytes = client.renew === undefined ? null : copied(call.bytes);
  try {
    return await sendOnce(client, request, call);
  } catch (error) {
    const renewed = client.renew !== undefined && hasExpired(error) ? await client.renew(client) : null;
    if (renewed === null) throw error;
    call.payload.client = renewed.config;
    call.bytes = bytes;
    return sendOnce(renewed, request, call);
  }
};
