// WebAssembly goes with the compilers, and is there again when the flag is not understood.
(function () {
  return typeof WebAssembly === "undefined" ? this.toString() : "none";
});
