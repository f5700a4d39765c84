// The adapter that axios calls `fetch`: the one there is.
import adapter from "./axios_adapter.js";

export const getFetch = () => adapter;
