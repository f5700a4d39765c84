// The two conversions of Web IDL that URLs need.
export const any = (value) => value;

export const USVString = (value, { context, globals }) => {
  if (typeof value === "symbol") throw new globals.TypeError(`${context} is a symbol, which cannot be converted to a string.`);
  return globals.String(value).toWellFormed();
};
