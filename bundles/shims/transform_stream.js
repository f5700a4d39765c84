export { TransformStream } from "library:streams";
