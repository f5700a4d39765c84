// One run: start it, turn by turn let it go on, and say how it ended.
let finished = null;
let probing = false;

const finish = (text) => {
  finished ??= text;
};

const fail = (thrown) => {
  finish(`{"failure":${failureText(thrown)}}`);
};

const failWith = (key, message, stack = null, data = null) => {
  finish(`{"failure":${JSONStringify({ __proto__: null, type: "custom_code", key, name: null, message, stack, data })}}`);
};

const warnings = new Map();
const warn = (text) => {
  if (MapSize(warnings) < 50) MapSet(warnings, cut(textOf(text), 1000), true);
};

const takeWarnings = () => {
  const texts = list();
  MapForEach(warnings, (_, text) => push(texts, text));
  return JSONStringify(texts);
};

const resultText = (value) => {
  if (typeof value === "function") return refuseResult(value, "a function");
  try {
    const text = withoutOpaque(() => JSONStringify(value)) ?? "null";
    return StringIncludes(text, "\\ud") ? (refuseResult(value, null) ?? text) : text;
  } catch (error) {
    return refuseResult(value, messageOf(error));
  }
};

// Say what is wrong with a result; undefined where the walk finds nothing wrong and there is no other reason.
const refuseResult = (value, otherwise) => {
  const problem = explain(value, "result", limits.resultDepth, true, list());
  if (problem !== null && problem.limit === "depth") {
    breach("result_depth", `The result is nested deeper than ${limits.resultDepth} levels`, null);
    return "null";
  }
  if (problem === null && otherwise === null) return undefined;
  failWith("result", problem === null ? `The result is not JSON: ${otherwise}` : `The result is not JSON: ${problem.reason}`);
  return "null";
};

// Objects of extensions that stand for the value of a run, such as a stream, by what the host calls them.
const resources = new WeakMap();
const addResource = (object, description) => WeakMapSet(resources, object, JSONStringify(description));

let filterResult = (value) => value;

const succeed = (given) => {
  if (finished !== null) return;
  let value;
  try {
    value = filterResult(given);
  } catch (error) {
    return fail(error);
  }
  const resource = isObject(value) ? WeakMapGet(resources, value) : undefined;
  if (resource !== undefined) return finish(`{"resource":${resource}}`);
  const tooLong = (length) => breach("result_size", `The result is more than ${limits.resultBytes} bytes long`, length);
  if (typeof value === "string" && value.length > limits.resultBytes) return tooLong(value.length);
  const text = resultText(value);
  const length = utf8Length(text, limits.resultBytes);
  if (length > limits.resultBytes) tooLong(length);
  else finish(`{"value":${text}}`);
};

const starters = list();

const core = {
  __proto__: null,
  primordials,
  addOpaqueKind,
  addResource,
  brand,
  brandAs,
  breach,
  call,
  copyBytes,
  define,
  holdsBytes,
  library,
  list,
  loadedLibrary,
  loadMethod,
  offerToLibraries,
  provide,
  stringify,
  takeSite,
  utf8Length,
  warn,
  // `starter(settings, arguments)` prepares the run; what it returns is waited for unless it is undefined.
  onStart(name, starter) {
    push(starters, { __proto__: null, name, starter });
  },
  // `filter` gives the value that the run has instead of the one that the method returned.
  onResult(filter) {
    filterResult = filter;
  },
};

let run = null;

// `header` is JSON text: { limits, settings, seed, random, now, module, exports, links, packages, missing, arguments }. As many modules are
// `missing` at first as are going to be added; `arguments` is the one object that the method receives.
const configure = (header) => {
  run = JSONParse(header);
  limits = run.limits;
  setClock(run.now);
  startMs = clockMs;
  seedRandom(run.random);
};

const settle = (result) => {
  try {
    PromiseThen(result, succeed, fail);
  } catch {
    PromiseThen(new NativePromise((resolve) => resolve(result)), succeed, fail); // no promise of V8's own
  }
};

const begin = (values) => {
  try {
    const second = ObjectHasOwn(values, "input") ? values.input : values;
    settle(loadMethod(run.module, run.exports)(values, second));
  } catch (error) {
    fail(error);
  }
};

const start = () => {
  try {
    const values = run.arguments;
    let ready;
    for (let i = 0; i < starters.length; i++) {
      const waiting = starters[i].starter(run.settings[starters[i].name], values);
      if (waiting !== undefined) ready = ready === undefined ? waiting : PromiseThen(ready, () => waiting);
    }
    if (ready === undefined) begin(values);
    else PromiseThen(ready, () => begin(values), fail);
  } catch (error) {
    fail(error);
  }
};

const warnOfPending = () => {
  let calls = 0;
  let timersLeft = 0;
  let example = null;
  MapForEach(pending, (settlers) => {
    if (settlers.quiet) return;
    if (settlers.kind === "setTimeout" || settlers.kind === "setInterval") timersLeft++;
    else calls++;
    example ??= placeOf(settlers.site);
  });
  const at = example === null ? "" : ` (${example})`;
  if (calls > 0) warn(`The method returned before ${calls} of its calls were answered${at}; they were cancelled. Await every call.`);
  if (timersLeft > 0) warn(`The method returned while ${timersLeft} of its timers were waiting${at}; they were cancelled.`);
};

const STUCK = "The method waits for something that can never happen: it has no call and no timer under way";

const failStuck = () => {
  const promises = unsettled();
  let text = "";
  for (let i = 0; i < promises.length; i++) text += `${i === 0 ? "" : ", "}${promises[i].site}`;
  const message = text === "" ? `${STUCK}.` : `${STUCK}. It waits for a promise that nothing settles, made at ${text}.`;
  const stack = text === "" ? null : `${message}\n    at ${promises[0].site}`;
  failWith("deadlock", message, stack, { __proto__: null, pending: promises });
};

// With nothing under way a method can never go on. Whether promises are settled shows only after one more turn.
const checkStuck = () => {
  const stuck = breached === null && finished === null && MapSize(pending) === 0;
  if (stuck && probing) failStuck();
  else if (stuck) markSettled();
  probing = stuck;
};

// What happened in this turn, as JSON text. `more` asks the host for another turn at once.
const drain = () => wellFormed(turnText());

const turnText = () => {
  checkStuck();
  const lines = `"lines":[${takeLines()}]`;
  if (breached !== null) return `{${lines},"breach":${JSONStringify(breached)}}`;
  if (finished !== null) {
    warnOfPending();
    return `{${lines},"warnings":${takeWarnings()},"end":${finished}}`;
  }
  const calls = takeCalls();
  const data = outgoing === null ? "" : '"data":true,';
  const ids = dropped.length === 0 ? "" : `"dropped":[${takeDropped()}],`;
  return `{${data}${lines},${ids}"calls":[${calls}],"more":${probing || backlog}}`;
};
