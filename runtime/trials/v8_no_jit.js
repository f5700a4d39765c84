// WebAssembly goes with the compilers, and is there again when the flag is not understood.
typeof WebAssembly === "undefined" ? "effective" : "none";
