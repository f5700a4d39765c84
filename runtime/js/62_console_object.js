// The object `console`, as the console standard has it; what it shows of time is in whole milliseconds.
const INDENTATION = "  ";
const DEEPEST_GROUP = 32;
const counts = new Map();
const stopwatches = new Map();
let groups = 0;

const writer = (name, level) =>
  ({
    [name](...values) {
      write(level, values);
    },
  })[name];

const opener = (name) =>
  ({
    [name](...values) {
      if (values.length > 0) write("log", values);
      groups++;
      if (groups <= DEEPEST_GROUP) indentation += INDENTATION;
    },
  })[name];

const count = (label) => {
  const name = NativeString(label);
  const times = (MapGet(counts, name) ?? 0) + 1;
  MapSet(counts, name, times);
  write("log", [`${name}: ${times}`]);
};

// `values` follow the time that has passed since console.time(label).
const tellTime = (method, label, values) => {
  const name = NativeString(label);
  const start = MapGet(stopwatches, name);
  if (start === undefined) write("warn", [`console.${method}: there is no timer '${name}'`]);
  else write("log", [`${name}: ${now() - start} ms${values.length === 0 ? "" : ` ${formatArguments(values)}`}`]);
  return name;
};

const consoleObject = {
  __proto__: {},
  log: writer("log", "log"),
  info: writer("info", "info"),
  warn: writer("warn", "warn"),
  error: writer("error", "error"),
  debug: writer("debug", "debug"),
  trace: writer("trace", "log"),
  dir: writer("dir", "log"),
  dirxml: writer("dirxml", "log"),
  table: writer("table", "log"),
  group: opener("group"),
  groupCollapsed: opener("groupCollapsed"),
  groupEnd() {
    if (groups === 0) return;
    groups--;
    if (groups < DEEPEST_GROUP) indentation = StringSlice(indentation, INDENTATION.length);
  },
  assert(condition, ...values) {
    if (!condition) write("error", ["Assertion failed:", formatArguments(values)]);
  },
  count(label = "default") {
    count(label);
  },
  countReset(label = "default") {
    const name = NativeString(label);
    if (!MapHas(counts, name)) write("warn", [`console.countReset: there is no counter '${name}'`]);
    MapDelete(counts, name);
  },
  time(label = "default") {
    const name = NativeString(label);
    if (MapHas(stopwatches, name)) write("warn", [`console.time: there is a timer '${name}' already`]);
    else MapSet(stopwatches, name, now());
  },
  timeLog(label = "default", ...values) {
    tellTime("timeLog", label, values);
  },
  timeEnd(label = "default") {
    MapDelete(stopwatches, tellTime("timeEnd", label, []));
  },
};
ObjectDefineProperty(consoleObject, Symbol.toStringTag, { __proto__: null, value: "console", configurable: true });
define("console", consoleObject);
