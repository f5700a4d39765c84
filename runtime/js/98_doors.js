// Through these the host drives a run. One that it calls is given a text as `this`: V8 need not compile anything for that, and a body of
// many megabytes is no literal in a script.
const door = (take) =>
  function () {
    return take(this);
  };

const doors = Object.freeze({
  __proto__: null,
  addLibrary,
  addModule,
  lastWordsBuffer,
  configure: door(configure),
  allocate: door((length) => allocate(+length)),
  takeText: door(takeText),
  deliver: door(deliver),
  drain: door(drain),
  takeOutgoing: door(takeOutgoing),
});
