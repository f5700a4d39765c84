// A stream of bytes: the body of a response, which comes piece by piece as it is read, or never comes here at all: it can be handed
// to another call as its body, or returned. Each stream has one use. The host sees to that; what is checked here is for clear errors.
const MOST_WAITING_READS = 16; // the host's own limit

const SENT = "sent as the body of a request";

const misuse = (message) => branded(new errors.RequestError({ key: "invalid", message }), "request", "invalid", {});
const rejected = (error) => new NativePromise((_, reject) => reject(error));
const resolved = (value) => new NativePromise((resolve) => resolve(value));
const finalStep = () => ({ value: undefined, done: true });

const requireOneUse = (state) => {
  if (state.holder !== null) throw misuse("The stream is locked: a reader or a loop is reading it");
  if (state.used !== null) throw misuse(`The stream can be used once: it was ${state.used}`);
};

// A holder is the reader or the loop that has the stream to itself, told when there will be no more of it.
const hold = (state, holder) => {
  requireOneUse(state);
  state.holder = holder;
};

const finish = (state, used, error) => {
  if (state.used !== null) return;
  state.used = used;
  state.error = error;
  const { holder } = state;
  if (holder === null) return;
  if (error === undefined) holder.ended();
  else holder.failed(error);
};

const readSettler = (state) => ({
  __proto__: null,
  resolve(value, body) {
    state.waiting--;
    if (!value.done) return { value: bytesOut(body), done: false };
    finish(state, "read to its end");
    return finalStep();
  },
  reject(value) {
    state.waiting--;
    const error = failWith(value);
    finish(state, "broken", error);
    return error;
  },
});

const readPiece = (state) => {
  if (state.used !== null) return state.error === undefined ? resolved(finalStep()) : rejected(state.error);
  if (state.waiting >= MOST_WAITING_READS) return rejected(misuse(`More than ${MOST_WAITING_READS} reads of one stream wait: await them`));
  state.waiting++;
  return core.call("apiClient.stream.read", { __proto__: null, id: state.id }, state.reading);
};

const cancelled = { __proto__: null, resolve() {}, reject: failWith };

const cancelStream = (state) => {
  if (state.used !== null) return resolved();
  finish(state, "cancelled");
  return core.call("apiClient.stream.cancel", { __proto__: null, id: state.id }, cancelled);
};

class StreamReader {
  #state;
  #closed = { __proto__: null };
  #settled = false;

  constructor(state) {
    hold(state, {
      __proto__: null,
      ended: () => this.#settle("resolve"),
      failed: (error) => this.#settle("reject", error),
    });
    this.#state = state;
    this.#closed.promise = new NativePromise((resolve, reject) => {
      this.#closed.resolve = resolve;
      this.#closed.reject = reject;
    });
    PromiseThen(this.#closed.promise, undefined, () => {}); // nobody has to look at it
  }

  get closed() {
    return this.#closed.promise;
  }

  read() {
    return this.#state === null ? rejected(misuse("The reader was released")) : readPiece(this.#state);
  }

  cancel() {
    return this.#state === null ? rejected(misuse("The reader was released")) : cancelStream(this.#state);
  }

  releaseLock() {
    if (this.#state === null) return;
    if (this.#state.waiting > 0) throw misuse("The reader cannot be released while a read of it waits");
    this.#state.holder = null;
    this.#state = null;
    this.#settle("reject", misuse("The reader was released"));
  }

  #settle(how, value) {
    if (!this.#settled) this.#closed[how](value);
    this.#settled = true;
  }
}

// What `for await` drives. Leaving the loop early closes the connection.
const iterate = (state) => {
  let over = false;
  const release = () => {
    over = true;
    state.holder = null;
  };
  hold(state, { __proto__: null, ended: release, failed: release });
  return {
    next: () => (over ? resolved(finalStep()) : readPiece(state)),
    return(value) {
      const last = { value, done: true };
      return over ? resolved(last) : PromiseThen(cancelStream(state), () => last);
    },
    [asyncIterator]() {
      return this;
    },
  };
};

const KEY = {}; // only `openStream` makes streams

class ByteStream {
  #state;

  constructor(key, id) {
    if (key !== KEY) throw new NativeTypeError("Illegal constructor");
    this.#state = { __proto__: null, id, holder: null, used: null, error: undefined, waiting: 0 };
    this.#state.reading = readSettler(this.#state);
  }

  static isStream(value) {
    return typeof value === "object" && value !== null && #state in value;
  }

  // The stream as the body of a call, which has it from then on.
  static bodyOf(stream) {
    const state = stream.#state;
    requireOneUse(state);
    state.used = SENT;
    return { __proto__: null, kind: "stream", id: state.id };
  }

  get locked() {
    return this.#state.holder !== null || this.#state.used === SENT;
  }

  getReader() {
    return new StreamReader(this.#state);
  }

  cancel() {
    if (this.locked) return rejected(misuse("The stream is locked: whoever has it can cancel it"));
    return cancelStream(this.#state);
  }

  [asyncIterator]() {
    return iterate(this.#state);
  }
}
const { isStream, bodyOf: streamBody } = ByteStream;
delete ByteStream.isStream;
delete ByteStream.bodyOf;
ObjectDefineProperty(ByteStream.prototype, toStringTag, { __proto__: null, value: "ByteStream", configurable: true });
const STREAM = "a stream of bytes";
const toJSON = function toJSON() {
  if (isStream(this)) throw new NativeTypeError(`JSON cannot hold ${STREAM}`);
  return this; // which only looks like one
};
ObjectDefineProperty(ByteStream.prototype, "toJSON", { __proto__: null, value: toJSON, writable: true, configurable: true });
core.addOpaqueKind(ByteStream.prototype, STREAM, toJSON, true);

const openStream = (id) => {
  const stream = new ByteStream(KEY, id);
  core.addResource(stream, { __proto__: null, stream: id });
  return stream;
};
