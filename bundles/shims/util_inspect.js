// Lets an object say how it is shown, as in Node.js.
const custom = Symbol.for("nodejs.util.inspect.custom");

const inspect = (object, options) => {
  const shown = object[custom](options.depth, options);
  return typeof shown === "string" ? shown : String(shown);
};

module.exports = Object.assign(inspect, { custom });
