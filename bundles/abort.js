// Event, EventTarget, CustomEvent, AbortController and AbortSignal. `abort-controller`, which stands on the same package, ended before
// signals had reasons, timeouts and `any`.
import { DOMException } from "library:dom_exception";
import { setTimer } from "library:host";
import { Event, EventTarget, getEventAttributeValue, setErrorHandler, setEventAttributeValue } from "event-target-shim";
import { showAs } from "./shims/show_as.js";

setErrorHandler((error) =>
  queueMicrotask(() => {
    throw error;
  }),
);

class CustomEvent extends Event {
  #detail;

  constructor(type, init) {
    super(type, init);
    this.#detail = init?.detail ?? null;
  }

  get detail() {
    return this.#detail;
  }
}

const LONGEST_DELAY = 2 ** 31 - 1;
const KEY = Symbol("only controllers make signals");
const abortError = () => new DOMException("This operation was aborted", "AbortError");

class AbortSignal extends EventTarget {
  #aborted = false;
  #reason;
  #sources = new Set(); // of a signal that `any` gave: those that are no such signals themselves
  #dependents = new Set();

  constructor(key) {
    if (key !== KEY) throw new TypeError("Illegal constructor");
    super();
  }

  static abort(reason = abortError()) {
    const signal = new AbortSignal(KEY);
    AbortSignal.#abort(signal, reason);
    return signal;
  }

  static timeout(milliseconds) {
    const delay = Number(milliseconds);
    if (!(delay >= 0 && delay <= Number.MAX_SAFE_INTEGER)) throw new TypeError("AbortSignal.timeout needs a number of milliseconds");
    const signal = new AbortSignal(KEY);
    setTimer(() => AbortSignal.#abort(signal, new DOMException("The operation was aborted due to timeout", "TimeoutError")), Math.min(delay, LONGEST_DELAY));
    return signal;
  }

  static any(signals) {
    const given = [...signals];
    for (const signal of given) {
      if (!isSignal(signal)) throw new TypeError("AbortSignal.any needs a list of signals");
    }
    const result = new AbortSignal(KEY);
    const aborted = given.find((signal) => signal.#aborted);
    if (aborted !== undefined) {
      AbortSignal.#abort(result, aborted.#reason);
      return result;
    }
    for (const signal of given) {
      for (const source of signal.#sources.size === 0 ? [signal] : signal.#sources) {
        result.#sources.add(source);
        source.#dependents.add(result);
      }
    }
    return result;
  }

  static isSignal(value) {
    return typeof value === "object" && value !== null && #aborted in value;
  }

  static abortWith(signal, reason = abortError()) {
    AbortSignal.#abort(signal, reason);
  }

  // Dependent signals are aborted before any listener hears of it.
  static #abort(signal, reason) {
    if (signal.#aborted) return;
    const aborted = [signal, ...signal.#dependents].filter((one) => !one.#aborted);
    for (const one of aborted) {
      one.#aborted = true;
      one.#reason = reason;
    }
    signal.#dependents.clear();
    for (const one of aborted) one.dispatchEvent(new Event("abort"));
  }

  get aborted() {
    return this.#aborted;
  }

  get reason() {
    return this.#reason;
  }

  throwIfAborted() {
    if (this.#aborted) throw this.#reason;
  }

  get onabort() {
    return getEventAttributeValue(this, "abort");
  }

  set onabort(listener) {
    setEventAttributeValue(this, "abort", listener);
  }
}
const { abortWith, isSignal } = AbortSignal;
delete AbortSignal.abortWith;
delete AbortSignal.isSignal;

class AbortController {
  #signal = new AbortSignal(KEY);

  get signal() {
    return this.#signal;
  }

  abort(reason) {
    abortWith(this.#signal, reason);
  }
}

const describe = (constructor, name, members) => {
  for (const member of members) Object.defineProperty(constructor.prototype, member, { enumerable: true });
  Object.defineProperty(constructor.prototype, Symbol.toStringTag, { value: name, configurable: true });
};
describe(CustomEvent, "CustomEvent", ["detail"]);
describe(AbortSignal, "AbortSignal", ["aborted", "reason", "throwIfAborted", "onabort"]);
describe(AbortController, "AbortController", ["signal", "abort"]);
for (const name of ["abort", "any", "timeout"]) Object.defineProperty(AbortSignal, name, { enumerable: true });
showAs(AbortSignal, (signal) => `AbortSignal { aborted: ${signal.aborted} }`);
showAs(AbortController, (controller) => `AbortController { signal: AbortSignal { aborted: ${controller.signal.aborted} } }`);

export { AbortController, AbortSignal, CustomEvent, Event, EventTarget };
