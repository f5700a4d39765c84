// What a run is given. `settings` are `ApiClient.settings` of the application, { requestBytes, maker, client }, or { making: true } in a run of
// makeApiClient, or nothing in a run without a client.
const standardClient = frozenClient(() => null);

const give = (args, name, value) => ObjectDefineProperty(args, name, { __proto__: null, value, writable: true, configurable: true, enumerable: true });

const giveClient = (args, client) => {
  give(args, "apiClient", client);
  give(args, "externalApiClient", client);
  if (!ObjectHasOwn(args, "membrane")) give(args, "membrane", membraneOf(client));
};

core.onStart("apiClient", (settings, args) => {
  if (settings === undefined) return undefined;
  if (settings.making) return void core.onResult(describeMade);
  requestBytes = settings.requestBytes;
  hostClient = settings.client;
  if (settings.maker === null) return void giveClient(args, standardClient);
  return (async () => giveClient(args, await makeConnectionClient(settings.maker)))();
});
