// What a run is given. `settings` are `ApiClient.settings` of the application, { requestBytes, requests, maker, client }; the first two in a
// run whose method is given no client, with `making: true` in one of makeApiClient.
const standardClient = frozenClient(() => null);

const give = (args, name, value) => ObjectDefineProperty(args, name, { __proto__: null, value, writable: true, configurable: true, enumerable: true });

const giveClient = (args, client) => {
  give(args, "apiClient", client);
  give(args, "externalApiClient", client);
  if (!ObjectHasOwn(args, "membrane")) give(args, "membrane", membraneOf(client));
};

core.onStart("apiClient", (settings, args) => {
  if (settings === undefined) return undefined;
  requestBytes = settings.requestBytes;
  requests = settings.requests;
  if (settings.making) return void core.onResult(describeMade);
  if (settings.maker === undefined) return undefined;
  hostClient = settings.client;
  if (settings.maker === null) return void giveClient(args, standardClient);
  return (async () => giveClient(args, await makeConnectionClient(settings.maker)))();
});
