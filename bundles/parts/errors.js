// Errors as Node.js makes them: with a code.
export const coded = (Kind, code, message) => {
  const error = new Kind(message);
  error.code = code;
  return error;
};

const shown = (value) => {
  if (value === null || value === undefined) return `${value}`;
  if (typeof value === "function") return `function ${value.name}`;
  if (typeof value === "object") return value.constructor?.name ? `an instance of ${value.constructor.name}` : "an object";
  const text = typeof value === "string" ? `'${value.length > 25 ? `${value.slice(0, 25)}...` : value}'` : String(value);
  return `type ${typeof value} (${text}${typeof value === "bigint" ? "n" : ""})`;
};

export const wrongType = (name, expected, value) =>
  coded(TypeError, "ERR_INVALID_ARG_TYPE", `The "${name}" argument must be ${expected}. Received ${shown(value)}`);

const separated = (number) => (Math.abs(number) > 2 ** 32 ? `${number}`.replace(/\B(?=(?:\d{3})+$)/g, "_") : `${number}`);

export const outOfRange = (name, range, value) =>
  coded(RangeError, "ERR_OUT_OF_RANGE", `The value of "${name}" is out of range. It must be ${range}. Received ${separated(value)}`);
