// performance, in whole milliseconds of the one clock that the isolate has.
const timeOrigin = DateNow();
let latest = 0;

define("performance", {
  __proto__: {
    get [Symbol.toStringTag]() {
      return "Performance";
    },
  },
  timeOrigin,
  now() {
    latest = MathMax(latest, DateNow() - timeOrigin);
    return latest;
  },
  toJSON() {
    return { timeOrigin };
  },
});
