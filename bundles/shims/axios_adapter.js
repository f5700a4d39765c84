// The adapter of axios: what its own over Node.js does (lib/adapters/http.js), as far as a method sees it.
import AxiosError from "axios/unsafe/core/AxiosError.js";
import AxiosHeaders from "axios/unsafe/core/AxiosHeaders.js";
import CanceledError from "axios/unsafe/cancel/CanceledError.js";
import buildFullPath from "axios/unsafe/core/buildFullPath.js";
import buildURL from "axios/unsafe/helpers/buildURL.js";
import settle from "axios/unsafe/core/settle.js";
import transitionalDefaults from "axios/unsafe/defaults/transitional.js";
import utils from "axios/unsafe/utils.js";
import { VERSION } from "axios/unsafe/env/data.js";
import { setTimer } from "library:host";
import { utf8fromStringLoose } from "@exodus/bytes/utf8.js";
import { joinedHeaders } from "./joined_headers.js";
import { utf8ToText } from "./utf8_text.js";

let door = null;
export const useDoor = (given) => {
  door = given;
};

const BYTE_ORDER_MARK = "\ufeff";
const own = (config, key) => (utils.hasOwnProp(config, key) ? config[key] : undefined);

// Options that are about sockets, which a method has none of.
const UNUSED = ["httpAgent", "httpsAgent", "proxy", "transport", "lookup", "beforeRedirect", "maxRate", "onUploadProgress", "onDownloadProgress"];

const warnOfUnused = (config) => {
  for (const key of UNUSED) if (own(config, key)) door.warn(`axios does not use ${key} here; it was ignored`);
  if (own(config, "decompress") === false) door.warn("axios unpacks every answer here; decompress was ignored");
};

const decoded = (text) => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};

const URL_PARTS = /^(https?:)\/\/(?:([^/?#@]*)@)?([^#]*)/i;

// The URL in parts; the host reads it as the standard does, and says so where it is none.
const urlOf = (config) => {
  const whole = buildFullPath(own(config, "baseURL"), own(config, "url"), own(config, "allowAbsoluteUrls"), config);
  const text = `${whole ?? ""}`.trim();
  const parts = URL_PARTS.exec(text);
  if (parts !== null) return { scheme: parts[1], user: parts[2] ?? "", rest: parts[3] };
  const other = /^([a-z][a-z0-9+.-]*:)/i.exec(text);
  if (other === null) throw new AxiosError("Invalid URL", "ERR_INVALID_URL", config);
  throw new AxiosError(`Unsupported protocol ${other[1]}`, AxiosError.ERR_BAD_REQUEST, config);
};

const withParams = ({ scheme, rest }, config) => {
  try {
    return `${scheme}//${buildURL(rest, own(config, "params"), own(config, "paramsSerializer"))}`;
  } catch (error) {
    throw AxiosError.from(error, AxiosError.ERR_BAD_REQUEST, config, null, null, { url: own(config, "url"), exists: true });
  }
};

const authorizationOf = ({ user }, config) => {
  const given = own(config, "auth");
  if (!given && user === "") return null;
  const colon = user.indexOf(":");
  const [username, password] = given
    ? [given.username ?? "", given.password ?? ""]
    : [decoded(colon < 0 ? user : user.slice(0, colon)), decoded(colon < 0 ? "" : user.slice(colon + 1))];
  return `Basic ${utf8fromStringLoose(`${username}:${password}`).toBase64()}`;
};

const bodyOf = (data, headers, config) => {
  if (data === undefined || data === null || data === false || data === "") return null;
  if (utils.isFormData(data)) return data;
  if (utils.isBlob(data) || utils.isFile(data)) {
    if (data.size) headers.setContentType(data.type || "application/octet-stream");
    return data;
  }
  if (data[Symbol.toStringTag] === "ByteStream") return data;
  if (typeof data !== "string" && !ArrayBuffer.isView(data) && !utils.isArrayBuffer(data)) {
    const message = "Data after transformation must be a string, an ArrayBuffer, a Buffer, or a Stream";
    throw new AxiosError(message, AxiosError.ERR_BAD_REQUEST, config);
  }
  const most = own(config, "maxBodyLength");
  if (most > -1 && (typeof data === "string" ? utf8fromStringLoose(data).length : data.byteLength) > most) {
    throw new AxiosError("Request body larger than maxBodyLength limit", AxiosError.ERR_BAD_REQUEST, config);
  }
  return data;
};

const pairsOf = (headers) => {
  const pairs = [];
  for (const [name, value] of Object.entries(headers.toJSON())) {
    for (const one of utils.isArray(value) ? value : [value]) pairs.push([name, `${one}`]);
  }
  return pairs;
};

const requestOf = (config) => {
  warnOfUnused(config);
  const parsed = urlOf(config);
  const headers = AxiosHeaders.from(config.headers).normalize();
  headers.set("User-Agent", `axios/${VERSION}`, false);
  const body = bodyOf(config.data, headers, config);
  const authorization = authorizationOf(parsed, config);
  if (authorization !== null) headers.set("Authorization", authorization);
  const most = own(config, "maxRedirects");
  return {
    method: (own(config, "method") ?? "get").toUpperCase(),
    url: withParams(parsed, config),
    headers: pairsOf(headers),
    body,
    redirect: most === 0 ? "manual" : "follow",
    maxRedirects: most,
  };
};

// What of Node.js's object of a request is looked at.
const shownRequest = ({ method }, url) => {
  const [, protocol, host, path] = /^(https?:)\/\/([^/?#]*)(.*)$/.exec(url);
  return { method, protocol, host, path, res: { responseUrl: url } };
};

const CODES = { __proto__: null, url: "ERR_INVALID_URL", header: "ERR_INVALID_CHAR", redirects: "ERR_FR_TOO_MANY_REDIRECTS", address: "EACCES", origin: "EACCES" };

// As AxiosError.from makes it of an error of Node.js, but with one stack: where the method asked for it.
const failed = (cause, config, request) => {
  const code = cause.code ?? CODES[cause.key] ?? AxiosError.ERR_NETWORK;
  const tooMany = code === CODES.redirects;
  const error = new AxiosError(tooMany ? "Maximum number of redirects exceeded" : cause.message, code, config, request);
  const frames = `${cause.stack}`.indexOf("\n    at ");
  Object.defineProperty(error, "cause", { value: cause, writable: true, configurable: true });
  error.stack = `AxiosError: ${error.message}${frames < 0 ? "" : cause.stack.slice(frames)}`;
  error.name = tooMany ? `Error [${code}]` : "Error";
  door.brandAs(error, cause);
  return error;
};

const tooLarge = (most, config, request) =>
  new AxiosError(`maxContentLength size of ${most} exceeded`, AxiosError.ERR_BAD_RESPONSE, config, request);

const bufferOf = (bytes) => {
  try {
    return require("library:buffer").Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  } catch {
    return bytes;
  }
};

const dataOf = async (answer, config, request) => {
  const kind = own(config, "responseType");
  const most = own(config, "maxContentLength");
  if (kind === "stream" && answer.stream !== null) return door.openStream(answer.stream);
  if (answer.stream === null) return kind === "arraybuffer" ? bufferOf(new Uint8Array(0)) : "";
  const asText = kind !== "arraybuffer" && !(most > -1);
  const body = await door.readAll(answer.stream, asText);
  if (most > -1 && body.length > most) throw tooLarge(most, config, request);
  if (kind === "arraybuffer") return bufferOf(body);
  const text = asText ? body : utf8ToText(body);
  return text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text;
};

const timeoutError = (config, request) => {
  const { clarifyTimeoutError } = own(config, "transitional") ?? transitionalDefaults;
  const message = own(config, "timeoutErrorMessage") || `timeout of ${config.timeout}ms exceeded`;
  return new AxiosError(message, clarifyTimeoutError ? AxiosError.ETIMEDOUT : AxiosError.ECONNABORTED, config, request);
};

// A promise that rejects when the request is to be broken off, and a function that stops waiting for that.
const interruption = (config, request) => {
  const endings = [];
  const promise = new Promise((_, reject) => {
    const abort = (reason) => reject(!reason || reason.type ? new CanceledError(null, config, request) : reason);
    const { cancelToken, signal } = config;
    if (cancelToken) {
      cancelToken.subscribe(abort);
      endings.push(() => cancelToken.unsubscribe(abort));
    }
    if (signal) {
      if (signal.aborted) abort();
      else signal.addEventListener("abort", abort);
      endings.push(() => signal.removeEventListener("abort", abort));
    }
    const timeout = Number.parseInt(own(config, "timeout"), 10);
    if (Number.isNaN(timeout)) reject(new AxiosError("error trying to parse `config.timeout` to int", AxiosError.ERR_BAD_OPTION_VALUE, config, request));
    else if (timeout > 0) endings.push(setTimer(() => reject(timeoutError(config, request)), timeout));
  });
  promise.catch(() => {});
  return { promise, end: () => endings.forEach((end) => end()) };
};

const finish = async (answer, asked, config) => {
  const request = shownRequest(asked, answer.url);
  const data = await dataOf(answer, config, request).catch((error) => {
    throw error instanceof AxiosError ? error : failed(error, config, request);
  });
  const headers = joinedHeaders(answer.headers);
  delete headers["content-encoding"];
  const response = { status: answer.status, statusText: answer.statusText, headers: new AxiosHeaders(headers), config, request, data };
  return new Promise((resolve, reject) => settle(resolve, reject, response)).catch((error) => {
    door.brandStatus(error, asked, answer, headers, data);
    throw error;
  });
};

export default async function adapter(config) {
  const site = door.takeSite(adapter);
  const asked = requestOf(config);
  const request = shownRequest(asked, asked.url);
  const interrupted = interruption(config, request);
  let stop = () => {};
  try {
    const { answer, drop } = door.send(asked, site);
    stop = drop;
    const given = await Promise.race([
      answer.catch((error) => {
        throw failed(error, config, request);
      }),
      interrupted.promise,
    ]);
    stop = () => given.stream !== null && door.cancel(given.stream).catch(() => {});
    return await Promise.race([finish(given, asked, config), interrupted.promise]);
  } catch (error) {
    if (!error.response) stop();
    throw error;
  } finally {
    interrupted.end();
  }
}
