["Atomics", "SharedArrayBuffer", "WebAssembly"].some((name) => name in globalThis) ? "none" : "effective";
