// Turns a module's source into a plain CommonJS function body. Runs in an isolate of its own, as a script like any other.
import { transform } from "sucrase";
import { decode } from "@jridgewell/sourcemap-codec";

// A line whose columns moved, as [line, [generated column, original column, ...]]; other lines need no entry. All are 1-based lines, 0-based columns.
const movedColumns = (mappings) =>
  decode(mappings).flatMap((segments, index) => {
    const moved = segments.some((segment) => segment.length > 3 && segment[0] !== segment[3]);
    return moved ? [[index + 1, segments.filter((s) => s.length > 3).flatMap((s) => [s[0], s[3]])]] : [];
  });

const locationOf = (error) =>
  error.loc ? { line: error.loc.line, column: error.loc.column } : null;

export default function transformModule({ code, name }) {
  try {
    const result = transform(code, {
      transforms: ["imports"],
      disableESTransforms: true,
      filePath: name,
      sourceMapOptions: { compiledFilename: name },
    });
    return { ok: true, code: result.code, columns: movedColumns(result.sourceMap.mappings) };
  } catch (error) {
    if (error instanceof RangeError) return { ok: false, message: "The source is nested too deeply", location: null };
    return { ok: false, message: error.message, location: locationOf(error) };
  }
}
