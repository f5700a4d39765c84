// How console shows the objects of a class, as in Node.js: a symbol that its prototype holds.
const custom = Symbol.for("nodejs.util.inspect.custom");

export const showAs = (constructor, show) =>
  Object.defineProperty(constructor.prototype, custom, {
    value() {
      return show(this);
    },
    writable: true,
    configurable: true,
  });

export const quoted = (text) => `'${text.replace(/['\\]/g, "\\$&").replace(/\n/g, "\\n")}'`;

export const entries = (name, pairs, showValue) => {
  const shown = Array.from(pairs, ([key, value]) => `${quoted(key)} => ${showValue(value)}`);
  return shown.length === 0 ? `${name} {}` : `${name} { ${shown.join(", ")} }`;
};
