// The platform of axios: like Node.js, where it asks for that.
import { Blob, FormData, FormText } from "./axios_classes.js";

export default { isNode: true, classes: { URLSearchParams: FormText, FormData, Blob }, protocols: ["http", "https"] };
