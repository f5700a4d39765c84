// Where in a method's own files something was asked for.
NativeError.stackTraceLimit = 25;

// Frames are formatted when they are read, so taking a site is cheap. `below` and what it called are left out.
const takeSite = (below) => {
  const site = { __proto__: null };
  ErrorCaptureStackTrace(site, below);
  return site;
};

const framesOf = (site) => {
  const stack = site.stack; // a method's Error.prepareStackTrace can make anything of it
  if (typeof stack !== "string") return "";
  const start = StringIndexOf(stack, "\n    at ");
  return start < 0 ? "" : StringSlice(stack, start);
};

const HOST_FILES = "methodhost:";

// Calls `see` with each frame that is not the host's own, and its place, until that gives true.
const eachOwnFrame = (site, see) => {
  const frames = framesOf(site);
  let start = 0;
  while (start < frames.length) {
    let end = StringIndexOf(frames, "\n", start + 1);
    if (end < 0) end = frames.length;
    const frame = StringSlice(frames, start, end);
    start = end;
    const place = placeIn(frame);
    if (StringStartsWith(place, HOST_FILES) || StringStartsWith(place, "<anonymous>:")) continue;
    if (see(frame, place)) return;
  }
};

const LONGEST_PLACE = 1000;

// The first frame in a file of the method: "data/contacts/list.js:3:14".
const placeOf = (site) => {
  let found = null;
  eachOwnFrame(site, (_, place) => {
    if (place !== "<anonymous>") found = cut(place, LONGEST_PLACE);
    return found !== null;
  });
  return found;
};

const ownFramesOf = (site) => {
  let frames = "";
  eachOwnFrame(site, (frame) => {
    frames += frame;
    return false;
  });
  return frames;
};

// "    at async list (file:1:2)", "    at file:1:2" and "    at async file:1:2" all give "file:1:2".
const placeIn = (frame) => {
  const open = StringIndexOf(frame, "(");
  if (open >= 0) return StringSlice(frame, open + 1, frame.length - 1);
  const place = StringSlice(frame, StringIndexOf(frame, "at ") + 3);
  return StringStartsWith(place, "async ") ? StringSlice(place, 6) : place;
};
