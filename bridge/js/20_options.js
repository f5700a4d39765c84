// Paths, queries and options on their way out.
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

const DEEPEST_MEMBER = 32;
const MOST_MEMBERS = 10_000;
let memberCount = 0; // of the query or form that is being written

const countMember = (label) => {
  memberCount++;
  if (memberCount > MOST_MEMBERS) refuse("invalid", `${label} is one of more than ${MOST_MEMBERS} members, which a query or form cannot hold`);
};

// Members of queries and forms. Leaves become the text that JavaScript makes of them, so that nobody else has to know how; null and
// undefined are left out outside. With `files` a leaf may be bytes: it becomes a number, its place among them.
const memberValue = (value, label, levels, files) => {
  countMember(label);
  if (value === undefined || value === null) return null;
  if (typeof value === "function" || typeof value === "symbol") {
    refuse("invalid", `${label} is ${describe(value)}, which a query or form cannot hold`);
  }
  if (typeof value !== "object") return NativeString(value);
  if (value instanceof NativeDate) return dateToISOString(value);
  if (files !== null && isFile(value)) return addFile(files, value);
  if (isStream(value)) refuse("invalid", `${label} is ${STREAM}, which a query or form cannot hold`);
  if (levels === 0) refuse("invalid", `${label} is nested too deeply, or contains itself`);
  return ArrayIsArray(value) ? memberList(value, label, levels - 1, files) : memberObject(value, label, levels - 1, files);
};

const memberList = (values, label, levels, files) => {
  const list = core.list();
  for (let i = 0; i < values.length; i++) list[i] = memberValue(values[i], `${label}[${i}]`, levels, files);
  return list;
};

const memberObject = (values, label, levels, files) => {
  const members = ObjectCreate(null);
  const keys = ObjectKeys(values);
  for (let i = 0; i < keys.length; i++) members[keys[i]] = memberValue(values[keys[i]], `${label}.${keys[i]}`, levels, files);
  return members;
};

// With the format `json`, or under a name that ends in {}, a member is JSON text.
const isJsonMember = (key, value, format) =>
  typeof value === "object" && value !== null && (StringEndsWith(StringTrim(key), "{}") || (format === "json" && !(value instanceof NativeDate)));

const membersOf = (values, label, format, files) => {
  memberCount = 0;
  const members = ObjectCreate(null);
  const keys = ObjectKeys(values);
  for (let i = 0; i < keys.length; i++) {
    const value = values[keys[i]];
    const path = `${label}.${keys[i]}`;
    members[keys[i]] = isJsonMember(keys[i], value, format) ? jsonOf(value, path) : memberValue(value, path, DEEPEST_MEMBER, files);
  }
  return members;
};

const jsonOf = (value, label) => {
  let text;
  try {
    text = core.stringify(value, label);
  } catch (error) {
    refuse("invalid", error.message);
  }
  if (typeof text !== "string") refuse("invalid", `${label} is ${describe(value)}, which JSON cannot hold`);
  return text;
};

// A URLSearchParams is written already; it goes out as text.
const queryOf = (value, label, format) =>
  isURLSearchParams(value) ? NativeString(value) : membersOf(requireObject(value, label), label, format, null);

const headerText = (value, label, separator) => {
  if (value === undefined || value === null || value === false) return null;
  if (ArrayIsArray(value)) return headerList(value, label, separator);
  if (typeof value === "object" || typeof value === "function" || typeof value === "symbol") {
    refuse("header", `${label} is ${describe(value)}, which a header cannot hold`);
  }
  return NativeString(value);
};

const headerList = (values, label, separator) => {
  let text = null;
  for (let i = 0; i < values.length; i++) {
    const item = headerText(values[i], `${label}[${i}]`, separator);
    if (item !== null) text = text === null ? item : `${text}${separator}${item}`;
  }
  return text;
};

const MOST_HEADERS = 1000; // the host allows fewer

const headersOf = (value) => {
  if (!isObject(value)) refuse("header", `options.headers must be an object, not ${describe(value)}`);
  const headers = ObjectCreate(null);
  const names = ObjectKeys(value);
  if (names.length > MOST_HEADERS) refuse("header", `options.headers has ${names.length} headers; a request can have ${MOST_HEADERS} at most`);
  for (let i = 0; i < names.length; i++) {
    const separator = StringToLowerCase(names[i]) === "cookie" ? "; " : ", ";
    headers[names[i]] = headerText(value[names[i]], `options.headers.${names[i]}`, separator);
  }
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

const RESPONSE_TYPES = ["json", "text", "arraybuffer", "stream"];
const QUERY_FORMATS = ["brackets", "repeat", "comma", "json"];

const oneOf = (value, known, label) => {
  let names = "";
  for (let i = 0; i < known.length; i++) {
    if (value === known[i]) return value;
    names += `${i === 0 ? "" : ", "}${known[i]}`;
  }
  return refuse("invalid", `${label} ${describeShort(value)} is not supported; there are ${names}`);
};

const MOST_REDIRECTS = 100; // the host allows fewer
const MOST_RETRIES = 5; // see ClientConfig.retries

const countOf = (value, most, label) => {
  if (typeof value !== "number" || value < 0 || value % 1 !== 0) {
    refuse("invalid", `${label} must be a whole number, not ${describeShort(value)}`);
  }
  return MathMin(value, most);
};

const maxRedirectsOf = (value) => countOf(value, MOST_REDIRECTS, "options.maxRedirects");

const signalOf = (given) => {
  const value = isObject(given) ? given.signal : undefined;
  if (value === undefined || value === null) return null;
  if (!isAbortSignal(value)) refuse("invalid", `options.signal must be an AbortSignal, not ${describe(value)}`);
  return value;
};

// What each option becomes on its way out; undefined and null leave the client's own.
const optionReaders = {
  __proto__: null,
  baseUri: baseUriOf,
  headers: headersOf,
  query: (value, format) => queryOf(value, "options.query", format),
  queryFormat: (value) => oneOf(value, QUERY_FORMATS, "options.queryFormat"),
  auth: authOf,
  maxRedirects: maxRedirectsOf,
  retries: (value) => countOf(value, MOST_RETRIES, "options.retries"),
  returnFullResponse: (value) => !!value,
  responseType: (value) => oneOf(value, RESPONSE_TYPES, "options.responseType"),
};

// `client` is the client's configuration, or what of it matters here.
const readOptions = (given, verb, client) => {
  const options = ObjectCreate(null);
  if (given === undefined || given === null) return options;
  const names = ObjectKeys(requireObject(given, "options"));
  const format = given.queryFormat ?? client.queryFormat;
  for (let i = 0; i < names.length; i++) {
    if (names[i] === "signal") continue; // it stays here
    const reader = optionReaders[names[i]];
    if (reader === undefined) {
      core.warn(`apiClient.${verb} does not know the option ${StringSlice(names[i], 0, 64)}; it was ignored`);
      continue;
    }
    const value = given[names[i]];
    if (value !== undefined && value !== null) options[names[i]] = reader(value, format);
  }
  return options;
};

// The content type that the call or else the client asks for; undefined where neither does, null where there is to be none.
const contentTypeOf = (ofCall, ofClient) => {
  const found = contentTypeIn(ofCall);
  return found === undefined ? contentTypeIn(ofClient) : found;
};

const contentTypeIn = (headers) => {
  if (!isObject(headers)) return undefined;
  let found;
  const names = ObjectKeys(headers);
  for (let i = 0; i < names.length; i++) if (StringToLowerCase(names[i]) === "content-type") found = headers[names[i]];
  return found;
};

const pathOf = (path) => {
  if (typeof path !== "string") refuse("url", `The path must be a string, not ${describe(path)}`);
  return path;
};

const warnOfConfigInQuery = (query) => {
  if (!isObject(query) || !(isObject(query.params) || isObject(query.headers))) return;
  core.warn("The second argument of apiClient.get is the query; this looks like an axios config, and was sent as a query");
};
