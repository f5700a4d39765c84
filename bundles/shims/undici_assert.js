// node:assert, as far as undici asserts.
module.exports = (condition) => {
  if (!condition) throw new TypeError("This cannot be: an assertion of undici failed");
};
