// A method that waits for nothing is told what it waits for. Promises that only code can settle - made with `new Promise` or
// `Promise.withResolvers` - are remembered with the place that made them. `await` and async functions keep using V8's own constructor
// (Promise.prototype.constructor), so nothing about timing changes.
const MOST_REMEMBERED = 128;
const remembered = list();
let oldest = 0;

const remember = (promise, site) => {
  const entry = { __proto__: null, promise, site, since: clockMs };
  if (remembered.length < MOST_REMEMBERED) push(remembered, entry);
  else {
    remembered[oldest] = entry;
    oldest = (oldest + 1) % MOST_REMEMBERED;
  }
};

const constructorFor = (target) => (target === TrackedPromise ? NativePromise : target);

function TrackedPromise(executor) {
  if (new.target === undefined) throw new NativeTypeError("Promise constructor cannot be invoked without 'new'");
  const promise = ReflectConstruct(NativePromise, [executor], constructorFor(new.target));
  remember(promise, takeSite(TrackedPromise));
  return promise;
}

const staticMethod = (name, original) => {
  const method = {
    [name](...values) {
      const result = ReflectApply(original, constructorFor(this), values);
      if (name === "withResolvers") remember(result.promise, takeSite(method));
      return result;
    },
  }[name];
  return method;
};

for (const name of Object.getOwnPropertyNames(NativePromise)) {
  if (name === "prototype" || name === "length" || name === "name") continue;
  ObjectDefineProperty(TrackedPromise, name, {
    __proto__: null,
    value: staticMethod(name, NativePromise[name]),
    writable: true,
    configurable: true,
    enumerable: false,
  });
}
ObjectDefineProperty(TrackedPromise, "name", { __proto__: null, value: "Promise", configurable: true });
ObjectDefineProperty(TrackedPromise, "prototype", { __proto__: null, value: NativePromise.prototype, writable: false });
ObjectDefineProperty(TrackedPromise, Symbol.species, { __proto__: null, get() { return this; }, configurable: true });
define("Promise", TrackedPromise);

// Mark the remembered promises that are settled; takes effect once microtasks have run.
const markSettled = () => {
  for (let i = 0; i < remembered.length; i++) {
    const entry = remembered[i];
    const mark = () => {
      entry.settled = true;
    };
    PromiseThen(entry.promise, mark, mark);
  }
};

const MOST_NAMED = 5;

// The newest of the remembered promises that are not settled, each with its place and since when, in milliseconds.
const unsettled = () => {
  const found = list();
  for (let i = remembered.length - 1; i >= 0 && found.length < MOST_NAMED; i--) {
    const { settled, site, since } = remembered[i];
    const place = settled ? null : placeOf(site);
    if (place !== null) push(found, { __proto__: null, site: place, waitedMs: MathMax(0, clockMs - since) });
  }
  return found;
};
