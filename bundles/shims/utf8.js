// UTF-8 without the classes around it.
import { utf8fromStringLoose, utf8toStringLoose } from "@exodus/bytes/utf8.js";

export const utf8Encode = (text) => utf8fromStringLoose(text);
export const utf8DecodeWithoutBOM = (bytes) => utf8toStringLoose(bytes);
