// Evaluated in each isolate before a method's text; $0 is a reference to the host's GET.
const get = $0;
globalThis.module = { exports: {} };
globalThis.run = async (text) => {
  const apiClient = { get: async (path) => JSON.parse(await get.apply(undefined, [path], { result: { promise: true, copy: true } })) };
  return JSON.stringify((await module.exports({ ...JSON.parse(text), apiClient })) ?? null);
};
