(function () {
  return ["Atomics", "SharedArrayBuffer", "WebAssembly"].some((name) => name in globalThis) ? "none" : this.toString();
});
