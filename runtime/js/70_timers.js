// Timers belong to the host: a timer is a call that the host answers when it is due. It answers one a turn, so that microtasks
// run between two timers.
const LONGEST_DELAY = 2 ** 31 - 1;

const delayOf = (delay) => {
  const number = NativeNumber(delay);
  return number >= 0 && number <= LONGEST_DELAY ? number : 0;
};

const requireFunction = (callback, caller) => {
  if (typeof callback !== "function") throw new NativeTypeError(`${caller} needs a function, not ${textOf(callback)}`);
};

const arm = (timer) => {
  const settlers = { __proto__: null, resolve: () => fire(timer), reject: () => {}, abort: () => {}, kind: timer.kind, quiet: timer.quiet, site: timer.site };
  timer.call = enqueue("timer", `{"delay":${timer.delay},"kind":"${timer.kind}"}`, timer.site, settlers, null);
};

const fire = (timer) => {
  if (timer.repeats) arm(timer);
  else MapDelete(timers, timer.id);
  try {
    ReflectApply(timer.callback, undefined, timer.values);
  } catch (error) {
    fail(error);
  }
};

const resolved = new NativePromise((resolve) => resolve());
const timers = new Map();
let nextTimer = 1;

const setTimer = (kind, repeats, callback, delay, values, quiet = false) => {
  requireFunction(callback, kind);
  if (breached !== null) return 0;
  const id = nextTimer++;
  const timer = { __proto__: null, id, kind, repeats, callback, delay: delayOf(delay), values, quiet, site: takeSite(setTimer) };
  MapSet(timers, id, timer);
  if (MapSize(timers) > limits.timers) breach("timers", `The method has more than ${limits.timers} timers waiting`, MapSize(timers));
  else arm(timer);
  return id;
};

const clearTimer = (id) => {
  const timer = MapGet(timers, NativeNumber(id));
  if (timer === undefined) return;
  MapDelete(timers, timer.id);
  drop(timer.call);
};

define("setTimeout", function setTimeout(callback, delay, ...values) {
  return setTimer("setTimeout", false, callback, delay, values);
});
define("setInterval", function setInterval(callback, delay, ...values) {
  return setTimer("setInterval", true, callback, delay, values);
});
define("clearTimeout", function clearTimeout(id) {
  clearTimer(id);
});
define("clearInterval", function clearInterval(id) {
  clearTimer(id);
});
define("queueMicrotask", function queueMicrotask(callback) {
  requireFunction(callback, "queueMicrotask");
  PromiseThen(PromiseThen(resolved, () => callback()), undefined, fail);
});
