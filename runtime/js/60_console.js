// Lines of the console, in order, with level and time.
let lines = list();
let lineCount = 0;

// %s, %d, %i, %f, %j, %o and %O in a first string take the arguments that follow, as in Node.
const formatOne = (specifier, value) => {
  if (specifier === "s") return show(value);
  if (specifier === "d" || specifier === "f") return textOf(typeof value === "bigint" ? value : NativeNumber(value));
  if (specifier === "i") return textOf(MathTrunc(NativeNumber(value)));
  if (specifier === "j") return JSONStringify(value) ?? "undefined";
  return inspectValue(value);
};

const SPECIFIERS = "sdifjoO";

const MOST_CAUSES = 4;

const showError = (error, causesLeft) => {
  const stack = textOf(read(error, "stack"));
  const cause = read(error, "cause");
  if (!(cause instanceof NativeError) || causesLeft === 0) return stack;
  return `${stack}\n[cause]: ${showError(cause, causesLeft - 1)}`;
};

const inspectValue = (value) => {
  if (value instanceof NativeError) return showError(value, MOST_CAUSES);
  return library("inspect").default(value, { depth: 4, maxStringLength: 10_000 });
};

const show = (value) => (typeof value === "string" ? readable(value) : inspectValue(value));

const formatArguments = (values) => {
  let next = 0;
  let text = "";
  if (typeof values[0] === "string" && values.length > 1 && values[0].length <= LONGEST_READ) {
    const format = values[next++];
    for (let i = 0; i < format.length; i++) {
      const specifier = format[i] === "%" && i + 1 < format.length ? format[i + 1] : "";
      if (specifier === "%") text += "%";
      else if (specifier !== "" && next < values.length && StringIncludes(SPECIFIERS, specifier)) text += formatOne(specifier, values[next++]);
      else {
        text += format[i];
        continue;
      }
      i++;
    }
  }
  for (; next < values.length; next++) {
    text += (next === 0 ? "" : " ") + show(values[next]);
  }
  return text;
};

let indentation = ""; // of the groups that are open

const indented = (text) => {
  if (indentation === "") return text;
  let result = indentation;
  for (let i = 0; i < text.length; i++) result += text[i] === "\n" ? `\n${indentation}` : text[i];
  return result;
};

const write = (level, values) => {
  if (lineCount > limits.logLines) return;
  let text;
  if (lineCount === limits.logLines) {
    level = "warn";
    text = `console: more than ${limits.logLines} lines; the rest is dropped`;
  } else {
    try {
      text = indented(formatArguments(values));
    } catch {
      text = UNPRINTABLE;
    }
  }
  lineCount++;
  const line = `[${quote(level)},${wellFormed(quote(cut(text, limits.logLineBytes)))},${clockMs}]`;
  push(lines, line);
  keepForTheHost(line);
};

const takeLines = () => {
  if (lines.length === 0) return "";
  let text = "";
  for (let i = 0; i < lines.length; i++) text += (i === 0 ? "" : ",") + lines[i];
  lines = list();
  forgetLastWords();
  return text;
};
