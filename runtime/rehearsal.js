// Gives a function that undoes what the prelude, and a run, change of the language: all of it is on these objects.
(() => {
  const { defineProperty, deleteProperty, getOwnPropertyDescriptor, ownKeys } = Reflect;
  const changed = [globalThis, Date.prototype, Error, Intl.DateTimeFormat.prototype, Math];
  if (typeof Temporal !== "undefined") changed.push(Temporal.Now);
  const before = changed.map((object) => ({ object, properties: ownKeys(object).map((key) => [key, getOwnPropertyDescriptor(object, key)]) }));
  return () => {
    for (const { object, properties } of before) {
      for (const key of ownKeys(object)) if (!properties.some(([known]) => known === key)) deleteProperty(object, key);
      for (const [key, descriptor] of properties) defineProperty(object, key, descriptor);
    }
    /(?:)/.exec(""); // what RegExp tells of the last match
  };
})();
