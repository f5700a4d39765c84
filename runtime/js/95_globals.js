// Globals that would let a method share memory, block its thread, or run machine code.
const removed = ["Atomics", "SharedArrayBuffer", "WebAssembly"];
for (const name of removed) ReflectDeleteProperty(globalThis, name);
