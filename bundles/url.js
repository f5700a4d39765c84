// URL and URLSearchParams: the reference implementation of the URL standard.
import * as interfaces from "whatwg-url/webidl2js-wrapper.js";
import { entries, quoted, showAs } from "./shims/show_as.js";

const realm = { Array, Object, Promise, String, TypeError };
interfaces.URL.install(realm, ["Window"]);
interfaces.URLSearchParams.install(realm, ["Window"]);

export const { URL, URLSearchParams } = realm;

showAs(URL, (url) => url.href);
showAs(URLSearchParams, (params) => entries("URLSearchParams", params, quoted));
