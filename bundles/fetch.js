// Headers, Request and Response: undici's, which are those of Node.js; and fetch over the door that the host gives.
import { ReadableStream } from "library:streams";
import { URL } from "library:url";
import headers from "undici/lib/web/fetch/headers.js";
import response from "undici/lib/web/fetch/response.js"; // before requests, which use a converter of it
import request from "undici/lib/web/fetch/request.js";
import { fullyReadBody } from "undici/lib/web/fetch/util.js";
import { parseJSONFromBytes } from "undici/lib/web/infra/index.js";
import { utf8DecodeBytes } from "./shims/undici_encoding.js";

const { Headers, HeadersList } = headers;
const { Request, getRequestState } = request;
const { Response, fromInnerResponse, makeResponse } = response;

const hostStreams = new WeakMap(); // streams of bodies that are still with the host, by their numbers there

// The body of an answer, which comes piece by piece as it is read, and at once where all of it is wanted. `signal` breaks it off.
const answerBody = (door, id, signal) => {
  let controller;
  const stop = () => {
    controller.error(signal.reason);
    door.cancel(id).catch(() => {});
  };
  const end = () => signal.removeEventListener("abort", stop);
  const stream = new ReadableStream(
    {
      type: "bytes",
      start(given) {
        controller = given;
      },
      async pull() {
        hostStreams.delete(stream);
        const piece = await door.read(id);
        if (piece !== null) return controller.enqueue(piece);
        end();
        controller.close();
        controller.byobRequest?.respond(0);
      },
      cancel() {
        end();
        return door.cancel(id);
      },
    },
    { highWaterMark: 0 },
  );
  hostStreams.set(stream, id);
  signal.addEventListener("abort", stop);

  const readWhole = (body, succeed, fail, convert) => {
    if (body.stream !== stream || !hostStreams.has(stream)) return fullyReadBody(body, succeed, fail);
    take(stream);
    const stopped = new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
    const whole = door.readAll(id, convert === utf8DecodeBytes || convert === parseJSONFromBytes);
    Promise.race([whole, stopped]).then(succeed, fail).finally(end);
  };
  return { stream, source: null, length: null, readWhole };
};

// What nobody else may read from now on.
const take = (stream) => {
  hostStreams.delete(stream);
  stream.getReader().closed.catch(() => {});
  stream._disturbed = true;
};

const collected = async (stream, door) => {
  const reader = stream.getReader();
  const pieces = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    if (!(value instanceof Uint8Array)) throw new TypeError("A body that is a stream gave something else than a Uint8Array");
    pieces.push(value);
    length += value.length;
    if (length > door.mostBytes()) {
      door.tooLong(length);
      return new Promise(() => {});
    }
  }
  const whole = new Uint8Array(length);
  let offset = 0;
  for (const piece of pieces) {
    whole.set(piece, offset);
    offset += piece.length;
  }
  return whole;
};

// What goes to the host: text and bytes at once, another answer's stream as a number, everything else when it has been read here.
const outgoingBody = ({ body }, door) => {
  if (body === null) return null;
  const { source, stream } = body;
  if (typeof source === "string" || source instanceof Uint8Array) return source;
  const id = hostStreams.get(stream);
  if (id === undefined || stream.locked) return collected(stream, door);
  take(stream);
  return { stream: id };
};

const toResponse = (answer, asked, door, signal) => {
  const list = new HeadersList();
  for (const [name, value] of answer.headers) list.append(name, value, true);
  const url = new URL(answer.url);
  const inner = makeResponse({
    type: "basic",
    status: answer.status,
    statusText: answer.statusText,
    headersList: list,
    urlList: answer.redirected ? [asked.url, url] : [url],
    body: answer.stream === null ? null : answerBody(door, answer.stream, signal),
  });
  return fromInnerResponse(inner, "immutable");
};

const withDefaults = (list) => {
  const pairs = list.entriesList.map(([name, value]) => [name, value]);
  if (!list.contains("accept", true)) pairs.push(["accept", "*/*"]);
  return pairs;
};

const run = async (asked, signal, door, site) => {
  const outgoing = outgoingBody(asked, door);
  const body = outgoing instanceof Promise ? await outgoing : outgoing;
  signal.throwIfAborted();
  const { answer, drop } = door.send(
    { method: asked.method, url: asked.url.href, headers: withDefaults(asked.headersList), body, redirect: asked.redirect },
    site,
  );
  let stop;
  const stopped = new Promise((_, reject) => {
    stop = () => {
      drop();
      reject(signal.reason);
    };
  });
  signal.addEventListener("abort", stop);
  try {
    return toResponse(await Promise.race([answer, stopped]), asked, door, signal);
  } finally {
    signal.removeEventListener("abort", stop);
  }
};

// `site` is where the method called fetch.
export const fetchOver = (door, site, input, init) => {
  const made = new Request(input, init);
  return run(getRequestState(made), made.signal, door, site);
};

export { Headers, Request, Response };
