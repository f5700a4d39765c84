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
  if (value === "json" || value === "arraybuffer" || value === "stream") return value;
  return refuse("invalid", `options.responseType ${describeShort(value)} is not supported; json, arraybuffer and stream are`);
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
  if (isStream(data)) return streamBody(data);
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
