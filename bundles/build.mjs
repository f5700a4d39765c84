// Bundles each *.js file of this folder for isolates that have V8 and nothing else: neither Node.js nor a DOM.
// Rollup puts all modules into one scope: V8 parses what is nested once a level, and most packages are modules in functions.
import commonjs from "@rollup/plugin-commonjs";
import resolve from "@rollup/plugin-node-resolve";
import { build } from "esbuild";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { rollup } from "rollup";

const here = dirname(fileURLToPath(import.meta.url));
const output = join(here, "..", "runtime", "bundles");
const shim = (name) => join(here, "shims", name);

const packageOf = (file) => /\bnode_modules[\\/]((?:@[^\\/]+[\\/])?[^\\/]+)/.exec(file ?? "")?.[1];

// What packages import, where V8 has it built in, or where they would bring tables that cost every run more than they are worth.
const REPLACED = {
  "assert": { "is-nan": "nothing.js", "object-is": "nothing.js", "util/": "util_types.js" },
  "axios": {
    "./fetch.js": "axios_fetch.js",
    "./http.js": "axios_adapter.js",
    "./node/index.js": "axios_platform.js",
    "./xhr.js": "no_adapter.js",
    "../platform/node/classes/Buffer.js": "axios_buffer.js",
    "../platform/node/classes/FormData.js": "axios_classes.js",
  },
  "buffer": { "base64-js": "base64_js.js" },
  "core-js-pure": { "../internals/global-this": "core_js_global_this.js" },
  "fetch-blob": { "./streams.cjs": "nothing.js" },
  "object-inspect": { "./util.inspect": "util_inspect.js" },
  "undici": {
    "../../core/util": "undici_util.js",
    "../../encoding": "undici_encoding.js",
    "../../util/runtime-features": "undici_node.js",
    "../../util/runtime-features.js": "undici_node.js",
    "./formdata": "undici_form_data.js",
    "node:assert": "undici_assert.js",
    "node:crypto": "undici_node.js",
    "node:events": "undici_node.js",
    "node:perf_hooks": "undici_node.js",
    "node:stream": "undici_node.js",
    "node:util": "undici_node.js",
    "node:util/types": "undici_node.js",
    "node:worker_threads": "undici_node.js",
    "node:zlib": "undici_node.js",
  },
  "url": { "punycode/": "punycode.js", "qs": "qs.js" },
  "whatwg-url": {
    "./encoding": "utf8.js",
    "@exodus/bytes/encoding.js": "nothing.js",
    "@exodus/bytes/whatwg.js": "percent_encoding.js",
    "tr46": "idna.js",
    "webidl-conversions": "webidl_conversions.js",
  },
};

// What packages take from the global object, where it is another library or missing.
const withoutSharedMemory = (code) =>
  code.includes("SharedArrayBuffer") ? `const { SharedArrayBuffer } = require(${JSON.stringify(shim("shared_array_buffer.js"))});\n${code}` : code;

// Free names that a package takes for globals, from a module that gives them. `how` is how its files import.
const given = (code, names, module, how) => {
  const used = names.filter((name) => new RegExp(`\\b${name}\\b`).test(code));
  if (used.length === 0) return code;
  const from = JSON.stringify(shim(module));
  return how === "import" ? `import { ${used} } from ${from};\n${code}` : `const { ${used} } = require(${from});\n${code}`;
};

const replaced = (code, before, after) => {
  if (!code.includes(before)) throw new Error(`a package has changed: ${before} is no longer in it`);
  return code.replace(before, after);
};

const UNDICI_GLOBALS = [
  ...["AbortController", "AbortSignal", "Blob", "Buffer", "File", "FinalizationRegistry", "MessagePort", "ReadableStream", "TextDecoder", "TextEncoder"],
  ...["TransformStream", "URL", "URLSearchParams", "WeakRef", "asBuffer", "process"],
];

const withBodies = (code, file) => {
  if (!file.endsWith("body.js")) return code;
  const parsed = replaced(code, "multipartFormDataParser(value, mimeType)", "multipartFormDataParser(asBuffer(value), mimeType)");
  const decoded = replaced(parsed, "new URLSearchParams(value.toString())", "new URLSearchParams(utf8DecodeBytes(value))");
  const read = "fullyReadBody(object.body, successSteps, errorSteps";
  return replaced(decoded, `${read})`, `(object.body.readWhole ?? ${read.replace("(", ")(")}, convertBytesToJSValue)`);
};
const withGlobalObject = (name) => (code) =>
  code.includes(name) ? `const { globalObject: ${name} } = require(${JSON.stringify(shim("global_object.js"))});\n${code}` : code;

const ADAPTED = {
  "@exodus/bytes": (code) => given(code.replaceAll("globalThis.TransformStream", "TransformStream"), ["TransformStream"], "transform_stream.js", "import"),
  "axios": (code, file) => {
    if (file.endsWith("toFormData.js")) return given(code, ["Blob"], "axios_classes.js", "import");
    const ours = 'utils.kindOf(data) === "bytestream" || utils.isStream(data) ||';
    return file.endsWith("defaults/index.js") ? replaced(code, "utils.isStream(data) ||", ours) : code;
  },
  "event-target-shim": (code) =>
    given(code.replace(/const Global = [^;]*;/, "const Global = { DOMException: WebException };"), ["WebException"], "web_exception.js", "import"),
  "fetch-blob": (code) =>
    `import { BlobStream, TextEncoder } from ${JSON.stringify(shim("blob_globals.js"))};\n`
    + code.replace("globalThis.ReadableStream", "BlobStream").replace(".test(type) ? type :", ".test(type) ? type.toLowerCase() :"),
  "undici": (code, file) => given(withBodies(code, file), UNDICI_GLOBALS, "undici_globals.js", "require"),
  "web-streams-polyfill": (code) =>
    given(replaced(code, "typeof globalThis?globalThis:", "typeof globalThis?{DOMException}:"), ["AbortController", "DOMException"], "stream_globals.js", "import"),
  "lodash": withGlobalObject("global"),
  "node-inspect-extracted": withGlobalObject("globalThis"),
  "path-browserify": (code) => `const process = { cwd: () => "/" };\n${code}`,
  "whatwg-url": withoutSharedMemory,
};

const OTHER_LIBRARY = "library:"; // what one bundle takes from another, when the isolate evaluates it

const bundled = new Set();

const adapt = {
  name: "adapt",
  resolveId(path, importer) {
    if (path.startsWith(OTHER_LIBRARY)) return { id: path, external: true, moduleSideEffects: false };
    const by = REPLACED[packageOf(importer)]?.[path];
    return by === undefined ? null : shim(by);
  },
  transform(code, file) {
    if (file.startsWith("\0")) return null; // the bundler's own
    const name = packageOf(file);
    if (name !== undefined) bundled.add(name);
    return ADAPTED[name] === undefined ? null : { code: ADAPTED[name](code, file), map: null };
  },
};

const HARMLESS = ["CIRCULAR_DEPENDENCY", "UNUSED_EXTERNAL_IMPORT"];

const refuse = (warning) => {
  if (!HARMLESS.includes(warning.code)) throw new Error(warning.message);
};

for (const entry of readdirSync(here).filter((name) => name.endsWith(".js"))) {
  const bundle = await rollup({ input: join(here, entry), onwarn: refuse, plugins: [adapt, resolve({ preferBuiltins: false }), commonjs({ strictRequires: "auto" })] });
  const { output: chunks } = await bundle.generate({ format: "es", freeze: false });
  await build({
    bundle: true,
    define: entry === "transform.js" ? { Buffer: "undefined", TextDecoder: "undefined" } : {}, // it runs without libraries
    external: [`${OTHER_LIBRARY}*`],
    charset: "ascii", // one character outside of it, and V8 would read every character as two bytes
    format: "cjs",
    legalComments: "none",
    minify: true,
    outfile: join(output, entry),
    platform: "neutral",
    stdin: { contents: chunks[0].code, sourcefile: entry },
  });
}

// The licences ask for a copy wherever the code goes; isolates have no use for them.
const noticeOf = (name) => {
  const folder = join(here, "node_modules", name);
  const file = readdirSync(folder).find((file) => /^licen[cs]e/i.test(file));
  return `${name}\n\n${readFileSync(join(folder, file), "utf8").trim()}\n`;
};
writeFileSync(join(output, "LICENSES.txt"), [...bundled].sort().map(noticeOf).join("\n---\n\n"));
