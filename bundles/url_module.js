// url, as methods import it: what came before URL, and URL itself.
import * as legacy from "url/";
import { moduleOf } from "./parts/module.js";

const isURL = (value) => typeof value === "object" && value !== null && typeof value.href === "string" && typeof value.searchParams === "object";

const formatURL = (given, { auth = true, fragment = true, search = true } = {}) => {
  const url = new URL(given.href);
  if (!auth) url.username = url.password = "";
  if (!fragment) url.hash = "";
  if (!search) url.search = "";
  return url.href;
};

const format = (value, options) => (isURL(value) ? formatURL(value, options ?? {}) : legacy.format(value));

const urlToHttpOptions = (url) => {
  const { protocol, hostname, hash, search, pathname, href, port, username, password } = url;
  const options = { protocol, hostname: hostname.replace(/^\[|\]$/g, ""), hash, search, pathname, path: `${pathname}${search}`, href };
  if (port !== "") options.port = Number(port);
  if (username || password) options.auth = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return options;
};

const { parse, resolve, resolveObject, Url } = legacy;

export default moduleOf(
  { Url, format, parse, resolve, resolveObject, urlToHttpOptions },
  { URL: () => URL, URLSearchParams: () => URLSearchParams },
);
