// ReadableStream, WritableStream, TransformStream and what belongs to them.
import { ReadableStream, TransformStream, WritableStream } from "web-streams-polyfill";
import { showAs } from "./shims/show_as.js";

showAs(ReadableStream, (stream) => `ReadableStream { locked: ${stream.locked} }`);
showAs(WritableStream, (stream) => `WritableStream { locked: ${stream.locked} }`);
showAs(TransformStream, () => "TransformStream {}");

export * from "web-streams-polyfill";
