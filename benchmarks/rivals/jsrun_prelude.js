// Evaluated in each runtime of jsrun before a method's text; `hostGet` is bound by the host.
globalThis.module = { exports: {} };
globalThis.run = async (text) => {
  const apiClient = { get: async (path) => JSON.parse(await hostGet(path)) };
  return JSON.stringify((await module.exports({ ...JSON.parse(text), apiClient })) ?? null);
};
