// Percent-encoding of queries in UTF-8, the only encoding that JavaScript can ask for.
import { utf8fromStringLoose } from "@exodus/bytes/utf8.js";
import { percentEncoder } from "../node_modules/@exodus/bytes/fallback/percent.js";

export const percentEncodeAfterEncoding = (_, text, percentEncodeSet) =>
  percentEncoder(percentEncodeSet, false)(utf8fromStringLoose(text));
