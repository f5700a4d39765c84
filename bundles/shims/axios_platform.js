// The platform of axios: like Node.js, where it asks for that.
import { Blob, FormData, URLSearchParams } from "./axios_classes.js";

export default { isNode: true, classes: { URLSearchParams, FormData, Blob }, protocols: ["http", "https"] };
