// axios itself, with an adapter over the door that the host gives in place of the ones over Node.js and browsers.
import axios from "axios/unsafe/axios.js";
import { useDoor } from "./shims/axios_adapter.js";

export const axiosOver = (door) => {
  useDoor(door);
  return axios;
};
