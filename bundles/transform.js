// Turns a module's source into a plain CommonJS function body. Runs in an isolate of its own, as a script like any other.
import { transform } from "sucrase";
import "./shims/export_declarations.js";
import { decode } from "@jridgewell/sourcemap-codec";

// A line whose columns moved, as [line, [generated column, original column, ...]]; lines that are as they were need no entry, and one of
// which nothing was kept has no columns. Lines are 1-based, columns 0-based.
const movedColumns = (mappings, code, source) => {
  const generated = code.split("\n");
  const original = source.split("\n");
  return decode(mappings).flatMap((segments, index) => {
    if (generated[index] === original[index]) return [];
    const pairs = segments.filter((segment) => segment.length > 3).flatMap((segment) => [segment[0], segment[3]]);
    return [[index + 1, pairs.length > 2 ? pairs : []]];
  });
};

const locationOf = (error) =>
  error.loc ? { line: error.loc.line, column: error.loc.column } : null;

export default function transformModule({ code, name, typescript }) {
  try {
    const result = transform(code, {
      transforms: typescript ? ["typescript", "imports"] : ["imports"],
      disableESTransforms: true,
      filePath: name,
      sourceMapOptions: { compiledFilename: name },
    });
    return { ok: true, code: result.code, columns: movedColumns(result.sourceMap.mappings, result.code, code) };
  } catch (error) {
    if (error instanceof RangeError) return { ok: false, message: "The source is nested too deeply", location: null };
    return { ok: false, message: error.message, location: locationOf(error) };
  }
}
