// util, as methods import it.
import { isDeepStrictEqual } from "assert/build/internal/util/comparisons.js";
import * as functions from "./parts/functions.js";
import inspection from "./parts/inspection.js";
import { moduleOf } from "./parts/module.js";
import types from "./parts/util_types.js";

const debuglog = () => Object.assign(() => {}, { enabled: false }); // isolates have no NODE_DEBUG

export default moduleOf(
  {
    ...functions,
    debug: debuglog,
    debuglog,
    isArray: Array.isArray,
    isDeepStrictEqual,
    toUSVString: (text) => `${text}`.toWellFormed(),
    types,
  },
  {
    TextDecoder: () => TextDecoder,
    TextEncoder: () => TextEncoder,
    format: () => inspection().format,
    formatWithOptions: () => inspection().formatWithOptions,
    inspect: () => inspection().inspect,
    stripVTControlCharacters: () => inspection().stripVTControlCharacters,
  },
);
