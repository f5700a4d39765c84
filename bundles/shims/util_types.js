// What `assert` takes of the package util.
import types from "../parts/util_types.js";

export { types };
