// Makes calls of an apiClient with axios, as such a client does: reads { server, calls } as JSON, prints the outcomes as JSON.
import { readFileSync } from "node:fs";
import axios from "axios";

const outcome = readFileSync(new URL("./outcome.js", import.meta.url), "utf8");
const { server, other, calls } = JSON.parse(readFileSync(0, "utf8"));

// A path is appended to the base, never resolved against it; both may have a query.
const parts = (text) => /^([^?#]*)(?:\?([^#]*))?/.exec(text);

const joined = (base, path) => {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(path)) return path;
  const [, start, baseQuery] = parts(base);
  const [, own, ownQuery] = parts(path);
  const steps = own.replace(/^\/+/, "");
  const query = [baseQuery, ownQuery].filter((part) => part).join("&");
  const url = steps === "" && !ownQuery ? start : start.replace(/\/+$/, "") + (steps === "" ? "" : `/${steps}`);
  return query === "" ? url : `${url}?${query}`;
};

const given = (query) => Object.fromEntries(Object.entries(query ?? {}).filter(([, value]) => value !== null && value !== undefined));

const merged = (...queries) => queries.findLast((query) => query instanceof URLSearchParams) ?? Object.assign({}, ...queries.map(given));

const formatted = (query, format) => {
  if (query instanceof URLSearchParams) return query;
  const write = {
    comma: (value) => (Array.isArray(value) ? value.join(",") || null : value),
    json: (value) => (typeof value === "object" && !(value instanceof Date) ? JSON.stringify(value) : value),
  }[format];
  return write === undefined ? query : Object.fromEntries(Object.entries(query).map(([name, value]) => [name, write(value)]));
};

const clientFor = (client) => {
  const instance = axios.create({ headers: client.headers, auth: client.auth, proxy: false, timeout: 5000 });
  const request = async (method, path, query, data, options) => {
    const { baseUri, headers, auth, responseType, maxRedirects, returnFullResponse, query: added, queryFormat } = options ?? {};
    const format = queryFormat ?? client.queryFormat;
    const config = { method, url: joined(baseUri ?? client.baseUri, path), data, maxRedirects: maxRedirects ?? 5 };
    config.params = formatted(merged(client.query, added, query), format);
    if (format === "repeat") config.paramsSerializer = { indexes: null };
    if (headers !== undefined) config.headers = headers;
    if (auth !== undefined) config.auth = auth;
    if (responseType !== undefined) config.responseType = responseType;
    const response = await instance.request(config);
    return (returnFullResponse ?? client.returnFullResponse) ? response : response.data;
  };
  const withData = (method) => (path, data, options) => request(method, path, undefined, data, options);
  return {
    get: (path, query, options) => request("get", path, query, undefined, options),
    post: withData("post"),
    put: withData("put"),
    patch: withData("patch"),
    delete: withData("delete"),
  };
};

const outcomes = [];
for (const [index, { call, client, full }] of calls.entries()) {
  await axios.post(`${server}/-/begin/${index}`);
  const run = new Function("apiClient", "server", "other", `${outcome}; return outcomeOf(async () => apiClient.${call}, ${full})`);
  outcomes.push(await run(clientFor(client), server, other));
}
console.log(JSON.stringify(outcomes));
