// lodash, whole. What compiles text (_.template) cannot work where no code is made of text.
export { default } from "lodash";
