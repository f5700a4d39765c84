// events: EventEmitter and once.
export { default } from "events/";
