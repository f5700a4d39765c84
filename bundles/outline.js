// What a static look at modules shows: what they import and export, what the functions among the exports take and give, and calls of
// apiClient that nobody awaits. Runs in an isolate of its own, as a script like any other; nothing of the modules is run.
import { parse } from "@babel/parser";
import { exportsOf } from "./outline/exports.js";
import { importsOf } from "./outline/imports.js";
import { unawaitedCalls } from "./outline/unawaited.js";

const OPTIONS = {
  sourceType: "unambiguous",
  allowReturnOutsideFunction: true,
  allowAwaitOutsideFunction: true,
  errorRecovery: true,
};

// The first of the parser's errors; V8 and the transformer have the last word on whether it is one.
const refusal = ({ message, loc }) => ({
  message: message.replace(/\s*\(\d+:\d+\)$/, ""),
  line: loc?.line ?? 1,
  column: (loc?.column ?? 0) + 1,
});

const outlineOf = ({ name, code, typescript }) => {
  try {
    const { program, errors } = parse(code, { ...OPTIONS, plugins: typescript ? ["typescript"] : [] });
    return {
      name,
      parsed: true,
      error: errors.length > 0 ? refusal(errors[0]) : null,
      module: program.sourceType === "module",
      imports: importsOf(program),
      ...exportsOf(program),
      unawaited: unawaitedCalls(program),
    };
  } catch (error) {
    return { name, parsed: false, error: refusal(error), module: false, imports: [], exports: [], open: true, unawaited: [] };
  }
};

// What isolates say to an import that is none of files; null where there is such a module.
const whyUnavailable = (name) => {
  try {
    require.resolve(name);
    return null;
  } catch (error) {
    return error.message.replace(/^.*? imports /, "");
  }
};

export default function outline({ files }) {
  const outlines = files.map(outlineOf);
  const wanted = new Set(outlines.flatMap(({ imports }) => imports.map(({ module }) => module)).filter((name) => !name.startsWith(".")));
  const reasons = [...wanted].map((name) => [name, whyUnavailable(name)]);
  return { outlines, unavailable: Object.fromEntries(reasons.filter(([, reason]) => reason !== null)) };
}
