// Gives core-js the class before its modules look for it.
import path from "core-js-pure/internals/path";
import { DOMException } from "./dom_exception.js";

path.DOMException = DOMException;
