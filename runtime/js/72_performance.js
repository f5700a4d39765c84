// performance, in whole milliseconds of the one clock that the isolate has.

define("performance", {
  __proto__: {
    get [Symbol.toStringTag]() {
      return "Performance";
    },
  },
  get timeOrigin() {
    return startMs;
  },
  now: () => now() - startMs,
  toJSON: () => ({ timeOrigin: startMs }),
});
