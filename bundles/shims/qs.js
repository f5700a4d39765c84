// What `url` takes of qs is what Node.js takes of querystring.
import { parse, stringify as stringifyQuery } from "../parts/querystring.js";

export { parse };
export const stringify = (query) => stringifyQuery(query);
