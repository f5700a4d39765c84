// The error that Web APIs throw, where the isolate has none.
const CODES = { InvalidCharacterError: 5, DataCloneError: 25 };

export class DOMException extends Error {
  constructor(message = "", name = "Error") {
    super(message);
    Object.defineProperty(this, "name", { value: name, writable: true, configurable: true });
    Object.defineProperty(this, "code", { value: CODES[name] ?? 0, writable: true, configurable: true });
  }
}
