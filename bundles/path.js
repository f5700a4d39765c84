// path: of POSIX, from a working directory that is the root.
export { default } from "path-browserify";
