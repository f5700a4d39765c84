// Clients as methods see them.
const VERBS = ["get", "post", "put", "patch", "delete"];
const VERB_NAMES = VERBS.join(", ");

const verbOf = (method) => {
  const verb = StringToLowerCase(NativeString(method ?? "get"));
  for (let i = 0; i < VERBS.length; i++) if (VERBS[i] === verb) return verb;
  return refuse("invalid", `The method ${describeShort(method)} is not supported; ${VERB_NAMES} are`);
};

// One object that says everything, with the names of both editions of the contract.
const requestOf = (input, label) => {
  const { path, url, method, query, data, body, ...options } = requireObject(input, label);
  return { verb: verbOf(method), path: path ?? url, query, data: data ?? body, options };
};

// The functions of a client; `clientOf(this)` says which one a call is of.
const verbFunction = (verb, clientOf) => {
  const ask = {
    [verb](path, queryOrData, options) {
      return attempt(() => {
        const client = clientOf(this);
        if (verb !== "get") return send(client, { verb, path, data: queryOrData, options }, ask);
        warnOfConfigInQuery(queryOrData);
        return send(client, { verb, path, query: queryOrData, options }, ask);
      });
    },
  }[verb];
  return ask;
};

const defineClientFunctions = (target, clientOf) => {
  const give = (name, value, enumerable) =>
    ObjectDefineProperty(target, name, { __proto__: null, value: ObjectFreeze(value), writable: true, configurable: true, enumerable });
  for (let i = 0; i < VERBS.length; i++) give(VERBS[i], verbFunction(VERBS[i], clientOf), true);
  const makeApiRequest = function makeApiRequest(input) {
    return attempt(() => send(clientOf(this), requestOf(input, "The argument of makeApiRequest"), makeApiRequest));
  };
  give("makeApiRequest", makeApiRequest, false);
  return target;
};

const frozenClient = (clientOf) => ObjectFreeze(defineClientFunctions(ObjectCreate(null), clientOf));

// `new RestApiClient(options)`: a client of the code's own, as makeApiClient may return it.
class RestApiClient {
  #options;
  #client;

  constructor(options) {
    this.#options = options;
    this.#client = hookedClient(options, "The options of RestApiClient", undefined);
  }

  static optionsOf(value) {
    return isObject(value) && #options in value ? value.#options : value;
  }

  static clientOf(value) {
    return value.#client;
  }
}
const { optionsOf, clientOf } = RestApiClient;
delete RestApiClient.optionsOf;
delete RestApiClient.clientOf;
defineClientFunctions(RestApiClient.prototype, clientOf);

const hasVerbs = (value) => isObject(value) && optionsOf(value) === value && typeof value.get === "function" && typeof value.post === "function";

const membraneOf = (client) => {
  const byVerb = ({ verb, path, query, data, options }) => {
    if (verb === "get") return client.get(path, query, options);
    return client[verb](path, data, query === undefined ? options : { ...options, query });
  };
  return { api: (input) => attempt(() => byVerb(requestOf(input, "The argument of membrane.api"))) };
};
