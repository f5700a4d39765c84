// How console shows a value: the library's rendering, one function.
import inspect from "object-inspect";

export default inspect;
