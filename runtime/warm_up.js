// What most methods need of V8, done once in a worker that waits for its run. It asks the host for nothing and leaves nothing.
(() => {
  const copies = (list) => list.map((item) => ({ ...item, text: `${item.number}` }));
  const later = async (list) => {
    await null;
    return copies(list);
  };
  class Counter {
    #value = 0;

    next() {
      return ++this.#value;
    }
  }
  const counter = new Counter();
  const text = JSON.stringify([{ number: counter.next() }, { number: counter.next(), nothing: null }]);
  later(JSON.parse(text));
  try {
    throw new TypeError("as asked");
  } catch (error) {
    return error.stack.length;
  }
})();
