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
  "buffer": { "base64-js": "base64_js.js" },
  "core-js-pure": { "../internals/global-this": "core_js_global_this.js" },
  "fetch-blob": { "./streams.cjs": "nothing.js" },
  "object-inspect": { "./util.inspect": "util_inspect.js" },
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

const ADAPTED = {
  "fetch-blob": (code) =>
    `import { BlobStream, TextEncoder } from ${JSON.stringify(shim("blob_globals.js"))};\n`
    + code.replace("globalThis.ReadableStream", "BlobStream").replace(".test(type) ? type :", ".test(type) ? type.toLowerCase() :"),
  "whatwg-url": withoutSharedMemory,
};

const bundled = new Set();

const adapt = {
  name: "adapt",
  resolveId(path, importer) {
    const by = REPLACED[packageOf(importer)]?.[path];
    return by === undefined ? null : shim(by);
  },
  transform(code, file) {
    const name = packageOf(file);
    if (name !== undefined) bundled.add(name);
    return ADAPTED[name] === undefined ? null : { code: ADAPTED[name](code), map: null };
  },
};

const refuse = (warning) => {
  if (warning.code !== "CIRCULAR_DEPENDENCY") throw new Error(warning.message);
};

for (const entry of readdirSync(here).filter((name) => name.endsWith(".js"))) {
  const bundle = await rollup({ input: join(here, entry), onwarn: refuse, plugins: [adapt, resolve({ preferBuiltins: false }), commonjs({ strictRequires: "auto" })] });
  const { output: chunks } = await bundle.generate({ format: "es", freeze: false });
  await build({
    bundle: true,
    define: entry === "transform.js" ? { Buffer: "undefined", TextDecoder: "undefined" } : {}, // it runs without libraries
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
