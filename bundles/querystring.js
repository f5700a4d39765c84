// querystring, as methods import it.
import * as querystring from "./parts/querystring.js";

export default { ...querystring };
