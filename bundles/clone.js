// structuredClone as the standard has it, without what core-js brings for engines older than V8.
import "./shims/core_js_dom_exception.js";
import "core-js-pure/modules/web.structured-clone";
import path from "core-js-pure/internals/path";

export const { structuredClone } = path;
